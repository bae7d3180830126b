"""What services do in a resident's name is in the log, or it does not happen."""

from collections.abc import AsyncIterator

import httpx2
import pytest

from gateway.audit.model import Entry, LogKind, Origin, Outcome
from gateway.oidc.records import grants, refresh_tokens
from gateway.residents.model import Resident
from gateway.residents.records import links
from tests.support.gateway import ACR_WEAK, ALL_SCOPES, NOW, Gateway
from tests.support.log import break_log, count, logged
from tests.support.relying_party import RelyingParty

pytestmark = pytest.mark.anyio

LINK = {"local_id": "H-1"}


@pytest.fixture
async def resident(gateway: Gateway) -> Resident:
    return await gateway.resident()


@pytest.fixture
async def browser(
    gateway: Gateway, health: RelyingParty, resident: Resident
) -> AsyncIterator[httpx2.AsyncClient]:
    """Somebody who is signed in and has agreed to all that `health` may have."""
    await gateway.consent(health.client, resident)
    async with gateway.browser() as browser:
        await gateway.sign_in(browser, resident)
        yield browser


def pseudonym(gateway: Gateway, resident: Resident) -> str:
    return gateway.provider.audit.pseudonym(resident.resident_id)


def from_service(answer: httpx2.Response, client_id: str = "health") -> Origin:
    return Origin(f"client:{client_id}", "127.0.0.1", answer.headers["x-request-id"])


async def test_a_token_for_a_resident_is_one_entry(
    gateway: Gateway, health: RelyingParty, browser: httpx2.AsyncClient, resident: Resident
) -> None:
    answer = await health.redeem(await health.code(browser))
    assert answer.status_code == 200
    assert await logged(gateway) == [
        Entry(
            NOW,
            LogKind.AUTHENTICATION,
            "service.signed_in",
            Outcome.DONE,
            from_service(answer),
            tenant_id="hanasaki",
            client_id="health",
            resident=pseudonym(gateway, resident),
            detail={"level": ACR_WEAK, "scopes": ALL_SCOPES},
        )
    ]


async def test_what_goes_on_from_there_is_none(
    gateway: Gateway, health: RelyingParty, browser: httpx2.AsyncClient
) -> None:
    tokens = await health.tokens(browser)
    assert (await health.refresh(tokens["refresh_token"])).status_code == 200
    assert (await health.call("GET", "/userinfo", tokens["access_token"])).status_code == 200
    assert [entry.deed for entry in await logged(gateway)] == ["service.signed_in"]


async def test_a_code_that_buys_nothing_is_no_sign_in(
    gateway: Gateway, health: RelyingParty, browser: httpx2.AsyncClient
) -> None:
    code = await health.code(browser)
    assert (await health.redeem(code, code_verifier="v" * 43)).status_code == 400
    assert [entry.deed for entry in await logged(gateway)] == ["grant.refused"]


async def test_a_replayed_code_is_told_once(
    gateway: Gateway,
    health: RelyingParty,
    points: RelyingParty,
    browser: httpx2.AsyncClient,
    resident: Resident,
) -> None:
    code = await health.code(browser)
    await health.redeem(code)
    # By whomever: here by another service.
    replayed = await points.redeem(code)
    assert replayed.status_code == 400
    await health.redeem(code)
    assert (await logged(gateway))[1:] == [
        Entry(
            NOW,
            LogKind.AUTHENTICATION,
            "grant.reuse_detected",
            Outcome.REFUSED,
            from_service(replayed, "points"),
            tenant_id="hanasaki",
            client_id="health",
            resident=pseudonym(gateway, resident),
            detail={"reused": "authorization_code"},
        )
    ]


async def test_a_refresh_token_used_again_is_told_once(
    gateway: Gateway, health: RelyingParty, browser: httpx2.AsyncClient, resident: Resident
) -> None:
    first = (await health.tokens(browser))["refresh_token"]
    assert (await health.refresh(first)).status_code == 200
    reused = await health.refresh(first)
    assert reused.status_code == 400
    await health.refresh(first)
    (entry,) = await logged(gateway, "grant.reuse_detected")
    assert entry.origin == from_service(reused)
    assert (entry.outcome, entry.detail) == (Outcome.REFUSED, {"reused": "refresh_token"})
    assert (entry.tenant_id, entry.client_id) == ("hanasaki", "health")
    assert entry.resident == pseudonym(gateway, resident)


