"""How operators are named where they asked, decided or signed."""

from collections.abc import Iterable, Mapping

from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.operators.model import Operator
from gateway.operators.names import operators_named


def named(operator: Operator) -> str:
    """Two people may share a name, never a login name."""
    return f"{operator.name} ({operator.login_name})"


async def names_of(
    connection: AsyncConnection, operator_ids: Iterable[str | None]
) -> Mapping[str, str]:
    """By operator ID; whoever is not known is called by it."""
    asked = {operator_id for operator_id in operator_ids if operator_id is not None}
    found = await operators_named(connection, asked)
    return {one: named(found[one]) if one in found else one for one in asked}
