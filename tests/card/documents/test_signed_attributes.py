"""Signed attributes (RFC 5652 §11, RFC 5035): each missing, doubled or other, beside the good."""

import hashlib
from collections.abc import Callable

import pytest
from cryptography import x509

from gateway.card.api import Reason
from gateway.card.documents.cms import read_cms
from gateway.card.documents.model import ReadSignature, UnverifiedSignature
from tests.card.documents import cms_maker as maker
from tests.card.documents.cms_maker import (
    CONTENT_TYPE,
    DATA,
    MESSAGE_DIGEST,
    SIGNING_CERTIFICATE,
    SIGNING_CERTIFICATE_V2,
    SIGNING_TIME,
    Attribute,
    integer,
    make_cms,
    message_digest,
    sequence,
    usual_attributes,
    without,
)
from tests.card.documents.desk import CONTENT, Desk, cms, reason, refusal
from tests.card.forge import der, oid_der, tlv

pytestmark = pytest.mark.anyio

USUAL = usual_attributes(CONTENT)
OTHER_TYPE = "1.2.392.200149.1"
DIGEST = message_digest(CONTENT)
OTHER_DIGEST = message_digest(b"other")


def exchanged(oid: str, *attributes: Attribute) -> list[Attribute]:
    return [*without(USUAL, oid), *attributes]


WRONG: dict[str, tuple[list[Attribute], Reason]] = {
    "no contentType": (exchanged(CONTENT_TYPE), Reason.MALFORMED_DOCUMENT),
    "no messageDigest": (exchanged(MESSAGE_DIGEST), Reason.MALFORMED_DOCUMENT),
    "no value": (exchanged(MESSAGE_DIGEST, (MESSAGE_DIGEST, [])), Reason.MALFORMED_DOCUMENT),
    "two values": (
        exchanged(MESSAGE_DIGEST, (MESSAGE_DIGEST, [DIGEST, OTHER_DIGEST])),
        Reason.MALFORMED_DOCUMENT,
    ),
    "twice the same value": (
        exchanged(MESSAGE_DIGEST, (MESSAGE_DIGEST, [DIGEST, DIGEST])),
        Reason.MALFORMED_DOCUMENT,
    ),
    "two messageDigests": (
        [*USUAL, (MESSAGE_DIGEST, [OTHER_DIGEST])],
        Reason.MALFORMED_DOCUMENT,
    ),
    "two contentTypes": ([*USUAL, (CONTENT_TYPE, [oid_der(DATA)])], Reason.MALFORMED_DOCUMENT),
    "two signingTimes": ([*USUAL, USUAL[2]], Reason.MALFORMED_DOCUMENT),
    "another digest": (
        exchanged(MESSAGE_DIGEST, (MESSAGE_DIGEST, [OTHER_DIGEST])),
        Reason.DOCUMENT_CHANGED,
    ),
    "a shorter digest": (
        exchanged(MESSAGE_DIGEST, (MESSAGE_DIGEST, [tlv(0x04, DIGEST[2:-1])])),
        Reason.DOCUMENT_CHANGED,
    ),
    "another hash's digest": (
        exchanged(MESSAGE_DIGEST, (MESSAGE_DIGEST, [message_digest(CONTENT, "sha384")])),
        Reason.DOCUMENT_CHANGED,
    ),
    "a digest that is none": (
        exchanged(MESSAGE_DIGEST, (MESSAGE_DIGEST, [tlv(0x05, b"")])),
        Reason.MALFORMED_DOCUMENT,
    ),
    "a length that is not DER's": (
        exchanged(MESSAGE_DIGEST, (MESSAGE_DIGEST, [b"\x04\x81" + DIGEST[1:]])),
        Reason.MALFORMED_DOCUMENT,
    ),
    "another contentType": (
        exchanged(CONTENT_TYPE, (CONTENT_TYPE, [oid_der(OTHER_TYPE)])),
        Reason.MALFORMED_DOCUMENT,
    ),
    "a time that is none": (
        exchanged(SIGNING_TIME, (SIGNING_TIME, [tlv(0x17, b"soon")])),
        Reason.MALFORMED_DOCUMENT,
    ),
    "a time of nowhere": (
        exchanged(SIGNING_TIME, (SIGNING_TIME, [tlv(0x18, b"20261119010203")])),
        Reason.MALFORMED_DOCUMENT,
    ),
}


async def test_the_usual_attributes_are_accepted(desk: Desk) -> None:
    assert await desk.signed_by(desk.signer(attributes=USUAL)) is None
    timeless = await desk.verify(make_cms(CONTENT, desk.signer(attributes=exchanged(SIGNING_TIME))))
    assert timeless.accepted
    assert timeless.signatures[0].claimed_signing_time is None


@pytest.mark.parametrize(("attributes", "expected"), WRONG.values(), ids=WRONG)
async def test_one_wrong_attribute_refuses(
    desk: Desk, attributes: list[Attribute], expected: Reason
) -> None:
    assert await desk.signed_by(desk.signer(attributes=attributes)) is expected


async def test_the_order_they_came_in_does_not_matter(desk: Desk) -> None:
    """RFC 5652 §5.4: what is hashed is their DER."""
    good = make_cms(CONTENT, desk.signer())
    encoded = sorted(maker.encode_attribute(attribute) for attribute in USUAL)
    turned = good.replace(b"".join(encoded), b"".join(reversed(encoded)))
    assert turned != good
    assert await desk.accepts(turned)


