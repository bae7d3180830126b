"""How things stand: a tenant's on one screen, and the whole platform's."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date, datetime, time, timedelta, timezone

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.admin.endpoint import Answer, Call, Endpoint
from gateway.admin.house import Readiness
from gateway.audit.search import JAPAN, count_by_day
from gateway.operators.deeds import ANY
from gateway.operators.model import OperatorState, Permission
from gateway.operators.registry import count_operators
from gateway.operators.two_person import count_waiting
from gateway.residents.reviews import count_open_reviews
from gateway.tenants.allow_lists import list_networks
from gateway.tenants.counts import SecretAge, count_clients, count_tenants, secrets_to_look_at
from gateway.tenants.model import ClientKind
from gateway.tenants.registry import find_tenant

DAYS = 30
SECRET_IS_OLD = timedelta(days=365)
_MOST_SECRETS = 50
_OF_TENANT = ("service.signed_in", "card.verified", "card.refused", "client.refused")
_OF_PLATFORM = (
    "resident.signed_in",
    "resident.registered",
    "resident.refused",
    "card.verified",
    "card.refused",
    "gate.refused",
)


class DayCounts(msgspec.Struct, frozen=True):
    """A day in Japan, and how often each deed was done on it."""

    day: date
    counts: Mapping[str, int]


class Dashboard(msgspec.Struct, frozen=True):
    services: Mapping[str, int]
    """By state; so are readers and operators."""
    readers: Mapping[str, int]
    operators: Mapping[str, int]
    networks: int
    """On the tenant's allow-list."""
    deeds_waiting: int
    secrets: tuple[SecretAge, ...]
    days: tuple[DayCounts, ...]
    readiness: Readiness


class Overview(msgspec.Struct, frozen=True):
    tenants: Mapping[str, int]
    services: Mapping[str, int]
    readers: Mapping[str, int]
    operators: Mapping[str, int]
    """The platform's own."""
    reviews_waiting: int
    deeds_waiting: int
    days: tuple[DayCounts, ...]
    readiness: Readiness


async def show_dashboard(call: Call) -> Answer:
    tenant_id = call.path["tenant_id"]
    readiness = await call.house.readiness()
    async with call.house.records.reading() as connection:
        await find_tenant(connection, tenant_id)
        dashboard = Dashboard(
            services=await count_clients(connection, tenant_id, ClientKind.SERVICE),
            readers=await count_clients(connection, tenant_id, ClientKind.READER),
            operators=await _operators(connection, tenant_id),
            networks=len(await list_networks(connection, tenant_id)),
            deeds_waiting=await count_waiting(connection, tenant_id, call.now),
            secrets=await secrets_to_look_at(
                connection,
                tenant_id,
                made_before=call.now - SECRET_IS_OLD,
                now=call.now,
                limit=_MOST_SECRETS,
            ),
            days=await _days(connection, tenant_id, _OF_TENANT, call.now),
            readiness=readiness,
        )
    return Answer(dashboard)


async def show_overview(call: Call) -> Answer:
    readiness = await call.house.readiness()
    async with call.house.records.reading() as connection:
        overview = Overview(
            tenants=await count_tenants(connection),
            services=await count_clients(connection, None, ClientKind.SERVICE),
            readers=await count_clients(connection, None, ClientKind.READER),
            operators=await _operators(connection, None),
            reviews_waiting=await count_open_reviews(connection),
            deeds_waiting=await count_waiting(connection, ANY, call.now),
            days=await _days(connection, None, _OF_PLATFORM, call.now),
            readiness=readiness,
        )
    return Answer(overview)


async def _operators(connection: AsyncConnection, tenant_id: str | None) -> Mapping[str, int]:
    return {state: await count_operators(connection, tenant_id, state) for state in OperatorState}


async def _days(
    connection: AsyncConnection, tenant_id: str | None, deeds: tuple[str, ...], now: datetime
) -> tuple[DayCounts, ...]:
    """Whole days of Japan, today's as far as it has come."""
    zone = timezone(JAPAN)
    first = now.astimezone(zone).date() - timedelta(days=DAYS - 1)
    since = datetime.combine(first, time(), zone)
    found = await count_by_day(connection, tenant_id=tenant_id, deeds=deeds, since=since, until=now)
    return tuple(DayCounts(day, counts) for day, counts in found.items())


def endpoints() -> tuple[Endpoint, ...]:
    return (
        _endpoint("show_overview", "/overview", "How the platform stands", show_overview, Overview),
        _endpoint(
            "show_dashboard",
            "/tenants/{tenant_id}/dashboard",
            "How a tenant stands",
            show_dashboard,
            Dashboard,
        ),
    )


def _endpoint(
    name: str, path: str, summary: str, handle: Callable[[Call], Awaitable[Answer]], answer: type
) -> Endpoint:
    return Endpoint(
        name=name,
        method="GET",
        path=path,
        summary=summary,
        permission=Permission.VIEW,
        handle=handle,
        answer=answer,
    )
