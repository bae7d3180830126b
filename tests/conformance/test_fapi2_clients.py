"""Modules that fapi2-security-profile-final-test-plan and fapi2-message-signing-final-test-plan
share, in our own words, each for both: who may redeem a code, and how clients prove themselves."""

from typing import Any

import httpx2
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from jwt.algorithms import RSAAlgorithm

from tests.conformance.fapi import (
    COMBINATIONS,
    PROFILES,
    FapiClient,
    How,
    fapi_client,
    refused,
    signed_in,
)
from tests.support.certificates import public_jwk
from tests.support.gateway import ISSUER, Gateway

pytestmark = pytest.mark.anyio
each_way = pytest.mark.parametrize("how", COMBINATIONS, ids="-".join)
each_profile = pytest.mark.parametrize("profile", PROFILES)


@each_way
@each_profile
async def test_fapi2_security_profile_ensure_client_id_in_token_endpoint(
    proxied: Gateway, profile: str, how: How
) -> None:
    """The second client's name with the first one's key is neither of them."""
    first, second = [await fapi_client(proxied, profile, how, name) for name in ("one", "two")]
    async with await signed_in(proxied, first, second) as browser:
        code = await first.code(browser)
    claimed = second.assertion(first.key)
    answer = await second.post(
        "/token",
        first.redemption(code),
        assertion=claimed if how.auth == "private_key_jwt" else None,
        certificate=first.certificate,
    )
    assert refused(answer, "invalid_client", "invalid_grant")
    assert (await first.redeem(code)).status_code == 200


@each_way
@each_profile
async def test_fapi2_security_profile_ensure_holder_of_key_required(
    proxied: Gateway, profile: str, how: How
) -> None:
    """A client that has proven itself, and shows no key to bind tokens to, gets none."""
    fapi = await fapi_client(proxied, profile, how)
    async with await signed_in(proxied, fapi) as browser:
        code = await fapi.code(browser)
    shown = "proof" if how.bound == "dpop" else "certificate"
    answer = await fapi.redeem(code, without=(shown,))
    assert refused(answer, "invalid_request", "invalid_dpop_proof", "invalid_client")
    assert (await fapi.redeem(code)).status_code == 200


@each_way
@each_profile
async def test_fapi2_security_profile_ensure_authorization_code_is_bound_to_client(
    proxied: Gateway, profile: str, how: How
) -> None:
    """Another client, however good its own proofs, buys nothing with the code."""
    first, second = [await fapi_client(proxied, profile, how, name) for name in ("one", "two")]
    async with await signed_in(proxied, first, second) as browser:
        code = await first.code(browser)
    form = first.redemption(code)
    assert refused(await second.post("/token", form), "invalid_grant")


async def test_fapi2_security_profile_attempt_reuse_authorization_code_after_one_second(
    proxied: Gateway, fapi: FapiClient, browser: httpx2.AsyncClient
) -> None:
    """The second use of a code buys nothing, and what the first one bought ends with it."""
    code = await fapi.code(browser)
    bought = (await fapi.redeem(code)).json()
    assert (await fapi.userinfo(bought["access_token"])).status_code == 200
    proxied.clock.forward(seconds=1)
    assert refused(await fapi.redeem(code), "invalid_grant")
    assert (await fapi.userinfo(bought["access_token"])).status_code == 401
    assert refused(await fapi.refresh(bought["refresh_token"]), "invalid_grant")


async def test_fapi2_security_profile_ensure_token_endpoint_fails_with_expired_auth_code(
    proxied: Gateway, fapi: FapiClient, browser: httpx2.AsyncClient
) -> None:
    """A minute later a code is worth nothing."""
    code = await fapi.code(browser)
    proxied.clock.forward(seconds=62)
    assert refused(await fapi.redeem(code), "invalid_grant")


@each_profile
async def test_fapi2_security_profile_ensure_signed_client_assertion_with_rs256_fails(
    proxied: Gateway, profile: str
) -> None:
    """An RSA key may be registered; PS256 is what it signs with."""
    rsa = generate_private_key(65_537, 2_048)
    jwk = RSAAlgorithm.to_jwk(rsa.public_key(), as_dict=True)
    fapi = await fapi_client(proxied, profile)
    both = [public_jwk(fapi.key), {name: jwk[name] for name in ("kty", "n", "e")}]
    fapi = await fapi_client(proxied, profile, jwks={"keys": both})
    for alg, good in (("RS256", False), ("PS256", True)):
        claims = {"iss": "fapi", "sub": "fapi", "aud": ISSUER}
        answer = await fapi.post(
            "/revoke", {"token": "x"}, assertion=fapi.assertion(rsa, alg, **claims)
        )
        assert answer.status_code == (200 if good else 401), answer.text


