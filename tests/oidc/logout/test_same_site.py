"""A town's services are often one site with its gateway: their forms carry its cookie, and end
nothing without being asked."""

import httpx2
import pytest

from tests.support.gateway import ISSUER
from tests.support.logout_receiver import LogoutReceiver
from tests.support.relying_party import RelyingParty

pytestmark = pytest.mark.anyio


async def test_a_form_of_another_page_of_the_site_confirms_nothing(
    health: RelyingParty, at_health: LogoutReceiver, browser: httpx2.AsyncClient
) -> None:
    await health.tokens(browser)
    for headers in ({"Sec-Fetch-Site": "same-site"}, {"Origin": "https://points.example.test"}):
        forged = await browser.post("/logout", data={"confirmed": "yes"}, headers=headers)
        assert forged.status_code == 403
        assert "set-cookie" not in forged.headers
    assert "code=" in (await health.authorize(browser, prompt="none")).headers["location"]
    assert at_health.tokens == []


async def test_a_services_own_form_still_leads_to_the_question(
    health: RelyingParty, browser: httpx2.AsyncClient
) -> None:
    headers = {"Origin": "https://health.example.test", "Sec-Fetch-Site": "same-site"}
    answer = await browser.post("/logout", data={"client_id": "health"}, headers=headers)
    assert answer.headers["location"] == "/logout?client_id=health"


async def test_our_own_form_ends_it(health: RelyingParty, browser: httpx2.AsyncClient) -> None:
    headers = {"Origin": ISSUER, "Sec-Fetch-Site": "same-origin"}
    done = await browser.post("/logout", data={"confirmed": "yes"}, headers=headers)
    assert done.status_code == 200
    answer = await health.authorize(browser, prompt="none")
    assert "error=login_required" in answer.headers["location"]
