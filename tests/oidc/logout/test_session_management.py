"""Session management: not there unless asked for; then a page may compare, and learns no more."""

import hashlib
from collections.abc import AsyncIterator
from dataclasses import replace

import httpx2
import msgspec
import pytest

from gateway.app import create_app
from gateway.assembly import make_provider
from gateway.oidc.logout.session_state import script_origin, session_state
from tests.support.gateway import ISSUER, Gateway
from tests.support.relying_party import RelyingParty, redirected

pytestmark = pytest.mark.anyio
COOKIE = "__Host-genkan_browser_state"


@pytest.fixture
async def watched(gateway: Gateway) -> Gateway:
    """The same gateway, with the setting on."""
    own = gateway.provider
    oidc = msgspec.structs.replace(own.settings.oidc, session_management=True)
    settings = msgspec.structs.replace(own.settings, oidc=oidc)
    parts = (settings, own.records, own.moments, gateway.clock)
    return replace(gateway, app=await create_app(*parts), provider=await make_provider(*parts))


@pytest.fixture
async def shop(watched: Gateway) -> RelyingParty:
    return RelyingParty(watched, await watched.service("shop"))


@pytest.fixture
async def visitor(watched: Gateway, shop: RelyingParty) -> AsyncIterator[httpx2.AsyncClient]:
    resident = await watched.resident()
    await watched.consent(shop.client, resident)
    async with watched.browser() as browser:
        await watched.sign_in(browser, resident)
        yield browser


async def test_by_itself_none_of_it_is_there(
    health: RelyingParty, browser: httpx2.AsyncClient
) -> None:
    answer = await health.authorize(browser)
    assert "session_state" not in redirected(answer)
    assert "set-cookie" not in answer.headers
    assert (await browser.get("/check-session")).status_code == 404
    told = (await browser.get("/.well-known/openid-configuration")).json()
    assert "check_session_iframe" not in told


async def test_the_frame_can_calculate_what_the_service_got(
    shop: RelyingParty, visitor: httpx2.AsyncClient
) -> None:
    answer = await shop.authorize(visitor)
    told = redirected(answer)["session_state"]
    state = visitor.cookies[COOKIE]
    salt = told.partition(".")[2]
    assert " " not in told
    assert told == session_state("shop", "https://shop.example.test", state, salt)
    text = f"shop https://shop.example.test {state} {salt}"
    assert told.partition(".")[0] == hashlib.sha256(text.encode()).hexdigest()
    again = redirected(await shop.authorize(visitor))["session_state"]
    assert again.partition(".")[2] != salt
    assert visitor.cookies[COOKIE] == state


async def test_the_cookie_is_readable_and_says_nothing_of_the_session(
    shop: RelyingParty, visitor: httpx2.AsyncClient
) -> None:
    answer = await shop.authorize(visitor)
    (cookie,) = answer.headers.get_list("set-cookie")
    value, *attributes = cookie.partition("=")[2].split("; ")
    assert set(attributes) == {"Path=/", "SameSite=none", "Secure"}
    session = visitor.cookies["__Host-genkan_session"]
    assert value not in (session, hashlib.sha256(session.encode()).hexdigest())
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(shop.gateway.app), base_url=ISSUER
    ) as thief:
        thief.cookies.set(COOKIE, value, domain="id.example.test")
        thief.cookies.set("__Host-genkan_session", value, domain="id.example.test")
        silent = redirected(await shop.authorize(thief, prompt="none"))
    assert silent["error"] == "login_required"


async def test_it_changes_with_the_sign_in(
    watched: Gateway, shop: RelyingParty, visitor: httpx2.AsyncClient
) -> None:
    await shop.authorize(visitor)
    before = visitor.cookies[COOKIE]
    out = await visitor.post("/logout", data={"confirmed": "yes"})
    assert any(cookie.startswith(f'{COOKIE}="";') for cookie in out.headers.get_list("set-cookie"))
    other = await watched.resident("邊見　三郎")
    await watched.consent(shop.client, other)
    await watched.sign_in(visitor, other)
    await shop.authorize(visitor)
    assert visitor.cookies[COOKIE] != before


async def test_the_frame_alone_may_be_embedded_and_has_one_script(
    visitor: httpx2.AsyncClient,
) -> None:
    frame = await visitor.get("/check-session")
    assert frame.status_code == 200
    policy = frame.headers["content-security-policy"]
    assert "frame-ancestors *" in policy
    assert "script-src 'self';" in policy
    assert "x-frame-options" not in frame.headers
    assert '<script src="/static/check_session.js"></script>' in frame.text
    assert (await visitor.get("/static/check_session.js")).status_code == 200
    assert "frame-ancestors 'none'" in (await visitor.get("/")).headers["content-security-policy"]
    told = (await visitor.get("/.well-known/openid-configuration")).json()
    assert told["check_session_iframe"] == f"{ISSUER}/check-session"


@pytest.mark.parametrize(
    ("uri", "origin"),
    [
        ("https://app.example/cb?x=1", "https://app.example"),
        ("https://app.example:443/cb", "https://app.example"),
        ("https://app.example:8443/cb", "https://app.example:8443"),
        ("http://127.0.0.1:8101/", "http://127.0.0.1:8101"),
        ("http://[::1]:8101/", "http://[::1]:8101"),
        ("com.example.app:/cb", None),
    ],
)
def test_an_origin_is_written_as_a_browser_writes_it(uri: str, origin: str | None) -> None:
    assert script_origin(uri) == origin
