"""An answer that the resident's browser posts to the service: by itself, or by a press where there
are no scripts, and to no other place."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import parse_qs

import httpx2
import pytest
from playwright.async_api import Page, Request, Route, async_playwright

from tests.browser.conftest import ARGUMENTS
from tests.oidc.authorization.asking import signed_in
from tests.support.gateway import ISSUER, Gateway
from tests.support.relying_party import RelyingParty

pytestmark = [pytest.mark.anyio, pytest.mark.browser]
SERVICE = "https://form.example.test"


@asynccontextmanager
async def at_screen(
    house: httpx2.AsyncClient, posted: list[dict[str, str]], language: str, *, scripts: bool
) -> AsyncIterator[Page]:
    """A screen whose network is the gateway in this process and one service."""

    spoken = {"accept-language": language}

    async def answer(route: Route, request: Request) -> None:
        if request.url.startswith(ISSUER):
            got = await house.request(request.method, request.url, headers=spoken)
            await route.fulfill(status=got.status_code, headers=dict(got.headers), body=got.content)
        elif request.url == f"{SERVICE}/callback" and request.method == "POST":
            form = parse_qs(request.post_data or "", strict_parsing=True)
            posted.append({name: values[0] for name, values in form.items()})
            posted[-1]["origin"] = (await request.all_headers()).get("origin", "")
            await route.fulfill(status=200, content_type="text/html", body="<p>welcome</p>")
        else:
            await route.abort()

    path = shutil.which("chromium")
    assert path is not None, "chromium is not installed; tests/run says how"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=Path(path), args=ARGUMENTS)
        context = await browser.new_context(
            locale=language,
            viewport={"width": 360, "height": 640},
            java_script_enabled=scripts,
        )
        page = await context.new_page()
        await page.route("**/*", answer)
        yield page
        await browser.close()


@pytest.mark.parametrize(
    ("language", "button"), [("ja", "続ける"), ("en", "Continue"), ("ja", None)]
)
async def test_a_form_takes_the_answer_to_the_service(
    gateway: Gateway, language: str, button: str | None
) -> None:
    """By the button where there are no scripts."""
    party = RelyingParty(gateway, await gateway.service("form"))
    posted: list[dict[str, str]] = []
    async with (
        await signed_in(gateway, party) as house,
        at_screen(house, posted, language, scripts=button is None) as page,
    ):
        query = httpx2.QueryParams(party.authorization_request(response_mode="form_post"))
        await page.goto(f"{ISSUER}/authorize?{query}")
        if button is not None:
            assert not posted
            assert await page.locator("html").get_attribute("lang") == language
            width = await page.evaluate("document.documentElement.scrollWidth")
            assert width <= 360
            await page.keyboard.press("Tab")
            await page.get_by_role("button", name=button).press("Enter")
        await page.wait_for_url(f"{SERVICE}/callback")
    assert len(posted) == 1
    assert set(posted[0]) == {"code", "state", "iss", "origin"}
    # Who posts, a service may check; more of the address than that it does not learn.
    assert posted[0]["origin"] == ISSUER
    assert (await party.redeem(posted[0]["code"])).status_code == 200
