"""An auditor's desk: requests as lines, and their answers."""

import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import datetime

from cryptography import x509

from gateway.card.batch.check import RequestChecker
from gateway.card.batch.evidence import Checkers
from gateway.card.batch.lines import answer_line
from gateway.virtual.person import HANASAKI
from plugins.crl import CrlChecker
from plugins.ocsp import OcspChecker
from tests.card.forge import der
from tests.card.world import NOW, World, profiles

CHECKER = RequestChecker(profiles(), Checkers(CrlChecker({}), OcspChecker({})))
MEMBERS = {"id", "outcome", "reason", "attributes"}

Answer = Mapping[str, object]
Line = dict[str, object]
ACCEPTED = "accepted", None


def base64(octets: bytes) -> str:
    return b64encode(octets).decode()


def rfc3339(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def line(
    certificate: x509.Certificate | bytes,
    anchors: Sequence[x509.Certificate | bytes],
    *,
    profile: str = "jpki-auth",
    crls: Sequence[bytes] = (),
    at: datetime = NOW,
    **others: object,
) -> Line:
    """With every member that a request needs; `others` come on top of them."""
    return {
        "id": "a line",
        "profile": profile,
        "certificate": base64(_octets(certificate)),
        "anchors": [base64(_octets(each)) for each in anchors],
        "crls": [base64(each) for each in crls],
        "at": rfc3339(at),
        **others,
    }


def _octets(certificate: x509.Certificate | bytes) -> bytes:
    return certificate if isinstance(certificate, bytes) else der(certificate)


def crl(world: World, kind: str = "auth", generation: int = 2, **changes: object) -> bytes:
    return world.authority.crl(
        f"jpki-{kind}",
        generation,
        HANASAKI,
        NOW,
        **changes,  # type: ignore[arg-type]
    )


def card_line(
    world: World, certificate: x509.Certificate | bytes, kind: str = "auth", **others: object
) -> Line:
    """With all anchors of both services and an empty, fresh CRL."""
    anchors = [each for _, each in world.authority.anchors()]
    crls = others.pop("crls", None)
    given = [crl(world, kind)] if crls is None else crls
    return line(certificate, anchors, profile=f"jpki-{kind}", crls=given, **others)  # type: ignore[arg-type]


async def answer_bytes(line: bytes) -> Answer:
    answered = await answer_line(line, CHECKER)
    assert answered.endswith(b"\n")
    assert answered.count(b"\n") == 1
    answer: Answer = json.loads(answered)
    assert set(answer) == MEMBERS
    assert (answer["reason"] is None) == (answer["outcome"] == "accepted")
    return answer


async def ask(line: Line) -> Answer:
    answer = await answer_bytes(json.dumps(line).encode())
    assert answer["id"] == line.get("id")
    return answer


async def verdict(line: Line) -> tuple[object, object]:
    answer = await ask(line)
    return answer["outcome"], answer["reason"]
