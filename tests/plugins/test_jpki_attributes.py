"""基本4情報 out of the subjectAltName: raw, complete, and strict in their form."""

from datetime import date

import pytest
from cryptography import x509

from gateway.card.api import AttributeOrigin, BasicAttributes, CertificateError, Reason
from gateway.card.model import Verification
from gateway.virtual.profile import (
    ADDRESS,
    ADDRESS_SUBSTITUTION,
    BIRTH_DATE,
    GENDER,
    NAME,
    NAME_SUBSTITUTION,
)
from gateway.virtual.template import CertificateTemplate
from plugins.jpki.attributes import parse_basic_attributes
from tests.card.forge import Node, find_extension, parse, set_value, tlv
from tests.card.world import World

pytestmark = pytest.mark.anyio

TEXTS = {
    NAME: "花咲　太郎",
    BIRTH_DATE: "319801231",
    GENDER: "1",
    ADDRESS: "花園県花咲町桜一丁目２番３号",
    NAME_SUBSTITUTION: "00000",
    ADDRESS_SUBSTITUTION: "00000000000000",
}
UNKNOWN = "1.2.392.200149.8.5.5.7"
"""Where a kana name might appear one day."""


def utf8(text: str) -> bytes:
    return tlv(0x0C, text.encode())


def other_name(oid: str, value: bytes) -> x509.OtherName:
    return x509.OtherName(x509.ObjectIdentifier(oid), value)


GOOD = [other_name(oid, utf8(text)) for oid, text in TEXTS.items()]


async def verify(world: World, *names: x509.GeneralName) -> Verification:
    def change(template: CertificateTemplate) -> CertificateTemplate:
        return template.with_extension(x509.SubjectAlternativeName(names))

    return await world.verify(world.issue("sign", customise=change).certificate)


async def attributes(world: World, *names: x509.GeneralName) -> BasicAttributes:
    found = await verify(world, *names)
    assert found.basic_attributes is not None
    return found.basic_attributes


def with_value(oid: str, value: bytes) -> list[x509.OtherName]:
    """The good names with this one's DER instead."""
    return [other_name(oid, value) if name.type_id.dotted_string == oid else name for name in GOOD]


async def test_all_six_are_taken_as_they_stand(world: World) -> None:
    found = await attributes(world, *GOOD)

    assert found == BasicAttributes(
        name="花咲　太郎",
        name_substitution="00000",
        gender="1",
        birth_date="319801231",
        address="花園県花咲町桜一丁目２番３号",
        address_substitution="00000000000000",
    )
    assert found.name_origin is AttributeOrigin.EXACT


@pytest.mark.parametrize("names", [GOOD[::-1], GOOD[3:] + GOOD[:3], GOOD[1::2] + GOOD[::2]])
async def test_their_order_means_nothing(world: World, names: list[x509.OtherName]) -> None:
    assert await attributes(world, *names) == await attributes(world, *GOOD)


async def test_substitution_flags_are_kept_raw(world: World) -> None:
    """Their length is not what one would expect in real certificates."""
    for flags in ("00010", "1", "0" * 22, ""):
        found = await attributes(world, *with_value(NAME_SUBSTITUTION, utf8(flags)))

        assert found.name_substitution == flags
        expected = AttributeOrigin.SUBSTITUTED if "1" in flags else AttributeOrigin.EXACT
        assert found.name_origin is expected
        assert found.address_origin is AttributeOrigin.EXACT


@pytest.mark.parametrize("gender", ["1", "2", "3"])
async def test_the_gender_is_the_certificates_own_digit(world: World, gender: str) -> None:
    assert (await attributes(world, *with_value(GENDER, utf8(gender)))).gender == gender


@pytest.mark.parametrize(
    "birth_date",
    ["400000000", "000000000", "319800000", "319801200", "319801301", "319800230", "", "3"],
)
async def test_a_birth_date_that_is_partly_unknown_is_kept_and_is_no_day(
    world: World, birth_date: str
) -> None:
    found = await attributes(world, *with_value(BIRTH_DATE, utf8(birth_date)))

    assert found.birth_date == birth_date
    assert found.birthday is None


@pytest.mark.parametrize("era", ["0", "1", "2", "3", "4", "5", "9"])
async def test_the_era_digit_moves_no_birthday(world: World, era: str) -> None:
    """The date behind it is Gregorian whatever it says: 3 would be right for 1980, and 0 says that
    the era is not known. It is told as it stands."""
    found = await attributes(world, *with_value(BIRTH_DATE, utf8(era + "19801231")))

    assert found.birth_date == era + "19801231"
    assert found.birthday == date(1980, 12, 31)


