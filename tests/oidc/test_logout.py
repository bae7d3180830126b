"""/logout: ends what is the resident's own, asks where it cannot tell, redirects to the proven."""

import httpx2
import pytest

from tests.support.gateway import Gateway
from tests.support.relying_party import RelyingParty

pytestmark = pytest.mark.anyio

BYE = "https://health.example.test/bye"


@pytest.fixture
async def browser(gateway: Gateway, health: RelyingParty) -> httpx2.AsyncClient:
    resident = await gateway.resident()
    await gateway.consent(health.client, resident)
    browser = gateway.browser()
    await gateway.sign_in(browser, resident)
    return browser


async def is_signed_in(health: RelyingParty, browser: httpx2.AsyncClient) -> bool:
    answer = await health.authorize(browser, prompt="none")
    return "code=" in answer.headers["location"]


async def test_a_services_hint_ends_the_session_and_goes_back(
    health: RelyingParty, browser: httpx2.AsyncClient
) -> None:
    hint = (await health.tokens(browser))["id_token"]
    query = {"id_token_hint": hint, "post_logout_redirect_uri": BYE, "state": "s&1"}
    answer = await browser.get("/logout", params=query)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{BYE}?state=s%261")
    assert not await is_signed_in(health, browser)


async def test_an_expired_hint_is_as_good(
    gateway: Gateway, health: RelyingParty, browser: httpx2.AsyncClient
) -> None:
    hint = (await health.tokens(browser))["id_token"]
    gateway.clock.forward(seconds=1_000)
    answer = await browser.get("/logout", params={"id_token_hint": hint})
    assert answer.status_code == 200
    assert not await is_signed_in(health, browser)


async def test_without_a_hint_the_resident_is_asked(
    health: RelyingParty, browser: httpx2.AsyncClient
) -> None:
    query = {"client_id": "health", "post_logout_redirect_uri": BYE, "state": "1"}
    asked = await browser.get("/logout", params=query)
    assert asked.status_code == 200
    assert "健康アプリ" in asked.text
    assert await is_signed_in(health, browser)
    confirmed = await browser.post("/logout", data={**query, "confirmed": "yes"})
    assert confirmed.headers["location"] == f"{BYE}?state=1"
    assert not await is_signed_in(health, browser)


async def test_a_services_post_goes_on_as_a_get(
    health: RelyingParty, browser: httpx2.AsyncClient
) -> None:
    hint = (await health.tokens(browser))["id_token"]
    form = {"id_token_hint": hint, "post_logout_redirect_uri": BYE}
    async with health.gateway.browser() as without_cookies:
        posted = await without_cookies.post("/logout", data=form)
    assert posted.status_code == 303
    answer = await browser.get(posted.headers["location"])
    assert answer.headers["location"] == BYE
    assert not await is_signed_in(health, browser)


@pytest.mark.parametrize(
    "query",
    [
        {"post_logout_redirect_uri": BYE},
        {"client_id": "health", "post_logout_redirect_uri": "https://evil.example/"},
        {"client_id": "health", "post_logout_redirect_uri": f"{BYE}?x=1"},
        {"client_id": "points", "post_logout_redirect_uri": BYE},
        {"client_id": "nobody"},
        {"id_token_hint": "x.y.z", "post_logout_redirect_uri": BYE},
        {"client_id": "health", "post_logout_redirect_uri": BYE, "state": "s" * 3_000},
    ],
)
async def test_one_wrong_thing_ends_nothing_and_redirects_nowhere(
    health: RelyingParty,
    points: RelyingParty,
    browser: httpx2.AsyncClient,
    query: dict[str, str],
) -> None:
    for answer in (
        await browser.get("/logout", params=query),
        await browser.post("/logout", data={**query, "confirmed": "yes"}),
    ):
        assert answer.status_code == 400
        assert "location" not in answer.headers
        assert "set-cookie" not in answer.headers
    assert points.client.client_id == "points"
    assert await is_signed_in(health, browser)


async def test_a_modified_hint_ends_nothing(
    health: RelyingParty, browser: httpx2.AsyncClient
) -> None:
    hint = (await health.tokens(browser))["id_token"]
    head, body, signature = hint.split(".")
    for bad in (f"{head}.{body}.", f"{head}.{body}.{signature[::-1]}"):
        assert (await browser.get("/logout", params={"id_token_hint": bad})).status_code == 400
    mixed = {"id_token_hint": hint, "client_id": "points"}
    assert (await browser.get("/logout", params=mixed)).status_code == 400
    assert await is_signed_in(health, browser)


async def test_a_hint_for_somebody_else_asks_first(
    gateway: Gateway, health: RelyingParty, browser: httpx2.AsyncClient
) -> None:
    hint = (await health.tokens(browser))["id_token"]
    saburo = await gateway.resident("邊見　三郎")
    await gateway.consent(health.client, saburo)
    async with gateway.browser() as other:
        await gateway.sign_in(other, saburo)
        asked = await other.get("/logout", params={"id_token_hint": hint})
        assert asked.status_code == 200
        assert await is_signed_in(health, other)


async def test_nobody_signed_in_is_simply_sent_back(
    gateway: Gateway, health: RelyingParty, browser: httpx2.AsyncClient
) -> None:
    hint = (await health.tokens(browser))["id_token"]
    query = {"id_token_hint": hint, "post_logout_redirect_uri": BYE}
    async with gateway.browser() as nobody:
        answer = await nobody.get("/logout", params=query)
    assert answer.headers["location"] == BYE
    assert "set-cookie" not in answer.headers
    assert await is_signed_in(health, browser)
