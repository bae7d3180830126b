"""Whoever is not active gets nothing, however much is still open: session, code, tokens, card."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
import sqlalchemy as sa

from gateway.consent.records import consents
from gateway.oidc.records import grants
from gateway.residents.model import Resident, ResidentState
from gateway.residents.records import links
from tests.support.counter import registered, verify
from tests.support.gateway import NOW, Gateway
from tests.support.relying_party import RelyingParty, redirected
from tests.support.states import NOT_ACTIVE, become
from tests.support.town import HANAKO, Town

pytestmark = pytest.mark.anyio


@dataclass(slots=True)
class Hanako:
    """Signed in everywhere, with a code in flight and tokens at a service. Her grants are left as
    they are: what the operators' door ends besides is not what is tested here."""

    gateway: Gateway
    resident: Resident
    browser: httpx2.AsyncClient
    code: str
    tokens: dict[str, Any]

    async def become(self, state: ResidentState) -> None:
        await become(self.gateway, self.resident.resident_id, state)

    async def count(self, table: sa.Table) -> int:
        query = sa.select(sa.func.count()).where(table.c.resident_id == self.resident.resident_id)
        async with self.gateway.provider.records.reading() as connection:
            return (await connection.execute(query)).scalar_one()


@pytest.fixture
async def hanako(gateway: Gateway, health: RelyingParty) -> AsyncIterator[Hanako]:
    resident = await gateway.resident()
    await gateway.consent(health.client, resident)
    async with gateway.browser() as browser:
        await gateway.sign_in(browser, resident)
        tokens = await health.tokens(browser)
        yield Hanako(gateway, resident, browser, await health.code(browser), tokens)


async def test_while_she_is_active_everything_opens(hanako: Hanako, health: RelyingParty) -> None:
    access_token = hanako.tokens["access_token"]
    assert (await health.redeem(hanako.code)).status_code == 200
    assert (await health.refresh(hanako.tokens["refresh_token"])).status_code == 200
    for path in ("/userinfo", "/link"):
        assert (await health.call("GET", path, access_token)).status_code in (200, 404)
    assert "code" in redirected(await health.authorize(hanako.browser))


@pytest.mark.parametrize("state", NOT_ACTIVE)
@pytest.mark.parametrize("scope", ["openid", "openid profile offline_access"])
async def test_an_open_session_gives_no_code(
    hanako: Hanako, health: RelyingParty, state: ResidentState, scope: str
) -> None:
    await hanako.become(state)
    answer = await health.authorize(hanako.browser, scope=scope)
    assert urlsplit(answer.headers["location"]).path == "/login"
    silent = redirected(await health.authorize(hanako.browser, scope=scope, prompt="none"))
    assert (silent["error"], "code" in silent) == ("login_required", False)


@pytest.mark.parametrize("state", NOT_ACTIVE)
async def test_a_code_in_flight_buys_no_token(
    hanako: Hanako, health: RelyingParty, state: ResidentState
) -> None:
    before = await hanako.count(grants)
    await hanako.become(state)
    answer = await health.redeem(hanako.code)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert "access_token" not in answer.json()
    assert await hanako.count(grants) == before


@pytest.mark.parametrize("state", NOT_ACTIVE)
async def test_a_refresh_token_buys_nothing(
    hanako: Hanako, health: RelyingParty, state: ResidentState
) -> None:
    await hanako.become(state)
    answer = await health.refresh(hanako.tokens["refresh_token"])
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize("state", NOT_ACTIVE)
@pytest.mark.parametrize(("method", "path"), [("GET", "/userinfo"), ("POST", "/userinfo")])
async def test_userinfo_tells_nothing(
    hanako: Hanako, health: RelyingParty, state: ResidentState, method: str, path: str
) -> None:
    await hanako.become(state)
    answer = await health.call(method, path, hanako.tokens["access_token"])
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_token")
    assert "花咲" not in answer.text


