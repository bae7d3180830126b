"""Where all the parts, which `assembly.py` makes, become the application: doors, gate, upkeep."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from datetime import datetime, timedelta
from importlib.metadata import EntryPoints, version

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from gateway.admin.application import admin_routes
from gateway.admin.gate import IpGate, Refusals
from gateway.admin.house import PartState, Readiness
from gateway.assembly import (
    limit_of_addresses,
    load_linking,
    make_house,
    make_login,
    make_provider,
    make_sweep,
    make_verifier,
    trusted_proxies,
)
from gateway.audit.model import GATEWAY, Entry, LogKind, Outcome
from gateway.audit.sealing import Sealing
from gateway.card.api import CertificateLinking
from gateway.card.background import sources_at_work
from gateway.card.challenge import Challenges
from gateway.card.documents.apart import Apart
from gateway.card.documents.verify import DocumentVerifier
from gateway.card.model import Verification
from gateway.card.readiness import (
    anchor_states,
    anchors_in_force,
    revocation_evidence,
    source_states,
)
from gateway.card.routes import Conclude, Holder, Identify, card_routes
from gateway.card.verify import CardVerifier
from gateway.clock import Clock, system_clock
from gateway.consent.routes import ConsentPage
from gateway.developers.routes import developer_routes
from gateway.health import Part, health_routes, look
from gateway.housekeeping import Housekeeping, kept
from gateway.login.browser import Browsers
from gateway.login.revoked import RememberingVerifier
from gateway.metrics import metrics_route
from gateway.observation import Observation, observing
from gateway.oidc.authorization.response import AuthorizationError, error_answer
from gateway.oidc.clients.readers import conclude, identify_reader
from gateway.oidc.discovery import metadata
from gateway.oidc.protected_resource import PATH as PROTECTED_RESOURCE
from gateway.oidc.provider import Provider
from gateway.oidc.routes import oidc_routes
from gateway.oidc.scopes import SCOPES
from gateway.oidc.signed_documents import signed_document_routes
from gateway.plugins import installed_plugins
from gateway.settings import Settings
from gateway.store.api import Moments, Records
from gateway.store.moments import open_moments
from gateway.store.records import open_records
from gateway.web.arrival import Arrivals
from gateway.web.cookies import Cookies
from gateway.web.errors import Handler, exception_handlers
from gateway.web.limits import BodyLimit
from gateway.web.outgoing import Outgoing
from gateway.web.static import static_route


@asynccontextmanager
async def open_app(settings: Settings, clock: Clock = system_clock) -> AsyncIterator[ASGIApp]:
    """The application with stores of its own, which are closed with it."""
    async with opened_stores(settings, clock) as (records, moments):
        with observing(settings, clock) as observation:
            installed = installed_plugins()
            verifier = make_verifier(settings, installed)
            linking = load_linking(settings, installed, verifier.revocation_sources)
            provider = await make_provider(
                settings,
                records,
                moments,
                clock,
                observation.noted,
                limited=observation.metrics.limit_reached,
            )
            await provider.audit.record(started(clock()))
            async with (
                kept(housekeeping_of(provider, verifier, observation)),
                sources_at_work(verifier.revocation_sources, clock),
                Apart() as apart,
                aclosing(provider.outgoing),
                aclosing(provider.sign_out.back_channel),
            ):
                yield make_app(provider, verifier, observation, apart, linking)


async def check_start(settings: Settings, clock: Clock = system_clock) -> None:
    """Raises what `open_app` would raise."""
    async with opened_stores(settings, clock) as (records, moments):
        await create_app(settings, records, moments, clock)


@asynccontextmanager
async def opened_stores(settings: Settings, clock: Clock) -> AsyncIterator[tuple[Records, Moments]]:
    records = open_records(settings.store.records)
    moments = open_moments(settings.store.moments, clock)
    try:
        await records.check()
        await moments.check()
        yield records, moments
    finally:
        await moments.close()
        await records.close()


async def create_app(
    settings: Settings,
    records: Records,
    moments: Moments,
    clock: Clock,
    installed: EntryPoints | None = None,
    apart: Apart | None = None,
    outgoing: Outgoing | None = None,
) -> ASGIApp:
    """Raises SettingsError or PluginError where it cannot be started as the settings say. `apart`:
    entered by whoever will have documents read; without one in use nothing has to be closed."""
    plugins = installed or installed_plugins()
    verifier = make_verifier(settings, plugins)
    linking = load_linking(settings, plugins, verifier.revocation_sources)
    provider = await make_provider(settings, records, moments, clock, outgoing=outgoing)
    return make_app(provider, verifier, apart=apart, linking=linking)


def make_app(
    provider: Provider,
    verifier: CardVerifier,
    observation: Observation | None = None,
    apart: Apart | None = None,
    linking: CertificateLinking | None = None,
) -> ASGIApp:
    remembering = RememberingVerifier(verifier, provider.residents)
    documents = DocumentVerifier((apart or Apart()).read, remembering)
    settings, clock, moments = provider.settings, provider.clock, provider.moments
    challenges = Challenges(moments, timedelta(seconds=settings.card.challenge_seconds))
    browsers = Browsers(Cookies(settings.secure_cookies))
    identify, conclude_for = card_callers(provider, browsers)
    parts = parts_to_watch(provider.records, moments, verifier, clock)
    house = make_house(provider, readiness_of(parts, verifier, clock))
    refusals = Refusals(provider.audit, moments, clock)
    if observation is not None:
        refusals = Refusals(provider.audit, moments, clock, observation.metrics.gate_refused)
    routes: list[BaseRoute] = [*health_routes(parts), static_route()]
    if "residents" in settings.server.doors:
        routes += [
            *endpoints_and_guide(provider),
            *make_login(provider, remembering, linking, challenges, browsers).routes(),
            *consent_page(provider).routes(),
            *card_routes(remembering, challenges, identify, conclude_for, clock),
            *signed_document_routes(provider, documents),
        ]
    if "operators" in settings.server.doors:
        routes += admin_routes(house)
        if observation is not None:
            routes.append(metrics_route(observation.metrics))
    app = Starlette(
        routes=routes,
        middleware=[
            Middleware(IpGate, house.allow_lists, clock, refusals),
            limit_of_addresses(provider, routes),
            Middleware(BodyLimit, settings.server.body_limit_bytes),
        ],
        exception_handlers={
            **exception_handlers(provider.pages, provider.issuer + PROTECTED_RESOURCE),
            AuthorizationError: answer_authorization_error(provider),
        },
    )
    # A slash too many names nothing: behind a proxy that ends TLS the way back would be plain HTTP,
    # and a program would send its secret over it.
    app.router.redirect_slashes = False
    # Around all of it: an answer to a failure has its number too.
    on_answer = None if observation is None else observation.answered
    return Arrivals(app, trusted_proxies(settings), on_answer)


def housekeeping_of(
    provider: Provider, verifier: CardVerifier, observation: Observation
) -> Housekeeping:
    return Housekeeping(
        records=provider.records,
        moments=provider.moments,
        audit=provider.audit,
        sealing=Sealing(provider.records, provider.keys),
        sweep=make_sweep(provider, verifier),
        sign_outs=provider.sign_out,
        files=observation.files,
        settings=provider.settings.audit,
        clock=provider.clock,
    )


def started(now: datetime) -> Entry:
    detail = {"version": version("genkan")}
    return Entry(now, LogKind.EVENT, "gateway.started", Outcome.DONE, GATEWAY, detail=detail)


def parts_to_watch(
    records: Records, moments: Moments, verifier: CardVerifier, clock: Clock
) -> Sequence[Part]:
    async def anchors() -> str:
        return anchors_in_force(verifier.anchors, verifier.anchor_sets, clock())

    async def revocation() -> str:
        return await revocation_evidence(verifier.revocation_sources, clock())

    return (
        Part("records", records.check),
        Part("moments", moments.check),
        Part("anchors", anchors),
        # Whoever is signed in needs no card: stale evidence is told, and closes no door.
        Part("revocation", revocation, required=False),
    )


def readiness_of(
    parts: Sequence[Part], verifier: CardVerifier, clock: Clock
) -> Callable[[], Awaitable[Readiness]]:
    """What /readyz tells, and the times behind it, for the console."""

    async def state(part: Part) -> PartState:
        found = await look(part)
        return PartState(part.name, found.ready, found.detail)

    async def readiness() -> Readiness:
        return Readiness(
            parts=tuple([await state(part) for part in parts]),
            anchors=anchor_states(verifier.anchors),
            sources=await source_states(verifier.revocation_sources, clock()),
        )

    return readiness


def consent_page(provider: Provider) -> ConsentPage:
    async def current_resident(request: Request) -> str | None:
        session = await provider.sessions.current(request, provider.clock())
        return None if session is None else session.resident_id

    return ConsentPage(
        provider.clock,
        provider.pages,
        provider.consents,
        provider.consent_tasks,
        provider.audit,
        provider.records,
        current_resident,
    )


def endpoints_and_guide(provider: Provider) -> list[Route]:
    """The developers' guide tells what discovery tells of the endpoints."""
    endpoints = oidc_routes(provider)
    guide = developer_routes(
        metadata(provider, endpoints),
        SCOPES,
        provider.settings,
        provider.pages,
        provider.moments,
        provider.clients,
        provider.clock,
    )
    return [*endpoints, *guide]


def card_callers(provider: Provider, browsers: Browsers) -> tuple[Identify, Conclude]:
    """Who may use the card's endpoints: a registered reader, or the sign-in page's own browser."""

    async def identify(request: Request) -> Holder | None:
        reader = await identify_reader(provider, request, provider.clock())
        holder = browsers.holder(request) if reader is None else f"reader:{reader.client_id}"
        return None if holder is None else Holder(holder, provider.issuer)

    async def conclude_for(request: Request, found: Verification) -> Mapping[str, object] | None:
        return await conclude(provider, request, found, provider.clock())

    return identify, conclude_for


def answer_authorization_error(provider: Provider) -> Handler:
    async def handle(http: Request, error: Exception) -> Response:
        assert isinstance(error, AuthorizationError)  # noqa: S101 - registered for this class only
        return await error_answer(provider, http, error, provider.clock())

    return handle
