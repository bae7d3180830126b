"""Modules that fapi2-security-profile-final-test-plan and fapi2-message-signing-final-test-plan
share, in our own words, each for both: what a well-behaved client does, and what may be refused.

Not mirrored, for other ecosystems' profiles alone: australia-connectid-*, brazil-*, cdr-*, ksa-*,
cbuae, chile. Not mirrored, for a specification that is not offered here: grant-management-*.
`ensure-registered-redirect-uri` is for the profiles in which an address has to be registered, as
it has here: it stands beside the plain profile's `tolerate-unregistered-redirect-uri`. TLS versions
and ciphers, which `ensure-holder-of-key-required` looks at too, are the proxy's.
"""

import secrets
from typing import Any

import httpx2
import pytest

from tests.conformance.fapi import (
    COMBINATIONS,
    PROFILES,
    FapiClient,
    How,
    fapi_client,
    refused,
    signed_in,
)
from tests.oidc.clients.conftest import PROXY
from tests.support.gateway import ALL_SCOPES, ISSUER, Gateway
from tests.support.relying_party import payload

pytestmark = pytest.mark.anyio
GOOD_ALGORITHMS = {"ES256", "PS256", "EdDSA", "Ed25519"}
NO_STATE: dict[str, Any] = {"state": None}


async def test_fapi2_security_profile_discovery_end_point_verification(proxied: Gateway) -> None:
    """Told: code, PAR, S256, `iss`, good algorithms for every signature, private_key_jwt and TLS,
    tokens bound to certificates; for signed messages JARM and its algorithms."""
    async with proxied.browser() as http:
        answer = await http.get("/.well-known/openid-configuration")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    told = answer.json()
    assert told["issuer"] == ISSUER
    assert "code" in told["response_types_supported"]
    assert told["code_challenge_methods_supported"] == ["S256"]
    assert told["authorization_response_iss_parameter_supported"] is True
    assert told["tls_client_certificate_bound_access_tokens"] is True
    assert told.get("require_pushed_authorization_requests", False) is False
    methods = set(told["token_endpoint_auth_methods_supported"])
    assert {"private_key_jwt", "tls_client_auth", "self_signed_tls_client_auth"} <= methods
    for what in ("id_token", "userinfo", "token_endpoint_auth", "request_object", "dpop"):
        assert GOOD_ALGORITHMS & set(told[f"{what}_signing_alg_values_supported"]), what
    assert set(told["dpop_signing_alg_values_supported"]) <= GOOD_ALGORITHMS
    assert {"jwt", "query.jwt"} <= set(told["response_modes_supported"])
    for list_of in ("signing_alg", "encryption_alg", "encryption_enc"):
        assert isinstance(told[f"authorization_{list_of}_values_supported"], list)
    for name in ("authorization", "token", "pushed_authorization_request"):
        assert told[f"{name}_endpoint"].startswith(f"{ISSUER}/")


@pytest.mark.parametrize("how", COMBINATIONS, ids="-".join)
@pytest.mark.parametrize("profile", PROFILES)
async def test_fapi2_security_profile_happy_flow(proxied: Gateway, profile: str, how: How) -> None:
    """Two clients sign the same resident in, each by its own proof of itself and with tokens bound
    to its own key; a token is of no use with the other one's."""
    both = [await fapi_client(proxied, profile, how, name) for name in ("first", "second")]
    async with await signed_in(proxied, *both) as browser:
        tokens = [await each.tokens(browser) for each in both]
    scheme = "DPoP" if how.bound == "dpop" else "Bearer"
    for each, got in zip(both, tokens, strict=True):
        assert got["token_type"] == scheme
        confirmed = payload(got["access_token"])["cnf"]
        assert confirmed.keys() == {"jkt" if how.bound == "dpop" else "x5t#S256"}
        answer = await each.userinfo(got["access_token"])
        assert answer.status_code == 200, answer.text
        said = payload(got["id_token"])
        assert (said["iss"], said["aud"]) == (ISSUER, each.client.client_id)
        assert (said["nonce"], said["sub"]) == ("n-0S6_WzA2Mj", answer.json()["sub"])
    first, second = both
    stolen = await second.userinfo(tokens[0]["access_token"])
    assert (stolen.status_code, stolen.json()["error"]) == (401, "invalid_token")
    bare = await first.userinfo(tokens[0]["access_token"], without=("proof", "certificate"))
    assert bare.status_code == 401


