"""Every parameter of the other endpoints that programs call, wrong in every way."""

from typing import Any

import httpx2
import pytest

from tests.oidc.bad_input import other_rows
from tests.oidc.bad_input.doors import Door
from tests.oidc.bad_input.place import EVERYTHING, FORM, LOCAL_ID, Place
from tests.oidc.bad_input.rows import Form
from tests.support.relying_party import RelyingParty

pytestmark = pytest.mark.anyio


def called(place: Place, path: str, good: Form) -> Door:
    """By the service."""

    async def request() -> Form:
        return good

    return Door(place.gateway, place.recorder, request, lambda body: place.post(path, body))


@pytest.mark.parametrize("path", ["/introspect", "/revoke"])
async def test_whoever_asks_of_a_token_or_gives_it_back(
    place: Place, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    token = (await place.tokens())["access_token"]
    await called(place, path, {"token": token}).check(other_rows.INTROSPECT, caplog)


async def test_userinfo(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    token = (await place.tokens())["access_token"]

    async def request() -> Form:
        return {"access_token": token}

    async def post(body: str) -> httpx2.Response:
        async with place.gateway.browser() as http:
            return await http.post("/userinfo", content=body, headers={"content-type": FORM})

    await Door(place.gateway, place.recorder, request, post).check(other_rows.USERINFO, caplog)


async def test_device_authorization(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    door = called(place, "/device_authorization", {"scope": "openid profile"})
    await door.check(other_rows.KIOSK, caplog)


@pytest.mark.parametrize("mode", ["poll", "ping"])
async def test_backchannel_authentication(
    place: Place, caplog: pytest.LogCaptureFixture, mode: str
) -> None:
    changes: dict[str, Any] = {**EVERYTHING, "backchannel_token_delivery_mode": mode}
    if mode == "ping":
        told = "https://health.example.test/told"
        changes["backchannel_client_notification_endpoint"] = told
    place.health = RelyingParty(place.gateway, await place.gateway.service("health", **changes))
    good = {"scope": "openid", "login_hint": LOCAL_ID}
    if mode == "ping":
        good["client_notification_token"] = "n" * 22

    async def request() -> Form:
        place.gateway.clock.forward(minutes=11)  # no more than a few wait for a resident
        return good

    door = called(place, "/bc-authorize", good)
    door.good = request
    await door.check(other_rows.NOTIFIED if mode == "ping" else other_rows.COUNTER, caplog)
