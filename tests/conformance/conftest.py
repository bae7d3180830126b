"""A gateway behind a proxy that hands on certificates, and services held to FAPI 2.0."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from tests.conformance.fapi import PROFILES, FapiClient, fapi_client, signed_in
from tests.oidc.clients.conftest import behind_proxy
from tests.support.gateway import Gateway, open_gateway


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
