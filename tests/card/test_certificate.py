"""The form of a certificate: one wrong thing each, through the whole verifier."""

import pytest
from cryptography import x509

from gateway.card.api import Reason
from gateway.card.model import Check, CheckOutcome, Outcome
from gateway.virtual.template import CertificateTemplate
from tests.card.forge import (
    Change,
    Field,
    Node,
    der,
    extension,
    extensions,
    find_extension,
    make_critical,
    parse,
    replace_field,
    set_value,
    tlv,
)
from tests.card.world import World

pytestmark = pytest.mark.anyio

UNKNOWN_OID = "1.3.6.1.4.1.99999.1"


async def reason(world: World, certificate: bytes) -> Reason | None:
    found = await world.verify(certificate)
    assert found.outcome is (Outcome.ACCEPTED if found.reason is None else Outcome.REFUSED)
    return found.reason


async def test_the_certificate_of_a_card_is_accepted(world: World) -> None:
    assert await reason(world, der(world.issue().certificate)) is None


async def test_what_is_forged_without_a_change_is_accepted(world: World) -> None:
    """So that every refusal below comes from its one change."""
    assert await reason(world, world.forged(lambda tbs: None)) is None


@pytest.mark.parametrize("length", [0, 1, 3, 4, 40, 300, -200, -1])
async def test_a_truncated_certificate_is_refused(world: World, length: int) -> None:
    good = der(world.issue().certificate)

    assert await reason(world, good[:length]) is Reason.MALFORMED_CERTIFICATE


async def test_bytes_behind_the_certificate_are_refused(world: World) -> None:
    good = der(world.issue().certificate)

    assert await reason(world, good + b"\x00") is Reason.MALFORMED_CERTIFICATE


async def test_an_indefinite_length_is_refused(world: World) -> None:
    good = der(world.issue().certificate)
    indefinite = b"\x30\x80" + good[4:] + b"\x00\x00"

    assert await reason(world, indefinite) is Reason.MALFORMED_CERTIFICATE


async def test_a_length_that_is_not_minimal_is_refused(world: World) -> None:
    good = der(world.issue().certificate)

    assert await reason(world, b"\x30\x83\x00" + good[2:]) is Reason.MALFORMED_CERTIFICATE


async def test_a_value_behind_the_signature_is_refused(world: World) -> None:
    good = der(world.issue().certificate)

    assert await reason(world, tlv(0x30, good[4:] + b"\x05\x00")) is Reason.MALFORMED_CERTIFICATE


async def test_a_signature_with_unused_bits_is_refused(world: World) -> None:
    good = bytearray(der(world.issue().certificate))
    good[-257] = 1  # the number of unused bits in front of 256 octets

    assert await reason(world, bytes(good)) is Reason.MALFORMED_CERTIFICATE


def _not_after(replacement: bytes) -> Change:
    def change(tbs: Node) -> None:
        tbs.children[Field.VALIDITY].children[1].replacement = replacement

    return change


def _with_extension(oid: str, value: bytes) -> Change:
    return lambda tbs: extensions(tbs).append(extension(oid, value))


def _with_value(oid: str, value: bytes) -> Change:
    return lambda tbs: set_value(find_extension(tbs, oid), value)


