"""The form of a certificate in the general profile: one wrong thing at a time."""

from datetime import UTC, datetime

import pytest

from gateway.card.api import CertificateError, Reason
from gateway.card.general import oids
from gateway.card.general.certificate import MAX_CERTIFICATE, Certificate, parse_certificate
from gateway.card.general.extensions import KeyUsage
from tests.card.forge import (
    TRUE,
    Change,
    Field,
    Node,
    extension,
    extensions,
    find_extension,
    make_critical,
    oid_der,
    replace_field,
    set_value,
    tlv,
)
from tests.card.general.pki import NOT_AFTER, NOT_BEFORE, Entity, issue

KEY_USAGE, BASIC_CONSTRAINTS, SAN = "2.5.29.15", "2.5.29.19", "2.5.29.17"
AKI, SKI, POLICIES, MAPPINGS = "2.5.29.35", "2.5.29.14", "2.5.29.32", "2.5.29.33"
CONSTRAINTS, INHIBIT = "2.5.29.36", "2.5.29.54"
UTC_TIME, GENERALIZED_TIME = 0x17, 0x18
AN_OID = oid_der("1.2.3")


@pytest.fixture(scope="module")
def root() -> Entity:
    return issue("root")


def parse(root: Entity, change: Change) -> Certificate:
    return parse_certificate(issue("leaf", root, change=change).der)


def refuse(root: Entity, change: Change) -> None:
    with pytest.raises(CertificateError) as refusal:
        parse(root, change)
    assert refusal.value.reason is Reason.MALFORMED_CERTIFICATE


def add(oid: str, value: bytes) -> Change:
    return lambda tbs: extensions(tbs).append(extension(oid, value))


def put(oid: str, value: bytes) -> Change:
    return lambda tbs: set_value(find_extension(tbs, oid), value)


def test_a_good_certificate_is_read(root: Entity) -> None:
    found = parse_certificate(root.der)

    assert (found.version, found.is_ca, found.is_self_issued) == (3, True, True)
    assert (found.not_before, found.not_after) == (NOT_BEFORE, NOT_AFTER)
    assert found.key_usage == KeyUsage.KEY_CERT_SIGN | KeyUsage.CRL_SIGN
    assert found.subject_key_identifier is not None
    assert found.authority_key_identifier is not None
    assert found.authority_key_identifier.key_identifier == found.subject_key_identifier


@pytest.mark.parametrize("octets", ["01", "00", "ff", "00" + "ff" * 19, "80" + "00" * 19])
def test_a_serial_number_may_be_negative_or_zero(root: Entity, octets: str) -> None:
    """RFC 5280 §4.1.2.2: users should be prepared to handle such certificates."""
    content = bytes.fromhex(octets)

    found = parse(root, replace_field(Field.SERIAL, tlv(0x02, content)))

    assert found.serial_number == int.from_bytes(content, signed=True)


@pytest.mark.parametrize("octets", ["", "0001", "ffff", "01" * 21])
def test_a_serial_number_of_another_form_is_refused(root: Entity, octets: str) -> None:
    refuse(root, replace_field(Field.SERIAL, tlv(0x02, bytes.fromhex(octets))))


@pytest.mark.parametrize("version", ["a003020100", "a003020103", "a00402020002", "a000"])
def test_a_version_that_is_not_or_not_to_be_written_is_refused(root: Entity, version: str) -> None:
    refuse(root, replace_field(Field.VERSION, bytes.fromhex(version)))


def validity(first: bytes, second: bytes = tlv(UTC_TIME, b"491231235959Z")) -> Change:
    return replace_field(Field.VALIDITY, tlv(0x30, first + second))


