"""A service whose resident is signed in; a gateway behind a proxy that hands on certificates, and
services held to FAPI 2.0."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from tests.conformance.fapi import PROFILES, FapiClient, fapi_client, signed_in
from tests.conformance.visit import Visit
from tests.oidc.clients.conftest import behind_proxy
from tests.support.gateway import Gateway, open_gateway
from tests.support.relying_party import RelyingParty


@pytest.fixture
async def proxied(tmp_path: Path, template: Path) -> AsyncIterator[Gateway]:
    async with open_gateway(tmp_path, template, behind_proxy) as gateway:
        yield gateway


@pytest.fixture(params=PROFILES)
async def fapi(request: pytest.FixtureRequest, proxied: Gateway) -> FapiClient:
    """By private_key_jwt, with tokens bound by DPoP."""
    return await fapi_client(proxied, request.param)


@pytest.fixture
async def browser(proxied: Gateway, fapi: FapiClient) -> AsyncIterator[httpx2.AsyncClient]:
    async with await signed_in(proxied, fapi) as browser:
        yield browser


@pytest.fixture(params=[None, "form_post"], ids=["default", "form_post"])
async def visit(request: pytest.FixtureRequest, gateway: Gateway) -> AsyncIterator[Visit]:
    """Of a service whose secret comes in the header; signed in, and agreed to."""
    service = RelyingParty(gateway, await gateway.service("health"))
    resident = await gateway.resident()
    await gateway.consent(service.client, resident)
    async with gateway.browser() as browser:
        await gateway.sign_in(browser, resident)
        yield Visit(service, browser, resident, request.param)
