"""What a reader finds is in the log before the reader is answered; without the log it is not."""

import base64

import pytest
from cryptography.x509 import ReasonFlags

from gateway.audit.model import Entry, LogKind, Origin, Outcome
from gateway.virtual.card import VirtualCard
from tests.support.counter import access_token, ask, presented, registered, serial_number, verify
from tests.support.gateway import ISSUER, NOW, Gateway
from tests.support.log import break_log, log_text, logged
from tests.support.relying_party import RelyingParty
from tests.support.town import HANAKO, Town

pytestmark = pytest.mark.anyio


@pytest.fixture
def card(town: Town) -> VirtualCard:
    return town.card(HANAKO, NOW)


@pytest.fixture
async def reader(gateway: Gateway) -> RelyingParty:
    return RelyingParty(gateway, await gateway.reader("counter"))


async def test_a_verification_is_one_entry(
    gateway: Gateway, reader: RelyingParty, card: VirtualCard
) -> None:
    resident = await registered(gateway, card)
    answer = await verify(reader, card)
    assert await logged(gateway) == [
        Entry(
            NOW,
            LogKind.AUTHENTICATION,
            "card.verified",
            Outcome.DONE,
            Origin("client:counter", "127.0.0.1", answer.headers["x-request-id"]),
            tenant_id="hanasaki",
            client_id="counter",
            resident=gateway.provider.audit.pseudonym(resident.resident_id),
            detail={
                "verification_id": answer.json()["verification_id"],
                "certificate": "authentication",
            },
        )
    ]


async def test_a_card_nobody_registered_is_verified_as_nobodys(
    gateway: Gateway, reader: RelyingParty, card: VirtualCard
) -> None:
    await verify(reader, card, signature=True)
    (entry,) = await logged(gateway)
    assert (entry.deed, entry.resident) == ("card.verified", None)
    assert entry.detail["certificate"] == "signature"


async def test_a_refused_card_is_one_entry_with_its_reason(
    gateway: Gateway, reader: RelyingParty, card: VirtualCard, town: Town
) -> None:
    town.revoke(card.authentication, ReasonFlags.key_compromise, NOW)
    answer = await verify(reader, card)
    (entry,) = await logged(gateway)
    assert (entry.kind, entry.deed) == (LogKind.AUTHENTICATION, "card.refused")
    assert (entry.outcome, entry.client_id) == (Outcome.REFUSED, "counter")
    assert (entry.tenant_id, entry.resident) == ("hanasaki", None)
    assert entry.detail == {
        "verification_id": answer.json()["verification_id"],
        "certificate": "authentication",
        "reason": "revoked",
    }


async def test_what_could_not_be_told_is_no_verification(
    gateway: Gateway, reader: RelyingParty, card: VirtualCard, town: Town
) -> None:
    town.withdraw_lists()
    await verify(reader, card)
    (entry,) = await logged(gateway)
    assert (entry.deed, entry.outcome) == ("card.refused", Outcome.REFUSED)
    assert entry.detail["reason"] == "status_unknown"


async def test_the_sign_in_pages_own_browser_is_no_reader(
    gateway: Gateway, card: VirtualCard
) -> None:
    resident = await registered(gateway, card)
    async with gateway.browser() as browser:
        browser.cookies.set("__Host-genkan_browser", "a-value", domain="id.example.test")
        challenge = (await browser.post("/card/challenges")).json()
        answer = await browser.post("/card/verifications", json=presented(card, challenge))
    assert (answer.json()["outcome"], answer.json()["resident"]) == ("accepted", None)
    (entry,) = await logged(gateway)
    assert (entry.deed, entry.origin.actor) == ("card.verified", "resident")
    assert (entry.tenant_id, entry.client_id) == (None, None)
    assert entry.resident == gateway.provider.audit.pseudonym(resident.resident_id)


async def test_without_the_log_the_reader_is_told_nothing(
    gateway: Gateway, reader: RelyingParty, card: VirtualCard
) -> None:
    await registered(gateway, card)
    token = await access_token(reader)
    body = presented(card, await ask(reader, token), signature=True)
    await break_log(gateway)
    answer = await reader.call("POST", "/card/verifications", token, json=body)
    assert answer.status_code == 500
    for told in ("accepted", "sub", HANAKO.name):
        assert told not in answer.text
    # The challenge is gone all the same.
    again = await reader.call("POST", "/card/verifications", token, json=body)
    assert again.status_code == 409


async def test_nothing_off_the_card_stands_in_the_log(
    gateway: Gateway, reader: RelyingParty, card: VirtualCard
) -> None:
    resident = await registered(gateway, card)
    token = await access_token(reader)
    challenge = await ask(reader, token)
    body = presented(card, challenge, signature=True)
    answer = await reader.call("POST", "/card/verifications", token, json=body)
    text = await log_text(gateway)
    assert answer.json()["verification_id"] in text
    assert card.signature is not None
    serial = serial_number(card.signature.certificate)
    for secret in (
        *(token, gateway.secrets["counter"], challenge["challenge"], challenge["challenge_id"]),
        *(body["certificate"], body["signature"], f"jpki-sign:{serial}", "serial"),
        *(HANAKO.name, HANAKO.address, "19850401", answer.json()["resident"]["sub"]),
        *(resident.resident_id, resident.common_id, answer.json()["certificate"]["issuer"]),
        *(base64.b64encode(card.authentication.certificate).decode(), ISSUER),
    ):
        assert secret not in text
