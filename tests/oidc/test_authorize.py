"""/authorize: nothing unproven is redirected to, everything else goes back to the service."""

from html import unescape
from urllib.parse import urlsplit

import pytest

from gateway.consent.consents import Agreed
from tests.support.gateway import ACR_STRONG, ISSUER, NOW, Gateway
from tests.support.relying_party import RelyingParty, payload, redirected

pytestmark = pytest.mark.anyio


async def test_a_signed_in_resident_who_agreed_gets_a_code_with_state_and_iss(
    gateway: Gateway, health: RelyingParty
) -> None:
    resident = await gateway.resident()
    await gateway.consent(health.client, resident)
    async with gateway.browser() as browser:
        await gateway.sign_in(browser, resident)
        answer = await health.authorize(browser)
    assert answer.headers["location"].startswith(f"{health.redirect_uri}?")
    assert answer.headers["cache-control"] == "no-store"
    sent = redirected(answer)
    assert (sent["state"], sent["iss"]) == ("af0ifjsldkj", ISSUER)
    assert set(sent) == {"code", "state", "iss"}


@pytest.mark.parametrize(
    "change",
    [
        {"client_id": None},
        {"client_id": "nobody"},
        {"client_id": "x" * 5_000},
        {"client_id": "counter"},
        {"redirect_uri": None},
        {"redirect_uri": "https://evil.example/callback"},
        {"redirect_uri": "https://health.example.test/callback/"},
        {"redirect_uri": "https://health.example.test/callback?x=1"},
        {"redirect_uri": "javascript:alert(1)"},
        {"state": "s" * 2_049},
    ],
)
async def test_an_unproven_target_is_never_redirected_to(
    gateway: Gateway, health: RelyingParty, change: dict[str, str | None]
) -> None:
    await gateway.reader("counter")
    resident = await gateway.resident()
    await gateway.consent(health.client, resident)
    async with gateway.browser() as browser:
        await gateway.sign_in(browser, resident)
        answer = await health.authorize(browser, **change)
    assert answer.status_code == 400
    assert "location" not in answer.headers
    assert answer.headers["content-type"].startswith("text/html")
    assert "evil.example" not in unescape(answer.text)


async def test_a_repeated_parameter_is_never_redirected(
    gateway: Gateway, health: RelyingParty
) -> None:
    parameters = list(health.authorization_request().items())
    async with gateway.browser() as browser:
        for name, value in parameters:
            answer = await browser.get("/authorize", params=[*parameters, (name, value)])
            assert answer.status_code == 400, name
            assert "location" not in answer.headers


async def test_an_empty_parameter_is_an_absent_one(gateway: Gateway, health: RelyingParty) -> None:
    async with gateway.browser() as browser:
        answer = await health.authorize(browser, prompt="", max_age="", request="")
        assert urlsplit(answer.headers["location"]).path == "/login"


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"prompt": "none"}, "login_required"),
        ({"request": "x.y.z"}, "invalid_request_object"),
        ({"id_token_hint": "x.y.z"}, "invalid_request"),
    ],
)
async def test_a_wrong_request_goes_back_to_the_service(
    gateway: Gateway, health: RelyingParty, change: dict[str, str | None], error: str
) -> None:
    async with gateway.browser() as browser:
        answer = await health.authorize(browser, **change)
    sent = redirected(answer)
    assert answer.headers["location"].startswith(f"{health.redirect_uri}?")
    assert (sent["error"], sent["state"], sent["iss"]) == (error, "af0ifjsldkj", ISSUER)
    assert "code" not in sent


async def test_a_post_is_stored_and_goes_on_as_a_get(
    gateway: Gateway, health: RelyingParty
) -> None:
    """A cross-site POST carries no session cookie; the redirect's GET does."""
    resident = await gateway.resident()
    await gateway.consent(health.client, resident)
    async with gateway.browser() as browser:
        posted = await browser.post("/authorize", data=health.authorization_request())
        assert posted.status_code == 303
        await gateway.sign_in(browser, resident)
        answer = await browser.get(posted.headers["location"])
    assert "code" in redirected(answer)


async def test_a_stored_request_is_answered_once(gateway: Gateway, health: RelyingParty) -> None:
    resident = await gateway.resident()
    await gateway.consent(health.client, resident)
    async with gateway.browser() as browser:
        posted = await browser.post("/authorize", data=health.authorization_request())
        await gateway.sign_in(browser, resident)
        path = posted.headers["location"]
        assert "code" in redirected(await browser.get(path))
        again = await browser.get(path)
    assert again.status_code == 400
    assert "location" not in again.headers


async def test_a_stored_request_ends_with_its_lifetime(
    gateway: Gateway, health: RelyingParty
) -> None:
    async with gateway.browser() as browser:
        posted = await browser.post("/authorize", data=health.authorization_request())
        gateway.clock.forward(seconds=gateway.provider.settings.login.task_seconds)
        assert (await browser.get(posted.headers["location"])).status_code == 400