@pytest.mark.parametrize(
    ("tag", "text", "year"),
    [
        (UTC_TIME, "500101000000Z", 1950),
        (UTC_TIME, "490101000000Z", 2049),
        (GENERALIZED_TIME, "20500101000000Z", 2050),
        (GENERALIZED_TIME, "20020101000000Z", 2002),
    ],
)
def test_a_time_of_either_kind_is_read(root: Entity, tag: int, text: str, year: int) -> None:
    found = parse(root, validity(tlv(tag, text.encode())))

    assert found.not_before == datetime(year, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        (UTC_TIME, "2601010000Z"),
        (UTC_TIME, "260101000000+0900"),
        (UTC_TIME, "261301000000Z"),
        (UTC_TIME, "260230000000Z"),
        (UTC_TIME, "26010100000 Z"),
        (GENERALIZED_TIME, "20260101000000.5Z"),
        (GENERALIZED_TIME, "20260101000000"),
        (GENERALIZED_TIME, "00000101000000Z"),
        (0x0C, "260101000000Z"),
    ],
)
def test_a_time_of_another_form_is_refused(root: Entity, tag: int, text: str) -> None:
    refuse(root, validity(tlv(tag, text.encode())))


def test_a_validity_has_two_times(root: Entity) -> None:
    one = tlv(UTC_TIME, b"260101000000Z")

    refuse(root, validity(one, b""))
    refuse(root, validity(one, one + one))


def test_an_issuer_has_a_name(root: Entity) -> None:
    refuse(root, replace_field(Field.ISSUER, tlv(0x30, b"")))


def test_a_subject_has_a_name_in_one_place_or_other(root: Entity) -> None:
    def empty(tbs: Node) -> None:
        replace_field(Field.SUBJECT, tlv(0x30, b""))(tbs)

    def empty_with_another(tbs: Node) -> None:
        empty(tbs)
        add(SAN, tlv(0x30, tlv(0x82, b"town.example")))(tbs)

    refuse(root, empty)
    assert parse(root, empty_with_another).subject.is_empty


def test_the_algorithm_stands_in_it_twice_alike(root: Entity) -> None:
    refuse(root, replace_field(Field.ALGORITHM, tlv(0x30, oid_der("1.2.840.10045.4.3.3"))))


def test_unique_identifiers_are_read_over(root: Entity) -> None:
    """PKITS 4.3.6."""

    def change(tbs: Node) -> None:
        tbs.children.insert(-1, Node(0x81, [], b"\x00\x01"))
        tbs.children.insert(-1, Node(0x82, [], b"\x00\x01"))

    assert parse(root, change).version == 3


@pytest.mark.parametrize("tags", [(0x82, 0x81), (0x81, 0x81), (0x84,), (0xA3, 0xA3)])
def test_fields_behind_the_key_have_their_order(root: Entity, tags: tuple[int, ...]) -> None:
    def change(tbs: Node) -> None:
        for tag in tags:
            tbs.children.insert(-1, Node(tag, [], b"\x00\x01"))

    refuse(root, change)


def test_an_old_version_has_no_extensions(root: Entity) -> None:
    refuse(root, replace_field(Field.VERSION, b""))
    refuse(root, replace_field(Field.VERSION, bytes.fromhex("a003020101")))


def test_an_extension_stands_in_it_once(root: Entity) -> None:
    refuse(root, add(KEY_USAGE, bytes.fromhex("03020106")))
    refuse(root, lambda tbs: extensions(tbs).extend([extension("1.2.3", b"\x05\x00")] * 2))


@pytest.mark.parametrize("oid", [AKI, SKI])
def test_key_identifiers_are_never_critical(root: Entity, oid: str) -> None:
    refuse(root, lambda tbs: make_critical(find_extension(tbs, oid)))


def test_a_flag_is_true_or_is_not_written(root: Entity) -> None:
    def write(content: bytes) -> Change:
        return lambda tbs: setattr(find_extension(tbs, KEY_USAGE).children[1], "content", content)

    assert parse(root, write(b"\xff"))
    refuse(root, write(b"\x00"))
    refuse(root, write(b"\x01"))


