"""The validity of the leaf and of its anchor: to the second."""

from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from gateway.card.api import Reason
from gateway.card.model import Check, CheckOutcome
from gateway.virtual.template import CertificateTemplate
from tests.card.world import World

pytestmark = pytest.mark.anyio

AKI = x509.AuthorityKeyIdentifier
ELSEWHERE = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Elsewhere")])


SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("offset", "expected"),
    [
        (timedelta(0), None),
        (timedelta(microseconds=1), None),
        (-timedelta(microseconds=1), Reason.NOT_YET_VALID),
        (-SECOND, Reason.NOT_YET_VALID),
        (-5 * SECOND, Reason.NOT_YET_VALID),
    ],
)
async def test_the_first_second_belongs_to_the_period(
    world: World, offset: timedelta, expected: Reason | None
) -> None:
    certificate = world.issue().certificate

    found = await world.verify(certificate, certificate.not_valid_before_utc + offset)

    assert found.reason is expected


@pytest.mark.parametrize(
    ("offset", "expected"),
    [
        (-SECOND, None),
        (timedelta(0), None),
        (timedelta(microseconds=999_999), None),
        (SECOND, Reason.EXPIRED),
        (5 * SECOND, Reason.EXPIRED),
    ],
)
async def test_the_last_second_belongs_to_the_period(
    world: World, offset: timedelta, expected: Reason | None
) -> None:
    certificate = world.issue().certificate

    found = await world.verify(certificate, certificate.not_valid_after_utc + offset)

    assert found.reason is expected


async def test_what_is_expired_still_tells_what_it_was(world: World) -> None:
    certificate = world.issue().certificate

    found = await world.verify(certificate, certificate.not_valid_after_utc + SECOND)

    assert found.not_after == certificate.not_valid_after_utc
    assert found.identity is None
    assert found.checks[list(Check).index(Check.SIGNATURE)].outcome is CheckOutcome.NOT_DONE


@pytest.mark.parametrize(
    ("offset", "expected"), [(timedelta(0), None), (SECOND, Reason.ANCHOR_EXPIRED)]
)
async def test_an_expired_anchor_refuses(
    world: World, offset: timedelta, expected: Reason | None
) -> None:
    anchor = world.authority.issuer("jpki-auth", 1).certificate

    def change(template: CertificateTemplate) -> CertificateTemplate:
        return replace(template, not_after=anchor.not_valid_after_utc + timedelta(days=30))

    certificate = world.issue(generation=1, customise=change).certificate
    found = await world.verify(certificate, anchor.not_valid_after_utc + offset)

    assert found.reason is expected


async def test_an_anchor_of_the_future_refuses(world: World) -> None:
    anchor = world.authority.issuer("jpki-auth", 1).certificate

    def change(template: CertificateTemplate) -> CertificateTemplate:
        return replace(template, not_before=anchor.not_valid_before_utc - timedelta(days=30))

    certificate = world.issue(generation=1, customise=change).certificate
    found = await world.verify(certificate, anchor.not_valid_before_utc - SECOND)

    assert found.reason is Reason.ANCHOR_EXPIRED


async def test_a_renewed_anchor_of_the_same_key_stands_in_for_the_expired_one(
    world: World,
) -> None:
    """RFC 5280 knows a CA by name and key; which of its certificates is shown is no matter."""
    old = world.authority.issuer("jpki-auth", 1)
    later = old.certificate.not_valid_after_utc + timedelta(days=1)
    builder = x509.CertificateBuilder(
        issuer_name=old.certificate.subject,
        subject_name=old.certificate.subject,
        public_key=old.certificate.public_key(),
        serial_number=9_999,
        not_valid_before=old.certificate.not_valid_before_utc,
        not_valid_after=later + timedelta(days=365),
        extensions=list(old.certificate.extensions),
    )
    renewed = builder.sign(old.private_key, old.certificate.signature_hash_algorithm)  # type: ignore[arg-type]

    def change(template: CertificateTemplate) -> CertificateTemplate:
        longer = replace(template, not_after=later + timedelta(days=30))
        # By its key alone: the serial number would be the old anchor's.
        return longer.with_extension(AKI.from_issuer_public_key(old.private_key.public_key()))

    certificate = world.issue(generation=1, customise=change).certificate
    assert (await world.verify(certificate, later)).reason is Reason.ANCHOR_EXPIRED

    (world.anchor_folder / "jpki-auth" / "renewed.cer").write_bytes(
        renewed.public_bytes(Encoding.DER)
    )
    assert (await world.verify(certificate, later)).accepted
