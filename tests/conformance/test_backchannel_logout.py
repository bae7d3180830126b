"""Modules of oidcc-backchannel-rp-initiated-logout-certification-test-plan, in our own words."""

import httpx2
import jwt
import pytest

from tests.support.gateway import ISSUER, Gateway
from tests.support.logout_receiver import listen, nobody_waits, told_at
from tests.support.relying_party import RelyingParty, payload, redirected

pytestmark = pytest.mark.anyio
BYE = "https://health.example.test/bye"
EVENT = "http://schemas.openid.net/event/backchannel-logout"


async def keys(browser: httpx2.AsyncClient) -> dict[str, jwt.PyJWK]:
    published = (await browser.get("/jwks")).json()["keys"]
    return {one["kid"]: jwt.PyJWK(one) for one in published if one.get("use") != "enc"}


async def test_oidcc_backchannel_logout_discovery_endpoint_verification(gateway: Gateway) -> None:
    """Back-channel logout and its `sid` are told to be there, and where sign-outs begin."""
    async with gateway.browser() as browser:
        told = (await browser.get("/.well-known/openid-configuration")).json()
    assert told["backchannel_logout_supported"] is True
    assert told["backchannel_logout_session_supported"] is True
    assert told["end_session_endpoint"] == f"{ISSUER}/logout"


@pytest.mark.parametrize("alg", ["ES256", "RS256"])
async def test_oidcc_backchannel_rp_initiated_logout(gateway: Gateway, alg: str) -> None:
    """After a sign-in the service sends the browser to /logout. Its back-channel address gets one
    POST of a form with a logout token: signed by a published key with the ID token's algorithm, of
    this issuer, for this client, with the ID token's `sub` and `sid`, the event and nothing of a
    nonce, short-lived. The browser comes back with its state, and is signed out."""
    client = await gateway.service(
        "health",
        id_token_signed_response_alg=alg,
        backchannel_logout_session_required=True,
        **told_at("health"),
    )
    service, (receiver,) = RelyingParty(gateway, client), listen(gateway, "health")
    resident = await gateway.resident()
    await gateway.consent(client, resident)
    async with gateway.browser() as browser:
        await gateway.sign_in(browser, resident)
        hint = (await service.tokens(browser))["id_token"]
        query = {"id_token_hint": hint, "post_logout_redirect_uri": BYE, "state": "abc"}
        back = await browser.get("/logout", params=query)
        assert (back.status_code, back.headers["location"]) == (303, f"{BYE}?state=abc")
        (token,) = await receiver.got()
        await nobody_waits(gateway)
        assert len(receiver.tokens) == 1
        published = await keys(browser)
        silent = redirected(await service.authorize(browser, prompt="none"))
    assert silent["error"] == "login_required"
    header = jwt.get_unverified_header(token)
    assert (header["alg"], header["typ"]) == (alg, "logout+jwt")
    claims = jwt.decode(
        token,
        published[header["kid"]],
        algorithms=[alg],
        audience="health",
        issuer=ISSUER,
        options={"verify_exp": False, "verify_iat": False, "require": ["jti", "iat", "exp"]},
    )
    said = payload(hint)
    assert (claims["sub"], claims["sid"]) == (said["sub"], said["sid"])
    assert claims["events"] == {EVENT: {}}
    assert "nonce" not in claims
    now = gateway.clock().timestamp()
    assert claims["iat"] == now
    assert now < claims["exp"] <= now + 120
    assert receiver.forms[0]["method"] == "POST"
    assert receiver.forms[0].keys() == {"path", "method", "logout_token"}
