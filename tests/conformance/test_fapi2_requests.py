"""Modules that fapi2-security-profile-final-test-plan and fapi2-message-signing-final-test-plan
share, in our own words, each for both: requests that are refused, pushed requests, and PKCE."""

from typing import Any

import httpx2
import pytest

from tests.conformance.fapi import FapiClient, fapi_client, refused, signed_in
from tests.oidc.clients.conftest import PROXY
from tests.support.gateway import Gateway
from tests.support.relying_party import redirected

pytestmark = pytest.mark.anyio
ELSEWHERE = "https://fapi.example.test/callback/elsewhere"


def a_page(answer: httpx2.Response) -> bool:
    """It tells the resident what is wrong, and leads nowhere."""
    is_page = answer.headers["content-type"].startswith("text/html")
    return is_page and answer.status_code == 400 and "location" not in answer.headers


async def test_fapi2_security_profile_ensure_request_object_without_redirect_uri_fails(
    fapi: FapiClient,
) -> None:
    """The address to come back to is missing in what is pushed, signed or not."""
    answer = await fapi.push(redirect_uri=None)
    assert refused(answer, "invalid_request", "invalid_request_object")


async def test_fapi2_security_profile_ensure_redirect_uri_in_authorization_request(
    fapi: FapiClient, browser: httpx2.AsyncClient
) -> None:
    """An address beside the request_uri does not make up for one that was not pushed."""
    assert refused(await fapi.push(redirect_uri=None), "invalid_request")
    answer = await browser.get(
        "/authorize",
        params={
            "client_id": "fapi",
            "request_uri": "urn:ietf:params:oauth:request_uri:none",
            "redirect_uri": fapi.client.redirect_uris[0],
        },
    )
    assert a_page(answer)


async def test_fapi2_security_profile_plain_fapi_tolerate_unregistered_redirect_uri(
    fapi: FapiClient,
) -> None:
    """An address that is not registered may be tolerated (RFC 9126 §2.4); here it is refused."""
    answer = await fapi.push(redirect_uri=ELSEWHERE)
    assert refused(answer, "invalid_request", "invalid_request_object")
    assert ELSEWHERE not in answer.text


async def test_fapi2_security_profile_ensure_registered_redirect_uri(fapi: FapiClient) -> None:
    """Only an address that was registered is taken, to the letter."""
    (registered,) = fapi.client.redirect_uris
    for other in (f"{registered}/", f"{registered}?x=1", registered.upper()):
        answer = await fapi.push(redirect_uri=other)
        assert refused(answer, "invalid_request", "invalid_request_object"), other


async def test_fapi2_security_profile_ensure_unsigned_authorization_request_without_using_par_fails(
    fapi: FapiClient, browser: httpx2.AsyncClient
) -> None:
    """A request that comes with the browser alone is refused."""
    answer = await fapi.party.authorize(browser)
    if not fapi.signs_messages:
        told = redirected(answer)
        assert (told["error"], told["state"]) == ("invalid_request", "af0ifjsldkj")
        assert "code" not in told
        return
    told = await fapi.told(answer)
    assert (told["error"], "code" in told) == ("invalid_request", False)


async def test_fapi2_security_profile_ensure_response_type_code_idtoken_fails(
    fapi: FapiClient,
) -> None:
    """Nothing but a code comes back through the browser."""
    answer = await fapi.push(response_type="code id_token")
    assert refused(answer, "unsupported_response_type", "unauthorized_client", "invalid_request")


async def test_fapi2_security_profile_ensure_response_type_token_fails(fapi: FapiClient) -> None:
    """No token comes back through the browser."""
    answer = await fapi.push(response_type="token")
    assert refused(answer, "unsupported_response_type", "unauthorized_client", "invalid_request")


async def test_fapi2_security_profile_par_ensure_reused_request_uri_prior_to_auth_completion_succeeds(  # noqa: E501 - the module's name
    proxied: Gateway, fapi: FapiClient
) -> None:
    """Whoever has loaded the page and not signed in yet may load it again."""
    request_uri = await fapi.pushed()
    async with proxied.browser() as before:
        page = await fapi.visit(before, request_uri)
        assert page.headers["location"].startswith("/login?")
    async with await signed_in(proxied, fapi) as browser:
        told = await fapi.told(await fapi.visit(browser, request_uri))
    assert (await fapi.redeem(told["code"])).status_code == 200