async def test_fapi2_security_profile_user_rejects_authentication(
    proxied: Gateway, fapi: FapiClient
) -> None:
    """Who does not want to sign in is sent back with access_denied, and the state."""
    async with proxied.browser() as browser:
        page = await fapi.visit(browser, await fapi.pushed())
        task = page.headers["location"].partition("task=")[2].partition("&")[0]
        raw = await proxied.provider.login_tasks.get(task)
        assert raw is not None
        told = await fapi.told(await browser.get(f"{raw.return_to}?cancelled=1"))
    assert (told["error"], told["state"]) == ("access_denied", "af0ifjsldkj")
    assert "code" not in told


async def test_fapi2_security_profile_ensure_authorization_request_without_state_success(
    fapi: FapiClient, browser: httpx2.AsyncClient
) -> None:
    """No state is sent, and none comes back."""
    told = await fapi.told(await fapi.visit(browser, await fapi.pushed(**NO_STATE)))
    assert "state" not in told
    assert (await fapi.redeem(told["code"])).status_code == 200


async def test_fapi2_security_profile_ensure_authorization_request_without_nonce_success(
    fapi: FapiClient, browser: httpx2.AsyncClient
) -> None:
    """PKCE stands in for it: the ID token has none."""
    tokens = await fapi.tokens(browser, nonce=None)
    assert "nonce" not in payload(tokens["id_token"])


@pytest.mark.parametrize("nonce", ["n" * 64])
async def test_fapi2_security_profile_ensure_authorization_request_with_64_char_nonce_success(
    fapi: FapiClient, browser: httpx2.AsyncClient, nonce: str
) -> None:
    """One of 64 characters comes back whole."""
    assert payload((await fapi.tokens(browser, nonce=nonce))["id_token"])["nonce"] == nonce


async def test_fapi2_security_profile_ensure_other_scope_order_succeeds(
    fapi: FapiClient, browser: httpx2.AsyncClient
) -> None:
    """openid need not come first."""
    backwards = " ".join(reversed(ALL_SCOPES.split()))
    tokens = await fapi.tokens(browser, scope=backwards)
    assert set(tokens["scope"].split()) == set(ALL_SCOPES.split())
    assert "id_token" in tokens


async def test_fapi2_security_profile_test_claims_parameter_identity_claims(
    fapi: FapiClient, browser: httpx2.AsyncClient
) -> None:
    """Every claim about the resident that discovery names, and that the service may have, comes
    where it was asked for."""
    told = (await browser.get("/.well-known/openid-configuration")).json()
    standard = {"name", "address", "birthdate", "gender"} & set(told["claims_supported"])
    asked: Any = {place: dict.fromkeys(standard) for place in ("userinfo", "id_token")}
    if not fapi.signs_messages:
        asked = str(asked).replace("'", '"').replace("None", "null")
    tokens = await fapi.tokens(browser, scope="openid", claims=asked)
    assert standard <= payload(tokens["id_token"]).keys()
    assert standard <= (await fapi.userinfo(tokens["access_token"])).json().keys()


@pytest.mark.parametrize("how", [How(bound="dpop"), How(bound="mtls")], ids="-".join)
async def test_fapi2_security_profile_access_token_type_header_case_sensitivity(
    proxied: Gateway, how: How
) -> None:
    """The scheme's name may be written in any case."""
    fapi = await fapi_client(proxied, how=how)
    async with await signed_in(proxied, fapi) as browser:
        tokens = await fapi.tokens(browser)
    for scheme in (tokens["token_type"].swapcase(), tokens["token_type"].lower()):
        answer = await fapi.userinfo(tokens["access_token"], scheme=scheme)
        assert answer.status_code == 200, answer.text


