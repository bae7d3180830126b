"""How an answer travels back: each mode for codes and for errors, proven like the address
(Multiple Response Types 1.0, Form Post Response Mode 1.0)."""

from html import unescape
from urllib.parse import urlsplit

import pytest

from tests.oidc.authorization.asking import in_fragment, posted_form, signed_in
from tests.support.gateway import ISSUER, Gateway
from tests.support.relying_party import RelyingParty, redirected

pytestmark = pytest.mark.anyio


async def test_a_fragment_carries_codes_and_errors(gateway: Gateway, health: RelyingParty) -> None:
    async with await signed_in(gateway, health) as browser:
        answer = await health.authorize(browser, response_mode="fragment")
        told = in_fragment(answer)
        assert (told["state"], told["iss"]) == ("af0ifjsldkj", ISSUER)
        assert (await health.redeem(told["code"])).status_code == 200
        assert answer.headers["location"].startswith(f"{health.redirect_uri}#")
        wrong = await health.authorize(browser, response_mode="fragment", code_challenge=None)
    assert in_fragment(wrong)["error"] == "invalid_request"


async def test_a_form_posts_itself_to_the_proven_address_and_no_other(
    gateway: Gateway, health: RelyingParty
) -> None:
    state = "\"><script>alert('x')</script>"
    async with await signed_in(gateway, health) as browser:
        answer = await health.authorize(browser, response_mode="form_post", state=state)
    form = posted_form(answer)
    assert (form.method, form.action) == ("post", health.redirect_uri)
    assert set(form.fields) == {"code", "state", "iss"}
    assert form.fields["state"] == state
    # Works by a press where scripts do not run; those that run are ours and stand apart.
    assert form.scripts == ["/static/submit.js"]
    assert '<button type="submit"' in answer.text
    assert "<script>alert" not in answer.text
    policy = answer.headers["content-security-policy"]
    assert policy.endswith("form-action 'self' https://health.example.test")
    assert "script-src 'self'" in policy
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "strict-origin"
    # The page cannot be made once more in another language: its code is used up with it.
    assert 'name="lang"' not in answer.text
    assert (await health.redeem(form.fields["code"])).status_code == 200


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"prompt": "none login"}, "invalid_request"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"prompt": "none"}, "login_required"),
    ],
)
async def test_a_form_carries_errors_too(
    gateway: Gateway, health: RelyingParty, change: dict[str, str], error: str
) -> None:
    async with gateway.browser() as browser:
        answer = await health.authorize(browser, response_mode="form_post", **change)
    form = posted_form(answer)
    assert form.action == health.redirect_uri
    assert (form.fields["error"], form.fields["state"]) == (error, "af0ifjsldkj")
    assert form.fields["iss"] == ISSUER
    assert "code" not in form.fields


async def test_the_mode_outlasts_the_sign_in(gateway: Gateway, health: RelyingParty) -> None:
    resident = await gateway.resident()
    await gateway.consent(health.client, resident)
    async with gateway.browser() as browser:
        request = health.authorization_request(response_mode="form_post")
        posted = await browser.post("/authorize", data=request)
        path = posted.headers["location"]
        cancelled = await browser.get(f"{path}?cancelled=1")
        assert posted_form(cancelled).fields["error"] == "access_denied"
        posted = await browser.post("/authorize", data=request)
        await gateway.sign_in(browser, resident)
        assert "code" in posted_form(await browser.get(posted.headers["location"])).fields


async def test_a_mode_that_is_not_there_is_refused_in_the_plain_one(
    gateway: Gateway, health: RelyingParty
) -> None:
    async with await signed_in(gateway, health) as browser:
        for mode in ("web_message", "form_post.jws", "FORM_POST", "jwt.query", "query fragment"):
            told = redirected(await health.authorize(browser, response_mode=mode))
            assert (told["error"], "code" in told) == ("invalid_request", False), mode


async def test_an_unproven_address_is_answered_in_no_mode(
    gateway: Gateway, health: RelyingParty
) -> None:
    async with await signed_in(gateway, health) as browser:
        for mode in ("query", "fragment", "form_post", "jwt", "form_post.jwt"):
            answer = await health.authorize(
                browser, response_mode=mode, redirect_uri="https://evil.example/callback"
            )
            assert (answer.status_code, "location" in answer.headers) == (400, False)
            assert "data-submit" not in answer.text
            assert "evil.example" not in unescape(answer.text)
            assert "evil.example" not in answer.headers["content-security-policy"]


async def test_a_native_app_gets_no_form(gateway: Gateway) -> None:
    client = await gateway.service(
        "app",
        token_endpoint_auth_method="none",
        redirect_uris=("com.example.app:/callback",),
        post_logout_redirect_uris=(),
    )
    app = RelyingParty(gateway, client)
    async with await signed_in(gateway, app) as browser:
        for mode in ("form_post", "form_post.jwt"):
            answer = await app.authorize(browser, response_mode=mode)
            assert urlsplit(answer.headers["location"]).scheme == "com.example.app"
            assert redirected(answer)["error"] == "invalid_request"
        assert "code" in in_fragment(await app.authorize(browser, response_mode="fragment"))
