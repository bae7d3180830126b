"""“Sign out everywhere”: the resident's own deed, on a page of ours, and nothing stays open."""

import httpx2
import pytest
import sqlalchemy as sa

from gateway.audit.model import Entry, LogKind, Origin, Outcome
from gateway.oidc.records import ended_sessions
from gateway.residents.model import Resident
from gateway.residents.records import residents
from tests.oidc.logout.conftest import ONLINE
from tests.support.gateway import ISSUER, Gateway
from tests.support.log import break_log, count, logged
from tests.support.logout_receiver import LogoutReceiver, nobody_waits, told_at, verified, waiting
from tests.support.relying_party import RelyingParty, payload, redirected

pytestmark = pytest.mark.anyio
EVERYWHERE = "/logout/everywhere"
OWN_FORM = {"Origin": ISSUER, "Sec-Fetch-Site": "same-origin"}


async def sign_out(gateway: Gateway, browser: httpx2.AsyncClient) -> httpx2.Response:
    """A second after whatever was done before."""
    gateway.clock.forward(seconds=1)
    return await browser.post(EVERYWHERE, headers=OWN_FORM)


async def is_signed_in(service: RelyingParty, browser: httpx2.AsyncClient) -> bool:
    return "code" in redirected(await service.authorize(browser, prompt="none"))


async def test_the_page_says_what_ends_and_ends_nothing_yet(
    health: RelyingParty, browser: httpx2.AsyncClient
) -> None:
    welcome = await browser.get("/")
    assert f'href="{EVERYWHERE}"' in welcome.text
    page = await browser.get(EVERYWHERE)
    assert page.status_code == 200
    for word in (
        "ほかのパソコンやスマートフォン",
        "サービスでのサインイン",
        "トークン",
        "残ります",
    ):
        assert word in page.text
    assert await is_signed_in(health, browser)


async def test_every_browser_is_signed_out_and_every_token_dead(
    gateway: Gateway,
    health: RelyingParty,
    points: RelyingParty,
    browser: httpx2.AsyncClient,
    resident: Resident,
) -> None:
    online = await health.tokens(browser, scope=ONLINE)
    offline = await points.tokens(browser)
    code = await health.code(browser)
    async with gateway.browser() as other:
        await gateway.sign_in(other, resident)
        elsewhere = await health.tokens(other)
        answer = await sign_out(gateway, browser)
        assert answer.status_code == 200
        assert "すべての場所でサインアウトしました" in answer.text
        assert 'genkan_session="";' in answer.headers["set-cookie"]
        assert not await is_signed_in(health, other)
        assert "サインインしています" not in (await other.get("/")).text
    assert not await is_signed_in(health, browser)
    for service, tokens in ((health, online), (points, offline), (health, elsewhere)):
        call = await service.call("GET", "/userinfo", tokens["access_token"])
        assert call.status_code == 401
    for service, tokens in ((points, offline), (health, elsewhere)):
        assert (await service.refresh(tokens["refresh_token"])).json()["error"] == "invalid_grant"
    assert (await health.redeem(code)).json()["error"] == "invalid_grant"


async def test_each_service_is_told_of_all_sign_ins_at_once(
    gateway: Gateway,
    health: RelyingParty,
    points: RelyingParty,
    at_health: LogoutReceiver,
    at_points: LogoutReceiver,
    browser: httpx2.AsyncClient,
    resident: Resident,
) -> None:
    await health.tokens(browser)
    async with gateway.browser() as other:
        await gateway.sign_in(other, resident)
        await health.tokens(other)
        sub = payload((await points.tokens(other))["id_token"])["sub"]
    await sign_out(gateway, browser)
    await nobody_waits(gateway)
    assert len(at_health.tokens) == len(at_points.tokens) == 1
    claims = await verified(gateway, at_points.tokens[0])
    assert claims["sub"] == sub
    assert "sid" not in claims


async def test_a_service_that_needs_a_sid_is_told_of_each_sign_in(
    gateway: Gateway,
    at_health: LogoutReceiver,
    browser: httpx2.AsyncClient,
    resident: Resident,
) -> None:
    client = await gateway.service(
        "health", backchannel_logout_session_required=True, **told_at("health")
    )
    health = RelyingParty(gateway, client)
    sids = {payload((await health.tokens(browser))["id_token"])["sid"]}
    async with gateway.browser() as other:
        await gateway.sign_in(other, resident)
        sids.add(payload((await health.tokens(other))["id_token"])["sid"])
    await sign_out(gateway, browser)
    await nobody_waits(gateway)
    assert {payload(token)["sid"] for token in at_health.tokens} == sids
    assert len(at_health.tokens) == 2


