"""The parts the operators' door works with."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.audit.log import AuditLog
from gateway.card.readiness import AnchorState, SourceState
from gateway.clock import Clock
from gateway.keys.hashing import KeyedHash
from gateway.keys.signing import SigningKeys
from gateway.operators.door import OperatorDoor
from gateway.residents.registry import Residents
from gateway.residents.search import ResidentSearch
from gateway.settings import Settings
from gateway.store.api import Moments, Records
from gateway.tenants.allow_lists import AllowLists


class Grants(Protocol):
    """What the OpenID provider keeps of residents; a neighbour's room, so it is handed in."""

    async def revoke_of_resident(
        self, connection: AsyncConnection, resident_id: str, now: datetime
    ) -> None: ...

    async def delete_of_resident(self, connection: AsyncConnection, resident_id: str) -> int: ...

    async def delete_of_clients(
        self, connection: AsyncConnection, client_ids: Sequence[str]
    ) -> int: ...


@dataclass(frozen=True, slots=True)
class PartState:
    """A part of the gateway, as /readyz tells of it."""

    name: str
    ready: bool
    detail: str | None


@dataclass(frozen=True, slots=True)
class Readiness:
    """How the gateway stands: what an operator sees before residents notice."""

    parts: tuple[PartState, ...]
    anchors: tuple[AnchorState, ...]
    sources: tuple[SourceState, ...]


@dataclass(frozen=True, slots=True)
class House:
    settings: Settings
    clock: Clock
    records: Records
    moments: Moments
    audit: AuditLog
    keyed_hash: KeyedHash
    keys: SigningKeys
    allow_lists: AllowLists
    door: OperatorDoor
    residents: Residents
    search: ResidentSearch
    grants: Grants
    log_files: Path
    """The folder of the access, communication and error logs."""
    readiness: Callable[[], Awaitable[Readiness]]
