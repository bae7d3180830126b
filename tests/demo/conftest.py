"""One template of a gateway for all tests, and one folder of a demo world."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.virtual.authority import DemoAuthority
from gateway.virtual.keys import new_p384_key
from tests.demo.visit import gateway_now
from tests.support.gateway import NOW, Gateway, make_template


@pytest.fixture(scope="package")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template")
    asyncio.run(make_template(folder, DemoAuthority.create(NOW, new_key=new_p384_key)))
    return folder


@pytest.fixture
async def gateway(tmp_path: Path, template: Path) -> AsyncIterator[Gateway]:
    async with gateway_now(tmp_path, template, access_token_seconds=600) as gateway:
        yield gateway


@pytest.fixture
async def hasty_gateway(tmp_path: Path, template: Path) -> AsyncIterator[Gateway]:
    """Its access tokens live so short that a stock client renews them before every use."""
    async with gateway_now(tmp_path, template, access_token_seconds=30) as gateway:
        yield gateway