async def test_an_old_refresh_token_is_not_a_reused_one(
    gateway: Gateway, health: RelyingParty, browser: httpx2.AsyncClient
) -> None:
    token = (await health.tokens(browser))["refresh_token"]
    gateway.clock.forward(days=31)
    assert (await health.refresh(token)).status_code == 400
    assert await logged(gateway, "grant.reuse_detected") == []


async def test_a_link_and_its_end_are_an_entry_each(
    gateway: Gateway, health: RelyingParty, browser: httpx2.AsyncClient, resident: Resident
) -> None:
    token = (await health.tokens(browser))["access_token"]
    made = await health.call("PUT", "/link", token, json=LINK)
    assert (await health.call("PUT", "/link", token, json=LINK)).status_code == 200
    ended = await health.call("DELETE", "/link", token)
    assert (await health.call("DELETE", "/link", token)).status_code == 404
    entries = await logged(gateway, "link.made", "link.ended")
    assert entries == [
        Entry(
            NOW,
            LogKind.EVENT,
            deed,
            Outcome.DONE,
            from_service(answer),
            tenant_id="hanasaki",
            client_id="health",
            resident=pseudonym(gateway, resident),
        )
        for deed, answer in (("link.made", made), ("link.ended", ended))
    ]


async def test_a_sign_out_is_one_entry(
    gateway: Gateway, health: RelyingParty, browser: httpx2.AsyncClient, resident: Resident
) -> None:
    hint = (await health.tokens(browser))["id_token"]
    answer = await browser.get("/logout", params={"id_token_hint": hint})
    await browser.get("/logout", params={"id_token_hint": hint})  # nobody is signed in any more
    assert await logged(gateway, "resident.signed_out") == [
        Entry(
            NOW,
            LogKind.AUTHENTICATION,
            "resident.signed_out",
            Outcome.DONE,
            Origin("resident", "127.0.0.1", answer.headers["x-request-id"]),
            tenant_id="hanasaki",
            client_id="health",
            resident=pseudonym(gateway, resident),
        )
    ]


async def test_without_the_log_a_code_buys_nothing(
    gateway: Gateway, health: RelyingParty, browser: httpx2.AsyncClient
) -> None:
    code = await health.code(browser)
    await break_log(gateway)
    answer = await health.redeem(code)
    assert (answer.status_code, "token" in answer.text) == (500, False)
    assert await count(gateway, grants) == 0
    assert await count(gateway, refresh_tokens) == 0


async def test_without_the_log_nothing_is_linked_or_unlinked(
    gateway: Gateway, health: RelyingParty, browser: httpx2.AsyncClient, resident: Resident
) -> None:
    token = (await health.tokens(browser))["access_token"]
    await break_log(gateway)
    assert (await health.call("PUT", "/link", token, json=LINK)).status_code == 500
    assert await count(gateway, links) == 0
    await gateway.provider.links.put("health", resident.resident_id, "H-1", NOW)
    assert (await health.call("DELETE", "/link", token)).status_code == 500
    assert await gateway.provider.links.get("health", resident.resident_id) is not None


async def test_without_the_log_nobody_is_signed_out(
    gateway: Gateway, health: RelyingParty, browser: httpx2.AsyncClient
) -> None:
    hint = (await health.tokens(browser))["id_token"]
    await break_log(gateway)
    answer = await browser.get("/logout", params={"id_token_hint": hint})
    assert (answer.status_code, "set-cookie" in answer.headers) == (500, False)
    assert "code=" in (await health.authorize(browser, prompt="none")).headers["location"]


async def test_without_the_log_a_reused_token_is_refused_all_the_same(
    gateway: Gateway, health: RelyingParty, browser: httpx2.AsyncClient
) -> None:
    code = await health.code(browser)
    first = (await health.redeem(code)).json()["refresh_token"]
    await health.refresh(first)
    await break_log(gateway)
    for answer in (await health.refresh(first), await health.redeem(code)):
        assert (answer.status_code, "access_token" in answer.text) == (500, False)
