"""A service that wants to be told is told that there is an answer, and not which (CIBA §10.2)."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from gateway.tenants.protocol import CIBA
from tests.oidc.devices.parts import COUNTER, LOCAL_ID, AtHome, Counter, error_of
from tests.oidc.devices.waiting_list import only_question
from tests.support.gateway import Gateway
from tests.support.log import log_text, logged
from tests.support.relying_party import RelyingParty

pytestmark = pytest.mark.anyio
TOKEN = "8d67dc78-7faa-4d41-aabd-67707b374255"
ENDPOINT = "https://pinged.example.test/ping"


@dataclass(slots=True)
class Service:
    """Where the ping arrives."""

    status: int = 204
    came: list[tuple[str, Any]] = field(default_factory=list)

    async def ping(self, request: Request) -> Response:
        self.came.append((request.headers["authorization"], await request.json()))
        if self.status == 302:
            return RedirectResponse("https://pinged.example.test/elsewhere", 302)
        return Response(status_code=self.status)

    async def elsewhere(self, _: Request) -> Response:
        self.came.append(("elsewhere", None))
        return Response()

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/ping", self.ping, methods=["POST"]),
                Route("/elsewhere", self.elsewhere, methods=["GET", "POST"]),
            ]
        )


@pytest.fixture
async def pinged(gateway: Gateway, hanako: AtHome) -> Counter:
    client = await gateway.service(
        "pinged",
        **{
            **COUNTER,
            "grant_types": (CIBA,),
            "redirect_uris": (),
            "backchannel_token_delivery_mode": "ping",
            "backchannel_client_notification_endpoint": ENDPOINT,
        },
    )
    resident_id = hanako.resident.resident_id
    await gateway.provider.links.put("pinged", resident_id, LOCAL_ID, gateway.clock())
    return Counter(RelyingParty(gateway, client))


@pytest.fixture
def service(gateway: Gateway) -> Service:
    service = Service()
    gateway.hosts.at["pinged.example.test"] = service.app()
    return service


@pytest.mark.parametrize(("decision", "status"), [("agree", 200), ("decline", 400)])
async def test_the_service_is_told_with_its_own_token(
    decision: str, status: int, pinged: Counter, hanako: AtHome, service: Service
) -> None:
    await pinged.ask(client_notification_token=TOKEN)
    assert service.came == []
    await hanako.decide(await only_question(hanako), decision)
    told = {"auth_req_id": pinged.answer["auth_req_id"]}
    assert service.came == [(f"Bearer {TOKEN}", told)]
    assert (await pinged.poll()).status_code == status


async def test_it_may_poll_before_it_is_told(pinged: Counter, service: Service) -> None:
    await pinged.ask(client_notification_token=TOKEN)
    assert error_of(await pinged.poll()) == (400, "authorization_pending")
    assert service.came == []


@pytest.mark.parametrize(("status", "detail"), [(302, {"status": "302"}), (500, {"status": "500"})])
async def test_a_service_that_does_not_take_it_is_in_the_log_and_asked_no_more(
    status: int,
    detail: dict[str, str],
    pinged: Counter,
    hanako: AtHome,
    service: Service,
    gateway: Gateway,
) -> None:
    service.status = status
    await pinged.ask(client_notification_token=TOKEN)
    done = await hanako.decide(await only_question(hanako))
    assert done.status_code == 303
    assert len(service.came) == 1
    (entry,) = await logged(gateway, "answer.undelivered")
    assert (entry.client_id, entry.detail) == ("pinged", detail)
    assert (await pinged.poll()).status_code == 200


async def test_a_service_that_is_not_reached_still_polls(
    pinged: Counter, hanako: AtHome, gateway: Gateway
) -> None:
    await pinged.ask(client_notification_token=TOKEN)
    await hanako.decide(await only_question(hanako))
    (entry,) = await logged(gateway, "answer.undelivered")
    assert entry.detail == {"reason": "ConnectError"}
    assert (await pinged.poll()).status_code == 200
    text = await log_text(gateway)
    for secret in (TOKEN, pinged.answer["auth_req_id"]):
        assert secret not in text


@pytest.mark.parametrize(
    "token", [None, "", "short", "x" * 1025, "with a space in the middle", "コード" * 10, "=" * 30]
)
async def test_a_token_to_tell_it_with_is_needed(token: str | None, pinged: Counter) -> None:
    refused = await pinged.ask(client_notification_token=token)
    assert error_of(refused) == (400, "invalid_request")
