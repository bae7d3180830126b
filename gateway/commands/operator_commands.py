"""`genkan init` and `genkan admin invite`: an administrator's way in, from the host itself."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.audit.log import AuditLog
from gateway.audit.model import HOST, Entry, LogKind, Outcome
from gateway.commands.admin_commands import allow_network, show_networks
from gateway.commands.store_commands import opened_records
from gateway.errors import Conflict, InvalidField, SettingsError
from gateway.keys.hashing import KeyedHash, load_keyed_hash
from gateway.keys.master import load_master_key
from gateway.operators.invitations import make_invitation
from gateway.operators.model import Operator, Role
from gateway.operators.registry import (
    find_by_login_name,
    has_administrator,
    invite,
    stand_in_line,
)
from gateway.operators.rules import NewOperator
from gateway.settings import Settings
from gateway.web.networks import parse_network

# Whoever runs the host; they write their own department over it.
_DEPARTMENT = "Genkan"


@dataclass(frozen=True, slots=True)
class Invited:
    operator: Operator
    link: str = field(repr=False)
    hours: int


@dataclass(frozen=True, slots=True)
class _Desk:
    """What an invitation is made with, in one transaction."""

    settings: Settings
    connection: AsyncConnection
    keyed_hash: KeyedHash
    audit: AuditLog
    now: datetime


async def admit(settings: Settings, cidr: str, now: datetime) -> str:
    """Puts the network on the platform's list where it is not there yet. Raises SettingsError."""
    with contextlib.suppress(ValueError):  # allow_network says what is wrong with it
        cidr = str(parse_network(cidr))
    if cidr not in {known.network for known in await show_networks(settings, None)}:
        await allow_network(settings, cidr, None, "genkan init", now)
    return cidr


async def invite_first(
    settings: Settings, login_name: str, name: str, now: datetime
) -> Invited | None:
    """The platform's first administrator; None where it has one already, active or invited. Raises
    SettingsError."""
    async with _desk(settings, login_name, now) as desk:
        await stand_in_line(desk.connection)
        if await has_administrator(desk.connection):
            return None
        operator = await _new_administrator(desk, login_name, name)
        return await _invited(desk, operator, "operator.invited")


async def invite_from_host(
    settings: Settings, login_name: str, name: str | None, now: datetime
) -> Invited:
    """A new link for an operator who is there, or a new administrator of the platform. Raises
    SettingsError."""
    async with _desk(settings, login_name, now) as desk:
        operator = await find_by_login_name(desk.connection, login_name)
        if operator is not None:
            return await _invited(desk, operator, "operator.reinvited")
        if name is None:
            raise SettingsError(f"there is no operator {login_name}; --name makes a new one")
        operator = await _new_administrator(desk, login_name, name)
        return await _invited(desk, operator, "operator.invited")


@contextlib.asynccontextmanager
async def _desk(settings: Settings, login_name: str, now: datetime) -> AsyncIterator[_Desk]:
    async with opened_records(settings) as records:
        keyed_hash = await load_keyed_hash(records, load_master_key(settings.keys))
        try:
            async with records.writing() as connection:
                audit = AuditLog(records, keyed_hash)
                yield _Desk(settings, connection, keyed_hash, audit, now)
        except InvalidField as cause:
            raise SettingsError(str(cause)) from cause
        except Conflict as cause:
            raise SettingsError(f"{login_name}: {cause}; choose another login name") from cause


async def _new_administrator(desk: _Desk, login_name: str, name: str) -> Operator:
    new = NewOperator(login_name, name, _DEPARTMENT, Role.ADMINISTRATOR, None)
    return await invite(desk.connection, new, desk.now)


async def _invited(desk: _Desk, operator: Operator, deed: str) -> Invited:
    hours = desk.settings.admin.invitation_hours
    token = await make_invitation(
        desk.connection, desk.keyed_hash, operator.operator_id, timedelta(hours=hours), desk.now
    )
    detail = {"operator": operator.operator_id, "login_name": operator.login_name}
    entry = Entry(
        at=desk.now,
        kind=LogKind.OPERATION,
        deed=deed,
        outcome=Outcome.DONE,
        origin=HOST,
        tenant_id=operator.tenant_id,
        detail={**detail, "role": operator.role},
    )
    await desk.audit.write(desk.connection, entry)
    link = f"{desk.settings.server.issuer}/admin/invitations/{token}"
    return Invited(operator, link, hours)
