"""One demo CA and one set of keys for all, a gateway of its own for each test."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.virtual.authority import DemoAuthority
from gateway.virtual.keys import new_p384_key
from tests.support.gateway import NOW, Gateway, make_template, open_gateway
from tests.support.relying_party import RelyingParty


@pytest.fixture(scope="session")
def authority() -> DemoAuthority:
    return DemoAuthority.create(NOW, new_key=new_p384_key)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory, authority: DemoAuthority) -> Path:
    folder = tmp_path_factory.mktemp("template")
    asyncio.run(make_template(folder, authority))
    return folder


@pytest.fixture
async def gateway(tmp_path: Path, template: Path) -> AsyncIterator[Gateway]:
    async with open_gateway(tmp_path, template) as gateway:
        yield gateway


@pytest.fixture
async def health(gateway: Gateway) -> RelyingParty:
    return RelyingParty(gateway, await gateway.service("health"))


@pytest.fixture
async def points(gateway: Gateway) -> RelyingParty:
    return RelyingParty(gateway, await gateway.service("points"))
