"""The resident reads what would flow between which services, in plain words, and decides."""

import json
from urllib.parse import urlsplit

import httpx2
import pytest

from gateway.consent.consents import Agreed
from gateway.demo.browser import read_page
from tests.oidc.delegation.flows import (
    HEALTH_API,
    TAX_API,
    WELFARE_API,
    Party,
    body_of,
    flow,
    seen,
)
from tests.support.gateway import ISSUER, NOW
from tests.support.log import logged
from tests.support.relying_party import redirected

pytestmark = pytest.mark.anyio
OWN_FORM = {"Origin": ISSUER, "Sec-Fetch-Site": "same-origin"}
BOTH = flow(WELFARE_API, "allowance", "household", actions=("read", "write"))


async def ask(party: Party, *details: object, **changes: str | None) -> str:
    """Where the browser is sent."""
    asked = json.dumps(details) if details else None
    answer = await party.health.authorize(party.browser, authorization_details=asked, **changes)
    assert answer.status_code == 303, answer.text
    location: str = answer.headers["location"]
    return location


async def decide(party: Party, page: str, decision: str) -> httpx2.Response:
    task = page.partition("task=")[2].partition("&")[0]
    data = {"task": task, "decision": decision}
    decided = await party.browser.post("/consent", data=data, headers=OWN_FORM)
    return await party.browser.get(decided.headers["location"])


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "ja",
            (
                "福祉サービス から 健康アプリ に渡される情報",
                "健康アプリ から 福祉サービス に渡される情報",
                "児童手当の受給状況",
                "世帯の構成",
            ),
        ),
        (
            "en",
            (
                "What Welfare would give to Health",
                "What Health would give to Welfare",
                "Child allowance received",
                "Members of the household",
            ),
        ),
    ],
)
async def test_the_page_says_what_flows_where(
    party: Party, language: str, words: tuple[str, ...]
) -> None:
    path = await ask(party, BOTH)
    answer = await party.browser.get(path, headers={"Accept-Language": language})
    page = read_page(str(answer.url), answer.status_code, answer.text)
    for word in words:
        assert word in page.text
    for technical in (WELFARE_API, "urn:genkan", 'allowance"', "data-flow"):
        assert technical not in answer.text


async def test_who_agrees_is_not_asked_again_for_the_same_or_less(party: Party) -> None:
    code = redirected(await decide(party, await ask(party, BOTH), "agree"))["code"]
    tokens = body_of(await party.health.redeem(code, resource=WELFARE_API))
    assert (await seen(party.welfare, tokens["access_token"]))["authorization_details"] == [BOTH]
    for less in (BOTH, flow(WELFARE_API)):
        assert urlsplit(await ask(party, less)).path == "/callback"


async def test_more_is_asked_again(party: Party) -> None:
    await decide(party, await ask(party, flow(WELFARE_API)), "agree")
    assert (await ask(party, BOTH)).startswith("/consent?")
    assert (await ask(party, flow(WELFARE_API, "household"))).startswith("/consent?")
    assert urlsplit(await ask(party)).path == "/callback"


async def test_who_declines_lets_nothing_flow(party: Party) -> None:
    sent = redirected(await decide(party, await ask(party, BOTH), "decline"))
    assert (sent["error"], "code" in sent) == ("access_denied", False)
    consents = party.gateway.provider.consents
    given = await consents.given("health", party.resident.resident_id, since=NOW)
    assert given == Agreed()
    assert (await ask(party, BOTH)).startswith("/consent?")


async def test_without_a_page_nothing_is_agreed_to(party: Party) -> None:
    await party.agree(party.health, party.welfare.client)
    sent = redirected(
        await party.health.authorize(
            party.browser, prompt="none", authorization_details=json.dumps([BOTH])
        )
    )
    assert sent["error"] == "consent_required"


async def test_the_log_tells_both_ends(party: Party) -> None:
    await decide(party, await ask(party, BOTH), "agree")
    (entry,) = await logged(party.gateway, "consent.given")
    assert entry.detail["providers"] == "welfare"


async def test_what_has_become_impossible_meanwhile_is_told_to_the_service(party: Party) -> None:
    page = await ask(party, BOTH)
    await party.gateway.service("welfare")
    sent = redirected(await decide(party, page, "agree"))
    assert sent["error"] == "invalid_authorization_details"


async def test_pushed_requests_carry_the_same(party: Party) -> None:
    form = party.health.authorization_request(
        authorization_details=json.dumps([BOTH]), resource=HEALTH_API
    )
    pushed = await party.health.post("/par", form)
    assert pushed.status_code == 201, pushed.text
    asked = {"client_id": "health", "request_uri": pushed.json()["request_uri"]}
    page = (await party.browser.get("/authorize", params=asked)).headers["location"]
    code = redirected(await decide(party, page, "agree"))["code"]
    tokens = body_of(await party.health.redeem(code, resource=HEALTH_API))
    assert (await seen(party.health, tokens["access_token"]))["aud"] == HEALTH_API
    refused = await party.health.post("/par", {**form, "resource": TAX_API})
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_target")


async def test_without_scopes_the_page_has_no_empty_list(party: Party) -> None:
    path = await ask(party, flow(WELFARE_API), scope="openid")
    page = (await party.browser.get(path)).text
    assert "児童手当の受給状況" in page
    assert "<h2>渡される情報</h2>" not in page
