"""Entries and lines for tests of the logs: some of the store, some of the files."""

from datetime import datetime
from pathlib import Path
from typing import Any

from gateway.audit.files import LogFiles
from gateway.audit.model import Entry, LogKind, Origin, Outcome
from tests.support.operators import Office


def entry(at: datetime, number: int = 0, **fields: Any) -> Entry:
    """An authentication of hanasaki's, where nothing else is said."""
    actor = fields.pop("actor", "client:health")
    origin = Origin(actor, fields.pop("address", "198.51.100.7"), f"{number:016x}")
    given = {
        "kind": LogKind.AUTHENTICATION,
        "deed": "service.signed_in",
        "outcome": Outcome.DONE,
        "tenant_id": "hanasaki",
        "detail": {"level": str(number)},
    }
    return Entry(at=at, origin=origin, **{**given, **fields})


def line(at: datetime, number: int = 0, **fields: Any) -> Entry:
    """An access of nobody in particular."""
    given = {"kind": LogKind.ACCESS, "deed": "request.answered", "tenant_id": None}
    return entry(at, number, **{**given, **fields})


async def write(office: Office, *entries: Entry) -> None:
    await office.gateway.provider.audit.record(*entries)


def write_lines(office: Office, *entries: Entry) -> None:
    files = LogFiles(Path(office.gateway.provider.settings.audit.directory))
    for each in entries:
        files.write(each)
    files.close()
