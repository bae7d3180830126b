"""Modules that fapi2-message-signing-final-test-plan has besides those it shares with the security
profile's plan (under whose name they run), in our own words: request objects (JAR). Answers are
signed (JARM) in all of them; a client may also sign its requests alone, which its happy flow shows.

Not mirrored, for other ecosystems' profiles alone: those with shorter times (australia-connectid-*,
ksa-*). Encrypted answers are no module of the plan: tests/oidc/authorization/test_jarm.py.
"""

import base64
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as new_rsa_key
from jwt.algorithms import RSAAlgorithm

from tests.conformance.fapi import FapiClient, fapi_client, refused, signed_in
from tests.support.certificates import public_jwk
from tests.support.gateway import ISSUER, Gateway
from tests.support.relying_party import redirected
from tests.support.service_keys import checked

pytestmark = pytest.mark.anyio
MINUTE = 60


@pytest.fixture
async def signing(proxied: Gateway) -> FapiClient:
    return await fapi_client(proxied, "fapi2_message_signing")


def from_now(fapi: FapiClient, **seconds: int) -> dict[str, int]:
    now = int(fapi.gateway.clock().timestamp())
    return {name: now + step for name, step in seconds.items()}


async def test_fapi2_message_signing_happy_flow(proxied: Gateway, signing: FapiClient) -> None:
    """Who signs its requests without having to gets a plain answer, or a signed one as it asks;
    introspection of what came of it is signed for who has to."""
    may = await fapi_client(proxied, client_id="may")
    async with await signed_in(proxied, signing, may) as browser:
        for mode, named in ((None, "code"), ("jwt", "response")):
            request = may.request_object(response_mode=mode)
            pushed = (await may.post("/par", {"request": request})).json()
            told = redirected(await may.visit(browser, pushed["request_uri"]))
            assert named in told
        tokens = await signing.tokens(browser)
    answer = await signing.post("/introspect", {"token": tokens["access_token"]})
    assert answer.headers["content-type"] == "application/token-introspection+jwt"
    _, claims = await checked(proxied, answer.text, "ES256")
    assert claims["token_introspection"]["active"] is True


async def test_fapi2_message_signing_ensure_request_object_with_multiple_aud_succeeds(
    proxied: Gateway, signing: FapiClient
) -> None:
    """The issuer may stand among others."""
    async with await signed_in(proxied, signing) as browser:
        both = [ISSUER, "https://other.example.test"]
        assert "access_token" in await signing.tokens(browser, aud=both)


async def test_fapi2_message_signing_ensure_request_object_with_nbf_8_seconds_in_the_future_is_accepted(  # noqa: E501 - the module's name
    proxied: Gateway, signing: FapiClient
) -> None:
    """A clock that is eight seconds early does no harm."""
    async with await signed_in(proxied, signing) as browser:
        assert "access_token" in await signing.tokens(browser, **from_now(signing, nbf=8))


async def not_taken(fapi: FapiClient, **changes: Any) -> None:
    assert refused(await fapi.push(**changes), "invalid_request_object")


async def test_fapi2_message_signing_ensure_request_object_without_exp_fails(
    signing: FapiClient,
) -> None:
    """It has to say when it ends."""
    await not_taken(signing, exp=None)


async def test_fapi2_message_signing_ensure_request_object_without_nbf_fails(
    signing: FapiClient,
) -> None:
    """It has to say when it begins."""
    await not_taken(signing, nbf=None)


async def test_fapi2_message_signing_ensure_expired_request_object_fails(
    signing: FapiClient,
) -> None:
    """It ended five minutes ago."""
    await not_taken(signing, **from_now(signing, exp=-5 * MINUTE))


async def test_fapi2_message_signing_ensure_request_object_with_bad_aud_fails(
    signing: FapiClient,
) -> None:
    """It is for somebody else."""
    for audience in ("https://other.example.test", ["https://other.example.test"], f"{ISSUER}/x"):
        await not_taken(signing, aud=audience)


async def test_fapi2_message_signing_ensure_request_object_with_exp_over_60_fails(
    signing: FapiClient,
) -> None:
    """It ends more than an hour after it begins."""
    await not_taken(signing, **from_now(signing, exp=70 * MINUTE))


async def test_fapi2_message_signing_ensure_request_object_with_nbf_over_60_fails(
    signing: FapiClient,
) -> None:
    """It began more than an hour ago."""
    await not_taken(signing, **from_now(signing, nbf=-70 * MINUTE))


async def test_fapi2_message_signing_ensure_signed_request_object_with_rs256_fails(
    proxied: Gateway, signing: FapiClient
) -> None:
    """An RSA key may be registered; PS256 is what it signs with."""
    rsa = new_rsa_key(65_537, 2_048)
    jwk = RSAAlgorithm.to_jwk(rsa.public_key(), as_dict=True)
    both = [public_jwk(signing.key), {name: jwk[name] for name in ("kty", "n", "e")}]
    fapi = await fapi_client(proxied, "fapi2_message_signing", jwks={"keys": both})
    fapi.key = signing.key
    await not_taken(fapi, key=rsa, alg="RS256")
    assert (await fapi.push(key=rsa, alg="PS256")).status_code == 201


def encoded(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


async def test_fapi2_message_signing_ensure_request_object_signature_algorithm_is_not_none(
    signing: FapiClient,
) -> None:
    """What nobody signed is nobody's."""
    payload = signing.request_object().split(".")[1]
    for alg in ("none", "None", "NONE"):
        unsigned = f"{encoded({'alg': alg})}.{payload}."
        answer = await signing.post("/par", {"request": unsigned})
        assert refused(answer, "invalid_request_object")


async def test_fapi2_message_signing_ensure_request_object_with_invalid_signature_fails(
    signing: FapiClient,
) -> None:
    """Its signature is of something else."""
    header, payload, _ = signing.request_object().split(".")
    other = signing.request_object(state="other").split(".")[2]
    answer = await signing.post("/par", {"request": f"{header}.{payload}.{other}"})
    assert refused(answer, "invalid_request_object")


async def test_fapi2_message_signing_ensure_matching_key_in_authorization_request(
    proxied: Gateway, signing: FapiClient
) -> None:
    """Another client's key signed it, or nobody's."""
    other = await fapi_client(proxied, "fapi2_message_signing", client_id="other")
    await not_taken(signing, key=other.key)
    await not_taken(signing, key=generate_private_key(SECP256R1()))


async def test_fapi2_message_signing_ensure_unsigned_request_at_par_endpoint_fails(
    signing: FapiClient,
) -> None:
    """Plain parameters are not taken, good as they are."""
    form = signing.party.authorization_request(response_mode="jwt")
    assert refused(await signing.post("/par", form), "invalid_request")


async def test_fapi2_message_signing_par_authorization_request_containing_request_uri(
    signing: FapiClient,
) -> None:
    """What is signed does not point to another request."""
    await not_taken(signing, request_uri="urn:ietf:params:oauth:request_uri:other")
