"""NIST's PKITS, where it lies beside the repository (or where GENKAN_PKITS says)."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

BESIDE_THE_REPOSITORY = Path(__file__).parents[3].parent / "shared" / "pkits"
FOLDER = Path(os.environ.get("GENKAN_PKITS", BESIDE_THE_REPOSITORY))


@dataclass(frozen=True)
class Case:
    id: str
    certificate: str
    pool: tuple[str, ...]
    anchors: tuple[str, ...]
    crls: tuple[str, ...]
    policies: frozenset[str]
    explicit_policy: bool
    inhibit_any_policy: bool
    inhibit_policy_mapping: bool
    at: datetime
    accepted: bool
    cause: str | None
    either: bool


@cache
def cases() -> tuple[Case, ...]:
    """None at all where the suite is not there."""
    file = FOLDER / "cases.json"
    if not file.exists():
        return ()
    return tuple(_case(each) for each in json.loads(file.read_text()))


def _case(said: Mapping[str, object]) -> Case:
    return Case(
        id=str(said["id"]),
        certificate=str(said["certificate"]),
        pool=_texts(said["pool"]),
        anchors=_texts(said["anchors"]),
        crls=_texts(said["crls"]),
        policies=frozenset(_texts(said["policies"])),
        explicit_policy=said["explicit_policy"] is True,
        inhibit_any_policy=said["inhibit_any_policy"] is True,
        inhibit_policy_mapping=said["inhibit_policy_mapping"] is True,
        at=datetime.fromisoformat(str(said["at"])),
        accepted=said["expected"] == "accepted",
        cause=None if said["cause"] is None else str(said["cause"]),
        either=said.get("either") is True,
    )


def _texts(value: object) -> tuple[str, ...]:
    assert isinstance(value, list)
    return tuple(map(str, value))


@cache
def certificate(file: str) -> bytes:
    return (FOLDER / "certs" / file).read_bytes()


@cache
def crl(file: str) -> bytes:
    return (FOLDER / "crls" / file).read_bytes()
