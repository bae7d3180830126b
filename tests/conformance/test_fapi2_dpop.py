"""Modules that fapi2-security-profile-final-test-plan and fapi2-message-signing-final-test-plan
share, in our own words, each for both: proofs of possession (RFC 9449)."""

from typing import Any

import httpx2
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from tests.conformance.fapi import FapiClient, refused
from tests.support.gateway import ISSUER
from tests.support.proofs import ProofMaker
from tests.support.relying_party import payload

pytestmark = pytest.mark.anyio


async def everywhere(fapi: FapiClient, browser: httpx2.AsyncClient, **times: int) -> None:
    """Proofs with these claims, seconds from now, are good at /par, /token and /userinfo."""

    def claims() -> dict[str, Any]:
        now = int(fapi.gateway.clock().timestamp())
        return {name: now + step for name, step in times.items()}

    await fapi.push()  # to learn a nonce
    form = {"request": fapi.request_object()}
    if not fapi.signs_messages:
        form = fapi.party.authorization_request()
    pushed = await fapi.post("/par", form, proof=fapi.maker.proof("POST", "/par", **claims()))
    assert pushed.status_code == 201, pushed.text
    answer = await fapi.told(await fapi.visit(browser, pushed.json()["request_uri"]))
    tokens = await fapi.redeem(answer["code"], proof=fapi.maker.proof(**claims()))
    assert tokens.status_code == 200, tokens.text
    token = tokens.json()["access_token"]
    used = await fapi.userinfo(token, proofs=[fapi.use(token, **claims())])
    assert used.status_code == 200, used.text


async def test_fapi2_security_profile_check_dpop_proof_nbf_exp(
    fapi: FapiClient, browser: httpx2.AsyncClient
) -> None:
    """A proof may tell from when to when it is meant."""
    await everywhere(fapi, browser, nbf=0, exp=60)


async def test_fapi2_security_profile_ensure_dpopproof_with_iat_10seconds_before_succeeds(
    fapi: FapiClient, browser: httpx2.AsyncClient
) -> None:
    """A clock that is ten seconds late does no harm."""
    await everywhere(fapi, browser, iat=-10)


async def test_fapi2_security_profile_ensure_dpopproof_with_iat_10seconds_after_succeeds(
    fapi: FapiClient, browser: httpx2.AsyncClient
) -> None:
    """A clock that is ten seconds early does no harm."""
    await everywhere(fapi, browser, iat=10)


async def test_fapi2_security_profile_ensure_mismatched_dpop_jkt_fails(fapi: FapiClient) -> None:
    """What is pushed names another key than the proof beside it has."""
    other = ProofMaker(fapi.gateway.clock)
    assert refused(await fapi.push(dpop_jkt=other.jkt), "invalid_request", "invalid_dpop_proof")


async def test_fapi2_security_profile_ensure_token_endpoint_fails_with_mismatched_dpop_proof_jkt(
    fapi: FapiClient, browser: httpx2.AsyncClient
) -> None:
    """Pushed with one key, the code is not redeemed with another."""
    code = await fapi.code(browser)
    other = ProofMaker(fapi.gateway.clock, nonce=fapi.maker.nonce)
    answer = await fapi.redeem(code, proof=other.proof())
    assert refused(answer, "invalid_grant", "invalid_dpop_proof")


async def test_fapi2_security_profile_ensure_token_endpoint_fails_with_mismatched_dpop_jkt(
    fapi: FapiClient, browser: httpx2.AsyncClient
) -> None:
    """Bound by dpop_jkt alone, without a proof at /par, the code is not redeemed with another
    key."""
    other = ProofMaker(fapi.gateway.clock)
    form = {"request": fapi.request_object(dpop_jkt=other.jkt)}
    if not fapi.signs_messages:
        form = fapi.party.authorization_request(dpop_jkt=other.jkt)
    pushed = await fapi.post("/par", form, without=("proof",))
    assert pushed.status_code == 201, pushed.text
    answer = await fapi.told(await fapi.visit(browser, pushed.json()["request_uri"]))
    assert refused(await fapi.redeem(answer["code"]), "invalid_grant", "invalid_dpop_proof")


