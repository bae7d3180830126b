"""A service that signs its requests, and somebody who is signed in and has agreed."""

from collections.abc import AsyncIterator

import httpx2
import pytest

from tests.oidc.authorization.asking import KEYS, signed_in
from tests.support.gateway import Gateway
from tests.support.relying_party import RelyingParty


@pytest.fixture
async def signer(gateway: Gateway) -> RelyingParty:
    return RelyingParty(gateway, await gateway.service("signer", **KEYS))


@pytest.fixture
async def browser(gateway: Gateway, signer: RelyingParty) -> AsyncIterator[httpx2.AsyncClient]:
    async with await signed_in(gateway, signer) as browser:
        yield browser
