"""What a counter may send, and what it is told about everything else (CIBA Core 1.0 §7, §13)."""

import httpx2
import pytest

from tests.oidc.devices.parts import LOCAL_ID, AtHome, Counter, Table, error_of
from tests.oidc.devices.waiting_list import questions
from tests.support.gateway import Gateway
from tests.support.log import logged
from tests.support.relying_party import RelyingParty

pytestmark = pytest.mark.anyio

ASKED: Table = {
    "no scope": ({"scope": None}, (400, "invalid_scope")),
    "scope without openid": ({"scope": "profile"}, (400, "invalid_scope")),
    "no hint": ({"login_hint": None}, (400, "invalid_request")),
    "empty hint": ({"login_hint": ""}, (400, "invalid_request")),
    "two hints": ({"id_token_hint": "x"}, (400, "invalid_request")),
    "login_hint_token": ({"login_hint": None, "login_hint_token": "x"}, (400, "invalid_request")),
    "two with a token": ({"login_hint_token": "x"}, (400, "invalid_request")),
    "id_token_hint that is none": (
        {"login_hint": None, "id_token_hint": "x.y.z"},
        (400, "invalid_request"),
    ),
    "nobody's hint": ({"login_hint": "H-9999"}, (400, "unknown_user_id")),
    "hint in another case": ({"login_hint": LOCAL_ID.lower()}, (400, "unknown_user_id")),
    "hint that is no local ID": ({"login_hint": "a\nb"}, (400, "unknown_user_id")),
    "long hint": ({"login_hint": "x" * 10_000}, (400, "unknown_user_id")),
    "long message": ({"binding_message": "x" * 65}, (400, "invalid_binding_message")),
    "message of two lines": ({"binding_message": "a\nb"}, (400, "invalid_binding_message")),
    "message from right to left": (
        {"binding_message": "a\u202eb"},
        (400, "invalid_binding_message"),
    ),
    "message of a space": ({"binding_message": " "}, (400, "invalid_binding_message")),
    "message with a space at its end": (
        {"binding_message": "W4 "},
        (400, "invalid_binding_message"),
    ),
    "longest message": ({"binding_message": "窓" * 64}, (200, None)),
    "expiry of nothing": ({"requested_expiry": "0"}, (400, "invalid_request")),
    "negative expiry": ({"requested_expiry": "-1"}, (400, "invalid_request")),
    "expiry in words": ({"requested_expiry": "1e2"}, (400, "invalid_request")),
    "full-width expiry": ({"requested_expiry": "６０"}, (400, "invalid_request")),
    "huge expiry": ({"requested_expiry": "9" * 30}, (400, "invalid_request")),
    "long acr_values": ({"acr_values": "a" * 600}, (400, "invalid_request")),
    "unsigned request object": ({"request": "x.y.z"}, (400, "invalid_request")),
    "unknown acr": ({"acr_values": "urn:nothing"}, (200, None)),
    "notification token of a client that polls": (
        {"client_notification_token": "short"},
        (200, None),
    ),
    "user_code, which is not used": ({"user_code": "1234"}, (200, None)),
    "unknown parameter": ({"audience": "x"}, (200, None)),
}
POLLED: Table = {
    "no auth_req_id": ({"auth_req_id": None}, (400, "invalid_request")),
    "empty auth_req_id": ({"auth_req_id": ""}, (400, "invalid_request")),
    "unknown auth_req_id": ({"auth_req_id": "x" * 43}, (400, "invalid_grant")),
    "grant type in short": ({"grant_type": "ciba"}, (400, "unsupported_grant_type")),
}


@pytest.mark.parametrize("name", ASKED)
async def test_of_what_is_asked(
    name: str, counter: Counter, hanako: AtHome, gateway: Gateway
) -> None:
    changes, expected = ASKED[name]
    assert error_of(await counter.ask(**changes)) == expected
    waits = 1 if expected[0] == 200 else 0
    assert len(await questions(hanako)) == waits
    assert len(await logged(gateway, "question.asked")) == waits


@pytest.mark.parametrize("name", POLLED)
async def test_of_what_is_polled(name: str, counter: Counter) -> None:
    changes, expected = POLLED[name]
    await counter.ask()
    assert error_of(await counter.poll(**changes)) == expected


@pytest.mark.parametrize(("asked", "told"), [("1", 1), ("60", 60), ("600", 600), ("999999", 600)])
async def test_how_long_it_waits_is_bounded_and_told(
    asked: str, told: int, counter: Counter
) -> None:
    assert (await counter.ask(requested_expiry=asked)).json()["expires_in"] == told


async def test_another_services_residents_are_nobody(
    counter: Counter, taro: AtHome, gateway: Gateway
) -> None:
    """Registered here, linked elsewhere: the answer is the one for a name that is made up."""
    await gateway.service("points")
    resident_id = taro.resident.resident_id
    await gateway.provider.links.put("points", resident_id, "P-7", gateway.clock())
    elsewhere = await counter.ask(login_hint="P-7")
    nobody = await counter.ask(login_hint="P-8")
    assert elsewhere.json() == nobody.json()
    assert error_of(elsewhere) == (400, "unknown_user_id")


async def test_an_id_token_leads_to_the_resident_it_is_of(
    counter: Counter, hanako: AtHome, gateway: Gateway
) -> None:
    hint = await id_token(counter.rp, hanako, "openid link")
    gateway.clock.forward(days=1)  # one that has expired will do
    await gateway.sign_in(hanako.browser, hanako.resident)
    assert error_of(await counter.ask(login_hint=None, id_token_hint=hint)) == (200, None)
    assert len(await questions(hanako)) == 1


async def test_an_id_token_of_another_service_or_without_the_local_id_leads_to_nobody(
    counter: Counter, hanako: AtHome, gateway: Gateway
) -> None:
    health = RelyingParty(gateway, await gateway.service("health"))
    foreign = await id_token(health, hanako, "openid")
    refused = await counter.ask(login_hint=None, id_token_hint=foreign)
    assert error_of(refused) == (400, "invalid_request")
    bare = await id_token(counter.rp, hanako, "openid")
    refused = await counter.ask(login_hint=None, id_token_hint=bare)
    assert error_of(refused) == (400, "unknown_user_id")


async def test_an_id_token_does_not_lead_to_who_has_the_local_id_since(
    counter: Counter, hanako: AtHome, taro: AtHome, gateway: Gateway
) -> None:
    hint = await id_token(counter.rp, hanako, "openid link")
    links, now = gateway.provider.links, gateway.clock()
    await links.end("counter", hanako.resident.resident_id, now)
    await links.put("counter", taro.resident.resident_id, LOCAL_ID, now)
    refused = await counter.ask(login_hint=None, id_token_hint=hint)
    assert error_of(refused) == (400, "unknown_user_id")
    assert await questions(taro) == []


async def id_token(rp: RelyingParty, at_home: AtHome, scope: str) -> str:
    await rp.gateway.consent(rp.client, at_home.resident)
    tokens = await rp.tokens(at_home.browser, scope=scope)
    told: str = tokens["id_token"]
    return told


async def test_the_answer_is_kept_by_nobody(counter: Counter) -> None:
    answer: httpx2.Response = await counter.ask()
    assert answer.headers["cache-control"] == "no-store"
