"""The end of consents with the resident or the services they were given by and to."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.consent.records import consents


async def delete_consents_of_resident(connection: AsyncConnection, resident_id: str) -> int:
    return await _delete(connection, consents.c.resident_id == resident_id)


async def delete_consents_of_clients(connection: AsyncConnection, client_ids: Sequence[str]) -> int:
    return await _delete(connection, consents.c.client_id.in_(client_ids))


async def _delete(connection: AsyncConnection, condition: sa.ColumnElement[bool]) -> int:
    return (await connection.execute(consents.delete().where(condition))).rowcount
