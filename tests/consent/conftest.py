"""A gateway with one service and one resident who is signed in."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.residents.model import Resident
from gateway.virtual.authority import DemoAuthority
from gateway.virtual.keys import new_p384_key
from tests.consent.asked import Asked
from tests.support.gateway import NOW, Gateway, make_template, open_gateway


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template")
    authority = DemoAuthority.create(NOW, new_key=new_p384_key)
    asyncio.run(make_template(folder, authority))
    return folder


@pytest.fixture
async def gateway(tmp_path: Path, template: Path) -> AsyncIterator[Gateway]:
    async with open_gateway(tmp_path, template) as gateway:
        yield gateway


@pytest.fixture
async def resident(gateway: Gateway) -> Resident:
    return await gateway.resident()


@pytest.fixture
async def asked(gateway: Gateway, resident: Resident) -> AsyncIterator[Asked]:
    async with gateway.browser() as browser:
        await gateway.sign_in(browser, resident)
        yield Asked(gateway, browser, resident)
