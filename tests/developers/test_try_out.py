"""The try-out: a real sign-in, step by step, with every answer as it came."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest

from gateway.developers.trying.visit import KIND, LIFETIME
from gateway.developers.trying.wishes import CALLBACK, CLIENT_ID
from tests.developers.walker import ALL, Walker
from tests.support.gateway import ACR_STRONG, ISSUER, Gateway
from tests.support.relying_party import payload

pytestmark = pytest.mark.anyio


async def test_the_request_is_shown_before_it_is_sent_with_a_word_beside_each_parameter(
    walker: Walker,
) -> None:
    form = {**ALL, "claim.birthdate": "on", "acr": ACR_STRONG, "prompt": "consent"}
    page = (await walker.begin(**form)).text
    kept = await walker.kept()
    assert kept is not None
    assert kept.exchanges == ()
    asked = kept.request
    assert asked["scope"] == "openid profile address offline_access"
    assert json.loads(asked["claims"]) == {"userinfo": {"birthdate": None}}
    assert (asked["acr_values"], asked["prompt"]) == (ACR_STRONG, "consent")
    assert page.count('<span class="word">') == len(asked)
    assert kept.secrets.code_verifier not in page


async def test_a_sign_in_is_walked_from_the_code_to_the_revocation(walker: Walker) -> None:
    await walker.begin(**ALL)
    await walker.send()
    page = (await walker.step("token")).text
    tokens = await walker.tokens()
    claims = payload(tokens["id_token"])
    assert (claims["iss"], claims["aud"]) == (ISSUER, CLIENT_ID)
    assert page.count('<span class="good">Holds:</span>') == 5
    assert claims["sub"] in page
    assert "花咲　花子" in (await walker.step("userinfo")).text
    await walker.step("refresh")
    renewed = await walker.tokens()
    assert renewed["refresh_token"] != tokens["refresh_token"]
    await walker.step("revoke")
    assert (await walker.last()).status == 200
    await walker.step("userinfo")
    assert (await walker.last()).status == 401


async def test_a_public_client_is_refused_introspection_and_the_page_says_why(
    walker: Walker,
) -> None:
    await walker.with_tokens()
    page = (await walker.step("introspect")).text
    assert (await walker.last()).received["error"] == "unauthorized_client"
    assert "a public client" in page
    assert "HTTP 400" in page


async def test_a_pushed_request_goes_by_the_back_door_and_the_browser_carries_its_number(
    walker: Walker,
) -> None:
    await walker.begin(is_pushed="on")
    answer = await walker.post("send")
    query = parse_qs(urlsplit(answer.headers["location"]).query)
    assert query.keys() == {"client_id", "request_uri"}
    pushed = await walker.last()
    assert (pushed.step, pushed.status) == ("par", 201)
    back = await walker.browser.get(answer.headers["location"])
    assert urlsplit(back.headers["location"]).path == CALLBACK
    await walker.browser.get(back.headers["location"])
    assert (await walker.last()).received.keys() == {"code", "state", "iss"}


async def test_an_essential_acr_that_is_not_met_comes_back_with_what_to_do(walker: Walker) -> None:
    await walker.begin(acr=ACR_STRONG, acr_is_essential="on")
    answer = await walker.post("send")
    query = parse_qs(urlsplit(answer.headers["location"]).query)
    wanted = {"acr": {"essential": True, "value": ACR_STRONG}}
    assert json.loads(query["claims"][0]) == {"id_token": wanted}
    answer = await walker.browser.get(answer.headers["location"])
    await walker.browser.get(answer.headers["location"])
    assert (await walker.last()).received["error"] == "unmet_authentication_requirements"
    assert "Explain to the resident which password is needed" in (await walker.page()).text


async def test_an_error_comes_back_with_what_to_do(gateway: Gateway, walker: Walker) -> None:
    walker.browser.cookies.delete("__Host-genkan_session", domain="id.example.test")
    await walker.begin(prompt="none")
    await walker.send()
    page = (await walker.page()).text
    assert (await walker.last()).received["error"] == "login_required"
    assert "Send the resident again without prompt=none." in page
    assert 'name="step"' not in page


async def test_signing_out_forgets_everything_and_comes_back(walker: Walker) -> None:
    await walker.with_tokens()
    key = walker.key
    answer = await walker.post("end")
    assert await walker.gateway.provider.moments.get(KIND, key) is None
    answer = await walker.browser.get(answer.headers["location"])
    assert answer.headers["location"].startswith(f"{ISSUER}/developers/try")
    assert (await walker.page()).status_code == 400


async def test_ten_minutes_after_the_last_step_nothing_is_left(
    gateway: Gateway, walker: Walker
) -> None:
    await walker.with_tokens()
    gateway.clock.forward(seconds=LIFETIME.total_seconds() - 1)
    await walker.step("userinfo")
    gateway.clock.forward(seconds=LIFETIME.total_seconds() + 1)
    assert await walker.kept() is None
    assert (await walker.page()).status_code == 400
    assert (await walker.post("step", step="refresh")).status_code == 400


async def test_where_its_service_is_not_registered_the_page_says_how(gateway: Gateway) -> None:
    async with gateway.browser() as browser:
        page = (await browser.get("/developers/try")).text
    assert "genkan init --clients" in page
    assert f"{ISSUER}{CALLBACK}" in page
    assert '<form method="post"' not in page
