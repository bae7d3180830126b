"""/par: a request that a service brings itself waits for the browser, once and not for long
(RFC 9126)."""

import asyncio
import secrets
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from gateway.oidc.authorization.request_uris import LIFETIME, PREFIX
from tests.oidc.authorization.asking import authorize_with, pushed, signed_in
from tests.support.gateway import ACR_STRONG, Gateway
from tests.support.log import log_text
from tests.support.relying_party import RelyingParty, redirected

pytestmark = pytest.mark.anyio


async def test_a_pushed_request_is_answered_like_any_other(
    gateway: Gateway, health: RelyingParty
) -> None:
    answer = await health.post("/par", health.authorization_request())
    assert answer.status_code == 201
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    assert body["request_uri"].startswith(PREFIX)
    assert 5 <= body["expires_in"] <= 90
    async with await signed_in(gateway, health) as browser:
        sent = redirected(await authorize_with(browser, health, request_uri=body["request_uri"]))
    assert sent["state"] == "af0ifjsldkj"
    assert (await health.redeem(sent["code"])).status_code == 200


async def test_beside_a_request_uri_no_other_parameter_counts(
    gateway: Gateway, health: RelyingParty
) -> None:
    request_uri = await pushed(health)
    async with await signed_in(gateway, health) as browser:
        answer = await authorize_with(
            browser,
            health,
            request_uri=request_uri,
            redirect_uri="https://evil.example/callback",
            response_type="token",
            response_mode="fragment",
            request="x.y.z",
            state="another",
            prompt="create",
            scope="nothing",
        )
    assert answer.headers["location"].startswith(f"{health.redirect_uri}?")
    sent = redirected(answer)
    assert sent["state"] == "af0ifjsldkj"
    assert "code" in sent


async def test_a_posted_request_uri_goes_on_as_a_get(
    gateway: Gateway, health: RelyingParty
) -> None:
    form = {"client_id": "health", "request_uri": await pushed(health)}
    async with await signed_in(gateway, health) as browser:
        posted = await browser.post("/authorize", data=form)
        assert "code" in redirected(await browser.get(posted.headers["location"]))


async def test_of_twenty_uses_at_once_one_wins(gateway: Gateway, health: RelyingParty) -> None:
    request_uri = await pushed(health)
    async with await signed_in(gateway, health) as browser:
        answers = await asyncio.gather(
            *(authorize_with(browser, health, request_uri=request_uri) for _ in range(20))
        )
    won = [answer for answer in answers if "location" in answer.headers]
    assert len(won) == 1
    assert "code" in redirected(won[0])
    assert {answer.status_code for answer in answers if answer not in won} == {400}


async def test_a_page_may_be_loaded_again_until_its_resident_has_answered(
    gateway: Gateway, health: RelyingParty
) -> None:
    request_uri = await pushed(health)
    resident = await gateway.resident()
    await gateway.consent(health.client, resident)
    async with gateway.browser() as browser:
        pages = [await authorize_with(browser, health, request_uri=request_uri) for _ in range(3)]
        assert {urlsplit(page.headers["location"]).path for page in pages} == {"/login"}
        await gateway.sign_in(browser, resident)
        answers = [await browser.get(await begun(gateway, page)) for page in pages]
        answers.append(await authorize_with(browser, health, request_uri=request_uri))
    assert "code" in redirected(answers.pop(0))
    assert {(answer.status_code, "location" in answer.headers) for answer in answers} == {
        (400, False)
    }


async def test_what_was_begun_ends_with_an_answer_that_was_given_at_once(
    gateway: Gateway, health: RelyingParty
) -> None:
    request_uri = await pushed(health)
    async with gateway.browser() as stranger:
        page = await authorize_with(stranger, health, request_uri=request_uri)
    async with await signed_in(gateway, health) as browser:
        answer = await authorize_with(browser, health, request_uri=request_uri)
        assert "code" in redirected(answer)
        later = await browser.get(await begun(gateway, page))
    assert (later.status_code, "location" in later.headers) == (400, False)


