"""A sign-in that somebody asked for: where to go on afterwards, and for whom."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

import msgspec

from gateway.errors import InvalidRequest
from gateway.login.session import Session
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
    signature_needed: bool = False
    """The service takes nobody who shows the authentication certificate only."""
    session_id: str | None = field(default=None, repr=False)
    """Of the session it opened, where a re-proof is asked for before going on."""


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

    async def named_by(self, parameters: Mapping[str, str]) -> tuple[str, LoginTask]:
        """With its id. Raises InvalidRequest."""
        task_id = parameters.get("task")
        task = None if task_id is None else await self.get(task_id)
        if task_id is None or task is None:
            raise InvalidRequest("this sign-in has expired or is finished; start again")
        return task_id, task

    async def keep_open(self, task_id: str, task: LoginTask, session: Session) -> None:
        """Signed in, and not gone on yet."""
        kept = msgspec.json.encode(replace(task, session_id=session.session_id))
        await self._moments.replace(KIND, task_id, kept, self._lifetime)

    async def finish(self, task_id: str) -> None:
        await self._moments.drop(KIND, task_id)