@pytest.mark.parametrize("state", NOT_ACTIVE)
async def test_links_are_neither_told_nor_made_nor_ended(
    hanako: Hanako, health: RelyingParty, state: ResidentState
) -> None:
    access_token = hanako.tokens["access_token"]
    await hanako.become(state)
    put = await health.call("PUT", "/link", access_token, json={"local_id": "H-1"})
    assert (put.status_code, await hanako.count(links)) == (401, 0)
    for method in ("GET", "DELETE"):
        assert (await health.call(method, "/link", access_token)).status_code == 401


@pytest.mark.parametrize("state", NOT_ACTIVE)
@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
async def test_introspection_says_inactive_and_no_more(
    hanako: Hanako, health: RelyingParty, state: ResidentState, kind: str
) -> None:
    form = {"token": hanako.tokens[kind]}
    assert (await health.post("/introspect", form)).json()["active"] is True
    await hanako.become(state)
    assert (await health.post("/introspect", form)).json() == {"active": False}


@pytest.mark.parametrize("state", NOT_ACTIVE)
async def test_a_consent_that_comes_too_late_is_not_kept(
    gateway: Gateway, hanako: Hanako, points: RelyingParty, state: ResidentState
) -> None:
    before = await hanako.count(consents)
    page = (await points.authorize(hanako.browser)).headers["location"]
    assert urlsplit(page).path == "/consent"
    await hanako.become(state)
    task = page.partition("task=")[2].partition("&")[0]
    same_origin = {"Origin": gateway.provider.issuer, "Sec-Fetch-Site": "same-origin"}
    answer = await hanako.browser.post(
        "/consent", data={"task": task, "decision": "agree"}, headers=same_origin
    )
    back = await hanako.browser.get(answer.headers["location"])
    assert urlsplit(back.headers["location"]).path == "/login"
    assert await hanako.count(consents) == before


async def test_what_was_open_before_stays_closed_when_she_is_let_in_again(
    hanako: Hanako, health: RelyingParty
) -> None:
    await hanako.become(ResidentState.SUSPENDED)
    await hanako.become(ResidentState.ACTIVE)
    access_token = hanako.tokens["access_token"]
    assert (await health.redeem(hanako.code)).status_code == 400
    assert (await health.refresh(hanako.tokens["refresh_token"])).status_code == 400
    assert (await health.call("GET", "/userinfo", access_token)).status_code == 401
    answer = await health.authorize(hanako.browser)
    assert urlsplit(answer.headers["location"]).path == "/login"


async def test_let_in_again_she_signs_in_as_the_same_person(
    gateway: Gateway, hanako: Hanako, health: RelyingParty
) -> None:
    before = (await health.call("GET", "/userinfo", hanako.tokens["access_token"])).json()
    await hanako.become(ResidentState.SUSPENDED)
    await hanako.become(ResidentState.ACTIVE)
    await gateway.sign_in(hanako.browser, hanako.resident)
    tokens = await health.tokens(hanako.browser)
    assert (await health.call("GET", "/userinfo", tokens["access_token"])).json() == before


async def test_another_resident_notices_nothing(
    gateway: Gateway, hanako: Hanako, health: RelyingParty
) -> None:
    saburo = await gateway.resident("邊見　三郎")
    await gateway.consent(health.client, saburo)
    async with gateway.browser() as browser:
        await gateway.sign_in(browser, saburo)
        tokens = await health.tokens(browser)
        await hanako.become(ResidentState.SUSPENDED)
        told = (await health.call("GET", "/userinfo", tokens["access_token"])).json()
        assert told["name"] == "邊見　三郎"
        assert "code" in redirected(await health.authorize(browser))
        assert (await health.refresh(tokens["refresh_token"])).status_code == 200


@pytest.mark.parametrize("state", NOT_ACTIVE)
async def test_a_reader_is_told_that_the_card_is_good_and_of_nobody(
    gateway: Gateway, town: Town, state: ResidentState
) -> None:
    card = town.card(HANAKO, NOW)
    reader = RelyingParty(gateway, await gateway.reader("counter"))
    resident = await registered(gateway, card)
    assert (await verify(reader, card)).json()["resident"] is not None
    await become(gateway, resident.resident_id, state)
    for signature in (False, True):
        told = (await verify(reader, card, signature=signature)).json()
        assert (told["outcome"], told["resident"]) == ("accepted", None)
