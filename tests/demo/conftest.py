"""Gateways whose clock stands at today, as a stock client reads the clock itself."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.demo.visit import gateway_now
from tests.support.gateway import Gateway


@pytest.fixture
async def gateway(tmp_path: Path, template: Path) -> AsyncIterator[Gateway]:
    async with gateway_now(tmp_path, template, access_token_seconds=600) as gateway:
        yield gateway


@pytest.fixture
async def hasty_gateway(tmp_path: Path, template: Path) -> AsyncIterator[Gateway]:
    """Its access tokens live so short that a stock client renews them before every use."""
    async with gateway_now(tmp_path, template, access_token_seconds=30) as gateway:
        yield gateway
