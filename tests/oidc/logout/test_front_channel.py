"""Front-channel logout: the page that says it is over holds a frame per service, and goes on."""

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from gateway.residents.model import Resident
from tests.support.gateway import ISSUER, Gateway
from tests.support.logout_receiver import told_at
from tests.support.relying_party import RelyingParty, payload

pytestmark = pytest.mark.anyio
BYE = "https://health.example.test/bye"
_FRAME = re.compile(r"<iframe ([^>]*)>")


def frames(page: httpx2.Response) -> list[dict[str, str]]:
    return [
        {name: unescape(value) for name, value in re.findall(r'([a-z]+)="([^"]*)"', found)}
        for found in _FRAME.findall(page.text)
    ]


def policy(page: httpx2.Response) -> dict[str, list[str]]:
    directives = page.headers["content-security-policy"].split("; ")
    return {name: values for name, *values in (one.split() for one in directives)}


@pytest.fixture
async def photos(gateway: Gateway, resident: Resident) -> RelyingParty:
    """A service that ends its sign-ins in the browser."""
    client = await gateway.service(
        "photos", frontchannel_logout_uri="https://photos.example.test/out?from=genkan"
    )
    await gateway.consent(client, resident)
    return RelyingParty(gateway, client)


async def test_the_page_holds_a_frame_for_each_service_of_the_sign_in(
    photos: RelyingParty, health: RelyingParty, browser: httpx2.AsyncClient
) -> None:
    sid = payload((await photos.tokens(browser))["id_token"])["sid"]
    await health.tokens(browser)
    page = await browser.post("/logout", data={"confirmed": "yes"})
    assert page.status_code == 200
    (frame,) = frames(page)
    address = urlsplit(frame["src"])
    assert address[:3] == ("https", "photos.example.test", "/out")
    assert parse_qs(address.query) == {"from": ["genkan"], "iss": [ISSUER], "sid": [sid]}
    assert frame["sandbox"] == "allow-scripts allow-same-origin"
    assert frame["referrerpolicy"] == "no-referrer"


async def test_the_page_may_show_these_services_and_nobody_else(
    photos: RelyingParty, browser: httpx2.AsyncClient
) -> None:
    await photos.tokens(browser)
    page = await browser.post("/logout", data={"confirmed": "yes"})
    allowed = policy(page)
    assert allowed["frame-src"] == ["https://photos.example.test"]
    assert allowed["frame-ancestors"] == ["'none'"]
    assert allowed["script-src"] == ["'self'"]
    assert page.headers["x-frame-options"] == "DENY"
    assert page.headers["cache-control"] == "no-store"


async def test_who_waits_for_the_resident_waits_until_the_others_have_heard(
    photos: RelyingParty, health: RelyingParty, browser: httpx2.AsyncClient
) -> None:
    await photos.tokens(browser)
    hint = (await health.tokens(browser))["id_token"]
    query = {"id_token_hint": hint, "post_logout_redirect_uri": BYE, "state": "a&b"}
    page = await browser.get("/logout", params=query)
    assert page.status_code == 200
    assert len(frames(page)) == 1
    assert f'<a class="button" href="{BYE}?state=a%26b" data-go-on>' in page.text
    assert '<script src="/static/logged_out.js" defer></script>' in page.text
    script = await browser.get("/static/logged_out.js")
    assert "location.replace(link.href)" in script.text


async def test_where_nobody_needs_a_frame_the_browser_goes_back_at_once(
    health: RelyingParty, photos: RelyingParty, browser: httpx2.AsyncClient
) -> None:
    hint = (await health.tokens(browser))["id_token"]
    query = {"id_token_hint": hint, "post_logout_redirect_uri": BYE}
    answer = await browser.get("/logout", params=query)
    assert (answer.status_code, answer.headers["location"]) == (303, BYE)


async def test_pages_without_frames_allow_none(browser: httpx2.AsyncClient) -> None:
    page = await browser.post("/logout", data={"confirmed": "yes"})
    assert frames(page) == []
    assert "frame-src" not in policy(page)
    assert policy(page)["default-src"] == ["'none'"]


async def test_a_sign_out_everywhere_tells_this_browsers_services_too(
    gateway: Gateway, photos: RelyingParty, browser: httpx2.AsyncClient
) -> None:
    await photos.tokens(browser)
    gateway.clock.forward(seconds=1)
    page = await browser.post("/logout/everywhere")
    (frame,) = frames(page)
    assert frame["src"].startswith("https://photos.example.test/out?from=genkan&iss=")


async def test_the_resident_is_told_which_services_cannot_be_told(
    gateway: Gateway, health: RelyingParty, browser: httpx2.AsyncClient, resident: Resident
) -> None:
    client = await gateway.service("library", client_name_ja="図書館")
    await gateway.consent(client, resident)
    await RelyingParty(gateway, client).tokens(browser)
    await health.tokens(browser)
    page = await browser.post("/logout", data={"confirmed": "yes"})
    assert "<li>図書館</li>" in page.text
    assert "<li>健康アプリ</li>" not in page.text


async def test_a_name_is_no_markup(
    gateway: Gateway, photos: RelyingParty, browser: httpx2.AsyncClient, resident: Resident
) -> None:
    client = await gateway.service("library", client_name_ja="<b>図書館</b>")
    await gateway.consent(client, resident)
    await RelyingParty(gateway, client).tokens(browser)
    page = await browser.post("/logout", data={"confirmed": "yes"})
    assert "<b>" not in page.text


async def test_a_service_may_be_told_in_both_ways(
    gateway: Gateway, browser: httpx2.AsyncClient, resident: Resident
) -> None:
    client = await gateway.service(
        "both", frontchannel_logout_uri="https://both.example.test/out", **told_at("both")
    )
    await gateway.consent(client, resident)
    await RelyingParty(gateway, client).tokens(browser)
    page = await browser.post("/logout", data={"confirmed": "yes"})
    assert len(frames(page)) == 1
