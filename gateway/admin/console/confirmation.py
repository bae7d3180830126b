"""A page of its own before something stops or goes on: what happens, how to undo it, then the deed.

The same for tenants, services and readers; `tenant_delete_text` and so on are its words.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from starlette.responses import Response

from gateway.admin.api.clients import ClientView
from gateway.admin.api.tenants import TenantView
from gateway.admin.console.tenant_context import render_in
from gateway.admin.console.visit import Visit, seen_version
from gateway.errors import Conflict
from gateway.web.redirect import see_other

VERBS = ("suspend", "resume", "delete", "restore")
_PAST = {
    "suspend": "suspended",
    "resume": "resumed",
    "delete": "deleted",
    "restore": "restored",
}
_POSSIBLE = {
    "active": ("suspend", "delete"),
    "suspended": ("resume", "delete"),
    "deleted": ("restore",),
}
_STOPS = ("suspend", "delete")


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What the deed is done to."""

    noun: str
    """tenant, service or reader."""
    seen: TenantView | ClientView
    home: str
    """The page it was asked on, and to which it goes back."""

    def possible(self, undo: timedelta, now: datetime) -> Sequence[str]:
        """The verbs that fit how it stands."""
        verbs = _POSSIBLE.get(self.seen.state, ())
        until = self.restorable_until(undo)
        return () if until is not None and now >= until else verbs

    def restorable_until(self, undo: timedelta) -> datetime | None:
        return None if self.seen.deleted_at is None else self.seen.deleted_at + undo


def undo_time(visit: Visit) -> timedelta:
    return timedelta(days=visit.desk.house.settings.admin.undo_days)


def ask(
    visit: Visit, tenant: TenantView, subject: Confirmed, verb: str, refusal: Conflict | None = None
) -> Response:
    """Raises Conflict where the verb does not fit how it stands."""
    if refusal is None and verb not in subject.possible(undo_time(visit), visit.now):
        raise Conflict(f"the {subject.noun} is {subject.seen.state}")
    return render_in(
        visit,
        tenant,
        "confirm.html",
        status=200 if refusal is None else 409,
        subject=subject,
        verb=verb,
        stops=verb in _STOPS,
        undo_days=undo_time(visit).days,
        told=None if refusal is None else refusal.description,
    )


async def carry_out(visit: Visit, tenant: TenantView, subject: Confirmed, verb: str) -> Response:
    version = seen_version(await visit.form())
    try:
        await visit.call(f"{verb}_{subject.noun}", version=version)
    except Conflict as refusal:
        return ask(visit, tenant, subject, verb, refusal)
    return see_other(f"{subject.home}?done={subject.noun}_{_PAST[verb]}")
