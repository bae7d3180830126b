"""The town of the card tests, for the plugins too."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.card.conftest import keys, world
from tests.card.world import World
from tests.plugins.crl_world import CrlWorld
from tests.plugins.ocsp_world import OcspWorld
from tests.plugins.service_world import ServiceWorld, service_world

__all__ = ["crls", "jwt_service", "keys", "ocsp", "service", "world"]


@pytest.fixture
def crls(world: World) -> CrlWorld:
    return CrlWorld(world)


@pytest.fixture
def ocsp(world: World) -> OcspWorld:
    return OcspWorld(world)


@pytest.fixture
async def service(world: World, tmp_path: Path) -> AsyncIterator[ServiceWorld]:
    """It demands a client certificate."""
    async with service_world(world, tmp_path / "service") as made:
        yield made


@pytest.fixture
async def jwt_service(world: World, tmp_path: Path) -> AsyncIterator[ServiceWorld]:
    """It demands an access token."""
    async with service_world(world, tmp_path / "service", by_jwt=True) as made:
        yield made
