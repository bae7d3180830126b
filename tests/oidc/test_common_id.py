"""The common ID is for services that may see it, with the resident's consent, in /userinfo only."""

from typing import Any

import pytest

from gateway.residents.model import Resident
from gateway.tenants.model import ClientKind
from tests.support.gateway import ALL_SCOPES, WITH_COMMON_ID, Gateway, service_metadata
from tests.support.relying_party import RelyingParty, payload, redirected

pytestmark = pytest.mark.anyio
EVERYTHING = f"{ALL_SCOPES} common_id"


@pytest.fixture
async def resident(gateway: Gateway) -> Resident:
    return await gateway.resident()


@pytest.fixture
async def register(gateway: Gateway) -> RelyingParty:
    """May see it."""
    return RelyingParty(gateway, await gateway.service("register", **WITH_COMMON_ID))


async def signed_in(
    service: RelyingParty, resident: Resident, scope: str = EVERYTHING
) -> dict[str, Any]:
    gateway = service.gateway
    async with gateway.browser() as browser:
        await gateway.sign_in(browser, resident)
        # Consent to what a service must not have does not make it one that may.
        await gateway.consent(service.client, resident, EVERYTHING)
        return await service.tokens(browser, scope=scope)


async def userinfo(service: RelyingParty, tokens: dict[str, Any]) -> dict[str, Any]:
    answer = await service.call("GET", "/userinfo", tokens["access_token"])
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def test_a_service_that_may_sees_it_in_userinfo_and_in_no_token(
    register: RelyingParty, resident: Resident
) -> None:
    tokens = await signed_in(register, resident)
    assert "common_id" in tokens["scope"].split(" ")
    assert (await userinfo(register, tokens))["common_id"] == resident.common_id
    for name in ("id_token", "access_token"):
        claims = payload(tokens[name])
        assert "common_id" not in claims
        assert resident.common_id not in str(claims)
    told = await register.post("/introspect", {"token": tokens["access_token"]})
    assert told.json()["active"]
    assert resident.common_id not in told.text


@pytest.mark.parametrize("scope", ["openid", ALL_SCOPES])
async def test_it_is_told_only_where_it_was_asked_for(
    register: RelyingParty, resident: Resident, scope: str
) -> None:
    told = await userinfo(register, await signed_in(register, resident, scope))
    assert "common_id" not in told
    assert resident.common_id not in str(told)


async def test_a_service_that_may_not_never_gets_it_whatever_it_asks(
    health: RelyingParty, resident: Resident
) -> None:
    tokens = await signed_in(health, resident)
    assert "common_id" not in tokens["scope"].split(" ")
    renewed = (await health.refresh(tokens["refresh_token"])).json()
    for each in (tokens, renewed):
        told = await userinfo(health, each)
        assert "common_id" not in told
        assert resident.common_id not in str(told)
    more = await health.refresh(renewed["refresh_token"], scope="openid common_id")
    assert (more.status_code, more.json()["error"]) == (400, "invalid_scope")


async def test_the_resident_is_asked_for_it_in_words_that_are_true(
    gateway: Gateway, register: RelyingParty, resident: Resident
) -> None:
    async with gateway.browser() as browser:
        await gateway.sign_in(browser, resident)
        await gateway.consent(register.client, resident, ALL_SCOPES)
        silent = await register.authorize(browser, scope="openid common_id", prompt="none")
        assert redirected(silent)["error"] == "consent_required"
        asked = await register.authorize(browser, scope="openid common_id")
        assert asked.headers["location"].startswith("/consent?")
        page = await browser.get(f"{asked.headers['location']}&ui_locales=ja")
    assert "共通ID" in page.text
    assert "共通ID、カードの番号" not in page.text, "it says that the common ID is not shared"


async def test_what_is_taken_from_a_service_is_taken_from_its_tokens_at_once(
    gateway: Gateway, register: RelyingParty, resident: Resident
) -> None:
    tokens = await signed_in(register, resident)
    assert "common_id" in await userinfo(register, tokens)
    for scope in ("openid profile offline_access", "openid offline_access"):
        metadata = service_metadata("register", scope=scope)
        await gateway.provider.clients.register(
            ClientKind.SERVICE, "register", "hanasaki", metadata, gateway.clock()
        )
        told = await userinfo(register, tokens)
        assert "common_id" not in told
        assert ("name" in told) == ("profile" in scope)
    renewed = (await register.refresh(tokens["refresh_token"])).json()
    assert renewed["scope"] == "openid offline_access"
    assert (await userinfo(register, renewed)).keys() == {"sub"}
