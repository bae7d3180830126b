"""Software statements: of the issuer the operator named, and stronger than the client's word."""

import json
from datetime import timedelta
from typing import Any

import jwt
import pytest

from gateway.tenants.initial_tokens import SoftwareIssuer
from tests.oidc.registration.shelf import clients_of
from tests.support.developer import ISSUER, Developer, developer, new_key, statement
from tests.support.gateway import Gateway

pytestmark = pytest.mark.anyio
KEY, JWK = new_key()
OTHER, _ = new_key()
SOFTWARE = SoftwareIssuer(ISSUER, {"keys": [JWK]})


@pytest.fixture
async def by(gateway: Gateway) -> Developer:
    return await developer(gateway, software=SOFTWARE)


async def test_what_it_says_stands_before_what_the_client_says(by: Developer) -> None:
    signed = statement(
        KEY, client_name="Certified", redirect_uris=["https://certified.example.test/cb"]
    )
    told = await by.registered(software_statement=signed)
    assert told["redirect_uris"] == ["https://certified.example.test/cb"]
    assert told["client_name#en"] == "Certified"
    assert told["software_statement"] == signed
    assert "iss" not in told
    assert (await by.manage("GET", told)).json()["software_statement"] == signed


async def test_it_can_allow_no_more_than_the_token_does(by: Developer) -> None:
    for claim in (
        {"scope": "openid address"},
        {"may_see_common_id": True},
        {"logo_uri": "https://x.example.test/"},
    ):
        answer = await by.register(software_statement=statement(KEY, **claim))
        assert answer.json()["error"] == "invalid_client_metadata"


def in_seconds(gateway: Gateway, seconds: int) -> int:
    return int((gateway.clock() + timedelta(seconds=seconds)).timestamp())


async def test_one_that_is_missing_forged_or_past_its_time_is_invalid(
    gateway: Gateway, by: Developer
) -> None:
    bad: list[Any] = [
        ...,
        None,
        1,
        ["x"],
        "x",
        "a.b.c",
        "x" * 20_000,
        statement(OTHER),
        statement(KEY)[:-4] + "AAAA",
        jwt.PyJWS().encode(json.dumps({"iss": ISSUER}).encode(), "", "none"),
        jwt.encode({"iss": ISSUER}, "k" * 32, "HS256"),
        statement(KEY, exp=in_seconds(gateway, -31)),
        statement(KEY, exp="soon"),
        statement(KEY, nbf=in_seconds(gateway, 60)),
        statement(KEY, iat=in_seconds(gateway, 60)),
        statement(KEY, client_name="\ud800"),
        jwt.encode({"iss": ISSUER}, OTHER, "ES256", headers={"jwk": JWK, "kid": "x"}),
    ]
    for one in bad:
        answer = await by.register(software_statement=one)
        assert answer.status_code == 400
        assert answer.json()["error"] == "invalid_software_statement", one
    assert await clients_of(gateway) == []


async def test_one_of_somebody_else_is_not_approved(gateway: Gateway, by: Developer) -> None:
    for iss in ("https://evil.example.test", ISSUER + "/", ..., None, [ISSUER]):
        answer = await by.register(software_statement=statement(KEY, iss=iss))
        assert answer.json()["error"] in (
            "unapproved_software_statement",
            "invalid_software_statement",
        )
    plain = await developer(gateway)
    answer = await plain.register(software_statement=statement(KEY))
    assert answer.json()["error"] == "unapproved_software_statement"
    assert await clients_of(gateway) == []


async def test_a_change_needs_it_too(by: Developer) -> None:
    told = await by.registered(software_statement=statement(KEY, client_name="Certified"))
    without = await by.change(told, software_statement=...)
    assert without.json()["error"] == "invalid_software_statement"
    after = await by.change(told, **{"client_name": "Mine", "client_name#en": ...})
    assert after.json()["client_name#en"] == "Certified"
