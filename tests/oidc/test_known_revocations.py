"""What is known to be revoked, at the readers' endpoints: learned there, and refused there."""

from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509

from gateway.residents.standing import AttributeStanding
from gateway.virtual.card import VirtualCard
from tests.card.documents.cms_maker import make_cms
from tests.card.documents.counter import DocumentCounter, signer
from tests.support.counter import registered, verify
from tests.support.gateway import Gateway
from tests.support.log import logged
from tests.support.relying_party import RelyingParty
from tests.support.town import HANAKO, Town

pytestmark = pytest.mark.anyio
COMPROMISED, MOVED = x509.ReasonFlags.key_compromise, x509.ReasonFlags.affiliation_changed
LATER = timedelta(days=6)
CONTENT = "住民票の写しの交付を申請します。".encode()


@pytest.fixture
def card(gateway: Gateway, town: Town) -> VirtualCard:
    return town.card(HANAKO, gateway.clock())


@pytest.fixture
async def reader(gateway: Gateway) -> RelyingParty:
    return RelyingParty(gateway, await gateway.reader())


async def say_good_again(gateway: Gateway, town: Town, before: dict[str, bytes]) -> None:
    for name, content in before.items():
        (town.crl_folder / name).write_bytes(content)
    gateway.clock.now += LATER


async def signed_document(reader: RelyingParty, card: VirtualCard) -> dict[str, Any]:
    answer = await DocumentCounter(reader).ask(make_cms(CONTENT, signer(card)))
    body: dict[str, Any] = answer.json()
    return body


@pytest.mark.parametrize("signature", [False, True])
async def test_a_reader_is_told_no_of_what_is_known_to_be_revoked_whatever_evidence_says(
    gateway: Gateway, town: Town, reader: RelyingParty, card: VirtualCard, *, signature: bool
) -> None:
    await registered(gateway, card)
    key = card.signature if signature else card.authentication
    before = town.authority.crls(gateway.clock() + LATER)
    town.revoke(key, COMPROMISED, gateway.clock())
    assert (await verify(reader, card, signature=signature)).json()["reason"] == "revoked"
    await say_good_again(gateway, town, before)
    answer = (await verify(reader, card, signature=signature)).json()
    assert (answer["outcome"], answer["reason"]) == ("refused", "revoked")
    assert (answer["resident"], answer["basic_attributes"]) == (None, None)
    assert answer["status"]["value"] == "revoked"
    assert {"name": "revocation", "outcome": "refused"} in answer["checks"]
    assert (await logged(gateway, "card.verified")) == []
    other = await verify(reader, card, signature=not signature)
    assert other.json()["outcome"] == "accepted"


async def test_a_document_is_refused_whose_signer_is_known_to_be_revoked_whatever_evidence_says(
    gateway: Gateway, town: Town, reader: RelyingParty, card: VirtualCard
) -> None:
    await registered(gateway, card)
    before = town.authority.crls(gateway.clock() + LATER)
    assert (await signed_document(reader, card))["outcome"] == "accepted"
    town.revoke(card.signature, MOVED, gateway.clock())
    assert (await verify(reader, card, signature=True)).json()["reason"] == "revoked"
    await say_good_again(gateway, town, before)
    answer = await signed_document(reader, card)
    (found,) = answer["signatures"]
    assert (answer["outcome"], found["outcome"], found["reason"]) == (
        *("refused", "refused"),
        "revoked",
    )
    assert (found["resident"], found["basic_attributes"]) == (None, None)


async def test_a_document_that_is_refused_is_how_the_gateway_learns_of_a_move(
    gateway: Gateway, town: Town, reader: RelyingParty, card: VirtualCard
) -> None:
    resident = await registered(gateway, card)
    residents = gateway.provider.residents
    town.revoke(card.signature, MOVED, gateway.clock())
    assert await residents.standing(resident.resident_id) is AttributeStanding.CURRENT
    for _ in range(2):
        assert (await signed_document(reader, card))["outcome"] == "refused"
    assert await residents.standing(resident.resident_id) is AttributeStanding.CHANGED
    assert len(await logged(gateway, "certificate.revoked")) == 1