async def test_fapi2_security_profile_ensure_dpopproof_at_par_endpoint_binding_success(
    fapi: FapiClient, browser: httpx2.AsyncClient
) -> None:
    """Pushed with a proof, the code is redeemed with one of the same key."""
    tokens = await fapi.tokens(browser)
    assert payload(tokens["access_token"])["cnf"] == {"jkt": fapi.maker.jkt}


async def test_fapi2_security_profile_ensure_dpop_auth_code_binding_success(
    fapi: FapiClient, browser: httpx2.AsyncClient
) -> None:
    """A dpop_jkt that fits the proofs at /par and /token binds the code to them."""
    tokens = await fapi.tokens(browser, dpop_jkt=fapi.maker.jkt)
    assert payload(tokens["access_token"])["cnf"] == {"jkt": fapi.maker.jkt}


def swapped(proof: str, place: int, value: str) -> str:
    parts = proof.split(".")
    parts[place] = value
    return ".".join(parts)


def bad_proofs(fapi: FapiClient, token: str) -> dict[str, list[str]]:
    """What came wrong → the DPoP headers of a use of the token."""
    now = int(fapi.gateway.clock().timestamp())
    other = ProofMaker(fapi.gateway.clock, nonce=fapi.maker.nonce)
    rsa = ProofMaker(fapi.gateway.clock, generate_private_key(65_537, 2_048), "RS256")
    rsa.nonce = fapi.maker.nonce
    own = fapi.maker.key.private_numbers().private_value.to_bytes(32, "big")
    private = {**fapi.maker.jwk, "d": jwt.utils.base64url_encode(own).decode()}

    def one(**changes: object) -> list[str]:
        return [fapi.use(token, **changes)]

    missing = {name: one(**{name: None}) for name in ("jti", "htm", "htu", "iat", "ath")}
    no_header = {name: one(header={name: None}) for name in ("typ", "alg", "jwk")}
    unsigned = swapped(fapi.use(token, header={"alg": "none"}), 2, "")
    return {
        **missing,
        **no_header,
        "two": [fapi.use(token), fapi.use(token)],
        "no JWT": ["not.a-proof"],
        "another typ": one(header={"typ": "JWT"}),
        "RS256": [rsa.proof("GET", "/userinfo", access_token=token)],
        "alg none": [unsigned],
        "another signature": [swapped(fapi.use(token), 2, fapi.use(token).split(".")[2])],
        "a private key in it": one(header={"jwk": private}),
        "another method": one(htm="PUT"),
        "another address": one(htu=f"{ISSUER}/link"),
        "an hour ahead": one(iat=now + 3_600),
        "an hour old": one(iat=now - 3_600),
        "another token's": one(ath="x" * 43),
        "another key": [other.proof("GET", "/userinfo", access_token=token)],
    }


async def test_fapi2_security_profile_dpop_negative_tests(
    fapi: FapiClient, browser: httpx2.AsyncClient
) -> None:
    """With one thing wrong in its proof a token is of no use; with what the RFC lets differ it is,
    and after all of that it is still good."""
    token = (await fapi.tokens(browser))["access_token"]
    for what, proofs in bad_proofs(fapi, token).items():
        answer = await fapi.userinfo(token, proofs=proofs)
        assert answer.status_code == 401, (what, answer.text)
        assert answer.headers["www-authenticate"].startswith("DPoP "), what
    once = fapi.use(token)
    statuses = [(await fapi.userinfo(token, proofs=[once])).status_code for _ in range(2)]
    assert statuses == [200, 401]
    for good in (
        {"htu": f"{ISSUER}/userinfo?more=1#here"},
        {"htu": "HTTPS://ID.EXAMPLE.TEST/userinfo"},
        {"htu": f"{ISSUER}:443/userinfo"},
        {"header": {"more": "x"}, "more": "x"},
    ):
        answer = await fapi.userinfo(token, proofs=[fapi.use(token, **good)])
        assert answer.status_code == 200, (good, answer.text)
    assert (await fapi.userinfo(token, header="DPOP")).status_code == 200
    for scheme in ("DPoP", "Bearer"):
        bare = await fapi.userinfo(token, without=("proof",), scheme=scheme)
        assert bare.status_code == 401
    assert (await fapi.userinfo(token)).status_code == 200
