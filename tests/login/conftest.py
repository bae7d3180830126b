"""Two visitors at the door, and a gateway that asks a linking plugin."""

from collections.abc import AsyncIterator

import pytest

from gateway.virtual.keys import PrivateKey, new_rsa_key
from tests.login.linking import Ledger, with_linking
from tests.login.visitor import Visitor
from tests.support.gateway import Gateway


@pytest.fixture(scope="session")
def rsa_key() -> PrivateKey:
    return new_rsa_key()


@pytest.fixture
async def visitor(gateway: Gateway) -> AsyncIterator[Visitor]:
    async with gateway.browser() as browser:
        yield Visitor(gateway, browser)


@pytest.fixture
async def stranger(gateway: Gateway) -> AsyncIterator[Visitor]:
    """Somebody else, with a browser of their own."""
    async with gateway.browser() as browser:
        yield Visitor(gateway, browser)


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


@pytest.fixture
async def linked(gateway: Gateway, ledger: Ledger) -> Gateway:
    return await with_linking(gateway, ledger)