async def test_fapi2_security_profile_ensure_client_assertion_in_token_endpoint(
    fapi: FapiClient, browser: httpx2.AsyncClient
) -> None:
    """A client_id alone proves nothing."""
    code = await fapi.code(browser)
    assert refused(await fapi.redeem(code, without=("assertion",)), "invalid_client")
    assert (await fapi.redeem(code)).status_code == 200


async def refused_with(fapi: FapiClient, browser: httpx2.AsyncClient, **changes: Any) -> None:
    """No tokens are given for an assertion like that, and the code is still good."""
    code = await fapi.code(browser)
    answer = await fapi.redeem(code, assertion=fapi.assertion(**changes))
    assert refused(answer, "invalid_client", "invalid_request")
    assert (await fapi.redeem(code)).status_code == 200


async def test_fapi2_security_profile_ensure_client_assertion_with_exp_is_5_minutes_in_past_fails(
    fapi: FapiClient, browser: httpx2.AsyncClient
) -> None:
    """It has expired."""
    await refused_with(fapi, browser, exp=int(fapi.gateway.clock().timestamp()) - 300)


async def test_fapi2_security_profile_ensure_client_assertion_with_wrong_aud_fails(
    fapi: FapiClient, browser: httpx2.AsyncClient
) -> None:
    """It was made for somebody else."""
    await refused_with(fapi, browser, aud="https://other.example.test")


async def test_fapi2_security_profile_ensure_client_assertion_with_no_sub_fails(
    fapi: FapiClient, browser: httpx2.AsyncClient
) -> None:
    """It does not say of whom it speaks."""
    await refused_with(fapi, browser, sub=None)


async def pushed_with(fapi: FapiClient, **changes: Any) -> httpx2.Response:
    """Whether a request is taken with an assertion like that."""
    await fapi.push()  # to learn a nonce
    form = fapi.party.authorization_request()
    if fapi.signs_messages:
        form = {"request": fapi.request_object()}
    return await fapi.post("/par", form, assertion=fapi.assertion(**changes))


async def test_fapi2_security_profile_par_ensure_jwt_client_assertions_nbf_8_seconds_in_the_future_is_accepted(  # noqa: E501 - the module's name
    fapi: FapiClient,
) -> None:
    """A clock that is eight seconds early does no harm."""
    soon = int(fapi.gateway.clock().timestamp()) + 8
    answer = await pushed_with(fapi, iat=soon, nbf=soon)
    assert answer.status_code == 201, answer.text


async def test_fapi2_security_profile_par_ensure_jwt_client_assertions_nbf_over_60_seconds_in_the_future_fails(  # noqa: E501 - the module's name
    fapi: FapiClient,
) -> None:
    """More than a minute ahead, it was made for later."""
    later = int(fapi.gateway.clock().timestamp()) + 61
    answer = await pushed_with(fapi, iat=later, nbf=later, exp=later + 60)
    assert refused(answer, "invalid_client", "invalid_request")


async def test_fapi2_security_profile_par_test_array_as_audience_fails(fapi: FapiClient) -> None:
    """The issuer stands alone, and as a text."""
    for audience in ([ISSUER], [ISSUER, f"{ISSUER}/par"], [f"{ISSUER}/par"]):
        assert refused(await pushed_with(fapi, aud=audience), "invalid_client"), audience


async def test_fapi2_security_profile_par_test_par_endpoint_url_as_audience_fails(
    fapi: FapiClient,
) -> None:
    """The address that is called is no audience."""
    assert refused(await pushed_with(fapi, aud=f"{ISSUER}/par"), "invalid_client")


async def test_fapi2_security_profile_par_test_token_endpoint_url_as_audience_fails(
    fapi: FapiClient,
) -> None:
    """Nor is the token endpoint."""
    assert refused(await pushed_with(fapi, aud=f"{ISSUER}/token"), "invalid_client")