@pytest.mark.parametrize("length", [0, 1, 127, 128, 255, 256, 600])
async def test_a_text_of_any_length_is_read(world: World, length: int) -> None:
    text = "x" * length

    assert (await attributes(world, *with_value(ADDRESS, utf8(text)))).address == text


async def test_an_unknown_name_is_left_alone(world: World) -> None:
    unknown = [
        other_name(UNKNOWN, utf8("ハナサキ　タロウ")),
        other_name(UNKNOWN, b"\x02\x01\x05"),
        x509.DNSName("example.test"),
        x509.DirectoryName(x509.Name([])),
    ]

    assert await attributes(world, *unknown, *GOOD, *unknown) == await attributes(world, *GOOD)


async def test_what_the_certificate_does_not_carry_is_none(world: World) -> None:
    found = await attributes(world, GOOD[0])

    assert found.name == "花咲　太郎"
    assert (found.birth_date, found.gender, found.address) == (None, None, None)


async def test_a_signature_certificate_without_any_names_tells_nothing_of_the_person(
    world: World,
) -> None:
    def change(template: CertificateTemplate) -> CertificateTemplate:
        return template.without_extension(x509.SubjectAlternativeName.oid)

    found = await world.verify(world.issue("sign", customise=change).certificate)

    assert found.accepted
    assert found.basic_attributes == BasicAttributes(None, None, None, None, None, None)
    assert found.basic_attributes.birthday is None


@pytest.mark.parametrize("oid", TEXTS)
async def test_a_known_name_that_stands_there_twice_is_refused(world: World, oid: str) -> None:
    """Even with the same text."""
    found = await verify(world, *GOOD, other_name(oid, utf8(TEXTS[oid])))

    assert found.reason is Reason.DUPLICATE_ATTRIBUTE
    assert found.basic_attributes is None


TEXT = "花咲".encode()


@pytest.mark.parametrize(
    "value",
    [
        tlv(0x13, b"Hanasaki"),
        tlv(0x16, b"Hanasaki"),
        tlv(0x1E, "花咲".encode("utf-16-be")),
        tlv(0x14, b"Hanasaki"),
        tlv(0x04, TEXT),
        tlv(0x2C, tlv(0x0C, TEXT)),
        tlv(0x30, tlv(0x0C, TEXT)),
        b"\x05\x00",
        tlv(0x0C, b"\xff\xfe"),
        tlv(0x0C, b"\xed\xa0\x80"),
        tlv(0x0C, b"\xc0\x80"),
    ],
    ids=[
        "PrintableString",
        "IA5String",
        "BMPString",
        "T61String",
        "OCTET STRING",
        "constructed",
        "a UTF8String in a SEQUENCE",
        "NULL",
        "no UTF-8",
        "a surrogate",
        "an overlong NUL",
    ],
)
async def test_a_value_that_is_no_utf8_string_in_der_is_refused(world: World, value: bytes) -> None:
    found = await verify(world, *with_value(NAME, value))

    assert found.reason is Reason.MALFORMED_ATTRIBUTES
    assert found.basic_attributes is None


NOT_DER = {
    "empty": b"",
    "a tag alone": b"\x0c",
    "a length that is not minimal": b"\x0c\x81\x06" + TEXT,
    "a length with a leading zero": b"\x0c\x82\x00\x06" + TEXT,
    "an indefinite length": b"\x0c\x80" + TEXT + b"\x00\x00",
    "a length cut short": b"\x0c\x82\x01",
    "bytes behind it": tlv(0x0C, TEXT) + b"\x00",
    "two of them": tlv(0x0C, TEXT) * 2,
    "an end that is missing": tlv(0x0C, TEXT)[:-1],
}


@pytest.mark.parametrize("value", NOT_DER.values(), ids=NOT_DER)
async def test_what_is_not_der_is_refused_with_the_whole_certificate(
    world: World, value: bytes
) -> None:
    def change(tbs: Node) -> None:
        names = find_extension(tbs, "2.5.29.17")
        changed = parse(names.children[-1].content)
        changed.children[0].children[1].children[0].replacement = value
        set_value(names, changed.encode())

    found = await world.verify(world.forged(change, "sign"))

    assert found.reason is Reason.MALFORMED_CERTIFICATE


@pytest.mark.parametrize("value", NOT_DER.values(), ids=NOT_DER)
def test_what_is_not_der_is_refused_by_the_profile_itself(value: bytes) -> None:
    names = x509.SubjectAlternativeName([other_name(NAME, value)])
    with pytest.raises(CertificateError) as refused:
        parse_basic_attributes(names)

    assert refused.value.reason is Reason.MALFORMED_ATTRIBUTES
