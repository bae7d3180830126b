"""A client or a tenant that is stopped is stopped at once, at every endpoint, in every worker."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.app import create_app
from gateway.store.memory import MemoryMoments
from gateway.tenants import administration, registry
from gateway.tenants.ending import end_tenant
from tests.support.gateway import Gateway
from tests.support.relying_party import RelyingParty

pytestmark = pytest.mark.anyio
Stop = Callable[[AsyncConnection, Gateway], Awaitable[Any]]
VERSION = 1


async def suspend_client(connection: AsyncConnection, gateway: Gateway) -> Any:
    return await administration.suspend_client(
        connection, "hanasaki", "health", VERSION, gateway.clock()
    )


async def delete_client(connection: AsyncConnection, gateway: Gateway) -> Any:
    return await administration.delete_client(
        connection, "hanasaki", "health", VERSION, gateway.clock()
    )


async def suspend_tenant(connection: AsyncConnection, gateway: Gateway) -> Any:
    return await registry.suspend_tenant(connection, "hanasaki", VERSION, gateway.clock())


async def delete_tenant(connection: AsyncConnection, gateway: Gateway) -> Any:
    return await registry.delete_tenant(connection, "hanasaki", VERSION, gateway.clock())


async def end_it(connection: AsyncConnection, gateway: Gateway) -> Any:
    return await end_tenant(connection, "hanasaki", gateway.clock())


@pytest.fixture
async def other_worker(gateway: Gateway) -> Gateway:
    """Another process would have the store in common with this one, and nothing else."""
    provider = gateway.provider
    app = await create_app(
        provider.settings, provider.records, MemoryMoments(gateway.clock), gateway.clock
    )
    return Gateway(app, provider, gateway.clock, gateway.secrets)


@pytest.mark.parametrize(
    "stop", [suspend_client, delete_client, suspend_tenant, delete_tenant, end_it]
)
async def test_from_the_commit_on_it_is_refused_everywhere(
    gateway: Gateway, other_worker: Gateway, health: RelyingParty, stop: Stop
) -> None:
    resident = await gateway.resident()
    async with gateway.browser() as browser:
        await gateway.sign_in(browser, resident)
        await gateway.consent(health.client, resident)
        tokens, code = await health.tokens(browser), await health.code(browser)
        assert (await health.call("GET", "/userinfo", tokens["access_token"])).status_code == 200
        async with gateway.provider.records.writing() as connection:
            await stop(connection, gateway)
        page = await health.authorize(browser)
        assert (page.status_code, "location" in page.headers) == (400, False)
    for worker in (gateway, other_worker):
        service = RelyingParty(worker, health.client, health.verifier)
        redeemed, renewed, told, revoked = (
            await service.redeem(code),
            await service.refresh(tokens["refresh_token"]),
            await service.post("/introspect", {"token": tokens["access_token"]}),
            await service.post("/revoke", {"token": tokens["access_token"]}),
        )
        for answer in (redeemed, renewed, told, revoked):
            assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
        for path, method in (("/userinfo", "GET"), ("/link", "GET")):
            used = await service.call(method, path, tokens["access_token"])
            assert (used.status_code, used.json()["error"]) == (401, "invalid_token")


async def test_a_service_of_another_tenant_goes_on(gateway: Gateway, health: RelyingParty) -> None:
    async with gateway.provider.records.writing() as connection:
        await registry.create_tenant(connection, "minato", "湊市", "Minato", gateway.clock())
        await registry.suspend_tenant(connection, "minato", VERSION, gateway.clock())
    assert await gateway.provider.clients.find("health") is not None


async def test_what_is_resumed_is_found_again_with_its_secret(
    gateway: Gateway, health: RelyingParty
) -> None:
    async with gateway.provider.records.writing() as connection:
        stopped = await suspend_client(connection, gateway)
    assert await gateway.provider.clients.find("health") is None
    async with gateway.provider.records.writing() as connection:
        await administration.resume_client(
            connection, "hanasaki", "health", stopped.version, gateway.clock()
        )
    assert await gateway.provider.clients.find("health") == health.client