async def test_fapi2_security_profile_ensure_different_nonce_inside_and_outside_request_object(
    fapi: FapiClient, browser: httpx2.AsyncClient
) -> None:
    """What was pushed counts; a nonce beside the request_uri does not."""
    answer = await fapi.visit(browser, await fapi.pushed(nonce="inside"), nonce="outside")
    tokens = await fapi.redeem((await fapi.told(answer))["code"])
    assert payload(tokens.json()["id_token"])["nonce"] == "inside"


async def test_fapi2_security_profile_ensure_different_state_inside_and_outside_request_object(
    fapi: FapiClient, browser: httpx2.AsyncClient
) -> None:
    """What was pushed counts; a state beside the request_uri does not."""
    answer = await fapi.visit(browser, await fapi.pushed(state="inside"), state="outside")
    assert (await fapi.told(answer))["state"] == "inside"


async def test_fapi2_security_profile_state_only_outside_request_object_not_used(
    fapi: FapiClient, browser: httpx2.AsyncClient
) -> None:
    """Without a state in what was pushed, none comes back, nor its hash."""
    answer = await fapi.visit(browser, await fapi.pushed(**NO_STATE), state="outside")
    told = await fapi.told(answer)
    assert "state" not in told
    tokens = (await fapi.redeem(told["code"])).json()
    assert "s_hash" not in payload(tokens["id_token"])


async def test_fapi2_security_profile_ensure_authorization_request_with_long_nonce(
    fapi: FapiClient, browser: httpx2.AsyncClient
) -> None:
    """One of 384 characters comes back whole."""
    nonce = secrets.token_hex(192)
    assert payload((await fapi.tokens(browser, nonce=nonce))["id_token"])["nonce"] == nonce


async def test_fapi2_security_profile_ensure_authorization_request_with_long_state(
    fapi: FapiClient, browser: httpx2.AsyncClient
) -> None:
    """One of 1000 characters comes back whole."""
    state = secrets.token_hex(500)
    answer = await fapi.visit(browser, await fapi.pushed(state=state))
    assert (await fapi.told(answer))["state"] == state


@pytest.mark.parametrize("how", COMBINATIONS, ids="-".join)
@pytest.mark.parametrize("profile", PROFILES)
async def test_fapi2_security_profile_refresh_token(
    proxied: Gateway, profile: str, how: How
) -> None:
    """Refreshed tokens are for the same resident and bound again; the refresh token stays good,
    needs the client's proof of itself and of its key, and is no other client's."""
    first, second = [await fapi_client(proxied, profile, how, name) for name in ("one", "two")]
    async with await signed_in(proxied, first, second) as browser:
        mine, theirs = await first.tokens(browser), await second.tokens(browser)
    for _ in range(2):
        again = (await first.refresh(mine["refresh_token"])).json()
        assert again.get("refresh_token", mine["refresh_token"]) == mine["refresh_token"]
        assert payload(again["id_token"])["sub"] == payload(mine["id_token"])["sub"]
        assert payload(again["access_token"])["cnf"] == payload(mine["access_token"])["cnf"]
        assert (await first.userinfo(again["access_token"])).status_code == 200
    bare = await first.refresh(mine["refresh_token"], without=("proof", "certificate"))
    assert refused(bare, "invalid_dpop_proof", "invalid_request", "invalid_client")
    assert refused(await first.refresh(theirs["refresh_token"]), "invalid_grant")
    async with proxied.browser(PROXY) as http:
        form = {"grant_type": "refresh_token", "refresh_token": mine["refresh_token"]}
        unproven = await http.post("/token", data={**form, "client_id": "one"})
    assert refused(unproven, "invalid_client")