async def test_a_refusal_uses_it_up_too(gateway: Gateway, health: RelyingParty) -> None:
    request_uri = await pushed(health)
    async with gateway.browser() as browser:
        page = await authorize_with(browser, health, request_uri=request_uri)
        told = redirected(await browser.get(f"{await begun(gateway, page)}?cancelled=1"))
        assert told["error"] == "access_denied"
        again = await authorize_with(browser, health, request_uri=request_uri)
    assert (again.status_code, "location" in again.headers) == (400, False)


async def begun(gateway: Gateway, page: httpx2.Response) -> str:
    """Where the request goes on after the sign-in page that it led to."""
    task = parse_qs(urlsplit(page.headers["location"]).query)["task"][0]
    found = await gateway.provider.login_tasks.get(task)
    assert found is not None
    return found.return_to


@pytest.mark.parametrize("request_uri", [f"{PREFIX}{'x' * 43}", PREFIX, f"{PREFIX}{'x' * 9_000}"])
async def test_an_unknown_request_uri_is_a_page(
    gateway: Gateway, health: RelyingParty, request_uri: str
) -> None:
    async with await signed_in(gateway, health) as browser:
        answer = await authorize_with(
            browser, health, request_uri=request_uri, redirect_uri=health.redirect_uri
        )
    assert answer.status_code == 400
    assert "location" not in answer.headers
    assert answer.headers["content-type"].startswith("text/html")


async def test_a_request_uri_ends_with_its_lifetime(gateway: Gateway, health: RelyingParty) -> None:
    request_uri = await pushed(health)
    gateway.clock.forward(seconds=LIFETIME.total_seconds())
    async with await signed_in(gateway, health) as browser:
        answer = await authorize_with(browser, health, request_uri=request_uri)
    assert (answer.status_code, "location" in answer.headers) == (400, False)


async def test_another_client_can_neither_use_it_nor_use_it_up(
    gateway: Gateway, health: RelyingParty, points: RelyingParty
) -> None:
    request_uri = await pushed(health)
    async with await signed_in(gateway, health) as browser:
        stolen = await authorize_with(browser, points, request_uri=request_uri)
        assert (stolen.status_code, "location" in stolen.headers) == (400, False)
        unnamed = await browser.get("/authorize", params={"request_uri": request_uri})
        assert (unnamed.status_code, "location" in unnamed.headers) == (400, False)
        assert "code" in redirected(await authorize_with(browser, health, request_uri=request_uri))


async def test_who_signed_in_between_push_and_browser_has_not_answered_the_request(
    gateway: Gateway, health: RelyingParty
) -> None:
    request_uri = await pushed(health, prompt="login")
    gateway.clock.forward(seconds=5)
    async with await signed_in(gateway, health) as browser:
        gateway.clock.forward(seconds=5)
        answer = await authorize_with(browser, health, request_uri=request_uri)
    assert urlsplit(answer.headers["location"]).path == "/login"


async def test_a_redirect_uri_that_was_taken_away_meanwhile_is_not_redirected_to(
    gateway: Gateway, health: RelyingParty
) -> None:
    request_uri = await pushed(health)
    await gateway.service("health", redirect_uris=("https://health.example.test/new",))
    async with await signed_in(gateway, health) as browser:
        answer = await authorize_with(browser, health, request_uri=request_uri)
    assert (answer.status_code, "location" in answer.headers) == (400, False)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"request_uri": f"{PREFIX}x"}, "invalid_request"),
        ({"request_uri": "https://health.example.test/r"}, "invalid_request"),
        ({"redirect_uri": None}, "invalid_request"),
        ({"redirect_uri": "https://evil.example/callback"}, "invalid_request"),
        ({"redirect_uri": "https://health.example.test/callback/"}, "invalid_request"),
        ({"state": "s" * 2_049}, "invalid_request"),
        ({"response_type": None}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unauthorized_client"),
        ({"response_mode": "web_message"}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"prompt": "create"}, "invalid_request"),
        ({"max_age": "-1"}, "invalid_request"),
        ({"id_token_hint": "x.y.z"}, "invalid_request"),
        ({"registration": "{}"}, "registration_not_supported"),
        ({"request": "x.y.z"}, "invalid_request_object"),
        ({"dpop_jkt": "short"}, "invalid_request"),
        ({"client_id": "points"}, "invalid_request"),
    ],
)
async def test_what_authorize_would_refuse_is_refused_at_once(
    gateway: Gateway, health: RelyingParty, change: dict[str, str | None], error: str
) -> None:
    answer = await health.post("/par", health.authorization_request(**change))
    assert (answer.status_code, answer.json()["error"]) == (400, error)
    assert "request_uri" not in answer.json()
    assert "evil.example" not in answer.text


