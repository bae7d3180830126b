"""Who the operators are that a log names by their IDs."""

from collections.abc import Collection, Mapping

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.operators.model import Operator
from gateway.operators.records import operators
from gateway.operators.registry import OPERATOR_COLUMNS, read_operator


async def operators_named(
    connection: AsyncConnection, operator_ids: Collection[str]
) -> Mapping[str, Operator]:
    """By ID, whatever their state. Whoever may read a log is told who it was (LG-07)."""
    if not operator_ids:
        return {}
    query = sa.select(*OPERATOR_COLUMNS).where(operators.c.operator_id.in_(sorted(operator_ids)))
    found = [read_operator(row) for row in await connection.execute(query)]
    return {operator.operator_id: operator for operator in found}
