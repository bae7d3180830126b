"""basicConstraints, keyUsage and the key identifiers (RFC 5280 §4.2.1.1-3, §4.2.1.9)."""

from dataclasses import dataclass
from enum import Flag

from gateway.card.der import DerError
from gateway.card.general.crl_der import (
    BIT_STRING,
    BOOLEAN,
    INTEGER,
    OCTET_STRING,
    SEQUENCE,
    read_integer,
    read_true,
    read_values,
    read_whole,
)
from gateway.card.general.general_names import GeneralName, read_general_names


class KeyUsage(Flag):
    """The bits as they stand, the first octet in front of the second."""

    NONE = 0
    DIGITAL_SIGNATURE = 0x8000
    CONTENT_COMMITMENT = 0x4000
    KEY_ENCIPHERMENT = 0x2000
    DATA_ENCIPHERMENT = 0x1000
    KEY_AGREEMENT = 0x0800
    KEY_CERT_SIGN = 0x0400
    CRL_SIGN = 0x0200
    ENCIPHER_ONLY = 0x0100
    DECIPHER_ONLY = 0x0080


_NAMED_BITS = 0xFF80


@dataclass(frozen=True, slots=True)
class BasicConstraints:
    ca: bool
    path_length: int | None


@dataclass(frozen=True, slots=True)
class AuthorityKeyIdentifier:
    key_identifier: bytes | None
    issuer: tuple[GeneralName, ...]
    serial_number: int | None


def read_basic_constraints(der: bytes) -> BasicConstraints:
    values = list(read_values(read_whole(der, SEQUENCE)))
    tags = [each.tag for each in values]
    if tags == []:
        return BasicConstraints(ca=False, path_length=None)
    # RFC 5280 §4.2.1.9: a path length only where the certificate is a CA's.
    if tags not in ([BOOLEAN], [BOOLEAN, INTEGER]):
        raise DerError("basicConstraints has another form")
    ca = read_true(values[0].content)
    path_length = read_integer(values[1].content) if len(values) == 2 else None
    if path_length is not None and path_length < 0:
        raise DerError("a path length is negative")
    return BasicConstraints(ca, path_length)


def read_key_usage(der: bytes) -> KeyUsage:
    content = read_whole(der, BIT_STRING)
    if not 2 <= len(content) <= 3 or content[0] > 7:
        raise DerError("keyUsage is not a short BIT STRING")
    bits = int.from_bytes(content[1:].ljust(2, b"\0"))
    # X.690 §11.2.2: what is unused is zero, and the last bit that is written is one.
    if not content[-1] or content[-1] & -content[-1] != 1 << content[0]:
        raise DerError("keyUsage is not written as DER")
    if not bits & _NAMED_BITS or bits & ~_NAMED_BITS:
        raise DerError("keyUsage names no usage, or an unknown one")
    return KeyUsage(bits)


def read_subject_key_identifier(der: bytes) -> bytes:
    return read_whole(der, OCTET_STRING)


def read_authority_key_identifier(der: bytes) -> AuthorityKeyIdentifier:
    values = list(read_values(read_whole(der, SEQUENCE)))
    tags = [each.tag for each in values]
    if tags != [tag for tag in (0x80, 0xA1, 0x82) if tag in tags] or (0xA1 in tags) != (
        0x82 in tags
    ):
        raise DerError("authorityKeyIdentifier has another form")
    fields = {each.tag: each.content for each in values}
    issuer, serial_number = fields.get(0xA1), fields.get(0x82)
    return AuthorityKeyIdentifier(
        key_identifier=fields.get(0x80),
        issuer=() if issuer is None else read_general_names(issuer),
        serial_number=None if serial_number is None else read_integer(serial_number),
    )
