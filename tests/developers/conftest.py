"""The try-out's service, and a developer who walks."""

import pytest

from gateway.developers.trying.wishes import AFTER_SIGN_OUT, CALLBACK, CLIENT_ID
from gateway.tenants.model import Client
from tests.developers.walker import Walker
from tests.support.gateway import ISSUER, Gateway


@pytest.fixture
async def tryout(gateway: Gateway) -> Client:
    """As the demo registers it."""
    return await gateway.service(
        CLIENT_ID,
        redirect_uris=(ISSUER + CALLBACK,),
        post_logout_redirect_uris=(ISSUER + AFTER_SIGN_OUT,),
        token_endpoint_auth_method="none",
    )


@pytest.fixture
async def walker(gateway: Gateway, tryout: Client) -> Walker:
    """Signed in, with a card, and in agreement."""
    resident = await gateway.resident()
    walker = Walker(gateway, gateway.browser())
    await gateway.sign_in(walker.browser, resident)
    await gateway.consent(tryout, resident)
    return walker
