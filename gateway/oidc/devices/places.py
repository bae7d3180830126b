"""How many questions may wait at once: for one resident, for one resident and service, and for one
service. Nobody's list is filled up by others."""

import secrets
from collections.abc import Sequence
from datetime import timedelta

from gateway.store.api import Moments

KIND = "question-place"
OF_RESIDENT = 5
OF_RESIDENT_AND_CLIENT = 2
OF_CLIENT = 200


async def take_places(
    moments: Moments, resident_id: str, client_id: str, question_id: str, lifetime: timedelta
) -> tuple[str, ...] | None:
    """One of each kind, or None and nothing is held. Each is claimed in one step: of many requests
    at once, no more get in than there are places."""
    held: list[str] = []
    for owner, most in (
        (f"{resident_id}/{client_id}", OF_RESIDENT_AND_CLIENT),
        (_client(client_id), OF_CLIENT),
        (_resident(resident_id), OF_RESIDENT),
    ):
        place = await _free(moments, owner, most, lifetime)
        if place is None:
            await leave(moments, held)
            return None
        held.append(place)
    await moments.put(KIND, held[-1], question_id.encode(), lifetime)
    return tuple(held)


async def questions_of(moments: Moments, resident_id: str) -> Sequence[str]:
    """The IDs of what waits for them."""
    names = (f"{_resident(resident_id)}/{number}" for number in range(OF_RESIDENT))
    found = [await moments.get(KIND, name) for name in names]
    return [raw.decode() for raw in found if raw]


async def leave(moments: Moments, held: Sequence[str]) -> None:
    for place in held:
        await moments.drop(KIND, place)


async def _free(moments: Moments, owner: str, most: int, lifetime: timedelta) -> str | None:
    """From anywhere on: whoever has most of many places taken finds a free one soon."""
    first = secrets.randbelow(most)
    for number in range(most):
        place = f"{owner}/{(first + number) % most}"
        if await moments.claim(KIND, place, lifetime):
            return place
    return None


def _resident(resident_id: str) -> str:
    return f"resident:{resident_id}"


def _client(client_id: str) -> str:
    return f"client:{client_id}"
