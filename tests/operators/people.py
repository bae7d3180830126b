"""Operators of a town, as their tests need them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.keys.hashing import KeyedHash
from gateway.operators.invitations import make_invitation, use_invitation
from gateway.operators.model import Operator, OperatorState, Role
from gateway.operators.registry import acknowledge_notice, find_operator, invite
from gateway.operators.rules import NewOperator
from gateway.store.api import Records

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)
DAY = timedelta(days=1)
KEYED_HASH = KeyedHash(b"k" * 32)

HANAKO = NewOperator("hanako@hanasaki.example", "花咲　花子", "情報政策課", Role.CLERK, None)
OPERATOR = Operator(
    operator_id="0" * 32,
    tenant_id=None,
    login_name="hanako@hanasaki.example",
    name="花咲　花子",
    department="情報政策課",
    role=Role.ADMINISTRATOR,
    state=OperatorState.ACTIVE,
    notice_acknowledged_at=NOW,
    created_at=NOW,
    last_signed_in_at=None,
    version=1,
)


async def invited(
    records: Records,
    login_name: str = "hanako",
    role: Role = Role.ADMINISTRATOR,
    tenant_id: str | None = None,
) -> Operator:
    new = replace(HANAKO, login_name=login_name, role=role, tenant_id=tenant_id)
    async with records.writing() as connection:
        return await invite(connection, new, NOW)


async def active(
    records: Records,
    login_name: str = "hanako",
    role: Role = Role.ADMINISTRATOR,
    tenant_id: str | None = None,
) -> Operator:
    """Invited, enrolled, and aware of the notice."""
    operator = await invited(records, login_name, role, tenant_id)
    async with records.writing() as connection:
        await enrol(connection, operator.operator_id)
        return await acknowledge_notice(connection, operator.operator_id, NOW)


async def enrol(connection: AsyncConnection, operator_id: str) -> None:
    token = await make_invitation(connection, KEYED_HASH, operator_id, DAY, NOW)
    assert await use_invitation(connection, KEYED_HASH, token, NOW) is not None


async def read(records: Records, operator: Operator) -> Operator:
    async with records.reading() as connection:
        found = await find_operator(connection, operator.operator_id)
    assert found is not None
    return found
