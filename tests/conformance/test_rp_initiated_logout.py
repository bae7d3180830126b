"""Modules of oidcc-rp-initiated-logout-certification-test-plan, in our own words."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from tests.support.gateway import ISSUER, Gateway
from tests.support.relying_party import RelyingParty, redirected

pytestmark = pytest.mark.anyio
BYE = "https://health.example.test/bye"


@dataclass(slots=True)
class Visit:
    """A resident whom the service has signed in, and who now is sent to the provider's /logout."""

    service: RelyingParty
    browser: httpx2.AsyncClient
    hint: str

    async def logout(self, **query: str) -> httpx2.Response:
        return await self.browser.get("/logout", params=query)

    async def agree(self, **query: str) -> httpx2.Response:
        """The resident presses the button of the page that asks."""
        return await self.browser.post("/logout", data={**query, "confirmed": "yes"})

    async def is_signed_in(self) -> bool:
        answer = redirected(await self.service.authorize(self.browser, prompt="none"))
        assert "code" in answer or answer["error"] == "login_required"
        return "code" in answer


@pytest.fixture
async def visit(gateway: Gateway) -> AsyncIterator[Visit]:
    service = RelyingParty(gateway, await gateway.service("health"))
    resident = await gateway.resident()
    await gateway.consent(service.client, resident)
    async with gateway.browser() as browser:
        await gateway.sign_in(browser, resident)
        hint = (await service.tokens(browser))["id_token"]
        yield Visit(service, browser, hint)


async def refused(visit: Visit, answer: httpx2.Response) -> None:
    """A page says what is wrong; nobody is sent anywhere, and the sign-in goes on."""
    assert answer.status_code == 400
    assert answer.headers["content-type"].startswith("text/html")
    assert "location" not in answer.headers
    assert await visit.is_signed_in()


async def asked(visit: Visit, answer: httpx2.Response, **query: str) -> None:
    """A page asks first; after it the resident is signed out, on a page of ours."""
    assert answer.status_code == 200
    assert 'name="confirmed" value="yes"' in answer.text
    assert await visit.is_signed_in()
    done = await visit.agree(**query)
    assert done.status_code == 200
    assert "サインアウトしました" in done.text
    assert not await visit.is_signed_in()


async def test_oidcc_rp_initiated_logout_discovery_endpoint_verification(visit: Visit) -> None:
    """The end-session endpoint is told, under the issuer, over HTTPS, and is there."""
    told = (await visit.browser.get("/.well-known/openid-configuration")).json()
    endpoint = told["end_session_endpoint"]
    assert endpoint == f"{ISSUER}/logout"
    assert endpoint.startswith("https://")
    assert (await visit.browser.get(endpoint)).status_code == 200


async def test_oidcc_rp_initiated_logout(visit: Visit) -> None:
    """With all parameters the browser comes back with the same state, and a silent request finds
    nobody signed in."""
    answer = await visit.logout(
        id_token_hint=visit.hint, post_logout_redirect_uri=BYE, state="s?t&a=te"
    )
    assert answer.status_code == 303
    back = urlsplit(answer.headers["location"])
    assert f"{back.scheme}://{back.netloc}{back.path}" == BYE
    assert parse_qs(back.query) == {"state": ["s?t&a=te"]}
    assert not await visit.is_signed_in()


async def test_oidcc_rp_initiated_logout_bad_id_token_hint(visit: Visit) -> None:
    """A hint that is no ID token is refused on a page."""
    for bad in ("not-a-token", "a.b.c", visit.hint[:-20]):
        query = {"id_token_hint": bad, "post_logout_redirect_uri": BYE, "state": "1"}
        await refused(visit, await visit.logout(**query))


async def test_oidcc_rp_initiated_logout_modified_id_token_hint(visit: Visit) -> None:
    """An ID token of ours that somebody changed is refused on a page."""
    head, body, signature = visit.hint.split(".")
    middle = len(body) // 2
    other = "A" if body[middle] != "A" else "B"
    changed = f"{head}.{body[:middle]}{other}{body[middle + 1 :]}.{signature}"
    query = {"id_token_hint": changed, "post_logout_redirect_uri": BYE, "state": "1"}
    await refused(visit, await visit.logout(**query))


async def test_oidcc_rp_initiated_logout_no_id_token_hint(visit: Visit) -> None:
    """Whose address it is cannot be told: nobody is sent there. With client_id it can, but who
    asks cannot: the resident decides."""
    query = {"post_logout_redirect_uri": BYE, "state": "1"}
    await refused(visit, await visit.logout(**query))
    named = await visit.logout(**query, client_id="health")
    assert (named.status_code, "location" in named.headers) == (200, False)
    assert await visit.is_signed_in()
    agreed = await visit.agree(**query, client_id="health")
    assert agreed.headers["location"] == f"{BYE}?state=1"
    assert not await visit.is_signed_in()


async def test_oidcc_rp_initiated_logout_bad_post_logout_redirect_uri(visit: Visit) -> None:
    """An address that is not registered is refused on a page."""
    query = {"id_token_hint": visit.hint, "state": "1"}
    for bad in ("https://health.example.test/other", "https://evil.example/bye", f"{BYE}/"):
        await refused(visit, await visit.logout(**query, post_logout_redirect_uri=bad))


async def test_oidcc_rp_initiated_logout_no_post_logout_redirect_uri(visit: Visit) -> None:
    """The resident is signed out, and stays on a page of ours."""
    answer = await visit.logout(id_token_hint=visit.hint, state="1")
    assert (answer.status_code, "location" in answer.headers) == (200, False)
    assert "サインアウトしました" in answer.text
    assert not await visit.is_signed_in()


async def test_oidcc_rp_initiated_logout_no_state(visit: Visit) -> None:
    """The browser comes back, without a state."""
    answer = await visit.logout(id_token_hint=visit.hint, post_logout_redirect_uri=BYE)
    assert (answer.status_code, answer.headers["location"]) == (303, BYE)
    assert not await visit.is_signed_in()


async def test_oidcc_rp_initiated_logout_only_state(visit: Visit) -> None:
    """Nobody says who asks: the resident is asked, and goes nowhere."""
    await asked(visit, await visit.logout(state="1"), state="1")


async def test_oidcc_rp_initiated_logout_no_params(visit: Visit) -> None:
    """The resident is asked, and goes nowhere."""
    await asked(visit, await visit.logout())


async def test_oidcc_rp_initiated_logout_query_added_to_post_logout_redirect_uri(
    visit: Visit,
) -> None:
    """A registered address with a query added to it is another address."""
    query = {"id_token_hint": visit.hint, "state": "1"}
    await refused(visit, await visit.logout(**query, post_logout_redirect_uri=f"{BYE}?x=1"))
