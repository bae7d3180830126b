"""What a revocation source may tell that knows all who are revoked; part of the public door."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, slots=True)
class RevokedCertificate:
    """One entry of a list. The serial number reaches no log."""

    serial_number: int = field(repr=False)
    revoked_at: datetime
    reason: str
    """RFC 5280 §5.3.1 spelling; "unspecified" where the entry has none."""


@dataclass(frozen=True, slots=True)
class RevokedCertificates:
    """All that one list names: proven to be the CA's own, and begun."""

    anchor_set: str
    """Whose certificates they are: the set that the list's issuer was pinned in."""
    digest: str
    """Identifies the very content: at most 100 characters. The same content is read once."""
    this_update: datetime
    entries: Callable[[], Iterator[RevokedCertificate]]
    """Begins anew at every call. A list may name millions: they are made as they are asked for."""


@runtime_checkable
class ListingSource(Protocol):
    """A revocation source that can name all it knows to be revoked, so that whoever was let in
    before is looked at again. None has to. What has once been named stays revoked."""

    async def revoked(self, now: datetime) -> Sequence[RevokedCertificates]: ...
