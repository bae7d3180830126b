"""Modules of oidcc-frontchannel-rp-initiated-logout-certification-test-plan, in our own words."""

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.support.gateway import ISSUER, Gateway
from tests.support.relying_party import RelyingParty, payload, redirected

pytestmark = pytest.mark.anyio
BYE = "https://health.example.test/bye"
OUT = "https://health.example.test/frontchannel"


async def test_oidcc_frontchannel_logout_discovery_endpoint_verification(gateway: Gateway) -> None:
    """Front-channel logout and its `sid` are told to be there, and where sign-outs begin."""
    async with gateway.browser() as browser:
        told = (await browser.get("/.well-known/openid-configuration")).json()
    assert told["frontchannel_logout_supported"] is True
    assert told["frontchannel_logout_session_supported"] is True
    assert told["end_session_endpoint"] == f"{ISSUER}/logout"


async def test_oidcc_frontchannel_rp_initiated_logout(gateway: Gateway) -> None:
    """After a sign-in the service sends the browser to /logout. The page loads the service's
    front-channel address in a frame, with this issuer and the ID token's `sid`, may show no other
    site's frame, and goes on to where the service waits, with its state. Then nobody is signed
    in."""
    client = await gateway.service(
        "health", frontchannel_logout_uri=OUT, frontchannel_logout_session_required=True
    )
    service, resident = RelyingParty(gateway, client), await gateway.resident()
    await gateway.consent(client, resident)
    async with gateway.browser() as browser:
        await gateway.sign_in(browser, resident)
        hint = (await service.tokens(browser))["id_token"]
        query = {"id_token_hint": hint, "post_logout_redirect_uri": BYE, "state": "abc"}
        page = await browser.get("/logout", params=query)
        silent = redirected(await service.authorize(browser, prompt="none"))
    assert page.status_code == 200
    (source,) = re.findall(r'<iframe src="([^"]*)"', page.text)
    frame = urlsplit(unescape(source))
    assert f"{frame.scheme}://{frame.netloc}{frame.path}" == OUT
    assert parse_qs(frame.query) == {"iss": [ISSUER], "sid": [payload(hint)["sid"]]}
    assert page.headers["content-security-policy"].endswith(
        "; frame-src https://health.example.test"
    )
    assert f'href="{BYE}?state=abc" data-go-on' in page.text
    assert silent["error"] == "login_required"
