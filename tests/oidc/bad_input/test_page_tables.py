"""Every parameter of the pages that residents come to, wrong in every way."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import httpx2
import pytest

from tests.oidc.bad_input import other_rows
from tests.oidc.bad_input.doors import ASKS, PAGE, Door, shown
from tests.oidc.bad_input.place import FORM, LOCAL_ID, Place
from tests.oidc.bad_input.rows import OK, Form, Table
from tests.oidc.devices.parts import OWN_FORM, AtHome

pytestmark = pytest.mark.anyio
AS_OWN = {**OWN_FORM, "content-type": FORM}
Send = Callable[[str], Awaitable[httpx2.Response]]


def page(place: Place, send: Send, form: Form | None = None) -> Door:
    async def request() -> Form:
        return form or {}

    return Door(place.gateway, place.recorder, request, send, shown, malformed=PAGE)


def went_on(answer: httpx2.Response) -> str:
    """Where to is the page's own affair."""
    found = shown(answer)
    return OK if found == ASKS else found


async def asked(place: Place) -> str:
    """The code that a kiosk shows."""
    answer = await place.health.post("/device_authorization", {"scope": "openid"})
    code: str = answer.json()["user_code"]
    return code


async def question(place: Place) -> str:
    """The path of a kiosk's."""
    return await AtHome(place.gateway, place.browser, place.resident).find(await asked(place))


async def of_counter(place: Place) -> str:
    """The path of a counter's."""
    await place.health.post("/bc-authorize", {"scope": "openid", "login_hint": LOCAL_ID})
    shown_page = (await place.browser.get("/approvals")).text
    return "/approvals/" + shown_page.partition('action="/approvals/')[2].partition('"')[0]


async def test_logout(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    rows = other_rows.LOGOUT
    form = {"client_id": "health", "post_logout_redirect_uri": other_rows.BYE}
    # Without the service nobody knows whose address it is.
    table: Table = {**rows, "client_id": replace(rows["client_id"], absent=PAGE)}
    door = page(place, lambda query: place.browser.get(f"/logout?{query}"), form)
    await door.check(table, caplog)
    assert (await place.browser.get("/logout/everywhere")).status_code == 200  # still signed in


async def test_a_code_that_is_typed(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    async def post(body: str) -> httpx2.Response:
        """By somebody else each time: who guesses has to wait."""
        place.tries += 1
        async with place.gateway.browser(f"10.1.0.{place.tries}") as browser:
            return await browser.post("/device", content=body, headers=AS_OWN)

    door = page(place, post, {"user_code": await asked(place)})
    door.says = went_on
    await door.check(other_rows.TYPED, caplog)


async def test_a_code_that_came_with_the_address(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    door = page(place, lambda query: place.browser.get(f"/device?{query}"))
    await door.check(other_rows.FILLED_IN, caplog)


@pytest.mark.parametrize("find", [question, of_counter])
async def test_a_decision(
    place: Place, caplog: pytest.LogCaptureFixture, find: Callable[[Place], Awaitable[str]]
) -> None:
    paths = [""]

    async def request() -> Form:
        place.gateway.clock.forward(minutes=11)  # no more than a few wait for a resident
        paths.append(await find(place))
        return {"decision": "agree"}

    async def post(body: str) -> httpx2.Response:
        return await place.browser.post(paths[-1], content=body, headers=AS_OWN)

    door = page(place, post)
    door.good, door.says = request, went_on
    await door.check(other_rows.DECIDED, caplog)


async def test_what_comes_back_to_a_question(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    path = await question(place)
    door = page(place, lambda query: place.browser.get(f"{path}?{query}"))
    await door.check(other_rows.BACK_AT_DEVICE, caplog)
    path = await of_counter(place)
    place.recorder.names.clear()
    door = page(place, lambda query: place.browser.get(f"{path}?{query}"))
    door.beside = ASKS
    await door.check(other_rows.BACK_AT_APPROVALS, caplog)


async def test_approvals(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    door = page(place, lambda query: place.browser.get(f"/approvals?{query}"))
    await door.check(other_rows.APPROVALS, caplog)
    stranger = place.gateway.browser()
    place.recorder.names.clear()
    door = page(place, lambda query: stranger.get(f"/approvals?{query}"))
    door.beside = ASKS
    await door.check(other_rows.TO_SIGN_IN, caplog)


async def test_what_comes_back_to_authorize(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    asked = place.health.authorization_request()
    paths = [""]

    async def request() -> Form:
        async with place.gateway.browser() as stranger:
            begun = await stranger.post("/authorize", data=asked)
        paths.append(begun.headers["location"])
        return {}

    async def come(query: str) -> httpx2.Response:
        async with place.gateway.browser() as stranger:
            return await stranger.get(f"{paths[-1]}?{query}")

    door = page(place, come)
    door.good, door.beside = request, ASKS
    await door.check(other_rows.BACK_AT_AUTHORIZE, caplog)
