"""Registration reads both certificates in one visit and makes, or finds, one person."""

from dataclasses import replace

import pytest
import sqlalchemy as sa
from cryptography import x509

from gateway.residents.records import binding_reviews, residents
from gateway.virtual.keys import PrivateKey
from gateway.virtual.profile import (
    ADDRESS,
    BIRTH_DATE,
    GENDER,
    NAME,
    basic_attributes,
    basic_attributes_extension,
)
from gateway.virtual.template import CertificateTemplate
from tests.login.visitor import Visitor, failure, handover, went_on
from tests.support.gateway import ACR_STRONG, ACR_WEAK, ISSUER, Gateway
from tests.support.town import HANAKO, TARO, Town, signed_fields

pytestmark = pytest.mark.anyio


async def count(gateway: Gateway, table: sa.Table) -> int:
    async with gateway.provider.records.reading() as connection:
        found = await connection.execute(sa.select(sa.func.count()).select_from(table))
        return found.scalar_one()


async def test_a_resident_registers_is_signed_in_and_goes_on(
    gateway: Gateway, town: Town, visitor: Visitor
) -> None:
    answer = await visitor.register(town.card(HANAKO, gateway.clock()))
    assert went_on(answer)
    assert answer.headers["cache-control"] == "no-store"
    session = await visitor.session()
    assert session is not None
    assert (session.acr, session.auth_time) == (ACR_STRONG, gateway.clock())
    assert session.amr == ("sc", "pin", "mfa")
    attributes = await gateway.provider.residents.attributes(session.resident_id)
    assert attributes is not None
    assert (attributes.name, attributes.address) == (HANAKO.name, HANAKO.address)
    assert await count(gateway, residents) == 1


async def test_a_card_of_the_old_generation_with_rsa_keys_registers_too(
    gateway: Gateway, town: Town, visitor: Visitor, rsa_key: PrivateKey
) -> None:
    card = town.card(HANAKO, gateway.clock(), generation=1, key=rsa_key)
    assert card.signature_encoding == "pkcs1"
    assert went_on(await visitor.register(card))
    assert went_on(await visitor.sign_in(card))


@pytest.mark.parametrize("missing", [NAME, GENDER, BIRTH_DATE, ADDRESS, None])
async def test_a_certificate_that_does_not_say_all_four_registers_nobody(
    gateway: Gateway, town: Town, visitor: Visitor, missing: str | None
) -> None:
    """It is good as a certificate; None: it says nothing at all of the person."""

    def leave_out(template: CertificateTemplate) -> CertificateTemplate:
        told = [each for each in basic_attributes(HANAKO) if missing and each[0] != missing]
        if not told:
            return template.without_extension(x509.SubjectAlternativeName.oid)
        return template.with_extension(basic_attributes_extension(told))

    card = town.card(HANAKO, gateway.clock(), customise=leave_out)
    assert failure(await visitor.register(card)) == ("not_a_card", 403)
    assert await visitor.session() is None
    assert await count(gateway, residents) == 0

    assert went_on(await visitor.register(town.card(HANAKO, gateway.clock())))


async def test_a_second_registration_finds_the_same_person(
    gateway: Gateway, town: Town, visitor: Visitor, stranger: Visitor
) -> None:
    card = town.card(HANAKO, gateway.clock())
    await visitor.register(card)
    assert went_on(await stranger.register(card))
    first, second = await visitor.session(), await stranger.session()
    assert first is not None
    assert second is not None
    assert first.resident_id == second.resident_id
    assert await count(gateway, residents) == 1


async def test_another_card_with_the_same_attributes_waits_for_an_operator(
    gateway: Gateway, town: Town, visitor: Visitor, stranger: Visitor
) -> None:
    first, second = (town.card(HANAKO, gateway.clock()) for _ in range(2))
    await visitor.register(first)
    assert failure(await stranger.register(second)) == ("waiting", 403)
    assert failure(await stranger.register(second)) == ("waiting", 403)
    assert failure(await stranger.sign_in(second)) == ("waiting", 403)
    assert await stranger.session() is None
    assert await count(gateway, binding_reviews) == 1
    assert went_on(await visitor.sign_in(first))


async def test_a_signature_certificate_renewed_after_a_move_finds_its_person(
    gateway: Gateway, town: Town, visitor: Visitor
) -> None:
    card = town.card(HANAKO, gateway.clock())
    await visitor.register(card)
    before = await visitor.session()
    moved = replace(HANAKO, address="花園県花咲町菊野５番地")
    renewed = replace(card, signature=town.card(moved, gateway.clock()).signature)
    assert went_on(await visitor.register(renewed))
    after = await visitor.session()
    assert before is not None
    assert after is not None
    assert after.resident_id == before.resident_id
    attributes = await gateway.provider.residents.attributes(after.resident_id)
    assert attributes is not None
    assert attributes.address == moved.address


async def test_certificates_of_two_residents_together_change_nothing(
    gateway: Gateway, town: Town, visitor: Visitor, stranger: Visitor
) -> None:
    hanako, taro = (town.card(person, gateway.clock()) for person in (HANAKO, TARO))
    await visitor.register(hanako)
    await stranger.register(taro)
    before = await visitor.session()
    both = replace(hanako, signature=taro.signature)
    async with gateway.browser() as browser:
        third = Visitor(gateway, browser)
        assert failure(await third.register(both)) == ("waiting", 403)
        assert await third.session() is None
    assert await count(gateway, residents) == 2
    await visitor.sign_in(hanako)
    after = await visitor.session()
    assert before is not None
    assert after is not None
    assert after.resident_id == before.resident_id


async def test_registration_without_the_signature_certificate_writes_nothing(
    gateway: Gateway, town: Town, visitor: Visitor
) -> None:
    form = handover(await visitor.arrive(), "registration")
    answer = signed_fields(town.card(HANAKO, gateway.clock()), form.fields, ISSUER)
    del answer["signature_signature"]
    assert (await visitor.carry(form, answer)).status_code == 400
    assert await visitor.session() is None
    assert await count(gateway, residents) == 0


async def test_one_bad_certificate_of_the_two_writes_nothing(
    gateway: Gateway, town: Town, visitor: Visitor
) -> None:
    hanako = town.card(HANAKO, gateway.clock())
    for name in ("authentication_signature", "signature_signature"):
        form = handover(await visitor.arrive(), "registration")
        answer = signed_fields(hanako, form.fields, ISSUER)
        answer[name] = "AAAA"
        assert failure(await visitor.bring(form, answer)) == ("signature_mismatch", 403)
    assert await visitor.session() is None
    assert await count(gateway, residents) == 0
    assert went_on(await visitor.register(hanako))


async def test_after_registration_four_digits_are_enough(
    gateway: Gateway, town: Town, visitor: Visitor, stranger: Visitor
) -> None:
    card = town.card(HANAKO, gateway.clock())
    await visitor.register(card)
    gateway.clock.forward(days=1)
    town.publish(gateway.clock())
    assert went_on(await stranger.sign_in(card))
    first, second = await visitor.session(), await stranger.session()
    assert first is None
    assert second is not None
    assert second.acr == ACR_WEAK
