"""Keys once for all tests; a fresh town for each."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from tests.card.door import Door, open_door
from tests.card.world import Keys, World


@pytest.fixture(scope="session")
def keys() -> Keys:
    made = [rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(6)]
    return Keys(
        authority=tuple(made[:4]),
        card=made[4],
        other=made[5],
        p256=ec.generate_private_key(ec.SECP256R1()),
        p384=ec.generate_private_key(ec.SECP384R1()),
    )


@pytest.fixture
def world(tmp_path: Path, keys: Keys) -> World:
    return World(tmp_path / "town", keys)


@pytest.fixture
async def door(world: World) -> AsyncIterator[Door]:
    async with open_door(world) as opened:
        yield opened
