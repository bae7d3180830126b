"""Deletes a resident for good: with the wrapped data key goes what it opens. The row stays as a
tombstone, so that logs keep their pseudonym and nobody else is given the common ID."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.errors import Conflict
from gateway.residents.administration import ResidentRecord
from gateway.residents.model import ResidentState
from gateway.residents.records import basic_attributes, binding_reviews, certificates, links
from gateway.residents.states import Change, state_after
from gateway.residents.transition import change_state


@dataclass(frozen=True, slots=True)
class Destroyed:
    """How many of each were there."""

    data_keys: int
    """Wrapped data keys, each with the attributes it opens and their hashes."""
    certificates: int
    """Hashes of bound certificates."""
    links: int
    """Local IDs, those of ended links too."""


def check_destroyable(resident: ResidentRecord) -> None:
    """Before anybody asks a second person for it. Raises Conflict, as `destroy_resident` would."""
    state_after(Change.DESTROY, resident.state)
    left = resident.certificates or resident.links
    if resident.state is ResidentState.DELETED and not left:
        raise _gone()


async def destroy_resident(
    connection: AsyncConnection, resident_id: str, now: datetime
) -> Destroyed:
    """Grants and consents are the caller's to delete in the same transaction, and after it
    `Records.overwrite_deleted`. Raises NoSuchThing, or Conflict: somebody who waits has a review to
    be decided first, and what is gone cannot go twice."""
    await change_state(connection, resident_id, Change.DESTROY, now)
    destroyed = Destroyed(
        data_keys=await destroy_attributes(connection, resident_id),
        certificates=await _delete(connection, certificates, resident_id),
        links=await _delete(connection, links, resident_id),
    )
    if destroyed == Destroyed(0, 0, 0):
        raise _gone()
    await connection.execute(
        binding_reviews.update()
        .where(binding_reviews.c.candidate_resident_id == resident_id)
        .values(doubtful_hash=None, doubtful_not_after=None)
    )
    return destroyed


def _gone() -> Conflict:
    return Conflict("state: this resident's data is destroyed already")


async def destroy_attributes(connection: AsyncConnection, resident_id: str) -> int:
    return await _delete(connection, basic_attributes, resident_id)


async def _delete(connection: AsyncConnection, table: sa.Table, resident_id: str) -> int:
    gone = await connection.execute(table.delete().where(table.c.resident_id == resident_id))
    return gone.rowcount


async def destroy_links_of_clients(connection: AsyncConnection, client_ids: Sequence[str]) -> int:
    """Of services whose tenant ends; the residents stay."""
    gone = await connection.execute(links.delete().where(links.c.client_id.in_(client_ids)))
    return gone.rowcount