async def test_fapi2_security_profile_par_attempt_reuse_request_uri(
    fapi: FapiClient, browser: httpx2.AsyncClient
) -> None:
    """Once it was answered, a request_uri leads to a page that says so."""
    request_uri = await fapi.pushed()
    assert "code" in await fapi.told(await fapi.visit(browser, request_uri))
    assert a_page(await fapi.visit(browser, request_uri))


async def test_fapi2_security_profile_par_attempt_to_use_expired_request_uri(
    proxied: Gateway, fapi: FapiClient, browser: httpx2.AsyncClient
) -> None:
    """It is good for as long as `expires_in` said, which is less than ten minutes."""
    pushed = (await fapi.push()).json()
    assert 5 <= pushed["expires_in"] < 600
    proxied.clock.forward(seconds=pushed["expires_in"])
    assert a_page(await fapi.visit(browser, pushed["request_uri"]))


async def test_fapi2_security_profile_par_attempt_to_use_request_uri_for_different_client(
    proxied: Gateway, fapi: FapiClient, browser: httpx2.AsyncClient
) -> None:
    """With another client's client_id beside it, it is not found."""
    other = await fapi_client(proxied, client_id="other")
    assert a_page(await other.visit(browser, await fapi.pushed()))


async def test_fapi2_security_profile_par_authorization_request_containing_request_uri_form_param(
    fapi: FapiClient,
) -> None:
    """What is pushed does not point to another request."""
    form = fapi.party.authorization_request()
    form["request_uri"] = "urn:ietf:params:oauth:request_uri:other"
    assert refused(await fapi.post("/par", form), "invalid_request")


async def test_fapi2_security_profile_par_attempt_invalid_http_method(proxied: Gateway) -> None:
    """What is pushed is posted."""
    async with proxied.browser(PROXY) as http:
        statuses = [
            (await http.request(method, "/par", data={"client_id": "fapi"})).status_code
            for method in ("PUT", "PATCH", "DELETE")
        ]
        statuses.append((await http.get("/par")).status_code)
    assert set(statuses) == {405}


async def test_fapi2_security_profile_par_without_duplicate_parameters(
    fapi: FapiClient, browser: httpx2.AsyncClient
) -> None:
    """client_id and request_uri are all that has to come with the browser."""
    query = {"client_id": "fapi", "request_uri": await fapi.pushed()}
    told = await fapi.told(await browser.get("/authorize", params=query))
    assert (await fapi.redeem(told["code"])).status_code == 200


async def test_fapi2_security_profile_par_ensure_pkce_required(fapi: FapiClient) -> None:
    """Without a challenge nothing is pushed."""
    no_challenge: dict[str, Any] = {"code_challenge": None, "code_challenge_method": None}
    assert refused(await fapi.push(**no_challenge), "invalid_request")


async def test_fapi2_security_profile_ensure_pkce_code_verifier_required(
    fapi: FapiClient, browser: httpx2.AsyncClient
) -> None:
    """Without its verifier a code buys nothing."""
    form = fapi.redemption(await fapi.code(browser), code_verifier=None)
    assert refused(await fapi.post("/token", form), "invalid_grant")


async def test_fapi2_security_profile_incorrect_pkce_code_verifier_rejected(
    fapi: FapiClient, browser: httpx2.AsyncClient
) -> None:
    """With another verifier a code buys nothing."""
    form = fapi.redemption(await fapi.code(browser), code_verifier="x" * 43)
    assert refused(await fapi.post("/token", form), "invalid_grant")


async def test_fapi2_security_profile_par_plain_pkce_rejected(fapi: FapiClient) -> None:
    """A challenge is a hash."""
    answer = await fapi.push(code_challenge_method="plain", code_challenge="v" * 43)
    assert refused(answer, "invalid_request")
