"""What a decided review does: a card joins somebody known, or is turned away."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.card.api import CertificateType
from gateway.errors import Conflict
from gateway.residents.destruction import destroy_attributes
from gateway.residents.model import ResidentState
from gateway.residents.records import binding_reviews, certificates, links, residents
from gateway.residents.states import Change
from gateway.residents.transition import change_state


async def join_waiting(
    connection: AsyncConnection, waiting: str, candidate: str, now: datetime
) -> None:
    """Their card is the candidate's from now on. The candidate's attributes stay: they are the
    same, or were read later; the next visit with the signature certificate reads them again."""
    await _change_candidate(connection, candidate)
    await turn_away(connection, waiting, now)
    moved = {"resident_id": candidate}
    await connection.execute(
        certificates.update().where(certificates.c.resident_id == waiting).values(moved)
    )
    async with _conflict(connection, "links: one service knows both under IDs of its own"):
        await connection.execute(links.update().where(links.c.resident_id == waiting).values(moved))
    # Whoever else was taken for the one who waited is now compared with the candidate.
    await connection.execute(
        binding_reviews.update()
        .where(
            binding_reviews.c.candidate_resident_id == waiting,
            binding_reviews.c.decision.is_(None),
        )
        .values(candidate_resident_id=candidate)
    )


async def turn_away(connection: AsyncConnection, waiting: str, now: datetime) -> None:
    """Only the hashes of their certificates are left, by which the card is known and kept out."""
    await change_state(connection, waiting, Change.TURN_AWAY, now)
    await destroy_attributes(connection, waiting)


async def bind_doubtful(
    connection: AsyncConnection, review_id: str, candidate: str, now: datetime
) -> None:
    """The very signature certificate the question was about, and no other."""
    await _change_candidate(connection, candidate)
    asked = sa.select(binding_reviews.c.doubtful_hash, binding_reviews.c.doubtful_not_after)
    row = (await connection.execute(asked.where(binding_reviews.c.review_id == review_id))).one()
    if row.doubtful_hash is None:
        raise Conflict("review: it does not say which certificate; they have to come once more")
    bound = {
        "identity_hash": row.doubtful_hash,
        "resident_id": candidate,
        "certificate_type": CertificateType.SIGNATURE,
        "not_after": row.doubtful_not_after,
        "bound_at": now,
    }
    async with _conflict(connection, "certificate: it is bound to somebody meanwhile"):
        await connection.execute(certificates.insert().values(bound))


async def _change_candidate(connection: AsyncConnection, candidate: str) -> None:
    """Their state, and with it what is open under it, stays."""
    changed = await connection.execute(
        residents.update()
        .where(residents.c.resident_id == candidate, residents.c.state != ResidentState.DELETED)
        .values(version=residents.c.version + 1)
    )
    if changed.rowcount == 0:
        raise Conflict("candidate: they are deleted")


@asynccontextmanager
async def _conflict(connection: AsyncConnection, description: str) -> AsyncIterator[None]:
    """Where a unique key says no."""
    try:
        async with connection.begin_nested():
            yield
    except sa.exc.IntegrityError as cause:
        raise Conflict(description) from cause
