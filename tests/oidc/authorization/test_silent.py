"""`prompt=none` is answered without a page, with the reason of OpenID Connect Core §3.1.2.6."""

from collections.abc import Callable

import httpx2
import pytest

from tests.oidc.authorization.asking import authorize_with, in_fragment, posted_form, pushed
from tests.support.gateway import ACR_STRONG, Gateway
from tests.support.relying_party import RelyingParty, redirected

pytestmark = pytest.mark.anyio

Read = Callable[[httpx2.Response], dict[str, str]]


def fields(answer: httpx2.Response) -> dict[str, str]:
    return posted_form(answer).fields


@pytest.mark.parametrize(
    ("mode", "read"), [("query", redirected), ("fragment", in_fragment), ("form_post", fields)]
)
async def test_each_reason_in_each_mode(
    gateway: Gateway, health: RelyingParty, mode: str, read: Read
) -> None:
    hanako, saburo = await gateway.resident(), await gateway.resident("邊見　三郎")
    silent = {"prompt": "none", "response_mode": mode}
    async with gateway.browser() as browser:
        nobody = read(await health.authorize(browser, **silent))
        assert nobody["error"] == "login_required"
        await gateway.sign_in(browser, hanako)
        unasked = read(await health.authorize(browser, **silent))
        assert unasked["error"] == "consent_required"
        await gateway.consent(health.client, hanako)
        good = read(await health.authorize(browser, **silent))
        tokens = (await health.redeem(good["code"])).json()
        gateway.clock.forward(seconds=61)
        hint = {"id_token_hint": tokens["id_token"]}
        assert "code" in read(await health.authorize(browser, **silent, **hint))
        for change in ({"max_age": "60"}, {"acr_values": ACR_STRONG}):
            older = read(await health.authorize(browser, **silent, **change))
            assert (older["error"], "code" in older) == ("login_required", False), change
        await gateway.sign_in(browser, saburo)
        other = read(await health.authorize(browser, **silent, **hint))
        assert (other["error"], "code" in other) == ("login_required", False)


async def test_a_pushed_and_a_posted_request_are_as_silent(
    gateway: Gateway, health: RelyingParty
) -> None:
    async with gateway.browser() as browser:
        request_uri = await pushed(health, prompt="none")
        told = redirected(await authorize_with(browser, health, request_uri=request_uri))
        assert told["error"] == "login_required"
        request = health.authorization_request(prompt="none")
        posted = await browser.post("/authorize", data=request)
        assert redirected(await browser.get(posted.headers["location"]))["error"] == (
            "login_required"
        )


@pytest.mark.parametrize("prompt", ["none login", "none consent", "create", "none create", "None"])
async def test_another_prompt_is_refused_and_shows_nothing(
    gateway: Gateway, health: RelyingParty, prompt: str
) -> None:
    async with gateway.browser() as browser:
        told = redirected(await health.authorize(browser, prompt=prompt))
    assert (told["error"], "code" in told) == ("invalid_request", False)
