"""What /userinfo tells of somebody whose name or address has changed: that it has, and no more."""

from datetime import timedelta
from typing import Any

import httpx2
import pytest

from gateway.card.api import CertificateType
from gateway.residents.model import Resident
from tests.residents.people import HANAKO, HANAKO_MOVED, register, sign
from tests.support.gateway import Gateway
from tests.support.relying_party import RelyingParty, payload

pytestmark = pytest.mark.anyio
NAME_AND_ADDRESS = {"name", "name_substituted", "address"}


@pytest.fixture
async def resident(gateway: Gateway, health: RelyingParty) -> Resident:
    registered = await register(gateway.provider.residents, 1, 2, now=gateway.clock())
    await gateway.consent(health.client, registered.resident)
    return registered.resident


@pytest.fixture
async def browser(gateway: Gateway, resident: Resident) -> httpx2.AsyncClient:
    browser = gateway.browser()
    await gateway.sign_in(browser, resident)
    return browser


async def revoke(gateway: Gateway, reason: str = "affiliationChanged") -> None:
    identity, kind, now = sign(2).identity, CertificateType.SIGNATURE, gateway.clock()
    assert await gateway.provider.residents.learn_revoked(identity, kind, now, reason)


async def told(health: RelyingParty, access_token: str) -> dict[str, Any]:
    answer = await health.call("GET", "/userinfo", access_token)
    assert answer.status_code == 200
    body: dict[str, Any] = answer.json()
    return body


async def test_a_move_takes_name_and_address_away_at_once_and_nothing_else(
    gateway: Gateway, health: RelyingParty, browser: httpx2.AsyncClient
) -> None:
    tokens = await health.tokens(browser)
    before = await told(health, tokens["access_token"])
    assert before.keys() >= NAME_AND_ADDRESS
    assert "attributes_changed" not in before
    await revoke(gateway)
    after = await told(health, tokens["access_token"])
    assert after == {
        "sub": before["sub"],
        "attributes_changed": True,
        "birthdate": "1985-04-12",
        "gender": "female",
    }
    renewed = (await health.refresh(tokens["refresh_token"])).json()
    assert await told(health, renewed["access_token"]) == after


@pytest.mark.parametrize(
    ("scope", "claims"),
    [
        ("openid", set()),
        ("openid birthdate gender", {"birthdate", "gender"}),
        ("openid profile", {"attributes_changed"}),
        ("openid address", {"attributes_changed"}),
        ("openid profile gender", {"attributes_changed", "gender"}),
    ],
)
async def test_it_is_told_only_where_a_name_or_an_address_would_be(
    gateway: Gateway,
    health: RelyingParty,
    browser: httpx2.AsyncClient,
    scope: str,
    claims: set[str],
) -> None:
    await revoke(gateway)
    tokens = await health.tokens(browser, scope=scope)
    assert set(await told(health, tokens["access_token"])) == {"sub"} | claims
    assert "attributes_changed" not in payload(tokens["id_token"])


async def test_the_new_signature_certificate_brings_them_back(
    gateway: Gateway, health: RelyingParty, browser: httpx2.AsyncClient
) -> None:
    token = (await health.tokens(browser))["access_token"]
    sub = (await told(health, token))["sub"]
    await revoke(gateway)
    later = gateway.clock() + timedelta(seconds=1)
    await register(gateway.provider.residents, 1, 3, HANAKO_MOVED, later)
    after = await told(health, token)
    assert (after["sub"], after["name"]) == (sub, HANAKO_MOVED.name)
    assert after["address"]["formatted"] == HANAKO_MOVED.address
    assert "attributes_changed" not in after


@pytest.mark.parametrize("reason", ["superseded", "cessationOfOperation", "keyCompromise"])
async def test_a_certificate_that_ended_otherwise_changes_nothing(
    gateway: Gateway, health: RelyingParty, browser: httpx2.AsyncClient, reason: str
) -> None:
    token = (await health.tokens(browser))["access_token"]
    await revoke(gateway, reason)
    after = await told(health, token)
    assert after["name"] == HANAKO.name
    assert "attributes_changed" not in after


async def test_the_metadata_names_the_claim(gateway: Gateway) -> None:
    async with gateway.browser() as http:
        found = (await http.get("/.well-known/openid-configuration")).json()
    assert found["claims_supported"].count("attributes_changed") == 1