async def test_a_client_that_does_not_prove_itself_pushes_nothing(
    gateway: Gateway, health: RelyingParty
) -> None:
    request = health.authorization_request()
    await gateway.reader("counter")
    async with gateway.browser() as http:
        unproven = await http.post("/par", data=request)
        wrong = await http.post("/par", data=request, auth=("health", "x" * 43))
        reader = await http.post(
            "/par",
            data={**request, "client_id": "counter"},
            auth=("counter", gateway.secrets["counter"]),
        )
        got = await http.get("/par")
    for answer in (unproven, wrong):
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert (reader.status_code, reader.json()["error"]) == (400, "unauthorized_client")
    assert got.status_code == 405


async def test_a_public_client_may_push_and_is_bound_by_pkce(gateway: Gateway) -> None:
    app = RelyingParty(gateway, await gateway.service("app", token_endpoint_auth_method="none"))
    async with gateway.browser() as http:
        answer = await http.post("/par", data=app.authorization_request())
    assert answer.status_code == 201


async def test_a_client_that_has_to_push_is_told_so(gateway: Gateway) -> None:
    client = await gateway.service("careful", require_pushed_authorization_requests=True)
    careful = RelyingParty(gateway, client)
    async with await signed_in(gateway, careful) as browser:
        plain = redirected(await careful.authorize(browser))
        assert (plain["error"], plain["state"]) == ("invalid_request", "af0ifjsldkj")
        assert "code" not in plain
        unproven = await careful.authorize(browser, redirect_uri="https://evil.example/")
        assert (unproven.status_code, "location" in unproven.headers) == (400, False)
        request_uri = await pushed(careful)
        assert "code" in redirected(await authorize_with(browser, careful, request_uri=request_uri))


async def test_a_request_uri_by_reference_is_not_fetched(
    gateway: Gateway, health: RelyingParty
) -> None:
    async with await signed_in(gateway, health) as browser:
        sent = redirected(
            await health.authorize(browser, request_uri="https://health.example.test/request")
        )
    assert sent["error"] == "request_uri_not_supported"
    assert "code" not in sent


async def test_no_secret_of_a_push_stands_in_the_log_or_the_store(
    gateway: Gateway, health: RelyingParty
) -> None:
    state = secrets.token_hex(16)
    request_uri = await pushed(health, state=state)
    await health.post("/par", health.authorization_request(request=state))
    told = await log_text(gateway)
    assert request_uri.removeprefix(PREFIX) not in told
    assert state not in told


async def test_acr_values_and_max_age_have_the_clients_own_defaults(gateway: Gateway) -> None:
    client = await gateway.service("strict", default_acr_values=(ACR_STRONG,), default_max_age=60)
    strict = RelyingParty(gateway, client)
    resident = await gateway.resident()
    await gateway.consent(client, resident)
    async with gateway.browser() as browser:
        await gateway.sign_in(browser, resident)
        gateway.clock.forward(seconds=1)
        weak = await strict.authorize(browser)
        assert urlsplit(weak.headers["location"]).path == "/login"
        await gateway.sign_in(browser, resident, ACR_STRONG)
        gateway.clock.forward(seconds=60)
        assert "code" in redirected(await strict.authorize(browser))
        gateway.clock.forward(seconds=1)
        assert urlsplit((await strict.authorize(browser)).headers["location"]).path == "/login"
        assert "code" in redirected(await strict.authorize(browser, max_age="600"))
