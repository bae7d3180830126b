"""A registered reader verifies cards and knows residents under its own subject only."""

import base64
import logging

import pytest
from cryptography.x509 import ReasonFlags

from gateway.virtual.card import VirtualCard
from tests.support.counter import access_token, ask, presented, registered, serial_number, verify
from tests.support.gateway import NOW, Gateway
from tests.support.relying_party import RelyingParty
from tests.support.town import HANAKO, Town

pytestmark = pytest.mark.anyio


@pytest.fixture
def card(gateway: Gateway, town: Town) -> VirtualCard:
    """Its lists stand where the gateway looks."""
    return town.card(HANAKO, NOW)


@pytest.fixture
async def reader(gateway: Gateway) -> RelyingParty:
    return RelyingParty(gateway, await gateway.reader("counter"))


async def test_a_good_card_of_somebody_unknown_is_accepted(
    reader: RelyingParty, card: VirtualCard
) -> None:
    answer = await verify(reader, card)
    found = answer.json()
    assert (answer.status_code, found["outcome"], found["reason"]) == (200, "accepted", None)
    assert (found["certificate"]["type"], found["status"]["value"]) == ("authentication", "good")
    assert (found["status"]["source"], found["basic_attributes"]) == ("crl", None)
    assert found["resident"] is None
    assert {check["outcome"] for check in found["checks"]} == {"passed"}
    assert answer.headers["cache-control"] == "no-store"


async def test_the_signature_certificate_tells_the_basic_attributes(
    reader: RelyingParty, card: VirtualCard
) -> None:
    found = (await verify(reader, card, signature=True)).json()
    assert found["certificate"]["type"] == "signature"
    assert found["basic_attributes"]["name"] == HANAKO.name
    assert found["basic_attributes"]["address"] == HANAKO.address


async def test_a_resident_is_known_to_each_reader_under_a_subject_of_its_own(
    gateway: Gateway, reader: RelyingParty, card: VirtualCard
) -> None:
    resident = await registered(gateway, card)
    at_the_counter = (await verify(reader, card)).json()["resident"]
    library = RelyingParty(gateway, await gateway.reader("library"))
    at_the_library = (await verify(library, card)).json()["resident"]
    assert at_the_counter == (await verify(reader, card, signature=True)).json()["resident"]
    assert at_the_counter != at_the_library
    for told in (at_the_counter, at_the_library):
        assert list(told) == ["sub"]
        assert told["sub"] not in (resident.resident_id, resident.common_id)


async def test_a_revoked_card_is_a_normal_answer_and_tells_nobody(
    gateway: Gateway, reader: RelyingParty, card: VirtualCard, town: Town
) -> None:
    await registered(gateway, card)
    town.revoke(card.signature, ReasonFlags.affiliation_changed, NOW)
    answer = await verify(reader, card, signature=True)
    found = answer.json()
    assert (answer.status_code, found["outcome"], found["reason"]) == (200, "refused", "revoked")
    assert found["status"]["revocation_reason"] == "affiliationChanged"
    assert (found["resident"], found["basic_attributes"]) == (None, None)


async def test_without_a_list_nothing_is_good_and_nobody_is_told(
    gateway: Gateway, reader: RelyingParty, card: VirtualCard, town: Town
) -> None:
    await registered(gateway, card)
    town.withdraw_lists()
    found = (await verify(reader, card, signature=True)).json()
    assert found["outcome"] == "undetermined"
    assert (found["resident"], found["basic_attributes"]) == (None, None)


async def test_a_challenge_is_good_for_one_answer_of_its_own_reader(
    gateway: Gateway, reader: RelyingParty, card: VirtualCard
) -> None:
    token = await access_token(reader)
    body = presented(card, await ask(reader, token))
    library = RelyingParty(gateway, await gateway.reader("library"))
    stolen = await library.call(
        "POST", "/card/verifications", await access_token(library), json=body
    )
    assert stolen.status_code == 409
    body = presented(card, await ask(reader, token))
    answers = [await reader.call("POST", "/card/verifications", token, json=body) for _ in "12"]
    assert [answer.status_code for answer in answers] == [200, 409]


async def test_a_challenge_is_over_after_five_minutes(
    gateway: Gateway, reader: RelyingParty, card: VirtualCard
) -> None:
    token = await access_token(reader)
    challenge = await ask(reader, token)
    assert challenge["expires_in"] == 300
    gateway.clock.forward(seconds=301)
    late = await reader.call("POST", "/card/verifications", token, json=presented(card, challenge))
    assert late.status_code == 409


async def test_only_a_registered_reader_may_ask(gateway: Gateway, reader: RelyingParty) -> None:
    async with gateway.browser() as nobody:
        answer = await nobody.post("/card/challenges")
    assert (answer.status_code, "challenge" in answer.json()) == (401, False)
    forged = await reader.call("POST", "/card/challenges", "eyJhbGciOiJub25lIn0.e30.")
    assert (forged.status_code, forged.json()["error"]) == (401, "invalid_token")


async def test_a_resident_s_token_at_a_service_verifies_no_cards(
    gateway: Gateway, health: RelyingParty
) -> None:
    resident = await gateway.resident()
    async with gateway.browser() as browser:
        await gateway.sign_in(browser, resident)
        await gateway.consent(health.client, resident)
        token = (await health.tokens(browser))["access_token"]
    answer = await health.call("POST", "/card/challenges", token)
    assert (answer.status_code, answer.json()["error"]) == (403, "insufficient_scope")


async def test_neither_the_answer_nor_the_log_holds_what_names_the_card(
    gateway: Gateway, reader: RelyingParty, card: VirtualCard, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "gateway")
    await registered(gateway, card)
    answer = await verify(reader, card)
    certificate = card.authentication.certificate
    for text in (answer.text, caplog.text):
        assert "serial" not in text
        assert f"jpki-auth:{serial_number(certificate)}" not in text
        assert base64.b64encode(certificate).decode() not in text
