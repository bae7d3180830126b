"""Mistakes that other verifiers of these cards have made; each has a test of its own here."""

from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography import x509

from gateway.card.api import Reason, StatusValue
from gateway.card.model import Outcome
from gateway.virtual.authority import DemoAuthority
from gateway.virtual.template import CertificateTemplate
from tests.card.forge import der, forge, sign_bytes
from tests.card.world import ISSUED_AT, MESSAGE, NOW, PERSON, Keys, Known, World

pytestmark = pytest.mark.anyio


async def test_ghsa_58hw_cg5m_88rp_the_validity_period_is_checked(world: World) -> None:
    certificate = world.issue("sign").certificate

    assert (await world.verify(certificate, NOW)).accepted
    assert (await world.verify(certificate, NOW.replace(year=2040))).outcome is Outcome.REFUSED


async def test_ghsa_58hw_cg5m_88rp_the_key_usage_is_checked(world: World) -> None:
    def change(template: CertificateTemplate) -> CertificateTemplate:
        authentication = world.issue("auth").certificate.extensions
        usage = authentication.get_extension_for_class(x509.KeyUsage).value
        return template.with_extension(usage, critical=True)

    found = await world.verify(world.issue("sign", customise=change).certificate)

    assert found.reason is Reason.WRONG_KEY_USAGE


async def test_ghsa_58hw_cg5m_88rp_the_basic_constraints_are_checked(
    world: World, keys: Keys
) -> None:
    """A person's certificate issues another one."""
    first = world.issue("sign").certificate

    def change(template: CertificateTemplate) -> CertificateTemplate:
        return replace(template, issuer=first.subject, issuer_key=keys.card)

    found = await world.verify(world.issue("sign", customise=change).certificate)

    assert found.reason is Reason.UNTRUSTED_ISSUER


async def test_a_certificate_is_not_found_good_by_its_own_key(world: World, keys: Keys) -> None:
    """The signature over the challenge is right; whose key it is, nobody has said."""
    foreign = DemoAuthority.create(ISSUED_AT, new_key=lambda: keys.other)
    issued = foreign.issue_authentication(PERSON, ISSUED_AT, key=keys.card)

    found = await world.verify(issued.certificate)

    assert found.reason is Reason.UNTRUSTED_ISSUER
    assert found.certificate_type is None


async def test_the_issuer_is_not_chosen_by_its_name(world: World) -> None:
    """All generations share one name: both work, and neither signs for the other."""
    for generation in (1, 2):
        assert (await world.verify(world.issue(generation=generation).certificate)).accepted

    first = der(world.issue(generation=1).certificate)
    by_the_other = forge(first, world.ca_key(generation=2), lambda tbs: None)
    assert (await world.verify(by_the_other)).reason is Reason.BAD_ISSUER_SIGNATURE


async def test_the_generation_of_the_middle_is_not_forgotten(world: World) -> None:
    """Who ships only some of the roots refuses good cards: all in the folder count."""
    assert len(list(world.anchors())) == 4
    assert len({anchor.anchor_set for anchor in world.anchors()}) == 2


async def test_the_policy_is_checked(world: World) -> None:
    def change(template: CertificateTemplate) -> CertificateTemplate:
        return template.without_extension(x509.CertificatePolicies.oid)

    found = await world.verify(world.issue("auth", customise=change).certificate)

    assert found.reason is Reason.WRONG_POLICY


async def test_the_two_anchor_sets_are_separate(world: World) -> None:
    """The sign CA issues what looks like an authentication certificate in all but the issuer."""
    signing_ca = world.authority.issuer("jpki-sign", 2)
    key_identifier = x509.SubjectKeyIdentifier.from_public_key(signing_ca.private_key.public_key())

    def change(template: CertificateTemplate) -> CertificateTemplate:
        issued_by_the_other = replace(
            template,
            issuer=signing_ca.certificate.subject,
            issuer_key=signing_ca.private_key,
        )
        return issued_by_the_other.with_extension(
            x509.AuthorityKeyIdentifier(key_identifier.digest, None, None)
        )

    found = await world.verify(world.issue("auth", customise=change).certificate)

    assert found.outcome is Outcome.REFUSED
    assert found.reason is Reason.WRONG_CERTIFICATE_TYPE


async def test_revocation_that_is_not_known_is_not_reported_as_good(world: World) -> None:
    found = await world.verifier(sources=[Known(StatusValue.UNKNOWN)]).verify(
        world.present(world.issue().certificate), NOW
    )

    assert found.outcome is Outcome.UNDETERMINED
    assert found.status is not None
    assert found.status.value is not StatusValue.GOOD


async def test_a_hold_is_final(world: World) -> None:
    """J-LIS never takes a certificateHold back."""
    issued = world.issue()
    world.authority.revoke(issued.certificate, x509.ReasonFlags.certificate_hold, NOW)
    world.authority.write_crls(world.crl_folder, NOW)

    found = await world.verifier(sources=[world.crl_source()]).verify(
        world.present(issued.certificate), NOW
    )

    assert found.reason is Reason.REVOKED
    assert found.status is not None
    assert found.status.revocation_reason == "certificateHold"


async def test_a_move_tells_its_reason(world: World) -> None:
    """The page must be able to say "because you moved", and not lock the person out."""
    issued = world.issue("sign")
    world.authority.revoke(issued.certificate, x509.ReasonFlags.affiliation_changed, NOW)
    world.authority.write_crls(world.crl_folder, NOW)
    other = world.issue("auth")
    world.authority.write_crls(world.crl_folder, NOW)
    verifier = world.verifier(sources=[world.crl_source()])

    moved = await verifier.verify(world.present(issued.certificate), NOW)
    still_here = await verifier.verify(world.present(other.certificate), NOW)

    assert moved.status is not None
    assert moved.status.revocation_reason == "affiliationChanged"
    assert moved.basic_attributes is None
    assert still_here.accepted


async def test_the_period_is_not_asked_to_be_five_years(world: World) -> None:
    """It ends on a birthday: 4 years and 2 months here."""
    certificate = world.issue().certificate
    span = certificate.not_valid_after_utc - certificate.not_valid_before_utc

    assert span < timedelta(days=5 * 365)
    assert (await world.verify(certificate)).accepted


async def test_the_authentication_certificate_without_a_signature_is_no_login(
    world: World,
) -> None:
    """Anyone with a card reader can copy it off the card."""
    copied = world.present(world.issue("auth").certificate)

    for signature in (b"", b"\0", bytes(256), der(world.issue().certificate)[-256:]):
        found = await world.verifier().verify(replace(copied, signature=signature), NOW)
        assert found.reason is Reason.SIGNATURE_MISMATCH


async def test_another_cards_signature_does_not_count(world: World, keys: Keys) -> None:
    presentation = replace(
        world.present(world.issue("auth").certificate), signature=sign_bytes(keys.other, MESSAGE)
    )

    found = await world.verifier().verify(presentation, NOW)

    assert found.reason is Reason.SIGNATURE_MISMATCH
