"""Which answer of a response speaks of the certificate, and what it says."""

from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest
from cryptography import x509

from gateway.card.api import StatusValue
from tests.card.forge import Field, der, forge, replace_field, tlv
from tests.card.world import NOW
from tests.plugins.ocsp_forge import (
    GOOD,
    OID_UNKNOWN,
    UNKNOWN,
    CertificateId,
    Single,
    extension,
    integer,
    revoked,
)
from tests.plugins.ocsp_world import PRODUCED, OcspWorld

DAY = timedelta(days=1)
YESTERDAY = NOW - DAY
NOT_THERE = "it does not speak of the certificate"
REASONS = {
    None: "unspecified",
    0: "unspecified",
    1: "keyCompromise",
    2: "cACompromise",
    3: "affiliationChanged",
    4: "superseded",
    5: "cessationOfOperation",
    6: "certificateHold",
    9: "privilegeWithdrawn",
    10: "aACompromise",
}


@pytest.mark.parametrize(("code", "reason"), REASONS.items())
def test_a_revoked_certificate_is_revoked_for_its_reason(
    ocsp: OcspWorld, code: int | None, reason: str
) -> None:
    status = ocsp.check(ocsp.response().with_single(status=revoked(YESTERDAY, code)))

    assert status.value is StatusValue.REVOKED
    assert status.revocation_reason == reason
    assert status.revoked_at == YESTERDAY
    assert status.this_update == PRODUCED
    assert status.detail is None


@pytest.mark.parametrize("code", [7, 8, 11, 255])
def test_a_reason_that_an_answer_cannot_have_is_not_understood(ocsp: OcspWorld, code: int) -> None:
    response = ocsp.response().with_single(status=revoked(YESTERDAY, code))

    assert ocsp.problem(response) == "revoked for a reason that is none"


def test_a_certificate_that_the_responder_does_not_know_is_not_good(ocsp: OcspWorld) -> None:
    assert ocsp.problem(ocsp.response().with_single(status=UNKNOWN)) == (
        "the responder does not know the certificate"
    )


@pytest.mark.parametrize("hash_name", ["sha1", "sha256"])
@pytest.mark.parametrize("parameters", [b"\x05\x00", b""], ids=["NULL", "absent"])
def test_a_certificate_is_named_by_either_hash(
    ocsp: OcspWorld, hash_name: str, parameters: bytes
) -> None:
    named = CertificateId.of(ocsp.leaf, ocsp.issuer, hash_name)

    assert ocsp.is_good(
        ocsp.response().with_single(certificate_id=replace(named, parameters=parameters))
    )


def wrong_ids(ocsp: OcspWorld) -> dict[str, CertificateId]:
    good = CertificateId.of(ocsp.leaf, ocsp.issuer)
    sibling = ocsp.world.authority.issuer("jpki-sign", 2).certificate
    other = CertificateId.of(ocsp.leaf, sibling)
    sha1 = CertificateId.of(ocsp.leaf, ocsp.issuer, "sha1")
    return {
        "another serial": replace(good, serial=good.serial + 1),
        "its serial, negative": replace(good, serial=-good.serial),
        "another issuer's name": replace(good, name_hash=other.name_hash),
        "another issuer's key": replace(good, key_hash=other.key_hash),
        "another issuer": other,
        "a hash under another's name": replace(sha1, hash_name="sha256"),
        "a hash that is not used": CertificateId.of(ocsp.leaf, ocsp.issuer, "sha512"),
        "one hash of each": replace(good, key_hash=sha1.key_hash),
    }


WRONG = (
    *("another serial", "its serial, negative", "another issuer's name", "another issuer's key"),
    *("another issuer", "a hash under another's name", "a hash that is not used"),
    "one hash of each",
)


@pytest.mark.parametrize("which", WRONG)
def test_all_four_fields_must_be_the_certificates(ocsp: OcspWorld, which: str) -> None:
    response = ocsp.response().with_single(certificate_id=wrong_ids(ocsp)[which])

    assert ocsp.problem(response) == NOT_THERE