@pytest.mark.parametrize(
    ("oid", "value"),
    [
        (BASIC_CONSTRAINTS, b""),
        (BASIC_CONSTRAINTS, tlv(0x30, b"\x01\x01\x00")),
        (BASIC_CONSTRAINTS, tlv(0x30, b"\x02\x01\x00")),
        (BASIC_CONSTRAINTS, tlv(0x30, TRUE + b"\x02\x01\xff")),
        (BASIC_CONSTRAINTS, tlv(0x30, TRUE + b"\x02\x01\x00\x05\x00")),
        (BASIC_CONSTRAINTS, tlv(0x30, TRUE) + b"\x00"),
        (KEY_USAGE, bytes.fromhex("030100")),
        (KEY_USAGE, bytes.fromhex("03020700")),
        (KEY_USAGE, bytes.fromhex("03020006")),
        (KEY_USAGE, bytes.fromhex("0302020e")),
        (KEY_USAGE, bytes.fromhex("0303070640")),
        (KEY_USAGE, bytes.fromhex("030400060001")),
        (SKI, b"\x05\x00"),
        (AKI, tlv(0x30, tlv(0x82, b"\x01"))),
        (AKI, tlv(0x30, tlv(0x82, b"\x01") + tlv(0xA1, tlv(0x82, b"a")))),
        (AKI, tlv(0x30, tlv(0x80, b"a") + tlv(0x80, b"a"))),
    ],
)
def test_what_decides_has_its_exact_form(root: Entity, oid: str, value: bytes) -> None:
    refuse(root, put(oid, value))


@pytest.mark.parametrize(
    ("oid", "value"),
    [
        (SAN, tlv(0x30, b"")),
        (SAN, tlv(0x30, tlv(0x89, b"a"))),
        (SAN, tlv(0x30, tlv(0x84, b"a"))),
        (SAN, tlv(0x30, tlv(0x82, b"\xff"))),
        (SAN, tlv(0x30, tlv(0xA4, b"a"))),
        (POLICIES, tlv(0x30, b"")),
        (POLICIES, tlv(0x30, tlv(0x30, AN_OID) * 2)),
        (POLICIES, tlv(0x30, tlv(0x30, AN_OID + tlv(0x30, b"")))),
        (POLICIES, tlv(0x30, tlv(0x30, b"\x06\x02\x80\x01"))),
        (POLICIES, tlv(0x30, tlv(0x30, b"\x06\x01\x81"))),
        (POLICIES, tlv(0x30, tlv(0x30, tlv(0x06, b"\x01" * 65)))),
        (MAPPINGS, tlv(0x30, b"")),
        (MAPPINGS, tlv(0x30, tlv(0x30, AN_OID))),
        (CONSTRAINTS, tlv(0x30, b"")),
        (CONSTRAINTS, tlv(0x30, tlv(0x80, b"\xff"))),
        (CONSTRAINTS, tlv(0x30, tlv(0x81, b"\x00") + tlv(0x80, b"\x00"))),
        (INHIBIT, b"\x02\x01\xff"),
        (INHIBIT, b"\x02\x00"),
    ],
)
def test_an_extension_of_another_form_is_refused(root: Entity, oid: str, value: bytes) -> None:
    refuse(root, add(oid, value))


@pytest.mark.parametrize(
    ("oid", "value"),
    [
        (SAN, tlv(0x30, tlv(0x82, b"town.example") + tlv(0xA0, AN_OID))),
        (POLICIES, tlv(0x30, tlv(0x30, AN_OID + tlv(0x30, tlv(0x30, AN_OID))))),
        (CONSTRAINTS, tlv(0x30, tlv(0x80, b"\x00") + tlv(0x81, b"\x00\xff"))),
        (INHIBIT, b"\x02\x01\x00"),
        (MAPPINGS, tlv(0x30, tlv(0x30, AN_OID * 2))),
    ],
)
def test_an_extension_of_its_own_form_is_read(root: Entity, oid: str, value: bytes) -> None:
    assert parse(root, add(oid, value))


def test_nothing_stands_behind_or_before(root: Entity) -> None:
    for der in (root.der + b"\x00", b"\x00" + root.der, root.der[:-1], b"", b"\x30\x80" + root.der):
        with pytest.raises(CertificateError, match="malformed_certificate"):
            parse_certificate(der)


def test_a_certificate_longer_than_any_is_not_read(root: Entity) -> None:
    long = issue("leaf", root, change=add("1.2.3", bytes(MAX_CERTIFICATE))).der

    with pytest.raises(CertificateError, match="longer"):
        parse_certificate(long)


@pytest.mark.parametrize(
    ("content", "text"),
    [("551d2000", "2.5.29.32.0"), ("2a03", "1.2.3"), ("27", "0.39"), ("8837", "2.999")],
)
def test_an_object_identifier_is_written_with_dots(content: str, text: str) -> None:
    assert oids.dotted(bytes.fromhex(content)) == text
