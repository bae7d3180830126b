"""Distinguished names, compared as RFC 5280 §7.1 compares them."""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from gateway.card.der import DerError, expect_tlv, read_tlv

SEQUENCE, SET, OID = 0x30, 0x31, 0x06
UTF8_STRING, PRINTABLE_STRING, IA5_STRING = 0x0C, 0x13, 0x16
# What each kind of text is read as. Texts of other kinds are compared byte for byte.
_CHARSETS: Mapping[int, str] = {
    UTF8_STRING: "utf-8",
    PRINTABLE_STRING: "ascii",
    IA5_STRING: "ascii",
}

# RFC 4518 §2.2: what is a space, and what is nothing.
_SPACES = [*range(0x09, 0x0E), 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B)]
_SPACES += [0x2028, 0x2029, 0x202F, 0x205F, 0x3000]
_NOTHING = [*range(0x00, 0x09), *range(0x0E, 0x20), *range(0x7F, 0x85), *range(0x86, 0xA0)]
_NOTHING += [0xAD, 0x34F, 0x6DD, 0x70F, 0x1806, *range(0x180B, 0x180F), *range(0x200B, 0x2010)]
_NOTHING += [*range(0x202A, 0x202F), *range(0x2060, 0x2064), *range(0x206A, 0x2070)]
_NOTHING += [*range(0xFE00, 0xFE10), 0xFEFF, *range(0xFFF9, 0xFFFD), *range(0x1D173, 0x1D17B)]
_NOTHING += [0xE0001, *range(0xE0020, 0xE0080)]
_MAPPED: Mapping[int, str] = dict.fromkeys(_SPACES, " ") | dict.fromkeys(_NOTHING, "")

# RFC 5280 appendix A allows 64 for most. Normalisation takes quadratic time over combining marks.
MAX_CHARACTERS = 256

RelativeName = tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Name:
    """Equal to every other encoding of the same name."""

    relative_names: tuple[RelativeName, ...]
    """Each a set of attributes, in the form they are compared in."""
    der: bytes = field(compare=False, repr=False)

    @property
    def is_empty(self) -> bool:
        return not self.relative_names


def parse_name(der: bytes) -> Name:
    """The whole of `der` must be one Name; raises DerError."""
    start, end = expect_tlv(der, 0, len(der), SEQUENCE)
    if end != len(der):
        raise DerError("bytes stand behind a name")
    relative_names = []
    while start < end:
        at, start = expect_tlv(der, start, end, SET)
        relative_names.append(_relative_name(der, at, start))
    return Name(tuple(relative_names), der)


def attribute_values(name: Name, oid: bytes) -> Iterator[tuple[int, bytes]]:
    """Tag and content of every attribute with this OID (its content)."""
    der = name.der
    start, end = expect_tlv(der, 0, len(der), SEQUENCE)
    while start < end:
        at, start = expect_tlv(der, start, end, SET)
        while at < start:
            kind, kind_end, tag, value, at = _attribute(der, at, start)
            if der[kind:kind_end] == oid:
                yield tag, der[value:at]


def _relative_name(der: bytes, at: int, end: int) -> RelativeName:
    attributes = []
    while at < end:
        kind, kind_end, tag, value, at = _attribute(der, at, end)
        attributes.append(der[kind - 1 : kind_end] + _compared(tag, der[value:at]))
    if not attributes:
        raise DerError("a relative name is empty")
    return tuple(sorted(attributes))


def _attribute(der: bytes, at: int, end: int) -> tuple[int, int, int, int, int]:
    """Where its OID's content starts and ends, its value's tag, start and end."""
    start, attribute_end = expect_tlv(der, at, end, SEQUENCE)
    kind, kind_end = expect_tlv(der, start, attribute_end, OID)
    tag, value, value_end = read_tlv(der, kind_end, attribute_end)
    if value_end != attribute_end or kind_end - kind > 127:
        raise DerError("an attribute is not made of an OID and one value")
    return kind, kind_end, tag, value, value_end


def _compared(tag: int, content: bytes) -> bytes:
    charset = _CHARSETS.get(tag)
    if charset is None:
        return bytes((tag,)) + content
    try:
        text = content.decode(charset)
    except UnicodeDecodeError as error:
        raise DerError("a text is not of its own kind") from error
    if len(text) > MAX_CHARACTERS and not text.isascii():
        raise DerError("a text is longer than any name")
    return bytes((UTF8_STRING,)) + fold(text).encode()


def fold(text: str) -> str:
    """RFC 4518 §2: case and compatibility folded, and one space for every run of them."""
    if text.isascii() and text.isprintable():
        folded = text.lower()
    else:
        folded = unicodedata.normalize("NFKC", text.translate(_MAPPED)).casefold()
        folded = unicodedata.normalize("NFKC", folded)
    return " ".join(part for part in folded.split(" ") if part)
