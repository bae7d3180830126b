"""Signed attributes of one signer (RFC 5652 §5.3, §11): which there are, and what is hashed."""

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.card.api import CertificateError, Reason
from gateway.card.der import expect_tlv, read_tlv

SEQUENCE, SET, OBJECT_IDENTIFIER, OCTET_STRING = 0x30, 0x31, 0x06, 0x04

CONTENT_TYPE = bytes.fromhex("06092a864886f70d010903")
MESSAGE_DIGEST = bytes.fromhex("06092a864886f70d010904")
SIGNING_TIME = bytes.fromhex("06092a864886f70d010905")


@dataclass(frozen=True, slots=True)
class SignedAttributes:
    encoded: bytes
    """What the signature is over: the DER of SET OF Attribute (§5.4)."""
    values: Sequence[tuple[bytes, tuple[bytes, ...]]]
    """Types and their values, whole DER each. A type may stand there twice."""

    def find(self, attribute_type: bytes) -> bytes | None:
        """Its one value; None where it is not there. Raises CertificateError for two of it, or for
        none or two values in it (§11: exactly one)."""
        found = [values for kind, values in self.values if kind == attribute_type]
        if not found:
            return None
        if len(found) > 1 or len(found[0]) != 1:
            raise CertificateError(Reason.MALFORMED_DOCUMENT, "a signed attribute is not single")
        return found[0][0]

    def require(self, attribute_type: bytes) -> bytes:
        value = self.find(attribute_type)
        if value is None:
            raise CertificateError(Reason.MALFORMED_DOCUMENT, "a signed attribute is missing")
        return value


def read_signed_attributes(contents: bytes) -> SignedAttributes:
    """`contents`: what stands under their tag. They are DER even where what is around them is BER
    (§5.3). Raises DerError."""
    attributes = _parts(contents, 0, len(contents))
    return SignedAttributes(
        # X.690 §11.6: a SET OF in the order of its encodings. Whoever wrote the document may have
        # kept another order; hashed was this one.
        encoded=encode_der(SET, b"".join(sorted(attributes))),
        values=tuple(_read(attribute) for attribute in attributes),
    )


def octets(value: bytes) -> bytes:
    """Of a whole OCTET STRING. Raises DerError."""
    start, end = expect_tlv(value, 0, len(value), OCTET_STRING)
    return value[start:end]


def encode_der(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes((tag, 0x80 | len(length))) + length + content


def _read(attribute: bytes) -> tuple[bytes, tuple[bytes, ...]]:
    start, end = expect_tlv(attribute, 0, len(attribute), SEQUENCE)
    _, type_end = expect_tlv(attribute, start, end, OBJECT_IDENTIFIER)
    values, values_end = expect_tlv(attribute, type_end, end, SET)
    if values_end != end:
        raise CertificateError(Reason.MALFORMED_DOCUMENT, "a signed attribute holds too much")
    return attribute[start:type_end], tuple(_parts(attribute, values, values_end))


def _parts(data: bytes, start: int, end: int) -> list[bytes]:
    """The whole encodings that stand one behind the other."""
    parts = []
    while start < end:
        _, _, part_end = read_tlv(data, start, end)
        parts.append(data[start:part_end])
        start = part_end
    return parts
