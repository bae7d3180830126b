"""A document is one entry of the log, before the reader is answered, and none of its content."""

import base64
import logging

import pytest

from gateway.audit.model import Entry, LogKind, Origin, Outcome
from gateway.virtual.card import VirtualCard
from tests.card.documents.cms_maker import make_cms
from tests.card.documents.counter import DocumentCounter, signer
from tests.card.documents.desk import CONTENT
from tests.support.counter import registered, serial_number
from tests.support.gateway import NOW, Gateway
from tests.support.log import break_log, log_text, logged
from tests.support.relying_party import RelyingParty
from tests.support.town import HANAKO, TARO, Town

pytestmark = pytest.mark.anyio


@pytest.fixture
def card(town: Town) -> VirtualCard:
    return town.card(HANAKO, NOW)


@pytest.fixture
async def counter(gateway: Gateway) -> DocumentCounter:
    return DocumentCounter(RelyingParty(gateway, await gateway.reader("counter")))


async def test_a_document_is_one_entry(
    gateway: Gateway, counter: DocumentCounter, card: VirtualCard
) -> None:
    resident = await registered(gateway, card)
    answer = await counter.ask(make_cms(CONTENT, signer(card)))
    assert await logged(gateway) == [
        Entry(
            NOW,
            LogKind.AUTHENTICATION,
            "document.verified",
            Outcome.DONE,
            Origin("client:counter", "127.0.0.1", answer.headers["x-request-id"]),
            tenant_id="hanasaki",
            client_id="counter",
            resident=gateway.provider.audit.pseudonym(resident.resident_id),
            detail={
                "format": "cms",
                "signatures": "1",
                "verification_id": answer.json()["signatures"][0]["verification_id"],
            },
        )
    ]


async def test_two_signers_are_one_entry_about_nobody_in_particular(
    gateway: Gateway, counter: DocumentCounter, card: VirtualCard, town: Town
) -> None:
    other = town.card(TARO, NOW)
    await registered(gateway, card)
    await registered(gateway, other)
    answer = await counter.ask(make_cms(CONTENT, signer(card), signer(other)))
    told = [signature["verification_id"] for signature in answer.json()["signatures"]]
    (entry,) = await logged(gateway)
    assert (entry.deed, entry.resident) == ("document.verified", None)
    assert entry.detail["signatures"] == "2"
    assert entry.detail["verification_id"].split() == told


async def test_a_refused_document_is_one_entry_with_its_reason(
    gateway: Gateway, counter: DocumentCounter, card: VirtualCard, town: Town
) -> None:
    await counter.ask(b"no document")
    await counter.ask(make_cms(CONTENT, signer(card), holds=b"other"))
    town.withdraw_lists()
    await counter.ask(make_cms(CONTENT, signer(card)))
    entries = await logged(gateway)
    assert [entry.detail["reason"] for entry in entries] == [
        *("malformed_document", "document_changed", "status_unknown")
    ]
    assert [entry.detail["signatures"] for entry in entries] == ["0", "1", "1"]
    for entry in entries:
        assert (entry.deed, entry.outcome) == ("document.refused", Outcome.REFUSED)
        assert (entry.client_id, entry.resident) == ("counter", None)


async def test_without_the_log_the_reader_is_told_nothing(
    gateway: Gateway, counter: DocumentCounter, card: VirtualCard
) -> None:
    await registered(gateway, card)
    await counter.ask(make_cms(CONTENT, signer(card)))
    await break_log(gateway)
    answer = await counter.ask(make_cms(CONTENT, signer(card)))
    assert answer.status_code == 500
    for told in ("accepted", "sub", HANAKO.name):
        assert told not in answer.text


async def test_nothing_of_a_document_stands_in_any_log(
    gateway: Gateway,
    counter: DocumentCounter,
    card: VirtualCard,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    resident = await registered(gateway, card)
    content, other = b"a secret sentence", b"another secret"
    documents = (
        make_cms(content, signer(card)),
        make_cms(content, signer(card), holds=other),
        content,
    )
    for document in documents:
        assert (await counter.ask(document)).status_code == 200
    assert card.signature is not None
    text = await log_text(gateway) + caplog.text
    assert "document.verified" in text
    for secret in (
        *(content.decode(), other.decode(), base64.b64encode(content).decode()[:16]),
        *(HANAKO.name, HANAKO.address, resident.resident_id, resident.common_id),
        *(str(serial_number(card.signature.certificate)) + "'", "jpki-sign:"),
        *(base64.b64encode(each).decode()[:40] for each in documents),
        base64.b64encode(card.signature.certificate).decode()[:60],
    ):
        assert secret not in text
