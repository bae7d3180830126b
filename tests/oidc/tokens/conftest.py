"""A service that proves its own key, and a resident who is signed in and has agreed."""

import pytest

from tests.oidc.tokens.proving import ProvingParty
from tests.support.gateway import Gateway
from tests.support.proofs import ProofMaker


@pytest.fixture
async def proving(gateway: Gateway) -> ProvingParty:
    client = await gateway.service("health")
    resident = await gateway.resident()
    await gateway.consent(client, resident)
    browser = gateway.browser()
    await gateway.sign_in(browser, resident)
    return ProvingParty(gateway, client, ProofMaker(gateway.clock), browser)
