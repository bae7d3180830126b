"""One demo CA for all, a town, a gateway and a visitor of its own for each test."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.virtual.authority import DemoAuthority
from gateway.virtual.keys import PrivateKey, new_p384_key, new_rsa_key
from tests.login.visitor import Visitor
from tests.support.gateway import NOW, Gateway, make_template, open_gateway
from tests.support.town import Town


@pytest.fixture(scope="session")
def authority() -> DemoAuthority:
    return DemoAuthority.create(NOW, new_key=new_p384_key)


@pytest.fixture(scope="session")
def rsa_key() -> PrivateKey:
    return new_rsa_key()


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
def town(tmp_path: Path, authority: DemoAuthority) -> Town:
    return Town(authority, tmp_path / "crls")


@pytest.fixture
async def visitor(gateway: Gateway) -> AsyncIterator[Visitor]:
    async with gateway.browser() as browser:
        yield Visitor(gateway, browser)


@pytest.fixture
async def stranger(gateway: Gateway) -> AsyncIterator[Visitor]:
    """Somebody else, with a browser of their own."""
    async with gateway.browser() as browser:
        yield Visitor(gateway, browser)
