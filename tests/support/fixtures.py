"""One demo CA and one set of keys for all tests; a whole gateway and a town for each that asks."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.virtual.authority import DemoAuthority
from gateway.virtual.keys import new_p384_key
from tests.support.gateway import NOW, Gateway, make_template, open_gateway
from tests.support.town import Town


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
def town(tmp_path: Path, authority: DemoAuthority) -> Town:
    return Town(authority, tmp_path / "crls")
