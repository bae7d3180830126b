"""Every parameter of /authorize and /par, wrong in every way."""

from dataclasses import replace

import pytest

from tests.oidc.bad_input.authorization_rows import AUTHORIZE, PAR
from tests.oidc.bad_input.client_rows import CLIENT
from tests.oidc.bad_input.doors import PAGE, Door, shown
from tests.oidc.bad_input.place import FLOW, Place, signed
from tests.oidc.bad_input.rows import Form, Table

pytestmark = pytest.mark.anyio


def good(place: Place) -> Form:
    return place.health.authorization_request(authorization_details=FLOW)


async def with_good_ones(table: Table, place: Place) -> Table:
    """What only a gateway and a service can make."""
    hint = (await place.tokens())["id_token"]
    request = signed(place.gateway, **good(place))
    return {
        **table,
        "id_token_hint": replace(table["id_token_hint"], good=hint),
        "request": replace(table["request"], good=request),
    }


async def test_authorize(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    async def request() -> Form:
        return good(place)

    door = Door(
        place.gateway,
        place.recorder,
        request,
        lambda query: place.browser.get(f"/authorize?{query}"),
        shown,
        malformed=PAGE,
    )
    await door.check(await with_good_ones(AUTHORIZE, place), caplog)


async def test_par(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    async def request() -> Form:
        return good(place)

    door = Door(place.gateway, place.recorder, request, lambda body: place.post("/par", body))
    await door.check({**CLIENT, **await with_good_ones(PAR, place)}, caplog)
