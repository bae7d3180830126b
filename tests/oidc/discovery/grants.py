"""Each grant buys a token, and a counter is answered in each way; a grant that is not told is
refused."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from gateway.tenants.metadata import MetadataError
from gateway.tenants.protocol import CIBA, DEVICE_CODE, JWT_BEARER, TOKEN_EXCHANGE
from tests.oidc.delegation.flows import (
    CODE_GRANTS,
    DATA,
    MAY_CALL,
    TAX_API,
    WELFARE_API,
    Party,
    flow,
)
from tests.oidc.devices.parts import COUNTER, KIOSK, LOCAL_ID, AtHome, Counter, Kiosk
from tests.oidc.devices.waiting_list import only_question
from tests.oidc.discovery.walk import Uses, Walk, jwks, ok
from tests.support.relying_party import RelyingParty


async def linked(walk: Walk, **metadata: Any) -> RelyingParty:
    """The resident is known at this service."""
    party = await walk.party(**metadata)
    resident_id, now = walk.resident.resident_id, walk.gateway.clock()
    await walk.gateway.provider.links.put(party.client.client_id, resident_id, LOCAL_ID, now)
    return party


def at_home(walk: Walk) -> AtHome:
    return AtHome(walk.gateway, walk.browser, walk.resident)


async def code(walk: Walk) -> Any:
    return await (await walk.party()).tokens(walk.browser)


async def refresh(walk: Walk) -> Any:
    party = await walk.party()
    tokens = await party.tokens(walk.browser)
    return ok(await party.refresh(tokens["refresh_token"]))


async def own(walk: Walk) -> Any:
    """A reader's: it is for nobody's data."""
    party = RelyingParty(walk.gateway, await walk.gateway.reader())
    return ok(await party.token({"grant_type": "client_credentials"}))


async def by_device(walk: Walk) -> Any:
    kiosk = Kiosk(await walk.party(**KIOSK))
    await kiosk.ask()
    await at_home(walk).agree_at(kiosk)
    return ok(await kiosk.poll())


async def at_counter(walk: Walk) -> Any:
    counter = Counter(await linked(walk, **COUNTER))
    ok(await counter.ask())
    await at_home(walk).decide(await only_question(at_home(walk)))
    return ok(await counter.poll())


async def exchange(walk: Walk) -> Any:
    tax = await walk.party(resources=(TAX_API,), datatypes=DATA)
    welfare = await walk.party(
        resources=(WELFARE_API,), datatypes=DATA, allowed_resources=(TAX_API,), **MAY_CALL
    )
    health = await walk.party(allowed_resources=(WELFARE_API,), **MAY_CALL)
    party = Party(walk.gateway, walk.resident, walk.browser, health, welfare, tax)
    await party.agree(welfare, tax.client, flow(TAX_API))
    await party.granted(welfare, flow(TAX_API))
    called = await party.called()
    return ok(await party.exchange(welfare, called["access_token"], TAX_API))


async def asserted(walk: Walk) -> Any:
    party = await linked(walk, grant_types=(*CODE_GRANTS, JWT_BEARER), **jwks("ES256"))
    await party.tokens(walk.browser)
    assertion = walk.signed("ES256", walk.about(party.client.client_id, sub=LOCAL_ID))
    return ok(await party.token({"grant_type": JWT_BEARER, "assertion": assertion}))


GRANTS = {
    "authorization_code": code,
    "refresh_token": refresh,
    "client_credentials": own,
    DEVICE_CODE: by_device,
    CIBA: at_counter,
    TOKEN_EXCHANGE: exchange,
    JWT_BEARER: asserted,
}


async def grants(walk: Walk, value: Any) -> None:
    for grant in value:
        assert "access_token" in await GRANTS[grant](walk), grant
    for other in {"password", "implicit", *GRANTS} - {*value}:
        answer = await (await walk.party()).token({"grant_type": other})
        assert answer.json()["error"] == "unsupported_grant_type"


@dataclass(slots=True)
class Told:
    """Where a ping arrives."""

    came: list[Any] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.came.append(await Request(scope, receive).json())
        await Response(status_code=204)(scope, receive, send)


async def deliveries(walk: Walk, value: Any) -> None:
    service = walk.gateway.hosts.at["walker.example.test"] = Told()
    there = {"backchannel_client_notification_endpoint": "https://walker.example.test/ping"}
    for mode in value:
        wanted = {**COUNTER, "backchannel_token_delivery_mode": mode}
        counter = Counter(await linked(walk, **wanted, **(there if mode == "ping" else {})))
        named = {"client_notification_token": "t" * 32} if mode == "ping" else {}
        ok(await counter.ask(**named))
        await at_home(walk).decide(await only_question(at_home(walk)))
        came = [{"auth_req_id": counter.answer["auth_req_id"]}] if mode == "ping" else []
        assert service.came == came
        assert "access_token" in ok(await counter.poll())


async def signed_questions(walk: Walk, value: Any) -> None:
    for alg in value:
        only = {"backchannel_authentication_request_signing_alg": alg}
        party = await linked(walk, **COUNTER, **jwks(), **only)
        asked = {"scope": "openid", "login_hint": LOCAL_ID}
        request = walk.signed(alg, {**walk.about(party.client.client_id), **asked})
        assert "auth_req_id" in ok(await party.post("/bc-authorize", {"request": request})), alg


async def user_codes(walk: Walk, value: Any) -> None:
    assert value is False
    with pytest.raises(MetadataError):
        await walk.party(**COUNTER, backchannel_user_code_parameter=True)


USES: Uses = {
    "grant_types_supported": grants,
    "backchannel_token_delivery_modes_supported": deliveries,
    "backchannel_authentication_request_signing_alg_values_supported": signed_questions,
    "backchannel_user_code_parameter_supported": user_codes,
}
