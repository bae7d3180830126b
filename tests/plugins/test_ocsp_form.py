"""Responses that are none: other statuses and types, and whatever is not strict DER."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from gateway.card.der import read_tlv
from tests.card.forge import Node, oid_der, parse, tlv
from tests.plugins.ocsp_forge import OID_UNKNOWN, ResponseTemplate, extension, revoked, wrap
from tests.plugins.ocsp_world import PRODUCED, OcspWorld


def basic(response: ResponseTemplate) -> bytes:
    return parse(response.encode()).children[1].children[0].children[1].content


@pytest.mark.parametrize(
    ("status", "name"),
    [
        (1, "malformedRequest"),
        (2, "internalError"),
        (3, "tryLater"),
        (4, "nothing known"),
        (5, "sigRequired"),
        (6, "unauthorized"),
        (255, "nothing known"),
    ],
)
def test_only_successful_is_an_answer(ocsp: OcspWorld, status: int, name: str) -> None:
    bare = tlv(0x30, tlv(0x0A, bytes((status,))))
    with_a_good_one = wrap(basic(ocsp.response()), status=status)

    assert ocsp.is_good(wrap(basic(ocsp.response())))
    assert ocsp.problem(bare) == f"the responder says {name}"
    assert ocsp.problem(with_a_good_one) == f"the responder says {name}"


@pytest.mark.parametrize("status", [b"", b"\x00\x00", b"\x03\x00"])
def test_a_status_is_one_octet(ocsp: OcspWorld, status: bytes) -> None:
    whole = parse(ocsp.response().encode())
    whole.children[0].replacement = tlv(0x0A, status)

    assert ocsp.problem(whole.encode()) == "an ENUMERATED is not one octet"


def test_successful_without_a_response_is_none(ocsp: OcspWorld) -> None:
    assert ocsp.problem(bytes.fromhex("30030a0100")) == "it holds no response"


def test_another_type_of_response_is_not_understood(ocsp: OcspWorld) -> None:
    response = wrap(basic(ocsp.response()), response_type=OID_UNKNOWN)

    assert ocsp.problem(response) == "it is not a basic response"


@pytest.mark.parametrize("version", [0, 1], ids=["v1 in words", "v2"])
def test_there_is_no_version_but_the_default(ocsp: OcspWorld, version: int) -> None:
    response = replace(ocsp.response(), version=tlv(0xA0, tlv(0x02, bytes((version,)))))

    assert ocsp.problem(response) == "it does not say who the responder is"


@pytest.mark.parametrize(
    "responder_id", [b"", tlv(0xA3, b""), tlv(0xA2, b""), tlv(0xA1, b""), tlv(0x82, bytes(20))]
)
def test_the_responder_must_be_told(ocsp: OcspWorld, responder_id: bytes) -> None:
    assert ocsp.problem(replace(ocsp.response(), responder_id=responder_id))


def test_an_extension_stands_only_once(ocsp: OcspWorld) -> None:
    one, other = extension(OID_UNKNOWN, b""), extension(OID_UNKNOWN + ".1", b"")

    assert ocsp.is_good(replace(ocsp.response(), extensions=one + other))
    assert ocsp.problem(replace(ocsp.response(), extensions=one + one)) == (
        "an extension stands in it twice"
    )
    assert ocsp.problem(ocsp.response().with_single(extensions=one + one)) == (
        "an extension stands in it twice"
    )


def test_extensions_are_counted(ocsp: OcspWorld) -> None:
    many = b"".join(extension(f"{OID_UNKNOWN}.{number}", b"") for number in range(17))

    assert ocsp.problem(replace(ocsp.response(), extensions=many)) == (
        "it holds more than 16 extensions"
    )


@pytest.mark.parametrize("critical", [b"\x00", b"\x01", b"", b"\xff\xff"])
def test_a_boolean_is_written_in_one_way(ocsp: OcspWorld, critical: bytes) -> None:
    flag = tlv(0x01, critical)
    written = tlv(0x30, oid_der(OID_UNKNOWN) + flag + tlv(0x04, b""))

    assert ocsp.problem(replace(ocsp.response(), extensions=written)) == (
        "a BOOLEAN is written as DER does not"
    )


@pytest.mark.parametrize(
    "time",
    [
        b"20261120025900",
        b"202611200259Z",
        b"20261120025900.0Z",
        b"20261120025900+0900",
        b"20261320025900Z",
        b"20260230025900Z",
        b"20261120025960Z",
        b"2026112002590 Z",
        b"00001120025900Z",
        b"2026112002590\xb2Z",
        b"",
    ],
)
def test_a_time_is_written_in_one_way(ocsp: OcspWorld, time: bytes) -> None:
    tbs = parse(ocsp.response().tbs())
    tbs.children[1].content = time

    assert ocsp.is_good(replace(ocsp.response(), other_tbs=ocsp.response().tbs()))
    assert ocsp.problem(replace(ocsp.response(), other_tbs=tbs.encode()))


def parents(node: Node) -> Iterator[Node]:
    if node.children:
        yield node
    for child in node.children:
        yield from parents(child)


def indefinite(der: bytes) -> bytes:
    return der[:1] + b"\x80" + content(der) + b"\x00\x00"


def longer_length(der: bytes) -> bytes:
    size = len(content(der))
    return der[:1] + b"\x84" + size.to_bytes(4) + content(der)


def a_value_more(der: bytes) -> bytes:
    return tlv(der[0], content(der) + tlv(0x05, b""))


def a_byte_more(der: bytes) -> bytes:
    return tlv(der[0], content(der) + b"\x00")


def a_byte_less(der: bytes) -> bytes:
    return tlv(der[0], content(der)[:-1])


def another_tag(der: bytes) -> bytes:
    return bytes((der[0] ^ 0x01,)) + der[1:]


def content(der: bytes) -> bytes:
    _, start, end = read_tlv(der, 0, len(der))
    return der[start:end]


@pytest.mark.parametrize(
    "spoil", [indefinite, longer_length, a_value_more, a_byte_more, a_byte_less, another_tag]
)
def test_what_is_not_strict_der_is_no_response_even_when_it_is_signed(
    ocsp: OcspWorld, spoil: Callable[[bytes], bytes]
) -> None:
    """Every constructed value of what is signed, but the responder's name, which is compared."""
    response = replace(ocsp.response(), extensions=extension(OID_UNKNOWN, b""))
    response = response.with_single(status=revoked(PRODUCED, 1), extensions=response.extensions)
    count = len(list(parents(parse(response.tbs()))))

    assert count == 15
    for number in range(count):
        tbs = parse(response.tbs())
        chosen = list(parents(tbs))[number]
        chosen.replacement = spoil(chosen.encode())
        assert ocsp.problem(replace(response, other_tbs=tbs.encode())), number


@pytest.mark.parametrize("spoil", [indefinite, longer_length, a_value_more, a_byte_more])
def test_what_is_not_signed_is_strict_der_too(
    ocsp: OcspWorld, spoil: Callable[[bytes], bytes]
) -> None:
    good = ocsp.response().encode()
    outer = parse(good)
    outer.children[1].children[0].replacement = spoil(outer.children[1].children[0].encode())
    of_basic = parse(basic(ocsp.response()))
    of_basic.children[3].replacement = spoil(of_basic.children[3].encode())

    assert ocsp.is_good(good)
    assert ocsp.problem(spoil(good))
    assert ocsp.problem(outer.encode())
    assert ocsp.problem(wrap(spoil(basic(ocsp.response()))))
    assert ocsp.problem(wrap(of_basic.encode()))


def test_a_signature_is_made_of_whole_octets(ocsp: OcspWorld) -> None:
    node = parse(basic(ocsp.response()))
    node.children[2].content = b"\x01" + node.children[2].content[1:]

    assert ocsp.problem(wrap(node.encode())) == "a BIT STRING is not made of whole octets"
