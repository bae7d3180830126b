"""A sign-in that somebody asked for: where to go on afterwards, and for whom."""

import secrets
from dataclasses import dataclass
from datetime import timedelta

import msgspec

from gateway.store.api import Moments

KIND = "login"


@dataclass(frozen=True, slots=True)
class LoginTask:
    return_to: str
    """A path of this gateway."""
    client_name_ja: str
    client_name_en: str
    final_origin: str | None
    """Where the browser ends after `return_to`: the pages' form-action has to allow it."""
    acr_values: tuple[str, ...] = ()


class LoginTasks:
    def __init__(self, moments: Moments, lifetime: timedelta) -> None:
        self._moments = moments
        self._lifetime = lifetime

    async def begin(self, task: LoginTask) -> str:
        """The path of the page that does it."""
        task_id = secrets.token_urlsafe(24)
        await self._moments.put(KIND, task_id, msgspec.json.encode(task), self._lifetime)
        return f"/login?task={task_id}"

    async def get(self, task_id: str) -> LoginTask | None:
        raw = await self._moments.get(KIND, task_id)
        return None if raw is None else msgspec.json.decode(raw, type=LoginTask)

    async def finish(self, task_id: str) -> None:
        await self._moments.drop(KIND, task_id)