async def test_without_any_only_plain_data_may_be_signed(desk: Desk) -> None:
    assert await desk.signed_by(desk.signer(attributes=())) is None
    with_them = make_cms(CONTENT, desk.signer(), content_type=OTHER_TYPE)
    assert await desk.accepts(with_them)
    without_them = make_cms(CONTENT, desk.signer(attributes=()), content_type=OTHER_TYPE)
    assert reason(await desk.verify(without_them)) is Reason.MALFORMED_DOCUMENT


async def test_the_attributes_of_one_document_are_no_other_document(desk: Desk) -> None:
    """Whoever takes a signature's attributes away and shows them as its content has a signature
    that fits, over what nobody meant to sign."""
    attributes = b"".join(sorted(maker.encode_attribute(attribute) for attribute in USUAL))
    as_content = tlv(0x31, attributes)
    signer = desk.signer(attributes=())
    assert refusal(make_cms(as_content, signer)) is Reason.MALFORMED_DOCUMENT
    beside = make_cms(as_content, signer, attached=False)
    assert refusal(beside, as_content) is Reason.MALFORMED_DOCUMENT
    for harmless in (as_content[:-1], as_content + b".", b"1. " + CONTENT):
        assert await desk.accepts(make_cms(harmless, signer))


Naming = Callable[[bytes], list[Attribute]]


def by_sha1(certificate: bytes) -> list[Attribute]:
    digest = hashlib.sha1(certificate, usedforsecurity=False).digest()
    named = sequence(tlv(0x04, digest))
    return [(SIGNING_CERTIFICATE, [sequence(sequence(named))])]


def by_sha256(certificate: bytes) -> list[Attribute]:
    named = sequence(tlv(0x04, hashlib.sha256(certificate).digest()))
    return [(SIGNING_CERTIFICATE_V2, [sequence(sequence(named))])]


def by_sha512(certificate: bytes) -> list[Attribute]:
    algorithm = maker.algorithm(maker.HASHES["sha512"][0], b"")
    named = sequence(algorithm, tlv(0x04, hashlib.sha512(certificate).digest()))
    return [(SIGNING_CERTIFICATE_V2, [sequence(sequence(named))])]


def by_name_too(certificate: bytes, number: int = 0) -> list[Attribute]:
    read = x509.load_der_x509_certificate(certificate)
    issuer = sequence(tlv(0xA4, read.issuer.public_bytes()))
    serial = sequence(issuer, integer(read.serial_number + number))
    named = sequence(tlv(0x04, hashlib.sha256(certificate).digest()), serial)
    return [(SIGNING_CERTIFICATE_V2, [sequence(sequence(named))])]


def both(certificate: bytes) -> list[Attribute]:
    return [*by_sha1(certificate), *by_sha256(certificate)]


@pytest.mark.parametrize("naming", [by_sha1, by_sha256, by_sha512, by_name_too, both])
async def test_a_signer_who_names_his_certificate_names_this_one(
    desk: Desk, naming: Naming
) -> None:
    certificate = desk.signer().certificate
    other = der(desk.world.issue("sign").certificate)
    for named, expected in ((certificate, None), (other, Reason.SIGNATURE_MISMATCH)):
        signer = maker.Signer(
            certificate, desk.world.keys.card, attributes=[*USUAL, *naming(named)]
        )
        assert await desk.signed_by(signer) is expected


async def test_one_wrong_thing_in_how_he_names_it_is_enough(desk: Desk) -> None:
    certificate, other = (der(desk.world.issue("sign").certificate) for _ in "12")
    good = by_sha256(certificate)
    sha1_as_v2 = sequence(
        maker.algorithm(maker.HASHES["sha1"][0], b""),
        tlv(0x04, hashlib.sha1(certificate, usedforsecurity=False).digest()),
    )
    for wrong, expected in (
        (by_name_too(certificate, number=1), Reason.SIGNATURE_MISMATCH),
        ([*by_sha1(other), *good], Reason.SIGNATURE_MISMATCH),
        ([*good, *good], Reason.MALFORMED_DOCUMENT),
        ([(SIGNING_CERTIFICATE_V2, [sequence(sequence())])], Reason.MALFORMED_DOCUMENT),
        (
            [(SIGNING_CERTIFICATE_V2, [sequence(sequence(sha1_as_v2))])],
            Reason.UNSUPPORTED_SIGNATURE,
        ),
    ):
        signer = maker.Signer(certificate, desk.world.keys.card, attributes=[*USUAL, *wrong])
        assert await desk.signed_by(signer) is expected


async def test_what_was_claimed_of_the_time_is_read_to_the_second(desk: Desk) -> None:
    later = exchanged(SIGNING_TIME, (SIGNING_TIME, [tlv(0x18, b"20500102030405Z")]))
    read = read_one(make_cms(CONTENT, desk.signer(attributes=later)))
    assert isinstance(read, UnverifiedSignature)
    assert str(read.claimed_signing_time) == "2050-01-02 03:04:05+00:00"


def read_one(document: bytes) -> ReadSignature:
    (found,) = read_cms(cms(document))
    return found
