"""The end of a tenant's operators: nobody can sign in any more; the rows stay for the logs."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.operators.model import OperatorState
from gateway.operators.records import api_tokens, invitations, operators, passkeys
from gateway.operators.registry import NO_CREDENTIALS


async def delete_operators_of(connection: AsyncConnection, tenant_id: str, now: datetime) -> int:
    """How many lost what they signed in with. Not even the last administrator stays."""
    own = operators.c.tenant_id == tenant_id
    theirs = sa.select(operators.c.operator_id).where(own)
    for table in (invitations, passkeys, api_tokens):
        await connection.execute(table.delete().where(table.c.operator_id.in_(theirs)))
    left = own & (operators.c.state != OperatorState.DELETED)
    values = {"state": OperatorState.DELETED, "changed_at": now, **NO_CREDENTIALS}
    gone = await connection.execute(
        operators.update().where(left).values(**values, version=operators.c.version + 1)
    )
    return gone.rowcount
