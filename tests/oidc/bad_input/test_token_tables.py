"""Every parameter of /token, by the grant it is for, wrong in every way."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from gateway.oidc.tokens.token import GRANTS
from gateway.tenants.protocol import CIBA, DEVICE_CODE, JWT_BEARER, TOKEN_EXCHANGE
from tests.oidc.bad_input import token_rows
from tests.oidc.bad_input.doors import Door
from tests.oidc.bad_input.place import FLOW, LOCAL_ID, Place, signed
from tests.oidc.bad_input.rows import Form, Table
from tests.oidc.delegation.flows import ACCESS_TOKEN_TYPE, HEALTH_API, WELFARE_API
from tests.oidc.devices.parts import AtHome
from tests.support.relying_party import RelyingParty

pytestmark = pytest.mark.anyio
Good = Callable[[Place], Awaitable[Form]]


async def code(place: Place) -> Form:
    return await place.code()


async def refresh(place: Place) -> Form:
    tokens = await place.tokens(authorization_details=FLOW, resource=HEALTH_API)
    return {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}


async def own(_: Place) -> Form:
    return {"grant_type": "client_credentials"}


def hanako(place: Place) -> AtHome:
    return AtHome(place.gateway, place.browser, place.resident)


async def device(place: Place) -> Form:
    asked = (await place.health.post("/device_authorization", {"scope": "openid"})).json()
    await hanako(place).decide(await hanako(place).find(asked["user_code"]))
    return {"grant_type": DEVICE_CODE, "device_code": asked["device_code"]}


async def counter(place: Place) -> Form:
    asked = await place.health.post("/bc-authorize", {"scope": "openid", "login_hint": LOCAL_ID})
    page = (await place.browser.get("/approvals")).text
    path = "/approvals/" + page.partition('action="/approvals/')[2].partition('"')[0]
    await hanako(place).decide(path)
    return {"grant_type": CIBA, "auth_req_id": asked.json()["auth_req_id"]}


async def exchange(place: Place) -> Form:
    return {
        "grant_type": TOKEN_EXCHANGE,
        "subject_token": (await place.tokens())["access_token"],
        "subject_token_type": ACCESS_TOKEN_TYPE,
        "resource": WELFARE_API,
    }


async def bearer(place: Place) -> Form:
    await place.tokens()
    return {"grant_type": JWT_BEARER, "assertion": signed(place.gateway, sub=LOCAL_ID)}


TABLES: dict[str, tuple[Table, Good]] = {
    "authorization_code": (token_rows.CODE, code),
    "refresh_token": (token_rows.REFRESH, refresh),
    "client_credentials": (token_rows.OWN, own),
    DEVICE_CODE: (token_rows.DEVICE, device),
    CIBA: (token_rows.COUNTER, counter),
    TOKEN_EXCHANGE: (token_rows.EXCHANGE, exchange),
    JWT_BEARER: (token_rows.BEARER, bearer),
}


def test_each_grant_there_is_has_a_table() -> None:
    assert TABLES.keys() == GRANTS.keys()


@pytest.mark.parametrize("grant_type", TABLES)
async def test_of_each_grant(
    place: Place, caplog: pytest.LogCaptureFixture, grant_type: str
) -> None:
    table, good = TABLES[grant_type]
    if grant_type == "client_credentials":
        place.health = RelyingParty(place.gateway, await place.gateway.reader("counter"))
    if grant_type in ("authorization_code", "refresh_token", TOKEN_EXCHANGE):
        table = {**table, "authorization_details": replace(token_rows.DETAILS, good=FLOW)}

    async def request() -> Form:
        return await good(place)

    door = Door(place.gateway, place.recorder, request, lambda body: place.post("/token", body))
    await door.check(table, caplog)