async def test_a_redirect_uri_that_was_taken_away_meanwhile_is_not_redirected_to(
    gateway: Gateway, health: RelyingParty
) -> None:
    async with gateway.browser() as browser:
        posted = await browser.post("/authorize", data=health.authorization_request())
        await gateway.service("health", redirect_uris=("https://health.example.test/new",))
        answer = await browser.get(f"{posted.headers['location']}?cancelled=1")
    assert answer.status_code == 400
    assert "location" not in answer.headers


async def test_a_resident_who_cancels_sends_access_denied_back(
    gateway: Gateway, health: RelyingParty
) -> None:
    async with gateway.browser() as browser:
        posted = await browser.post("/authorize", data=health.authorization_request())
        path = posted.headers["location"]
        sent = redirected(await browser.get(f"{path}?cancelled=1"))
        assert sent["error"] == "access_denied"
        assert (await browser.get(path)).status_code == 400


async def test_first_use_asks_for_consent_and_remembers_it(
    gateway: Gateway, health: RelyingParty
) -> None:
    resident = await gateway.resident()
    async with gateway.browser() as browser:
        await gateway.sign_in(browser, resident)
        asked = await health.authorize(browser)
        path = asked.headers["location"]
        assert urlsplit(path).path == "/consent"
        page = await browser.get(path)
        assert page.status_code == 200
        assert "https://health.example.test" in page.headers["content-security-policy"]
        task = path.partition("task=")[2].partition("&")[0]
        agreed = await browser.post("/consent", data={"task": task, "decision": "agree"})
        assert "code" in redirected(await browser.get(agreed.headers["location"]))
        assert "code" in redirected(await health.authorize(browser))
        wider = redirected(await health.authorize(browser, scope="openid profile", prompt="none"))
        assert "code" in wider


async def test_a_resident_who_declines_sends_access_denied_back(
    gateway: Gateway, health: RelyingParty
) -> None:
    resident = await gateway.resident()
    async with gateway.browser() as browser:
        await gateway.sign_in(browser, resident)
        path = (await health.authorize(browser)).headers["location"]
        task = path.partition("task=")[2].partition("&")[0]
        declined = await browser.post("/consent", data={"task": task, "decision": "decline"})
        sent = redirected(await browser.get(declined.headers["location"]))
    assert sent["error"] == "access_denied"
    given = await gateway.provider.consents.given("health", resident.resident_id, since=NOW)
    assert given == Agreed()


async def test_somebody_elses_consent_cannot_be_given(
    gateway: Gateway, health: RelyingParty
) -> None:
    hanako, saburo = await gateway.resident(), await gateway.resident("邊見　三郎")
    async with gateway.browser() as browser, gateway.browser() as other:
        await gateway.sign_in(browser, hanako)
        await gateway.sign_in(other, saburo)
        path = (await health.authorize(browser)).headers["location"]
        task = path.partition("task=")[2].partition("&")[0]
        assert (await other.get(path)).status_code == 400
        forged = await other.post("/consent", data={"task": task, "decision": "agree"})
        assert forged.status_code == 400
        given = await gateway.provider.consents.given("health", hanako.resident_id, since=NOW)
        assert given == Agreed()
        assert (await browser.get(path)).status_code == 200


async def test_prompt_none_is_answered_without_a_page(
    gateway: Gateway, health: RelyingParty
) -> None:
    resident = await gateway.resident()
    async with gateway.browser() as browser:
        await gateway.sign_in(browser, resident)
        assert redirected(await health.authorize(browser, prompt="none"))["error"] == (
            "consent_required"
        )
        await gateway.consent(health.client, resident)
        assert "code" in redirected(await health.authorize(browser, prompt="none"))


async def test_acr_values_for_the_signature_certificate_ask_for_the_card_again(
    gateway: Gateway, health: RelyingParty
) -> None:
    resident = await gateway.resident()
    await gateway.consent(health.client, resident)
    async with gateway.browser() as browser:
        await gateway.sign_in(browser, resident)
        gateway.clock.forward(seconds=1)
        answer = await health.authorize(browser, acr_values=ACR_STRONG)
        assert urlsplit(answer.headers["location"]).path == "/login"
        gateway.clock.forward(seconds=5)
        await gateway.sign_in(browser, resident, ACR_STRONG)
        tokens = await health.tokens(browser, acr_values=ACR_STRONG)
    assert payload(tokens["id_token"])["acr"] == ACR_STRONG


async def test_max_age_asks_again_when_the_sign_in_is_older(
    gateway: Gateway, health: RelyingParty
) -> None:
    resident = await gateway.resident()
    await gateway.consent(health.client, resident)
    async with gateway.browser() as browser:
        await gateway.sign_in(browser, resident)
        gateway.clock.forward(seconds=61)
        assert "code" in redirected(await health.authorize(browser, max_age="61"))
        older = await health.authorize(browser, max_age="60")
    assert urlsplit(older.headers["location"]).path == "/login"


async def test_the_language_that_was_asked_for_is_carried_to_the_page(
    gateway: Gateway, health: RelyingParty
) -> None:
    async with gateway.browser() as browser:
        answer = await health.authorize(browser, ui_locales="fr en-GB ja")
        assert "ui_locales=en" in answer.headers["location"]
        page = await browser.get(answer.headers["location"])
    assert '<html lang="en">' in page.text
