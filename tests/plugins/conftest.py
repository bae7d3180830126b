"""The town of the card tests, for the plugins too."""

import pytest

from tests.card.conftest import keys, world
from tests.card.world import World
from tests.plugins.crl_world import CrlWorld
from tests.plugins.ocsp_world import OcspWorld

__all__ = ["crls", "keys", "ocsp", "world"]


@pytest.fixture
def crls(world: World) -> CrlWorld:
    return CrlWorld(world)


@pytest.fixture
def ocsp(world: World) -> OcspWorld:
    return OcspWorld(world)
