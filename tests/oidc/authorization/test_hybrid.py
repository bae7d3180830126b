"""`code id_token`, for services that are registered for it, and no token in the browser for anybody
(OpenID Connect Core §3.3)."""

import base64
import hashlib

import pytest

from tests.oidc.authorization.asking import in_fragment, posted_form, signed_in
from tests.support.gateway import ACR_WEAK, ISSUER, NOW, Gateway
from tests.support.log import logged
from tests.support.relying_party import RelyingParty, payload, redirected
from tests.support.service_keys import SIGNING, checked, service_key

pytestmark = pytest.mark.anyio
BOTH = ("code", "code id_token")


async def hybrid(gateway: Gateway, **changes: object) -> RelyingParty:
    return RelyingParty(gateway, await gateway.service("hybrid", response_types=BOTH, **changes))


@pytest.mark.parametrize("alg", SIGNING)
async def test_the_id_token_that_comes_with_the_code_is_bound_to_it(
    gateway: Gateway, alg: str
) -> None:
    party = await hybrid(gateway, id_token_signed_response_alg=alg)
    async with await signed_in(gateway, party) as browser:
        told = in_fragment(await party.authorize(browser, response_type="code id_token"))
    assert set(told) == {"code", "id_token", "state", "iss"}
    _, claims = await checked(gateway, told["id_token"], alg)
    digest = (hashlib.sha512 if alg == "EdDSA" else hashlib.sha256)(told["code"].encode()).digest()
    half = base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()
    assert claims["c_hash"] == half
    assert (claims["iss"], claims["aud"], claims["nonce"]) == (ISSUER, "hybrid", "n-0S6_WzA2Mj")
    assert (claims["acr"], claims["auth_time"]) == (ACR_WEAK, int(NOW.timestamp()))
    # Who, when and how; nothing else of the resident passes through the browser.
    who_and_how = {"sub", "auth_time", "acr", "amr", "nonce", "c_hash", "sid"}
    assert set(claims) == {"iss", "aud", "iat", "exp", *who_and_how}
    later = payload((await party.redeem(told["code"])).json()["id_token"])
    assert (later["sub"], later["sid"]) == (claims["sub"], claims["sid"])
    assert "c_hash" not in later


async def test_that_a_service_was_told_who_is_in_the_log_whatever_it_does_then(
    gateway: Gateway,
) -> None:
    party = await hybrid(gateway)
    async with await signed_in(gateway, party) as browser:
        await party.authorize(browser, response_type="code id_token")
    [entry] = await logged(gateway, "service.told_who")
    assert (entry.client_id, entry.detail) == ("hybrid", {"level": ACR_WEAK})
    assert entry.resident is not None


async def test_the_order_of_its_words_does_not_matter(gateway: Gateway) -> None:
    party = await hybrid(gateway)
    async with await signed_in(gateway, party) as browser:
        told = in_fragment(await party.authorize(browser, response_type="id_token code"))
        plain = redirected(await party.authorize(browser))
    assert "id_token" in told
    assert set(plain) == {"code", "state", "iss"}


async def test_it_comes_in_a_form_or_signed_too_and_never_in_a_query(gateway: Gateway) -> None:
    party = await hybrid(gateway)
    asked = {"response_type": "code id_token"}
    async with await signed_in(gateway, party) as browser:
        form = posted_form(await party.authorize(browser, response_mode="form_post", **asked))
        assert {"code", "id_token"} <= set(form.fields)
        signed = in_fragment(await party.authorize(browser, response_mode="jwt", **asked))
        _, claims = await checked(gateway, signed["response"], "ES256")
        assert {"code", "id_token"} <= set(claims)
        for mode in ("query", "query.jwt"):
            told = in_fragment(await party.authorize(browser, response_mode=mode, **asked))
            assert told["error"] == "invalid_request"
            assert not {"code", "id_token"} & set(told)


async def test_without_a_nonce_it_is_refused(gateway: Gateway) -> None:
    party = await hybrid(gateway)
    async with await signed_in(gateway, party) as browser:
        answer = await party.authorize(browser, response_type="code id_token", nonce=None)
        told = in_fragment(answer)
        assert (told["error"], "id_token" in told) == ("invalid_request", False)
        assert "code" in redirected(await party.authorize(browser, nonce=None))


@pytest.mark.parametrize(
    "response_type",
    [
        "none",
        "token",
        "id_token",
        "id_token token",
        "code token",
        "code id_token token",
        "code code",
        "Code",
    ],
)
async def test_no_token_for_anything_ever_comes_back_through_the_browser(
    gateway: Gateway, response_type: str
) -> None:
    party = await hybrid(gateway)
    async with await signed_in(gateway, party) as browser:
        told = redirected(await party.authorize(browser, response_type=response_type))
    assert told["error"] == "unsupported_response_type"
    assert not {"code", "id_token", "access_token"} & set(told)


async def test_who_is_not_registered_for_it_gets_neither(
    gateway: Gateway, health: RelyingParty
) -> None:
    only = RelyingParty(gateway, await gateway.service("only", response_types=("code id_token",)))
    async with await signed_in(gateway, health) as browser:
        told = in_fragment(await health.authorize(browser, response_type="code id_token"))
        assert told["error"] == "unauthorized_client"
        assert not {"code", "id_token"} & set(told)
        plain = redirected(await only.authorize(browser))
        assert (plain["error"], "code" in plain) == ("unauthorized_client", False)


async def test_errors_come_the_way_the_answer_would_have(gateway: Gateway) -> None:
    party = await hybrid(gateway)
    async with gateway.browser() as browser:
        answer = await party.authorize(browser, response_type="code id_token", prompt="none")
    assert in_fragment(answer)["error"] == "login_required"


async def test_it_is_encrypted_where_that_is_registered(gateway: Gateway) -> None:
    key = service_key("ECDH-ES")
    party = await hybrid(
        gateway,
        jwks=key.jwks,
        id_token_encrypted_response_alg="ECDH-ES",
        id_token_encrypted_response_enc="A128GCM",
    )
    async with await signed_in(gateway, party) as browser:
        told = in_fragment(await party.authorize(browser, response_type="code id_token"))
    _, inner = key.open(told["id_token"], "ECDH-ES", "A128GCM")
    assert "c_hash" in payload(inner)
