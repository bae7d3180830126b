"""Strict DER (X.690 §10), read value by value; whatever else it meets is no response."""

from datetime import UTC, datetime

from plugins.der import SEQUENCE, DerError, expect_tlv
from plugins.ocsp.unusable import UnusableError

EXPLICIT_0, EXPLICIT_1, EXPLICIT_2 = 0xA0, 0xA1, 0xA2

GENERALIZED_TIME_LENGTH = len("YYYYMMDDHHMMSSZ")
_TIME_PARTS = (0, 4), (4, 6), (6, 8), (8, 10), (10, 12), (12, 14)


class MalformedError(UnusableError):
    """The bytes are not DER of the form that was looked for."""


class Reader:
    """Reads the values inside one constructed value, in their order."""

    __slots__ = ("_at", "_data")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def has_more(self) -> bool:
        return self._at < len(self._data)

    def finish(self) -> None:
        if self.has_more():
            raise MalformedError("a value too many")

    def read(self, tag: int) -> bytes:
        """The content of the next value, which must carry `tag`."""
        start, end = self._bounds(tag)
        self._at = end
        return self._data[start:end]

    def read_whole(self, tag: int) -> bytes:
        """The next value with its tag and length."""
        begin = self._at
        _, self._at = self._bounds(tag)
        return self._data[begin : self._at]

    def read_optional(self, tag: int) -> bytes | None:
        return self.read(tag) if self.has_more() and self._data[self._at] == tag else None

    def read_explicit(self, tag: int, inner: int) -> bytes | None:
        """The content of an optional value with an explicit tag around it."""
        wrapped = self.read_optional(tag)
        if wrapped is None:
            return None
        reader = Reader(wrapped)
        content = reader.read(inner)
        reader.finish()
        return content

    def _bounds(self, tag: int) -> tuple[int, int]:
        data, at = self._data, self._at
        try:
            return expect_tlv(data, at, len(data), tag)
        except DerError as error:
            raise MalformedError(str(error)) from error


def open_sequence(der: bytes) -> Reader:
    """Into a SEQUENCE that is all there is."""
    outer = Reader(der)
    inner = Reader(outer.read(SEQUENCE))
    outer.finish()
    return inner


def whole_octets(bit_string: bytes) -> bytes:
    """A signature's or a key's octets, from the content of its BIT STRING."""
    if bit_string[:1] != b"\x00":
        raise MalformedError("a BIT STRING is not made of whole octets")
    return bit_string[1:]


def read_code(enumerated: bytes) -> int:
    """A small ENUMERATED, from its content."""
    if len(enumerated) != 1:
        raise MalformedError("an ENUMERATED is not one octet")
    return enumerated[0]


def read_time(content: bytes) -> datetime:
    """A GeneralizedTime as RFC 5280 §4.1.2.5.2 wants it: Zulu, with seconds, without fractions."""
    digits, zone = content[:-1], content[-1:]
    if len(content) != GENERALIZED_TIME_LENGTH or zone != b"Z" or not digits.isdigit():
        raise MalformedError("a time is not written as YYYYMMDDHHMMSSZ")
    year, month, day, hour, minute, second = (int(digits[begin:end]) for begin, end in _TIME_PARTS)
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError as error:
        raise MalformedError("a time that does not exist") from error
