"""A logout token that cannot be made holds up no other service's, and is given up some day."""

import httpx2
import pytest
import sqlalchemy as sa

from gateway.oidc.logout.back_channel import PAUSES
from gateway.tenants.metadata import as_stored
from gateway.tenants.records import clients
from tests.support.gateway import Gateway, service_metadata
from tests.support.log import logged
from tests.support.logout_receiver import LogoutReceiver, told_at, waiting
from tests.support.relying_party import RelyingParty

pytestmark = pytest.mark.anyio


async def break_registration(gateway: Gateway) -> None:
    """As no rule lets it be: it is to be encrypted for, and has no key."""
    broken = service_metadata(
        "health", **told_at("health"), id_token_encrypted_response_alg="ECDH-ES"
    )
    change = sa.update(clients).where(clients.c.client_id == "health")
    async with gateway.provider.records.writing() as connection:
        await connection.execute(change.values(metadata=as_stored(broken)))


async def test_one_that_cannot_be_made_is_not_waited_for(
    gateway: Gateway,
    health: RelyingParty,
    points: RelyingParty,
    at_points: LogoutReceiver,
    browser: httpx2.AsyncClient,
) -> None:
    await health.tokens(browser)
    await points.tokens(browser)
    await break_registration(gateway)
    await browser.post("/logout", data={"confirmed": "yes"})
    assert len(await at_points.got()) == 1
    for pause in PAUSES:
        gateway.clock.forward(seconds=pause.total_seconds() + 60)
        await gateway.provider.sign_out.once()
    assert await waiting(gateway) == 0
    first, last = await logged(gateway, "logout.not_obeyed", "logout.abandoned")
    assert (first.deed, last.deed) == ("logout.not_obeyed", "logout.abandoned")
    assert first.detail == {"tries": "1", "reason": "not_made"}
