"""An answer in one signed JWT, for codes and for errors (JWT Secured Authorization Response
Mode)."""

from typing import Any

import httpx2
import pytest

from gateway.oidc.authorization.jarm import LIFETIME
from tests.oidc.authorization.asking import in_fragment, posted_form, signed_in
from tests.support.gateway import ISSUER, NOW, Gateway
from tests.support.relying_party import RelyingParty, redirected
from tests.support.service_keys import SIGNING, checked, service_key

pytestmark = pytest.mark.anyio


def carried(answer: httpx2.Response, mode: str) -> dict[str, str]:
    match mode:
        case "fragment.jwt":
            return in_fragment(answer)
        case "form_post.jwt":
            return posted_form(answer).fields
    return redirected(answer)


def check_parties(claims: dict[str, Any]) -> None:
    assert (claims["iss"], claims["aud"]) == (ISSUER, "health")
    assert claims["exp"] == int((NOW + LIFETIME).timestamp())
    assert LIFETIME.total_seconds() <= 600
    assert "sub" not in claims


@pytest.mark.parametrize("mode", ["jwt", "query.jwt", "fragment.jwt", "form_post.jwt"])
async def test_codes_and_errors_come_in_one_signed_jwt(
    gateway: Gateway, health: RelyingParty, mode: str
) -> None:
    async with await signed_in(gateway, health) as browser:
        told = carried(await health.authorize(browser, response_mode=mode), mode)
        assert set(told) == {"response"}
        _, claims = await checked(gateway, told["response"], "ES256")
        check_parties(claims)
        assert set(claims) == {"iss", "aud", "exp", "code", "state"}
        assert claims["state"] == "af0ifjsldkj"
        assert (await health.redeem(claims["code"])).status_code == 200
        wrong = carried(await health.authorize(browser, response_mode=mode, scope="x"), mode)
    assert set(wrong) == {"response"}
    _, claims = await checked(gateway, wrong["response"], "ES256")
    check_parties(claims)
    assert (claims["error"], claims["state"]) == ("invalid_scope", "af0ifjsldkj")
    assert "code" not in claims


@pytest.mark.parametrize("alg", SIGNING)
async def test_it_is_signed_as_the_client_is_registered(gateway: Gateway, alg: str) -> None:
    health = RelyingParty(
        gateway, await gateway.service("health", authorization_signed_response_alg=alg)
    )
    async with await signed_in(gateway, health) as browser:
        told = redirected(await health.authorize(browser, response_mode="jwt"))
    await checked(gateway, told["response"], alg)


async def test_it_is_encrypted_where_that_is_registered_and_signed_all_the_same(
    gateway: Gateway,
) -> None:
    key = service_key("ECDH-ES")
    registered = {
        "jwks": key.jwks,
        "authorization_encrypted_response_alg": "ECDH-ES",
        "authorization_encrypted_response_enc": "A256GCM",
    }
    health = RelyingParty(gateway, await gateway.service("health", **registered))
    async with await signed_in(gateway, health) as browser:
        told = redirected(await health.authorize(browser, response_mode="jwt"))
        plain = redirected(await health.authorize(browser))
    _, inner = key.open(told["response"], "ECDH-ES", "A256GCM")
    _, claims = await checked(gateway, inner, "ES256")
    assert "code" in claims
    assert "code" in plain, "who asks for no JWT gets none"


async def test_a_signed_answer_is_good_for_nothing_else(
    gateway: Gateway, health: RelyingParty
) -> None:
    async with await signed_in(gateway, health) as browser:
        response = redirected(await health.authorize(browser, response_mode="jwt"))["response"]
        hinted = redirected(await health.authorize(browser, id_token_hint=response))
        assert hinted["error"] == "invalid_request"
        out = await browser.get("/logout", params={"id_token_hint": response})
        assert out.status_code == 400
    assert (await health.call("GET", "/userinfo", response)).status_code == 401
    introspected = await health.post("/introspect", {"token": response})
    assert introspected.json() == {"active": False}
