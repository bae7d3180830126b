"""A counter asks a resident who is somewhere else, and has what they agreed to, once (CIBA)."""

import asyncio

import pytest

from gateway.oidc.devices.counter_request import LIFETIME
from gateway.oidc.devices.places import OF_CLIENT, OF_RESIDENT, OF_RESIDENT_AND_CLIENT
from gateway.oidc.records import grants
from gateway.residents.model import ResidentState
from tests.oidc.devices.parts import COUNTER, LOCAL_ID, AtHome, Counter, Kiosk, error_of
from tests.oidc.devices.waiting_list import only_question, questions
from tests.support.gateway import ACR_STRONG, Gateway
from tests.support.log import break_log, count, log_text, logged
from tests.support.relying_party import RelyingParty, payload
from tests.support.states import become

pytestmark = pytest.mark.anyio


async def linked(gateway: Gateway, client_id: str, local_id: str, at_home: AtHome) -> Counter:
    client = await gateway.service(client_id, **COUNTER)
    resident_id = at_home.resident.resident_id
    await gateway.provider.links.put(client_id, resident_id, local_id, gateway.clock())
    return Counter(RelyingParty(gateway, client))


async def test_a_counter_is_told_how_to_wait(counter: Counter) -> None:
    answer = (await counter.ask()).json()
    assert answer.keys() == {"auth_req_id", "expires_in", "interval"}
    assert (answer["expires_in"], answer["interval"]) == (300, 5)
    assert len(answer["auth_req_id"]) == 43


async def test_no_token_before_the_resident_has_agreed(
    counter: Counter, hanako: AtHome, gateway: Gateway
) -> None:
    await counter.ask()
    await hanako.browser.get("/approvals")
    assert error_of(await counter.poll()) == (400, "authorization_pending")
    gateway.clock.forward(seconds=1)
    assert error_of(await counter.poll()) == (400, "slow_down")
    assert await count(gateway, grants) == 0


async def test_the_counter_has_the_resident_who_agreed(
    counter: Counter, hanako: AtHome, gateway: Gateway
) -> None:
    await gateway.sign_in(hanako.browser, hanako.resident, ACR_STRONG)
    signed_in_at = gateway.clock()
    gateway.clock.forward(seconds=30)
    await counter.ask(binding_message="青-42")
    done = await hanako.decide(await only_question(hanako))
    assert done.headers["location"] == "/approvals?told=agreed"
    tokens = (await counter.poll()).json()
    identity = payload(tokens["id_token"])
    sector = counter.rp.client.sector_identifier
    assert identity["sub"] == gateway.provider.subjects.sub(hanako.resident.resident_id, sector)
    assert (identity["acr"], identity["auth_time"]) == (ACR_STRONG, int(signed_in_at.timestamp()))
    assert "urn:openid:params:jwt:claim:auth_req_id" not in identity
    assert (await counter.rp.call("GET", "/userinfo", tokens["access_token"])).status_code == 200
    assert await questions(hanako) == []


async def test_what_needs_consent_is_asked_on_the_consent_page(
    counter: Counter, hanako: AtHome
) -> None:
    await counter.ask(scope="openid address offline_access")
    asked = await hanako.decide(await only_question(hanako))
    assert asked.headers["location"].startswith("/consent?task=")
    done = await hanako.consent(asked.headers["location"])
    assert done.headers["location"] == "/approvals?told=agreed"
    tokens = (await counter.poll()).json()
    assert (await counter.rp.refresh(tokens["refresh_token"])).status_code == 200
    await counter.ask(scope="openid birthdate")
    asked = await hanako.decide(await only_question(hanako))
    done = await hanako.consent(asked.headers["location"], "decline")
    assert done.headers["location"] == "/approvals?told=declined"
    assert error_of(await counter.poll()) == (400, "access_denied")


async def test_another_resident_neither_sees_nor_answers_it(
    counter: Counter, hanako: AtHome, taro: AtHome
) -> None:
    await counter.ask(binding_message="青-42")
    path = await only_question(hanako)
    assert await questions(taro) == []
    assert "青-42" not in (await taro.browser.get("/approvals")).text
    for decision in ("agree", "decline"):
        assert (await taro.decide(path, decision)).status_code == 400
    for query in ("", "?declined=1"):
        assert (await taro.browser.get(f"{path}{query}")).status_code == 400
    assert error_of(await counter.poll()) == (400, "authorization_pending")
    assert (await hanako.decide(path)).status_code == 303


async def test_nobody_answers_without_a_session(
    counter: Counter, hanako: AtHome, gateway: Gateway
) -> None:
    await counter.ask()
    path = await only_question(hanako)
    async with gateway.browser() as browser:
        nobody = AtHome(gateway, browser, hanako.resident)
        asked = await nobody.decide(path)
        assert asked.headers["location"].startswith("/login?task=")
    assert error_of(await counter.poll()) == (400, "authorization_pending")


async def test_a_device_code_page_answers_no_counter_and_the_other_way_round(
    counter: Counter, kiosk: Kiosk, hanako: AtHome
) -> None:
    await counter.ask()
    path = await only_question(hanako)
    question_id = path.rpartition("/")[2]
    assert (await hanako.decide(f"/device/{question_id}")).status_code == 400
    await kiosk.ask()
    device = (await hanako.find(kiosk.user_code)).rpartition("/")[2]
    assert (await hanako.decide(f"/approvals/{device}")).status_code == 400
    assert (await hanako.decide(path)).status_code == 303


