"""Names are the same when RFC 5280 §7.1 says so, and not when it does not."""

import pytest

from gateway.card.der import DerError
from gateway.card.general.names import Name, fold, parse_name
from tests.card.forge import oid_der, tlv

COMMON_NAME, ORGANISATION = "2.5.4.3", "2.5.4.10"
UTF8, PRINTABLE, TELETEX, IA5, BMP = 0x0C, 0x13, 0x14, 0x16, 0x1E


def attribute(oid: str, tag: int, value: bytes) -> bytes:
    return tlv(0x30, oid_der(oid) + tlv(tag, value))


def name(*relative_names: bytes) -> Name:
    return parse_name(tlv(0x30, b"".join(tlv(0x31, each) for each in relative_names)))


def common(text: str, tag: int = UTF8) -> Name:
    return name(attribute(COMMON_NAME, tag, text.encode()))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (common("Town Hall"), common("town hall")),
        (common("Town Hall"), common("  Town   Hall ")),
        (common("Town Hall"), common("Town Hall", PRINTABLE)),
        (common("Town Hall", IA5), common("TOWN HALL", PRINTABLE)),
        (common("Stra\u00dfe"), common("STRASSE")),
        (common("\uff34\uff4f\uff57\uff4e"), common("Town")),
        (common("To\u00adwn\u3000Hall\u200b"), common("Town Hall")),
        (common("\u5e02\u5f79\u6240"), common("\u5e02\u5f79\u6240")),
    ],
)
def test_two_ways_to_write_one_name_are_equal(one: Name, other: Name) -> None:
    assert one == other
    assert hash(one) == hash(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (common("Town Hall"), common("TownHall")),
        (common("Town"), name(attribute(ORGANISATION, UTF8, b"Town"))),
        (common("Town"), common("Town", TELETEX)),
        (common("Town", TELETEX), common("town", TELETEX)),
        (common("To", BMP), common("to", BMP)),
        (
            common("Town"),
            name(attribute(COMMON_NAME, UTF8, b"Town"), attribute(ORGANISATION, UTF8, b"Hall")),
        ),
        (
            common("a"),
            name(attribute(COMMON_NAME, UTF8, b"a") + attribute(COMMON_NAME, UTF8, b"A")),
        ),
        (common("\u5e02"), common("\u753a")),
    ],
)
def test_two_names_are_not_equal(one: Name, other: Name) -> None:
    assert one != other


def test_the_order_matters_between_relative_names_and_not_within_one() -> None:
    cn, o = attribute(COMMON_NAME, UTF8, b"a"), attribute(ORGANISATION, UTF8, b"b")

    assert name(cn + o) == name(o + cn)
    assert name(cn, o) != name(o, cn)
    assert name(cn, o) != name(cn + o)


def test_a_name_without_attributes_is_empty() -> None:
    assert name().is_empty
    assert not common("a").is_empty


def test_one_space_stands_for_every_run_of_them() -> None:
    assert fold("\tTown \u00a0\n hall ") == "town hall"


@pytest.mark.parametrize(
    "der",
    [
        b"",
        tlv(0x31, b""),
        tlv(0x30, b"") + b"\x00",
        tlv(0x30, tlv(0x30, attribute(COMMON_NAME, UTF8, b"a"))),
        tlv(0x30, tlv(0x31, b"")),
        tlv(0x30, tlv(0x31, tlv(0x30, oid_der(COMMON_NAME)))),
        tlv(0x30, tlv(0x31, tlv(0x30, oid_der(COMMON_NAME) + tlv(UTF8, b"a") + tlv(UTF8, b"b")))),
        tlv(0x30, tlv(0x31, attribute(COMMON_NAME, UTF8, b"\xff"))),
        tlv(0x30, tlv(0x31, attribute(COMMON_NAME, PRINTABLE, b"\xe9"))),
        tlv(0x30, tlv(0x31, attribute(COMMON_NAME, UTF8, "\u0301".encode() * 257))),
    ],
)
def test_what_is_no_name_is_not_read(der: bytes) -> None:
    with pytest.raises(DerError):
        parse_name(der)
