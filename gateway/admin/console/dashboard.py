"""The first pages: how a tenant stands, and how the platform does."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.admin.api.dashboard import Dashboard, DayCounts, Overview
from gateway.admin.console.charts import Chart, Day, chart
from gateway.admin.console.tenant_context import render_in, tenant_of
from gateway.admin.console.visit import Desk, Visit
from gateway.admin.house import Readiness
from gateway.card.readiness import AnchorState
from gateway.operators.model import Permission
from gateway.web.errors import PageRoute

_SOON = timedelta(days=90)


class DashboardPages:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[Route]:
        return [
            PageRoute("/overview", self.overview, methods=["GET"]),
            PageRoute("/tenants/{tenant_id}", self.dashboard, methods=["GET"]),
        ]

    async def overview(self, request: Request) -> Response:
        visit = await self._desk.visit(request)
        found: Overview = (await visit.call("show_overview")).value
        return visit.render(
            "overview.html",
            found=found,
            steps=[step for step in platform_steps(found) if visit.may(step.permission)],
            anchors=anchors_of(found.readiness, visit.now),
            residents=_chart(
                found.days, ("resident.signed_in", "resident.registered"), "resident.refused"
            ),
            cards=_chart(found.days, ("card.verified",), "card.refused"),
            gate=_chart(found.days, ("gate.refused",)),
        )

    async def dashboard(self, request: Request) -> Response:
        visit = await self._desk.visit(request)
        tenant = await tenant_of(visit)
        found: Dashboard = (await visit.call("show_dashboard")).value
        return render_in(
            visit,
            tenant,
            "dashboard.html",
            found=found,
            steps=_shown(visit, found),
            anchors=anchors_of(found.readiness, visit.now),
            sign_ins=_chart(found.days, ("service.signed_in",), "client.refused"),
            cards=_chart(found.days, ("card.verified",), "card.refused"),
        )


@dataclass(frozen=True, slots=True)
class Step:
    """Something to do next; `step_` + word is its text."""

    word: str
    path: tuple[str, ...]
    permission: Permission
    count: int = 0


def tenant_steps(found: Dashboard) -> Sequence[Step]:
    """What stands between a new tenant and its first resident, and what waits for somebody."""
    steps = []
    if not found.services["active"] + found.services["suspended"]:
        steps.append(Step("service", ("services", "new"), Permission.MANAGE_SERVICES))
    if not found.networks:
        steps.append(Step("network", ("networks",), Permission.MANAGE_NETWORKS))
    if not found.operators["active"] + found.operators["invited"]:
        steps.append(Step("operator", ("operators",), Permission.MANAGE_OPERATORS))
    if found.deeds_waiting:
        steps.append(Step("deeds", ("deeds",), Permission.VIEW_DEEDS, found.deeds_waiting))
    return steps


def platform_steps(found: Overview) -> Sequence[Step]:
    steps = []
    if not found.tenants["active"] + found.tenants["suspended"]:
        steps.append(Step("tenant", ("tenants", "new"), Permission.MANAGE_TENANTS))
    if found.operators["active"] + found.operators["invited"] < 2:
        steps.append(Step("second_operator", ("operators",), Permission.MANAGE_OPERATORS))
    if found.reviews_waiting:
        steps.append(
            Step("reviews", ("reviews",), Permission.MANAGE_RESIDENTS, found.reviews_waiting)
        )
    if found.deeds_waiting:
        steps.append(Step("deeds", ("deeds",), Permission.VIEW_DEEDS, found.deeds_waiting))
    return steps


def anchors_of(readiness: Readiness, now: datetime) -> Sequence[tuple[AnchorState, str]]:
    """Each with how it stands; `anchor_` + word is its text."""
    return [(anchor, how_it_stands(anchor, now)) for anchor in readiness.anchors]


def how_it_stands(anchor: AnchorState, now: datetime) -> str:
    if now > anchor.not_valid_after:
        return "expired"
    if now < anchor.not_valid_before:
        return "not_yet"
    return "soon" if now > anchor.not_valid_after - _SOON else "good"


def _shown(visit: Visit, found: Dashboard) -> Sequence[Step]:
    return [step for step in tenant_steps(found) if visit.may(step.permission)]


def _chart(days: Sequence[DayCounts], done: Sequence[str], refused: str | None = None) -> Chart:
    return chart(
        [
            Day(
                day.day,
                sum(day.counts[deed] for deed in done),
                0 if refused is None else day.counts[refused],
            )
            for day in days
        ]
    )
