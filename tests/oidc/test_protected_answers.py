"""What a service is registered for it gets: each algorithm, each answer, and never a weaker one."""

import base64
import hashlib
from typing import Any

import pytest

from tests.support.gateway import ALL_SCOPES, ISSUER, Gateway
from tests.support.relying_party import RelyingParty, redirected
from tests.support.service_keys import CONTENT, ENCRYPTION, SIGNING, checked, service_key

pytestmark = pytest.mark.anyio
JWT = "application/token-introspection+jwt"


async def tokens_of(gateway: Gateway, party: RelyingParty) -> dict[str, Any]:
    hanako = await gateway.resident()
    await gateway.consent(party.client, hanako)
    async with gateway.browser() as browser:
        await gateway.sign_in(browser, hanako)
        return await party.tokens(browser)


async def party_of(gateway: Gateway, **metadata: Any) -> RelyingParty:
    return RelyingParty(gateway, await gateway.service(**metadata))


@pytest.mark.parametrize("alg", SIGNING)
async def test_an_id_token_is_signed_as_registered_and_hashes_as_its_algorithm_does(
    gateway: Gateway, alg: str
) -> None:
    tokens = await tokens_of(gateway, await party_of(gateway, id_token_signed_response_alg=alg))
    header, claims = await checked(gateway, tokens["id_token"], alg)
    assert header["typ"] == "JWT"
    assert (claims["iss"], claims["aud"]) == (ISSUER, "health")
    name = "sha512" if alg == "EdDSA" else "sha256"
    digest = hashlib.new(name, tokens["access_token"].encode()).digest()
    half = base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()
    assert claims["at_hash"] == half
    header, _ = await checked(gateway, tokens["access_token"], "ES256")
    assert header["typ"] == "at+jwt"


@pytest.mark.parametrize("alg", SIGNING)
async def test_userinfo_is_signed_for_the_service_that_wants_it(gateway: Gateway, alg: str) -> None:
    party = await party_of(gateway, userinfo_signed_response_alg=alg)
    tokens = await tokens_of(gateway, party)
    answer = await party.call("GET", "/userinfo", tokens["access_token"])
    assert answer.headers["content-type"] == "application/jwt"
    assert answer.headers["cache-control"] == "no-store"
    header, claims = await checked(gateway, answer.text, alg)
    _, identity = await checked(gateway, tokens["id_token"], "ES256")
    assert (claims["iss"], claims["aud"], claims["sub"]) == (ISSUER, "health", identity["sub"])
    assert claims["name"] == "花咲　花子"
    assert "exp" not in claims
    assert header["alg"] == alg


async def test_signed_userinfo_is_no_id_token(gateway: Gateway) -> None:
    party = await party_of(gateway, userinfo_signed_response_alg="ES256")
    tokens = await tokens_of(gateway, party)
    answer = await party.call("GET", "/userinfo", tokens["access_token"])
    async with gateway.browser() as browser:
        refused = await browser.get("/logout", params={"id_token_hint": answer.text})
        assert refused.status_code == 400
        good = await browser.get("/logout", params={"id_token_hint": tokens["id_token"]})
        assert good.status_code == 200


@pytest.mark.parametrize("alg", SIGNING)
async def test_introspection_is_signed_for_the_caller(gateway: Gateway, alg: str) -> None:
    party = await party_of(gateway, introspection_signed_response_alg=alg)
    tokens = await tokens_of(gateway, party)
    answer = await party.post("/introspect", {"token": tokens["access_token"]})
    assert answer.headers["content-type"] == JWT
    assert answer.headers["cache-control"] == "no-store"
    header, claims = await checked(gateway, answer.text, alg)
    assert header["typ"] == "token-introspection+jwt"
    assert set(claims) == {"iss", "aud", "iat", "token_introspection"}
    assert (claims["iss"], claims["aud"]) == (ISSUER, "health")
    assert claims["iat"] == int(gateway.clock().timestamp())
    assert claims["token_introspection"]["active"] is True
    assert claims["token_introspection"]["scope"] == ALL_SCOPES


@pytest.mark.parametrize("enc", CONTENT)
@pytest.mark.parametrize("alg", ENCRYPTION)
async def test_all_of_it_is_encrypted_for_the_services_key(
    gateway: Gateway, alg: str, enc: str
) -> None:
    key = service_key(alg)
    answers = ("id_token", "userinfo", "introspection")
    wanted = {f"{answer}_encrypted_response_alg": alg for answer in answers}
    wanted |= {f"{answer}_encrypted_response_enc": enc for answer in answers}
    wanted |= {f"{answer}_signed_response_alg": "ES256" for answer in answers}
    party = await party_of(gateway, jwks=key.jwks, **wanted)
    tokens = await tokens_of(gateway, party)
    userinfo = await party.call("GET", "/userinfo", tokens["access_token"])
    introspection = await party.post("/introspect", {"token": tokens["access_token"]})
    assert userinfo.headers["content-type"] == "application/jwt"
    assert introspection.headers["content-type"] == JWT
    for encrypted in (tokens["id_token"], userinfo.text, introspection.text):
        header, signed = key.open(encrypted, alg, enc)
        assert (header["cty"], header["kid"]) == ("JWT", "for-health")
        assert "zip" not in header
        _, claims = await checked(gateway, signed, "ES256")
        assert (claims["iss"], claims["aud"]) == (ISSUER, "health")
    assert "花子" not in userinfo.text


