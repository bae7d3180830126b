"""Allow-lists: the networks operators may come from, the platform's and each tenant's."""

import asyncio
import hashlib
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.errors import Conflict, InvalidField, NoSuchThing, StoreError
from gateway.store.answering import answering
from gateway.store.api import Records
from gateway.tenants.admission import Admission
from gateway.tenants.metadata import is_identifier
from gateway.tenants.records import allowed_networks, has_ended, has_tenant, tenants
from gateway.web.networks import Address, IpNetwork, Networks, parse_network

MAX_NETWORKS = 10_000
MAX_NOTE = 200
_NETWORK_ID = re.compile(r"[0-9a-f]{32}")

_columns = allowed_networks.c
_IN_FORCE = (
    sa.select(_columns.tenant_id, _columns.network)
    .outerjoin(tenants, tenants.c.tenant_id == _columns.tenant_id)
    .where(sa.or_(_columns.tenant_id.is_(None), tenants.c.state == "active"))
    .order_by(_columns.network_id)
)


@dataclass(frozen=True, slots=True)
class Network:
    """An entry of an allow-list."""

    network_id: str
    tenant_id: str | None
    """None: of the platform's own list."""
    network: str
    """Canonical CIDR."""
    note: str
    added_at: datetime


async def list_networks(connection: AsyncConnection, tenant_id: str | None) -> list[Network]:
    """The tenant's list (None: the platform's), the oldest entry first. Raises NoSuchThing where
    the tenant is not there."""
    await _check_tenant(connection, tenant_id)
    rows = await connection.execute(
        sa.select(allowed_networks)
        .where(_columns.tenant_id.is_not_distinct_from(tenant_id))
        .order_by(_columns.added_at, _columns.network_id)
    )
    return [Network(**row) for row in rows.mappings()]


async def add_network(
    connection: AsyncConnection, tenant_id: str | None, network_text: str, note: str, now: datetime
) -> Network:
    """Raises InvalidField, NoSuchThing where the tenant is not there, and Conflict."""
    try:
        network = str(parse_network(network_text))
    except ValueError as cause:
        raise InvalidField("network", str(cause)) from cause
    # U+3000 stands between Japanese words; `isprintable` knows the ASCII space only.
    if len(note) > MAX_NOTE or not note.replace("\u3000", " ").isprintable():
        raise InvalidField("note", f"up to {MAX_NOTE} printable characters")
    await _check_tenant(connection, tenant_id)
    if tenant_id is not None and await has_ended(connection, tenant_id):
        raise Conflict("the tenant has ended")
    if await _count(connection, tenant_id) >= MAX_NETWORKS:
        raise Conflict(f"the list has {MAX_NETWORKS} networks, and that is the most")
    added = Network(_network_id(tenant_id, network), tenant_id, network, note, now)
    row = {name: getattr(added, name) for name in Network.__slots__}
    try:
        await connection.execute(allowed_networks.insert().values(row))
    except sa.exc.IntegrityError as cause:
        raise Conflict("this network is on the list already") from cause
    return added


async def remove_network(
    connection: AsyncConnection, tenant_id: str | None, network_id: str
) -> Network:
    """Raises NoSuchThing, also for an entry of another list."""
    await _check_tenant(connection, tenant_id)
    if not _NETWORK_ID.fullmatch(network_id):
        raise NoSuchThing
    own = sa.and_(
        _columns.network_id == network_id, _columns.tenant_id.is_not_distinct_from(tenant_id)
    )
    row = (await connection.execute(sa.select(allowed_networks).where(own))).mappings().first()
    if row is None:
        raise NoSuchThing
    deleted = await connection.execute(allowed_networks.delete().where(own))
    if deleted.rowcount == 0:
        raise NoSuchThing  # somebody else removed it meanwhile
    return Network(**row)


def locks_out(networks_after: Sequence[Network], address: Address) -> bool:
    """Whether nobody could come from the address any more once the list is this."""
    return address not in Networks(parse_network(entry.network) for entry in networks_after)


def _network_id(tenant_id: str | None, network: str) -> str:
    """The same network twice on one list is the same key: of two who add it at once, one does."""
    return hashlib.sha256(f"{tenant_id or ''} {network}".encode()).hexdigest()[:32]


async def _check_tenant(connection: AsyncConnection, tenant_id: str | None) -> None:
    """Raises NoSuchThing, before a store could choke on the text."""
    if tenant_id is None:
        return
    if not is_identifier(tenant_id) or not await has_tenant(connection, tenant_id):
        raise NoSuchThing


async def _count(connection: AsyncConnection, tenant_id: str | None) -> int:
    counted = await connection.execute(
        sa.select(sa.func.count()).where(_columns.tenant_id.is_not_distinct_from(tenant_id))
    )
    return int(counted.scalar_one())


class AllowLists:
    """This worker's copy: a change another worker made is seen within `reload`."""

    def __init__(self, records: Records, reload: timedelta) -> None:
        self._records = records
        self._reload = reload
        self._line = asyncio.Lock()
        self._rows: Sequence[tuple[str | None, str]] | None = None
        self._admission = Admission.by({})
        self._read_at: datetime | None = None
        self._changes = 0

    async def current(self, now: datetime) -> Admission:
        """The lists in force. Raises StoreError where they are due and cannot be read."""
        async with self._line:
            # A clock that was set back makes the copy old, not young.
            if self._read_at is None or not timedelta(0) <= now - self._read_at < self._reload:
                await self._read(now)
            return self._admission

    def forget(self) -> None:
        """Whoever asks from now on sees what is committed now."""
        self._read_at = None
        self._changes += 1

    async def _read(self, now: datetime) -> None:
        changes = self._changes
        with answering():
            async with self._records.reading() as connection:
                rows = [(row[0], row[1]) for row in await connection.execute(_IN_FORCE)]
        if rows != self._rows:
            self._admission = await asyncio.to_thread(_admission, rows)
            self._rows = rows
        self._read_at = now if changes == self._changes else None


def _admission(rows: Sequence[tuple[str | None, str]]) -> Admission:
    networks: defaultdict[str | None, list[IpNetwork]] = defaultdict(list)
    for tenant_id, text in rows:
        try:
            networks[tenant_id].append(parse_network(text))
        except ValueError as cause:
            raise StoreError(f"allowed_networks: {cause}") from cause
    return Admission.by(networks)