async def test_the_resident_is_told_who_cannot_be_told_in_other_browsers_too(
    gateway: Gateway, health: RelyingParty, browser: httpx2.AsyncClient, resident: Resident
) -> None:
    uri = "https://photos.example.test/out"
    for client_id, name, more in (
        ("library", "図書館", {}),
        ("photos", "写真", {"frontchannel_logout_uri": uri}),
    ):
        client = await gateway.service(client_id, client_name_ja=name, **more)
        await gateway.consent(client, resident)
        async with gateway.browser() as other:
            await gateway.sign_in(other, resident)
            await RelyingParty(gateway, client).tokens(other)
            await health.tokens(other)
    page = await sign_out(gateway, browser)
    assert "<li>図書館</li>" in page.text
    assert "<li>写真</li>" in page.text
    assert "<li>健康アプリ</li>" not in page.text
    assert "<iframe" not in page.text


async def test_another_residents_sign_in_is_untouched(
    gateway: Gateway,
    health: RelyingParty,
    at_health: LogoutReceiver,
    browser: httpx2.AsyncClient,
) -> None:
    saburo = await gateway.resident("邊見　三郎")
    await gateway.consent(health.client, saburo)
    async with gateway.browser() as other:
        await gateway.sign_in(other, saburo)
        token = (await health.tokens(other))["access_token"]
        await sign_out(gateway, browser)
        assert await is_signed_in(health, other)
        assert (await health.call("GET", "/userinfo", token)).status_code == 200
    assert at_health.tokens == []


async def test_whoever_signs_in_afterwards_is_in(
    gateway: Gateway, health: RelyingParty, browser: httpx2.AsyncClient, resident: Resident
) -> None:
    await sign_out(gateway, browser)
    gateway.clock.forward(seconds=1)
    await gateway.sign_in(browser, resident)
    token = (await health.tokens(browser))["access_token"]
    assert (await health.call("GET", "/userinfo", token)).status_code == 200


async def test_it_is_one_entry(
    gateway: Gateway, browser: httpx2.AsyncClient, resident: Resident
) -> None:
    answer = await sign_out(gateway, browser)
    ended_at = gateway.clock()
    await sign_out(gateway, browser)
    assert await logged(gateway, "resident.signed_out") == [
        Entry(
            ended_at,
            LogKind.AUTHENTICATION,
            "resident.signed_out",
            Outcome.DONE,
            Origin("resident", "127.0.0.1", answer.headers["x-request-id"]),
            resident=gateway.provider.audit.pseudonym(resident.resident_id),
            detail={"sessions": "all"},
        )
    ]


async def test_another_sites_form_ends_nothing(
    gateway: Gateway, health: RelyingParty, browser: httpx2.AsyncClient
) -> None:
    gateway.clock.forward(seconds=1)
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        answer = await browser.post(EVERYWHERE, headers=headers)
        assert answer.status_code == 403
    assert await is_signed_in(health, browser)
    assert await logged(gateway, "resident.signed_out") == []


async def test_whoever_is_not_signed_in_has_nothing_to_end(gateway: Gateway) -> None:
    async with gateway.browser() as nobody:
        for answer in (await nobody.get(EVERYWHERE), await sign_out(gateway, nobody)):
            assert (answer.status_code, answer.headers["location"]) == (303, "/")
            assert "set-cookie" not in answer.headers
    assert await logged(gateway, "resident.signed_out") == []


async def test_without_the_log_nothing_ends(
    gateway: Gateway, health: RelyingParty, browser: httpx2.AsyncClient, resident: Resident
) -> None:
    token = (await health.tokens(browser))["access_token"]
    await break_log(gateway)
    assert (await sign_out(gateway, browser)).status_code == 500
    assert await is_signed_in(health, browser)
    assert (await health.call("GET", "/userinfo", token)).status_code == 200
    assert await waiting(gateway) == await count(gateway, ended_sessions) == 0
    query = sa.select(residents.c.changed_at).where(residents.c.resident_id == resident.resident_id)
    async with gateway.provider.records.reading() as connection:
        assert (await connection.execute(query)).scalar_one() is None
