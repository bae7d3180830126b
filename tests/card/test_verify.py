"""The pipeline: its order, its answers, and that no broken part of it ever says yes."""

import logging
from dataclasses import replace

import pytest

from gateway.card.api import (
    CertificateType,
    Reason,
    StatusValue,
)
from gateway.card.model import (
    Check,
    CheckOutcome,
    Outcome,
    SignatureEncoding,
    Verification,
)
from gateway.card.verify import CardVerifier
from gateway.errors import PluginError
from plugins.jpki.auth import AuthProfile
from plugins.jpki.sign import SignProfile
from tests.card.forge import sign_bytes
from tests.card.world import MESSAGE, NOW, PERSON, Keys, World, good_source, profiles

pytestmark = pytest.mark.anyio

PASSED, REFUSED = CheckOutcome.PASSED, CheckOutcome.REFUSED
UNDETERMINED, NOT_DONE = CheckOutcome.UNDETERMINED, CheckOutcome.NOT_DONE


def outcomes(found: Verification) -> list[CheckOutcome]:
    assert [check.name for check in found.checks] == list(Check)
    return [check.outcome for check in found.checks]


async def verify(world: World, verifier: CardVerifier, kind: str = "auth") -> Verification:
    return await verifier.verify(world.present(world.issue(kind).certificate), NOW)


async def test_an_authentication_certificate_is_accepted_and_says_nothing_of_the_person(
    world: World,
) -> None:
    issued = world.issue("auth")

    found = await world.verify(issued.certificate)

    assert found.outcome is Outcome.ACCEPTED
    assert found.accepted
    assert found.reason is None
    assert found.certificate_type is CertificateType.AUTHENTICATION
    assert found.issuer is not None
    assert "JPKI for user authentication" in found.issuer
    assert found.not_before == issued.certificate.not_valid_before_utc
    assert found.not_after == issued.certificate.not_valid_after_utc
    assert found.status is not None
    assert found.status.value is StatusValue.GOOD
    assert found.basic_attributes is None
    assert str(found.identity) == f"jpki-auth:{issued.certificate.serial_number}"
    assert outcomes(found) == [PASSED] * 7


async def test_a_signature_certificate_is_accepted_with_its_basic_attributes(world: World) -> None:
    found = await world.verify(world.issue("sign").certificate)

    assert found.accepted
    assert found.certificate_type is CertificateType.SIGNATURE
    assert found.basic_attributes is not None
    assert found.basic_attributes.name == PERSON.name
    assert found.basic_attributes.address == PERSON.address
    assert found.basic_attributes.birthday == PERSON.birth_date
    assert found.basic_attributes.gender == "1"


async def test_every_verification_has_an_id_of_its_own(world: World) -> None:
    certificate = world.issue().certificate

    first, second = await world.verify(certificate), await world.verify(certificate)

    assert first.verification_id != second.verification_id


async def test_neither_log_nor_repr_tells_the_person(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    presentation = world.present(world.issue("sign").certificate)

    accepted = await world.verifier().verify(presentation, NOW)
    refused = await world.verifier().verify(replace(presentation, signature=bytes(256)), NOW)

    shown = repr(accepted) + repr(refused) + repr(presentation) + caplog.text
    assert refused.verification_id in caplog.text
    for private in (PERSON.name, PERSON.address, "319801231", str(accepted.identity)):
        assert private not in shown


async def test_only_an_accepted_verification_tells_the_attributes(world: World) -> None:
    presentation = replace(world.present(world.issue("sign").certificate), signature=b"\1" * 256)

    found = await world.verifier().verify(presentation, NOW)

    assert found.reason is Reason.SIGNATURE_MISMATCH
    assert found.basic_attributes is None
    assert found.identity is None
    assert outcomes(found) == [PASSED] * 4 + [REFUSED] + [NOT_DONE] * 2


async def test_the_certificate_of_the_asked_type_is_accepted(world: World) -> None:
    presentation = world.present(world.issue("auth").certificate)

    asked = replace(presentation, expected_type=CertificateType.AUTHENTICATION)

    assert (await world.verifier().verify(asked, NOW)).accepted


async def test_the_other_certificate_of_the_card_is_refused(world: World) -> None:
    presentation = world.present(world.issue("sign").certificate)

    asked = replace(presentation, expected_type=CertificateType.AUTHENTICATION)
    found = await world.verifier().verify(asked, NOW)

    assert found.reason is Reason.WRONG_CERTIFICATE_TYPE
    assert found.basic_attributes is None


async def test_a_next_generation_card_signs_with_p_384(world: World, keys: Keys) -> None:
    issued = world.issue(key=keys.p384)
    presentation = replace(
        world.present(issued.certificate),
        signature=sign_bytes(keys.p384, MESSAGE),
        signature_encoding=SignatureEncoding.ECDSA_DER,
    )

    assert (await world.verifier().verify(presentation, NOW)).accepted


async def test_an_anchor_set_without_a_profile_is_refused(world: World) -> None:
    verifier = world.verifier(card_profiles=[SignProfile({})])

    found = await verify(world, verifier, "auth")

    assert found.reason is Reason.UNKNOWN_PROFILE
    assert found.certificate_type is None


def test_there_is_no_verifier_without_a_profile(world: World) -> None:
    with pytest.raises(PluginError, match=r"^card\.profiles"):
        CardVerifier(world.anchors(), [], [good_source()])


def test_there_is_no_verifier_without_a_revocation_source(world: World) -> None:
    with pytest.raises(PluginError, match=r"^card\.revocation_sources"):
        CardVerifier(world.anchors(), profiles(), [])


def test_two_profiles_do_not_share_an_anchor_set(world: World) -> None:
    with pytest.raises(PluginError, match="same anchor set"):
        CardVerifier(world.anchors(), [AuthProfile({}), AuthProfile({})], [good_source()])
