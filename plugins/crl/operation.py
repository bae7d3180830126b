"""What the person who runs Genkan does with lists: `genkan crl add | list | refresh`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509

from gateway.card.api import Anchor
from plugins.crl.admission import Admission
from plugins.crl.files import CrlFiles, Loaded, Reading
from plugins.crl.index import RevocationList
from plugins.crl.index_folder import IndexFolder
from plugins.crl.receiving import Tell
from plugins.crl.refresher import Refresher, SourceState
from plugins.crl.settings import read_settings


@dataclass(frozen=True, slots=True)
class ListLine:
    """One file of the directory, and what is used of it."""

    file: str
    issuer: str
    number: int | None
    entries: int | None
    this_update: datetime | None
    next_update: datetime | None
    state: str


class CrlOperation:
    """Raises ValueError for a table `[plugins.crl]` that cannot be used."""

    def __init__(self, table: Mapping[str, object], anchors: Sequence[Anchor]) -> None:
        self._settings = read_settings(table)
        self._anchors = {anchor.fingerprint: anchor for anchor in anchors}
        self._indices = IndexFolder(self._settings.index_directory, self._settings.max_file_bytes)
        admission = Admission(self._settings.directory, self._indices, self._anchors)
        self._admission, self._refresher = admission, Refresher(self._settings, admission)

    @property
    def sources(self) -> Sequence[str]:
        return self._settings.sources

    def add(self, file: Path, now: datetime) -> ListLine:
        """Raises UnusableError, or OSError."""
        return _line(*self._admission.add(file, now), "fresh", now)

    async def refresh(self, url: str, now: datetime, tell: Tell) -> ListLine:
        """Raises UnusableError, or OSError."""
        return _line(*(await self._refresher.fetch(url, now, tell)), "fresh", now)

    def source_state(self, url: str) -> SourceState:
        return self._refresher.state(url)

    def lists(self, now: datetime) -> list[ListLine]:
        files = CrlFiles(self._settings.directory, self._indices)
        files.refresh(self._anchors, now)
        loaded = files.loaded
        return [_state(name, each, loaded, now) for name, each in loaded.readings.items()]


def _state(name: str, reading: Reading, loaded: Loaded, now: datetime) -> ListLine:
    each, problem = reading.revocation_list, reading.problem
    if each is None:
        return ListLine(name, "", None, None, None, None, f"not used: {problem}")
    if problem is not None:
        return _line(name, each, f"last good content; the file itself: {problem}", now)
    newest = (loaded.newest.get(scope) for scope in reading.scopes)
    older = any(order is not None and each.facts.age_order < order for order in newest)
    return _line(name, each, "older than one that was here before" if older else "fresh", now)


def _line(name: str, each: RevocationList, state: str, now: datetime) -> ListLine:
    facts = each.facts
    if facts.next_update < now:
        state = "stale"
    elif facts.this_update > now:
        state = "begins in the future"
    return ListLine(
        file=name,
        issuer=_issuer(each),
        number=facts.number,
        entries=len(each),
        this_update=facts.this_update,
        next_update=facts.next_update,
        state=state,
    )


def _issuer(each: RevocationList) -> str:
    crl = x509.load_der_x509_crl(each.facts.without_entries)
    return crl.issuer.rfc4514_string()