@pytest.mark.parametrize("which", WRONG)
def test_an_answer_on_another_certificate_does_not_matter(ocsp: OcspWorld, which: str) -> None:
    other = replace(ocsp.single(), certificate_id=wrong_ids(ocsp)[which], status=revoked(YESTERDAY))
    for singles in permutations((ocsp.single(), other)):
        assert ocsp.is_good(replace(ocsp.response(), singles=singles))


def test_the_answer_is_found_among_many(ocsp: OcspWorld) -> None:
    own = ocsp.single()
    others = tuple(
        replace(own, certificate_id=replace(own.certificate_id, serial=serial))
        for serial in range(1_000_000, 1_000_400)
    )
    assert ocsp.is_good(replace(ocsp.response(), singles=(*others, own)))
    assert ocsp.problem(replace(ocsp.response(), singles=others)) == NOT_THERE
    assert ocsp.problem(replace(ocsp.response(), singles=())) == NOT_THERE


def test_a_serial_number_has_twenty_octets_at_most(ocsp: OcspWorld) -> None:
    longest = ocsp.world.issue(customise=lambda it: replace(it, serial_number=2**159 - 1))
    too_long = forge(
        der(ocsp.leaf), ocsp.world.ca_key(), replace_field(Field.SERIAL, integer(2**160))
    )

    ocsp.leaf = longest.certificate
    assert ocsp.is_good(ocsp.response())
    ocsp.leaf = x509.load_der_x509_certificate(too_long)
    assert ocsp.problem(ocsp.response()) == "the certificate's serial number is too long"


def test_of_several_answers_on_one_certificate_the_worst_stands(ocsp: OcspWorld) -> None:
    good, unknown = ocsp.single(), replace(ocsp.single(), status=UNKNOWN)
    dead = replace(ocsp.single(), status=revoked(YESTERDAY, 1))
    by_sha1 = replace(dead, certificate_id=CertificateId.of(ocsp.leaf, ocsp.issuer, "sha1"))
    stale = replace(good, next_update=YESTERDAY)

    def values(*singles: Single) -> set[StatusValue]:
        orders = (replace(ocsp.response(), singles=each) for each in permutations(singles))
        return {ocsp.check(response).value for response in orders}

    assert values(good, good) == {StatusValue.GOOD}
    assert values(good, dead) == {StatusValue.REVOKED}
    assert values(good, by_sha1) == {StatusValue.REVOKED}
    assert values(good, unknown) == {StatusValue.UNKNOWN}
    assert values(good, stale) == {StatusValue.UNKNOWN}
    assert values(good, unknown, dead) == {StatusValue.REVOKED}


def test_a_critical_extension_of_the_answer_must_be_understood(ocsp: OcspWorld) -> None:
    def with_extension(*, critical: bool) -> Single:
        return replace(
            ocsp.single(), extensions=extension(OID_UNKNOWN, b"\x05\x00", critical=critical)
        )

    plain, critical = with_extension(critical=False), with_extension(critical=True)
    assert ocsp.is_good(replace(ocsp.response(), singles=(plain,)))
    assert ocsp.problem(replace(ocsp.response(), singles=(critical,))) == (
        "it holds an unknown critical extension"
    )


@pytest.mark.parametrize(
    "status",
    [
        tlv(0x80, b"\x00"),
        tlv(0x82, b"\x00"),
        tlv(0xA0, GOOD),
        tlv(0x83, b""),
        tlv(0xA1, b""),
        tlv(0x81, b""),
        b"",
        tlv(0xA1, revoked(YESTERDAY)),
        GOOD + GOOD,
        GOOD + UNKNOWN,
    ],
)
def test_a_status_of_another_form_is_no_answer(ocsp: OcspWorld, status: bytes) -> None:
    assert ocsp.problem(ocsp.response().with_single(status=status))