@pytest.mark.parametrize("curve", ["P-384", "P-521", "X25519"])
async def test_other_curves_and_the_default_content_encryption(
    gateway: Gateway, curve: str
) -> None:
    key = service_key("ECDH-ES", curve)
    party = await party_of(gateway, jwks=key.jwks, id_token_encrypted_response_alg="ECDH-ES")
    tokens = await tokens_of(gateway, party)
    header, signed = key.open(tokens["id_token"], "ECDH-ES", "A128CBC-HS256")
    assert header["enc"] == "A128CBC-HS256"
    await checked(gateway, signed, "ES256")


async def test_an_authorization_answer_is_encrypted_too(gateway: Gateway) -> None:
    key = service_key("ECDH-ES+A256KW")
    wanted = {
        "authorization_signed_response_alg": "PS256",
        "authorization_encrypted_response_alg": "ECDH-ES+A256KW",
        "authorization_encrypted_response_enc": "A256GCM",
    }
    party = await party_of(gateway, jwks=key.jwks, **wanted)
    hanako = await gateway.resident()
    await gateway.consent(party.client, hanako)
    async with gateway.browser() as browser:
        await gateway.sign_in(browser, hanako)
        answer = redirected(await party.authorize(browser, response_mode="jwt"))
        assert set(answer) == {"response"}
        _, signed = key.open(answer["response"], "ECDH-ES+A256KW", "A256GCM")
        _, claims = await checked(gateway, signed, "PS256")
        assert (claims["iss"], claims["aud"]) == (ISSUER, "health")
        assert (await party.redeem(claims["code"])).status_code == 200


async def test_a_refreshed_id_token_is_encrypted_too(gateway: Gateway) -> None:
    key = service_key("ECDH-ES")
    party = await party_of(gateway, jwks=key.jwks, id_token_encrypted_response_alg="ECDH-ES")
    tokens = await tokens_of(gateway, party)
    again = (await party.refresh(tokens["refresh_token"])).json()
    _, signed = key.open(again["id_token"], "ECDH-ES", "A128CBC-HS256")
    await checked(gateway, signed, "ES256")


async def test_a_hint_is_the_id_token_that_was_in_it(gateway: Gateway) -> None:
    key = service_key("ECDH-ES")
    party = await party_of(gateway, jwks=key.jwks, id_token_encrypted_response_alg="ECDH-ES")
    hanako = await gateway.resident()
    await gateway.consent(party.client, hanako)
    async with gateway.browser() as browser:
        await gateway.sign_in(browser, hanako)
        encrypted = (await party.tokens(browser))["id_token"]
        _, signed = key.open(encrypted, "ECDH-ES", "A128CBC-HS256")
        assert await party.code(browser, id_token_hint=signed, prompt="none")
        refused = await party.authorize(browser, id_token_hint=encrypted, prompt="none")
        assert "error=invalid_request" in refused.headers["location"]
        assert "id_token_hint+is+encrypted" in refused.headers["location"]
        assert "code=" not in refused.headers["location"]
        page = await browser.get("/logout", params={"id_token_hint": encrypted})
        assert page.status_code == 400
        assert await party.code(browser, prompt="none"), "still signed in"


@pytest.mark.parametrize(
    ("accept", "signed"),
    [
        (JWT, True),
        (JWT.upper(), True),
        (f"{JWT}, application/json", True),
        (f"application/json;q=0.4, {JWT};q=0.5", True),
        (f"{JWT}, */*;q=0.1", True),
        (f" {JWT} ; q=1.0 ", True),
        (f"application/json, {JWT};q=0.9", False),
        (f"{JWT};q=0", False),
        (f"{JWT};q=nan", False),
        (f"{JWT};q=2", False),
        (f"{JWT};q=high", False),
        ("application/json", False),
        ("application/jwt", False),
        ("application/*", False),
        ("*/*", False),
        ("text/html", False),
        ("", False),
        (",;,", False),
    ],
)
async def test_without_a_registered_algorithm_the_caller_asks_for_a_jwt(
    gateway: Gateway, health: RelyingParty, accept: str, *, signed: bool
) -> None:
    async with gateway.browser() as http:
        answer = await http.post(
            "/introspect",
            data={"token": "unknown"},
            auth=health.credentials,
            headers={"Accept": accept},
        )
    if not signed:
        assert answer.json() == {"active": False}
        return
    assert answer.headers["content-type"] == JWT
    _, claims = await checked(gateway, answer.text, "RS256")
    assert claims["token_introspection"] == {"active": False}


async def test_who_is_registered_for_a_jwt_gets_nothing_else(gateway: Gateway) -> None:
    party = await party_of(gateway, introspection_signed_response_alg="PS256")
    for accept in ("application/json", "*/*", "text/html", f"{JWT};q=0"):
        async with gateway.browser() as http:
            answer = await http.post(
                "/introspect",
                data={"token": "unknown"},
                auth=party.credentials,
                headers={"Accept": accept},
            )
        assert answer.headers["content-type"] == JWT
        await checked(gateway, answer.text, "PS256")


async def test_a_refused_caller_gets_no_jwt(gateway: Gateway) -> None:
    party = await party_of(gateway, introspection_signed_response_alg="PS256")
    async with gateway.browser() as http:
        answer = await http.post("/introspect", data={"token": "x"}, auth=("health", "w" * 43))
        assert answer.status_code == 401
        assert answer.json()["error"] == "invalid_client"
    missing = await party.post("/introspect", {})
    assert (missing.status_code, missing.json()["error"]) == (400, "invalid_request")