async def test_a_stronger_sign_in_is_asked_for_where_it_is_wished_for(
    counter: Counter, hanako: AtHome, gateway: Gateway
) -> None:
    gateway.clock.forward(seconds=1)
    await counter.ask(acr_values=ACR_STRONG)
    path = await only_question(hanako)
    asked = await hanako.decide(path)
    assert asked.headers["location"].startswith("/login?task=")
    await gateway.sign_in(hanako.browser, hanako.resident, ACR_STRONG)
    assert (await hanako.decide(path)).status_code == 303
    tokens = (await counter.poll()).json()
    assert payload(tokens["id_token"])["acr"] == ACR_STRONG


async def test_declined_and_expired(counter: Counter, hanako: AtHome, gateway: Gateway) -> None:
    await counter.ask()
    await hanako.decide(await only_question(hanako), "decline")
    assert error_of(await counter.poll()) == (400, "access_denied")
    await counter.ask()
    path = await only_question(hanako)
    gateway.clock.forward(seconds=LIFETIME.total_seconds())
    assert error_of(await counter.poll()) == (400, "expired_token")
    assert await questions(hanako) == []
    assert (await hanako.decide(path)).status_code == 400


async def test_it_is_redeemed_once_by_whom_it_was_given_to(
    counter: Counter, hanako: AtHome, gateway: Gateway
) -> None:
    other = Counter(RelyingParty(gateway, await gateway.service("other", **COUNTER)))
    await counter.ask()
    other.answer = counter.answer
    await hanako.decide(await only_question(hanako))
    assert error_of(await other.poll()) == (400, "invalid_grant")
    answers = await asyncio.gather(*(counter.poll() for _ in range(20)))
    won = [answer for answer in answers if answer.status_code == 200]
    assert len(won) <= 1
    (found,) = await logged(gateway, "grant.reuse_detected")
    assert found.detail == {"reused": "auth_req_id"}
    for answer in won:
        token = answer.json()["access_token"]
        assert (await counter.rp.call("GET", "/userinfo", token)).status_code == 401


async def test_two_browsers_answer_and_one_is_heard(
    counter: Counter, hanako: AtHome, gateway: Gateway
) -> None:
    await counter.ask()
    path = await only_question(hanako)
    async with gateway.browser() as browser:
        await gateway.sign_in(browser, hanako.resident)
        elsewhere = AtHome(gateway, browser, hanako.resident)
        answers = await asyncio.gather(
            *(
                who.decide(path, what)
                for who in (hanako, elsewhere)
                for what in ("agree", "decline")
            )
        )
    assert sorted(answer.status_code for answer in answers) == [303, 400, 400, 400]
    assert len(await logged(gateway, "question.agreed", "question.declined")) == 1


async def test_one_service_does_not_fill_up_a_residents_list(
    counter: Counter, hanako: AtHome
) -> None:
    answers = await asyncio.gather(*(counter.ask() for _ in range(20)))
    statuses = [answer.status_code for answer in answers]
    assert statuses.count(200) == OF_RESIDENT_AND_CLIENT
    assert {error_of(answer) for answer in answers if answer.status_code != 200} == {
        (403, "access_denied")
    }
    assert len(await questions(hanako)) == OF_RESIDENT_AND_CLIENT
    # What is answered makes room.
    await hanako.decide((await questions(hanako))[0], "decline")
    assert (await counter.ask()).status_code == 200


async def test_no_more_wait_for_a_resident_than_they_can_look_at(
    hanako: AtHome, gateway: Gateway
) -> None:
    counters = [await linked(gateway, f"c{number}", "X", hanako) for number in range(OF_RESIDENT)]
    asked = [await each.ask(login_hint="X") for each in counters for _ in range(2)]
    assert [answer.status_code for answer in asked].count(200) == OF_RESIDENT
    assert len(await questions(hanako)) == OF_RESIDENT
    gateway.clock.forward(seconds=LIFETIME.total_seconds())
    assert await questions(hanako) == []
    assert (await counters[0].ask(login_hint="X")).status_code == 200


async def test_no_more_of_a_service_wait_than_it_has_counters(
    counter: Counter, gateway: Gateway
) -> None:
    for number in range(OF_CLIENT):
        key = f"client:counter/{number}"
        await gateway.provider.moments.claim("question-place", key, LIFETIME)
    assert error_of(await counter.ask()) == (403, "access_denied")


async def test_whoever_is_shut_out_is_asked_and_cannot_answer(
    counter: Counter, hanako: AtHome, gateway: Gateway
) -> None:
    """The service is not told of it: it sees nobody answer."""
    await become(gateway, hanako.resident.resident_id, ResidentState.SUSPENDED)
    assert (await counter.ask()).status_code == 200
    assert error_of(await counter.poll()) == (400, "authorization_pending")


async def test_asking_and_answering_are_in_the_log_and_no_secret_is(
    counter: Counter, hanako: AtHome, gateway: Gateway
) -> None:
    await counter.ask(binding_message="青-42")
    await hanako.decide(await only_question(hanako))
    await counter.poll()
    pseudonym = gateway.provider.audit.pseudonym(hanako.resident.resident_id)
    entries = await logged(gateway, "question.asked", "question.agreed", "service.signed_in")
    assert [entry.deed for entry in entries] == [
        "question.asked",
        "question.agreed",
        "service.signed_in",
    ]
    assert {(entry.client_id, entry.resident) for entry in entries} == {("counter", pseudonym)}
    assert [entry.origin.actor for entry in entries] == [
        "client:counter",
        "resident",
        "client:counter",
    ]
    text = await log_text(gateway)
    for secret in ("青-42", counter.answer["auth_req_id"], LOCAL_ID):
        assert secret not in text


async def test_without_the_log_nobody_is_asked(
    counter: Counter, hanako: AtHome, gateway: Gateway
) -> None:
    await break_log(gateway)
    for _ in range(OF_RESIDENT_AND_CLIENT + 1):
        assert (await counter.ask()).status_code == 500
    assert await questions(hanako) == []
