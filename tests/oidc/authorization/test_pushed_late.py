"""Who was on the way to sign in when a pushed request was answered comes too late for ever."""

import re

import pytest

from gateway.oidc.authorization import authorize
from gateway.oidc.authorization.request_uris import LIFETIME
from tests.oidc.authorization.asking import authorize_with, pushed, signed_in
from tests.support.gateway import Gateway
from tests.support.relying_party import RelyingParty, redirected

pytestmark = pytest.mark.anyio


async def test_a_visit_that_is_written_down_after_the_answer_is_not_answered(
    gateway: Gateway, health: RelyingParty
) -> None:
    request_uri = await pushed(health)
    moments = gateway.provider.moments
    async with gateway.browser() as late:
        sent = await authorize_with(late, health, request_uri=request_uri)
        page = await late.get(sent.headers["location"])
    (key,) = re.findall(r"/authorize/([\w-]+)\?cancelled", page.text)
    raw = await moments.get(authorize.KIND, key)
    assert raw is not None
    async with await signed_in(gateway, health) as browser:
        assert "code" in redirected(await authorize_with(browser, health, request_uri=request_uri))
        await moments.put(authorize.KIND, key, raw, 10 * LIFETIME)
        gateway.clock.forward(seconds=2 * LIFETIME.total_seconds())
        assert (await browser.get(f"/authorize/{key}")).status_code == 400