WRONG_FORMS: dict[str, Change] = {
    "version 1": replace_field(Field.VERSION, b""),
    "version 2": replace_field(Field.VERSION, bytes.fromhex("a003020101")),
    "version 1, written out": replace_field(Field.VERSION, bytes.fromhex("a003020100")),
    "serial number zero": replace_field(Field.SERIAL, b"\x02\x01\x00"),
    "negative serial number": replace_field(Field.SERIAL, b"\x02\x01\xfb"),
    "empty serial number": replace_field(Field.SERIAL, b"\x02\x00"),
    "serial number of 21 octets": replace_field(Field.SERIAL, tlv(0x02, b"\x01" + bytes(20))),
    "serial number with a leading zero": replace_field(Field.SERIAL, b"\x02\x02\x00\x05"),
    "empty issuer": replace_field(Field.ISSUER, b"\x30\x00"),
    "issuer with an indefinite length": replace_field(Field.ISSUER, b"\x30\x80\x00\x00"),
    "GeneralizedTime before 2050": _not_after(tlv(0x18, b"20301231145959Z")),
    "time that is a number": _not_after(b"\x02\x01\x01"),
    "day that does not exist": _not_after(tlv(0x17, b"301332145959Z")),
    "time without seconds": _not_after(tlv(0x17, b"3012311459Z")),
    "time of another zone": _not_after(tlv(0x17, b"301231145959+0900")),
    "three times": lambda tbs: tbs.children[Field.VALIDITY].children.append(
        parse(tlv(0x17, b"301231145959Z"))
    ),
    "an extension twice": lambda tbs: extensions(tbs).append(extensions(tbs)[0]),
    "malformed subjectAltName": _with_extension("2.5.29.17", b"\x30\x05\xa0\x01\x00"),
    "bytes behind the keyUsage": _with_value("2.5.29.15", b"\x03\x02\x07\x80\x00"),
    "BOOLEAN that is not DER": _with_extension("2.5.29.19", b"\x30\x03\x01\x01\x01"),
    "default written out": _with_extension("2.5.29.19", b"\x30\x03\x01\x01\x00"),
    "malformed key": lambda tbs: setattr(
        tbs.children[Field.KEY].children[1], "replacement", b"\x03\x03\x00\x30\x00"
    ),
    "extensions that are none": lambda tbs: setattr(
        tbs.children[-1], "replacement", b"\xa3\x02\x05\x00"
    ),
}


@pytest.mark.parametrize("change", WRONG_FORMS.values(), ids=WRONG_FORMS)
async def test_a_wrong_form_is_refused_even_when_the_ca_has_signed_it(
    world: World, change: Change
) -> None:
    found = await world.verify(world.forged(change))

    assert found.reason is Reason.MALFORMED_CERTIFICATE
    assert found.certificate_type is None
    assert found.identity is None


async def test_a_certificate_that_may_issue_others_is_no_persons(world: World) -> None:
    def change(template: CertificateTemplate) -> CertificateTemplate:
        return template.with_extension(x509.BasicConstraints(ca=True, path_length=None))

    issued = world.issue(customise=change)

    assert await reason(world, der(issued.certificate)) is Reason.LEAF_IS_A_CA


async def test_one_that_says_it_may_not_is_accepted(world: World) -> None:
    def change(template: CertificateTemplate) -> CertificateTemplate:
        return template.with_extension(
            x509.BasicConstraints(ca=False, path_length=None), critical=True
        )

    assert await reason(world, der(world.issue(customise=change).certificate)) is None


async def test_an_anchor_is_not_a_leaf(world: World) -> None:
    _, anchor = world.authority.anchors()[0]

    assert await reason(world, der(anchor)) is Reason.LEAF_IS_A_CA


async def test_an_unknown_critical_extension_is_refused(world: World) -> None:
    unknown = extension(UNKNOWN_OID, b"\x05\x00", critical=True)

    forged = world.forged(lambda tbs: extensions(tbs).append(unknown))

    assert await reason(world, forged) is Reason.UNKNOWN_CRITICAL_EXTENSION


async def test_an_unknown_extension_that_is_not_critical_is_left_alone(world: World) -> None:
    forged = world.forged(_with_extension(UNKNOWN_OID, b"\x05\x00"))

    assert await reason(world, forged) is None


@pytest.mark.parametrize(
    "oid", ["2.5.29.35", "2.5.29.14"], ids=["authorityKeyIdentifier", "subjectKeyIdentifier"]
)
async def test_a_key_identifier_is_never_critical(world: World, oid: str) -> None:
    """RFC 5280 §4.2.1.1 and §4.2.1.2: MUST be non-critical."""
    forged = world.forged(lambda tbs: make_critical(find_extension(tbs, oid)))

    assert await reason(world, forged) is Reason.UNKNOWN_CRITICAL_EXTENSION


async def test_the_form_is_the_first_check(world: World) -> None:
    found = await world.verify(b"no certificate")

    assert [check.name for check in found.checks] == list(Check)
    assert [check.outcome for check in found.checks] == [
        CheckOutcome.REFUSED,
        *[CheckOutcome.NOT_DONE] * 6,
    ]
