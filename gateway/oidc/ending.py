"""The end of grants with the resident or the services they were given by and to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.clock import Clock
from gateway.oidc.logout.notices import Notices
from gateway.oidc.records import grants, logout_deliveries, refresh_tokens


async def revoke_of_residents(
    connection: AsyncConnection, resident_ids: Sequence[str], now: datetime
) -> None:
    await connection.execute(
        grants.update()
        .where(grants.c.resident_id.in_(resident_ids), grants.c.revoked_at.is_(None))
        .values(revoked_at=now)
    )


@dataclass(frozen=True, slots=True)
class GrantEnding:
    """For doors that do not know this room. The services are told in what follows, not here."""

    notices: Notices
    clock: Clock

    async def revoke_of_residents(
        self, connection: AsyncConnection, resident_ids: Sequence[str], now: datetime
    ) -> None:
        await self.notices.of_residents(connection, resident_ids, now)
        await revoke_of_residents(connection, resident_ids, now)

    async def revoke_of_resident(
        self, connection: AsyncConnection, resident_id: str, now: datetime
    ) -> None:
        await self.revoke_of_residents(connection, [resident_id], now)

    async def delete_of_resident(self, connection: AsyncConnection, resident_id: str) -> int:
        await self.notices.of_residents(connection, [resident_id], self.clock())
        return await _delete(connection, grants.c.resident_id == resident_id)

    async def delete_of_clients(
        self, connection: AsyncConnection, client_ids: Sequence[str]
    ) -> int:
        """Nobody is left to be told."""
        theirs = logout_deliveries.c.client_id.in_(client_ids)
        await connection.execute(logout_deliveries.delete().where(theirs))
        return await _delete(connection, grants.c.client_id.in_(client_ids))


async def _delete(connection: AsyncConnection, condition: sa.ColumnElement[bool]) -> int:
    own = refresh_tokens.c.grant_id.in_(sa.select(grants.c.grant_id).where(condition))
    await connection.execute(refresh_tokens.delete().where(own))
    return (await connection.execute(grants.delete().where(condition))).rowcount
