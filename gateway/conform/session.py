"""`genkan conform`: the gateway in this process, over its own stores, with a service in view."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import msgspec

from gateway.app import make_app, opened_stores
from gateway.assembly import load_linking, make_provider, make_verifier
from gateway.card.api import CertificateLinking
from gateway.card.background import sources_at_work
from gateway.card.verify import CardVerifier
from gateway.clock import Clock
from gateway.conform.card import Holder, card_for_this_run, card_of
from gateway.conform.departure import forget_resident
from gateway.conform.fault import Tampering
from gateway.conform.inspection import Asked, Inspection
from gateway.conform.model import Outcome, Result
from gateway.conform.record import record_pass
from gateway.conform.running import Tell, run_plan
from gateway.conform.signer import TamperingKeys
from gateway.conform.visit import Way
from gateway.conform.wire import Wire
from gateway.errors import SettingsError
from gateway.keys.master import load_master_key
from gateway.oidc.provider import Provider
from gateway.plugins import installed_plugins
from gateway.server import served_here
from gateway.settings import Settings
from gateway.tenants.model import Client, ClientKind


@dataclass(frozen=True, slots=True)
class Order:
    client_id: str
    asked: Asked
    cards: Path | None = None
    """None: a card of its own, under a CA that this run alone trusts."""
    port: int | None = None
    """Where it listens; None: where the settings say."""


async def conform(
    settings: Settings, order: Order, clock: Clock, tell: Tell
) -> tuple[Client, Sequence[Result]]:
    """SettingsError where it cannot be done here. What passed is on record when this returns."""
    async with inspecting(settings, order, clock) as (provider, inspection):
        results = await asyncio.to_thread(run_plan, inspection, tell)
        if is_passed(results):
            await record_pass(provider, inspection.client, results, clock())
        return inspection.client, results


def is_passed(results: Sequence[Result]) -> bool:
    """A warning keeps nobody from it."""
    return all(result.outcome is not Outcome.FAILED for result in results)


@asynccontextmanager
async def inspecting(
    settings: Settings, order: Order, clock: Clock
) -> AsyncIterator[tuple[Provider, Inspection]]:
    """The gateway served where the settings say, its service found and everything in place."""
    if settings.card.trust != "demo":
        raise SettingsError(
            "card.trust: this is for a test installation (demo); residents sign in at this one"
        )
    for option, url in order.asked.addresses():
        if not url.startswith(("https://", "http://")):
            raise SettingsError(
                f"{option}: an address that begins with https:// or http:// is needed"
            )
    if order.port is not None:
        server = msgspec.structs.replace(settings.server, listen_port=order.port)
        settings = msgspec.structs.replace(settings, server=server)
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="genkan-conform-"))
        if order.cards is not None:
            holder = card_of(order.cards, settings)
        else:
            holder = card_for_this_run(Path(folder), settings, clock())
        opened = await stack.enter_async_context(_opened(holder, order, clock))
        yield opened


@asynccontextmanager
async def _opened(
    holder: Holder, order: Order, clock: Clock
) -> AsyncIterator[tuple[Provider, Inspection]]:
    settings, tampering = holder.settings, Tampering()
    async with opened_stores(settings, clock) as (records, moments):
        plain = await make_provider(settings, records, moments, clock)
        reload = timedelta(seconds=settings.keys.reload_seconds)
        master = load_master_key(settings.keys)
        keys = TamperingKeys(records, master, reload, order.client_id, tampering)
        await keys.ensure(clock())
        provider = replace(plain, keys=keys)
        client = await _service(provider, order.client_id)
        verifier, linking = _verifier(provider)
        app = make_app(provider, verifier, linking=linking)
        wire = Wire(app, client.client_id, tampering)
        inspection = Inspection(
            client=client,
            asked=order.asked,
            way=Way(provider.issuer, order.asked.start, client.redirect_uris, holder.card),
            tampering=tampering,
            keys=keys,
            heard=wire.heard,
            clock=clock,
            loop=asyncio.get_running_loop(),
        )
        server = settings.server
        async with (
            sources_at_work(verifier.revocation_sources, clock),
            aclosing(provider.outgoing),
            aclosing(provider.sign_out.back_channel),
            served_here(wire, server.listen_host, server.listen_port),
        ):
            try:
                yield provider, inspection
            finally:
                if holder.is_for_this_run:
                    await forget_resident(provider, holder.card, clock())


def _verifier(provider: Provider) -> tuple[CardVerifier, CertificateLinking | None]:
    settings, installed = provider.settings, installed_plugins()
    verifier = make_verifier(settings, installed)
    return verifier, load_linking(settings, installed, verifier.revocation_sources)


async def _service(provider: Provider, client_id: str) -> Client:
    client = await provider.clients.find(client_id)
    if client is None or client.kind is not ClientKind.SERVICE:
        raise SettingsError(f"{client_id[:64]!r}: no service of this ID is in use here")
    if "authorization_code" not in client.grant_types or not client.redirect_uris:
        raise SettingsError(f"{client_id!r}: residents do not sign in to it with a browser")
    return client
