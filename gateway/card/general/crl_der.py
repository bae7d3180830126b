"""The DER values that CRLs and distribution points are made of (RFC 5280 §5.1, appendix A)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from gateway.card.der import DerError, expect_tlv, read_tlv

BOOLEAN, INTEGER, BIT_STRING, OCTET_STRING, OID, ENUMERATED = 0x01, 0x02, 0x03, 0x04, 0x06, 0x0A
SEQUENCE, SET, UTC_TIME, GENERALIZED_TIME = 0x30, 0x31, 0x17, 0x18

TRUE = b"\xff"

MAX_VALUES = 4096
"""In one list: of extensions, names or fields. A CRL's entries are read without it."""


@dataclass(frozen=True, slots=True)
class Value:
    """One value and where it stands."""

    tag: int
    der: bytes
    content: bytes


@dataclass(frozen=True, slots=True)
class Extension:
    critical: bool
    value: bytes


def read_values(data: bytes) -> Iterator[Value]:
    """The values that fill `data`, with nothing between or behind them."""
    at = count = 0
    while at < len(data):
        count += 1
        if count > MAX_VALUES:
            raise DerError("a list is too long")
        tag, content, end = read_tlv(data, at, len(data))
        yield Value(tag, data[at:end], data[content:end])
        at = end


def read_whole(data: bytes, tag: int) -> bytes:
    """The content of the one value that `data` is."""
    content, end = expect_tlv(data, 0, len(data), tag)
    if end != len(data):
        raise DerError("bytes stand behind a value")
    return data[content:end]


def sequence(content: bytes) -> bytes:
    """`content` as one SEQUENCE."""
    size = len(content)
    if size < 0x80:
        return bytes((SEQUENCE, size)) + content
    octets = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes((SEQUENCE, 0x80 | len(octets))) + octets + content


def read_integer(content: bytes) -> int:
    if not content:
        raise DerError("a number is empty")
    # X.690 §8.3.2: the first nine bits are neither all zero nor all one.
    if len(content) > 1 and (content[0], content[1] >> 7) in ((0x00, 0), (0xFF, 1)):
        raise DerError("a number is not minimal")
    return int.from_bytes(content, signed=True)


def read_true(content: bytes) -> bool:
    """A BOOLEAN DEFAULT FALSE: DER writes it only when it is TRUE (X.690 §11.1, §11.5)."""
    if content != TRUE:
        raise DerError("a flag is written, but is not TRUE")
    return True


def read_time(tag: int, content: bytes) -> datetime:
    """RFC 5280 §5.1.2.4: UTCTime through 2049, GeneralizedTime from 2050 on, to the second."""
    if tag == UTC_TIME:
        digits, length = content[:-1], 13
    elif tag == GENERALIZED_TIME:
        digits, length = content[:-1], 15
    else:
        raise DerError("a time has another type")
    if len(content) != length or content[-1:] != b"Z" or not digits.isdigit():
        raise DerError("a time is not written to the second in UTC")
    year = int(digits[:-10])
    if tag == UTC_TIME:
        year += 1900 if year >= 50 else 2000
    elif year < 2050:
        raise DerError("a year before 2050 is written as GeneralizedTime")
    rest = digits[-10:]
    month, day, hour, minute, second = (int(rest[at : at + 2]) for at in range(0, 10, 2))
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError as error:
        raise DerError("a time does not exist") from error


def read_extensions(data: bytes) -> Mapping[bytes, Extension]:
    """By OID, as its content. `data`: the content of `Extensions`; one of a kind (§4.2)."""
    found: dict[bytes, Extension] = {}
    for each in read_values(data):
        if each.tag != SEQUENCE:
            raise DerError("an extension is not a SEQUENCE")
        parts = list(read_values(each.content))
        critical = len(parts) == 3 and parts[1].tag == BOOLEAN and read_true(parts[1].content)
        if len(parts) != 2 + critical or (parts[0].tag, parts[-1].tag) != (OID, OCTET_STRING):
            raise DerError("an extension is not made of an OID and its value")
        if parts[0].content in found:
            raise DerError("an extension stands in it twice")
        found[parts[0].content] = Extension(critical, parts[-1].content)
    if not found:
        raise DerError("a list of extensions is empty")
    return found
