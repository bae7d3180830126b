"""A desk of the town for each test."""

import pytest

from tests.card.documents.desk import Desk
from tests.card.world import World


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)
