"""A consent that has to be asked for: what, for whom, and where to go on afterwards."""

import secrets
from dataclasses import dataclass
from datetime import timedelta

import msgspec

from gateway.consent.details import AgreedDetail
from gateway.store.api import Moments

KIND = "consent"


@dataclass(frozen=True, slots=True)
class AskedDetail:
    """A data flow and what residents call its parts."""

    agreed: AgreedDetail
    provider_name_ja: str
    provider_name_en: str
    data_ja: tuple[str, ...]
    data_en: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ConsentTask:
    return_to: str
    """A path of this gateway."""
    client_id: str
    tenant_id: str
    resident_id: str
    client_name_ja: str
    client_name_en: str
    purpose_ja: str
    purpose_en: str
    scopes: tuple[str, ...]
    final_origin: str | None
    details: tuple[AskedDetail, ...] = ()


class ConsentTasks:
    def __init__(self, moments: Moments, lifetime: timedelta) -> None:
        self._moments = moments
        self._lifetime = lifetime

    async def begin(self, task: ConsentTask) -> str:
        """The path of the page that asks."""
        task_id = secrets.token_urlsafe(24)
        await self._moments.put(KIND, task_id, msgspec.json.encode(task), self._lifetime)
        return f"/consent?task={task_id}"

    async def get(self, task_id: str) -> ConsentTask | None:
        raw = await self._moments.get(KIND, task_id)
        return None if raw is None else msgspec.json.decode(raw, type=ConsentTask)

    async def take(self, task_id: str) -> ConsentTask | None:
        """An answer is given once."""
        raw = await self._moments.take(KIND, task_id)
        return None if raw is None else msgspec.json.decode(raw, type=ConsentTask)
