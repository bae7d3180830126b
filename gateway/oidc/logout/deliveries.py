"""Sign-outs that services have yet to be told of, at rest: one worker at a time claims each."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.oidc.records import logout_deliveries


@dataclass(frozen=True, slots=True)
class Notice:
    """A service has to be told that a sign-in is over."""

    client_id: str
    sub: str = field(repr=False)
    """As the service knows the resident."""
    sid: str | None = field(repr=False)
    """None: every sign-in of this resident is over."""
    resident: str
    """The log's pseudonym."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A notice under way."""

    delivery_id: str
    notice: Notice
    tries: int
    """This one too."""


async def add_notices(
    connection: AsyncConnection, notices: Sequence[Notice], now: datetime
) -> None:
    rows = [
        {
            "delivery_id": secrets.token_hex(16),
            "client_id": notice.client_id,
            "sub": notice.sub,
            "sid": notice.sid,
            "resident": notice.resident,
            "ended_at": now,
            "tries": 0,
            "next_at": now,
        }
        for notice in notices
    ]
    if rows:
        await connection.execute(logout_deliveries.insert(), rows)


async def due_deliveries(connection: AsyncConnection, now: datetime, most: int) -> Sequence[str]:
    """Whoever wants one has to claim it."""
    found = await connection.execute(
        sa.select(logout_deliveries.c.delivery_id)
        .where(logout_deliveries.c.next_at <= now)
        .order_by(logout_deliveries.c.next_at)
        .limit(most)
    )
    return found.scalars().all()


async def claim_delivery(
    connection: AsyncConnection, delivery_id: str, now: datetime, until: datetime
) -> Delivery | None:
    """One atomic statement: of many workers one gets it, and nobody else `until` then, by when it
    is finished or put off. Whoever dies over it leaves it to the next."""
    claimed = await connection.execute(
        logout_deliveries.update()
        .where(
            logout_deliveries.c.delivery_id == delivery_id,
            logout_deliveries.c.next_at <= now,
        )
        .values(next_at=until, tries=logout_deliveries.c.tries + 1)
        .returning(logout_deliveries)
    )
    row = claimed.one_or_none()
    if row is None:
        return None
    return Delivery(delivery_id, Notice(row.client_id, row.sub, row.sid, row.resident), row.tries)


async def finish_delivery(connection: AsyncConnection, delivery_id: str) -> None:
    """It was obeyed, or is given up."""
    await connection.execute(
        logout_deliveries.delete().where(logout_deliveries.c.delivery_id == delivery_id)
    )


async def put_off_delivery(
    connection: AsyncConnection, delivery_id: str, next_at: datetime
) -> None:
    await connection.execute(
        logout_deliveries.update()
        .where(logout_deliveries.c.delivery_id == delivery_id)
        .values(next_at=next_at)
    )
