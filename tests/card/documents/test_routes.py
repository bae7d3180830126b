"""POST /card/signatures through the whole gateway."""

from collections.abc import AsyncIterator

import msgspec
import pytest
from cryptography.x509 import ReasonFlags

from gateway.app import create_app
from gateway.card.documents.apart import Apart
from gateway.virtual.card import VirtualCard
from tests.card.documents.cms_maker import make_cms
from tests.card.documents.counter import DocumentCounter, encode, signer
from tests.card.documents.desk import CONTENT
from tests.support.counter import access_token, registered
from tests.support.gateway import NOW, Gateway
from tests.support.log import logged
from tests.support.relying_party import RelyingParty
from tests.support.town import HANAKO, TARO, Town

pytestmark = pytest.mark.anyio


@pytest.fixture
def card(town: Town) -> VirtualCard:
    return town.card(HANAKO, NOW)


@pytest.fixture
async def counter(gateway: Gateway) -> DocumentCounter:
    return DocumentCounter(RelyingParty(gateway, await gateway.reader("counter")))


async def test_a_document_is_answered_signature_by_signature(
    counter: DocumentCounter, card: VirtualCard
) -> None:
    answer = await counter.ask(make_cms(CONTENT, signer(card)))

    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    found = answer.json()
    (signature,) = found.pop("signatures")
    assert found == {"outcome": "accepted", "covers": "whole", "reason": None}
    assert signature.pop("verification_id")
    assert signature.pop("basic_attributes")["name"] == HANAKO.name
    assert signature.pop("certificate")["type"] == "signature"
    assert signature.pop("status")["value"] == "good"
    assert {check["outcome"] for check in signature.pop("checks")} == {"passed"}
    assert signature == {
        "outcome": "accepted",
        "reason": None,
        "resident": None,
        "covers": "whole",
        "references": [],
        "claimed_signing_time": "2026-11-19T01:02:03Z",
    }


async def test_a_document_beside_its_signature(counter: DocumentCounter, card: VirtualCard) -> None:
    detached = make_cms(CONTENT, signer(card), attached=False)
    assert (await counter.ask(detached, CONTENT)).json()["outcome"] == "accepted"
    changed = (await counter.ask(detached, CONTENT + b".")).json()
    assert (changed["outcome"], changed["covers"]) == ("refused", None)
    assert changed["signatures"][0]["reason"] == "document_changed"
    assert changed["signatures"][0]["certificate"] is None


async def test_each_signer_is_told_under_the_readers_own_subject(
    gateway: Gateway, counter: DocumentCounter, card: VirtualCard, town: Town
) -> None:
    resident = await registered(gateway, card)
    other = signer(town.card(TARO, NOW))
    found = (await counter.ask(make_cms(CONTENT, signer(card), other))).json()
    told = [signature["resident"] for signature in found["signatures"]]
    assert told[1] is None
    assert list(told[0]) == ["sub"]
    assert told[0]["sub"] not in (resident.resident_id, resident.common_id)


async def test_what_is_not_accepted_is_a_normal_answer_and_tells_nobody(
    gateway: Gateway, counter: DocumentCounter, card: VirtualCard, town: Town
) -> None:
    await registered(gateway, card)
    document = make_cms(CONTENT, signer(card))
    town.revoke(card.signature, ReasonFlags.affiliation_changed, NOW)
    revoked = await counter.ask(document)
    town.withdraw_lists()
    untold = await counter.ask(document)
    for answer, outcome, reason in (
        (revoked, "refused", "revoked"),
        (untold, "undetermined", "status_unknown"),
    ):
        found = answer.json()
        (signature,) = found["signatures"]
        assert (answer.status_code, found["outcome"]) == (200, outcome)
        assert (signature["outcome"], signature["reason"]) == (outcome, reason)
        assert (signature["resident"], signature["basic_attributes"]) == (None, None)


async def test_the_authentication_certificate_signs_no_documents(
    counter: DocumentCounter, card: VirtualCard
) -> None:
    document = make_cms(CONTENT, signer(card, card.authentication))
    (signature,) = (await counter.ask(document)).json()["signatures"]
    assert signature["reason"] == "wrong_certificate_type"


@pytest.mark.parametrize(
    "document", [b"\x30", b"<html></html>", b"\x30\x80" * 500_000], ids=["cut", "html", "nested"]
)
async def test_what_is_no_document_is_a_finding_and_no_failure(
    counter: DocumentCounter, document: bytes
) -> None:
    answer = await counter.ask(document)
    assert answer.status_code == 200
    assert answer.json() == {
        "outcome": "refused",
        "covers": None,
        "reason": "malformed_document",
        "signatures": [],
    }


@pytest.mark.parametrize(
    "change",
    [
        {"document": "not base64!"},
        {"document": "_-__"},
        {"document": ""},
        {"document": None},
        {"document": 5},
        {"content": "not base64!"},
        {"format": "docx"},
        {"format": None},
        {"format": "pdf", "content": "eA=="},
        {"format": "xml", "content": "eA=="},
        {"policy": "none"},
    ],
    ids=str,
)
async def test_a_malformed_request_is_told_in_one_line(
    gateway: Gateway, counter: DocumentCounter, card: VirtualCard, change: dict[str, object]
) -> None:
    good = {"format": "cms", "document": encode(make_cms(CONTENT, signer(card)))}
    assert (await counter.send(json=good)).status_code == 200
    before = await logged(gateway)
    answer = await counter.send(json={**good, **change})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert "\n" not in answer.json()["error_description"]
    assert await logged(gateway) == before


async def test_what_is_not_the_endpoints_json_is_refused(counter: DocumentCounter) -> None:
    for request, status in (
        ({"json": {"format": "cms"}}, 400),
        ({"json": ["cms"]}, 400),
        ({"data": {"format": "cms"}}, 415),
    ):
        assert (await counter.send(**request)).status_code == status


async def test_only_a_registered_reader_may_ask(
    gateway: Gateway, counter: DocumentCounter, card: VirtualCard
) -> None:
    body = {"format": "cms", "document": encode(make_cms(CONTENT, signer(card)))}
    assert (await counter.send(json=body)).status_code == 200
    async with gateway.browser() as browser:
        nobody = await browser.post("/card/signatures", json=body)
        browser.cookies.set("__Host-genkan_browser", "a-value", domain="id.example.test")
        somebody = await browser.post("/card/signatures", json=body)
    for answer in (nobody, somebody):
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_token")
    forged = await counter.reader.call("POST", "/card/signatures", "e30.e30.", json=body)
    assert forged.status_code == 401
    health = RelyingParty(gateway, await gateway.service("health"))
    resident = await gateway.resident()
    async with gateway.browser() as browser:
        await gateway.sign_in(browser, resident)
        await gateway.consent(health.client, resident)
        token = (await health.tokens(browser))["access_token"]
    service = await health.call("POST", "/card/signatures", token, json=body)
    assert (service.status_code, service.json()["error"]) == (403, "insufficient_scope")


async def test_a_reader_may_send_more_here_than_anywhere_else(
    gateway: Gateway, counter: DocumentCounter, card: VirtualCard
) -> None:
    settings = gateway.provider.settings
    large = make_cms(bytes(1_000_000), signer(card))
    body = {"format": "cms", "document": encode(large)}
    assert len(encode(large)) > settings.server.body_limit_bytes
    assert (await counter.send(json=body)).json()["outcome"] == "accepted"

    too_large = bytes(settings.card.document_limit_bytes)
    assert (await counter.ask(too_large)).status_code == 413
    token = await access_token(counter.reader)
    elsewhere = await counter.reader.call("POST", "/card/verifications", token, json=body)
    assert elsewhere.status_code == 413


async def test_of_nobody_we_do_not_know_is_a_document_read(gateway: Gateway) -> None:
    read = 0

    async def pieces() -> AsyncIterator[bytes]:
        nonlocal read
        for _ in range(100):
            read += 1
            yield bytes(100_000)

    async with gateway.browser() as nobody:
        headers = {"content-type": "application/json", "authorization": "Bearer e30.e30."}
        answer = await nobody.post("/card/signatures", content=pieces(), headers=headers)
    assert (answer.status_code, read) == (401, 0)


async def test_the_limit_is_the_settings(
    gateway: Gateway, counter: DocumentCounter, card: VirtualCard
) -> None:
    before = gateway.provider.settings
    narrow = msgspec.structs.replace(before.card, document_limit_bytes=100_000)
    settings = msgspec.structs.replace(before, card=narrow)
    provider = gateway.provider
    async with Apart() as apart:
        gateway.app = await create_app(
            settings, provider.records, provider.moments, gateway.clock, apart=apart
        )
        small = await counter.ask(make_cms(bytes(60_000), signer(card)))
        large = await counter.ask(make_cms(bytes(80_000), signer(card)))
    assert (small.json()["outcome"], large.status_code) == ("accepted", 413)
