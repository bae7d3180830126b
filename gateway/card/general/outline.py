"""The parts of a certificate that make its form (RFC 5280 §4.1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from gateway.card.certificate import NO_UNUSED_BITS
from gateway.card.der import DerError, expect_tlv, read_tlv
from gateway.card.general import oids
from gateway.card.general.crl_der import (
    BIT_STRING,
    GENERALIZED_TIME,
    INTEGER,
    SEQUENCE,
    Extension,
    read_extensions,
    read_integer,
    read_time,
)

MAX_SERIAL_NUMBER = 20
VERSION, UNIQUE_IDENTIFIERS, EXTENSIONS = 0xA0, (0x81, 0x82), 0xA3

# RFC 5280 §4.2.1.1, §4.2.1.2, §4.2.1.15.
NEVER_CRITICAL = frozenset(
    {oids.AUTHORITY_KEY_IDENTIFIER, oids.SUBJECT_KEY_IDENTIFIER, oids.FRESHEST_CRL}
)


@dataclass(frozen=True, slots=True)
class Outline:
    tbs: bytes
    signature: bytes
    signature_algorithm: bytes
    version: int
    serial_number: int
    issuer: bytes
    subject: bytes
    not_before: datetime
    not_after: datetime
    subject_public_key_info: bytes
    extensions: Mapping[bytes, Extension]


def read_outline(der: bytes) -> Outline:
    """Raises DerError."""
    start, end = expect_tlv(der, 0, len(der), SEQUENCE)
    tbs, tbs_end = expect_tlv(der, start, end, SEQUENCE)
    _, algorithm_end = expect_tlv(der, tbs_end, end, SEQUENCE)
    signature, signature_end = expect_tlv(der, algorithm_end, end, BIT_STRING)
    if end != len(der) or signature_end != end:
        raise DerError("bytes stand behind the certificate or its signature")
    # One that is not made of whole octets is nobody's signature, but no reason to read no further.
    is_whole = der[signature : signature + 1] == NO_UNUSED_BITS

    version, serial = _read_version(der, tbs, tbs_end)
    number, serial_end = expect_tlv(der, serial, tbs_end, INTEGER)
    if serial_end - number > MAX_SERIAL_NUMBER:
        raise DerError("the serial number is longer than 20 octets")  # RFC 5280 §4.1.2.2
    _, inner_end = expect_tlv(der, serial_end, tbs_end, SEQUENCE)
    # RFC 5280 §4.1.1.2: both name the same algorithm.
    if der[serial_end:inner_end] != der[tbs_end:algorithm_end]:
        raise DerError("the signature algorithm stands in it in two versions")
    _, issuer_end = expect_tlv(der, inner_end, tbs_end, SEQUENCE)
    validity, validity_end = expect_tlv(der, issuer_end, tbs_end, SEQUENCE)
    _, subject_end = expect_tlv(der, validity_end, tbs_end, SEQUENCE)
    _, key_end = expect_tlv(der, subject_end, tbs_end, SEQUENCE)
    not_before, not_after = _read_validity(der, validity, validity_end)
    return Outline(
        tbs=der[start:tbs_end],
        signature=der[signature + 1 : end] if is_whole else b"",
        signature_algorithm=der[tbs_end:algorithm_end],
        version=version,
        serial_number=read_integer(der[number:serial_end]),
        issuer=der[inner_end:issuer_end],
        subject=der[validity_end:subject_end],
        not_before=not_before,
        not_after=not_after,
        subject_public_key_info=der[subject_end:key_end],
        extensions=_read_tail(der, key_end, tbs_end, version),
    )


def _read_version(der: bytes, at: int, end: int) -> tuple[int, int]:
    """The version and where the serial number stands."""
    tag, content, content_end = read_tlv(der, at, end)
    if tag != VERSION:
        return 1, at
    # X.690 §11.5: version 1 is the default and is not written.
    if der[content:content_end] not in (b"\x02\x01\x01", b"\x02\x01\x02"):
        raise DerError("not an X.509 certificate of version 1, 2 or 3")
    return der[content_end - 1] + 1, content_end


def _read_validity(der: bytes, start: int, end: int) -> tuple[datetime, datetime]:
    tag, content, second = read_tlv(der, start, end)
    not_before = _read_time(tag, der[content:second])
    tag, content, last = read_tlv(der, second, end)
    if last != end:
        raise DerError("the validity is not made of two times")
    return not_before, _read_time(tag, der[content:last])


def _read_time(tag: int, content: bytes) -> datetime:
    """RFC 5280 §4.1.2.5; a GeneralizedTime of any year is understood."""
    if tag != GENERALIZED_TIME:
        return read_time(tag, content)
    if len(content) != 15 or content[14:] != b"Z" or not content[:14].isdigit():
        raise DerError("a time is not written to the second in UTC")
    month, day, hour, minute, second = (int(content[at : at + 2]) for at in range(4, 14, 2))
    try:
        return datetime(int(content[:4]), month, day, hour, minute, second, tzinfo=UTC)
    except ValueError as error:
        raise DerError("a time does not exist") from error


def _read_tail(der: bytes, at: int, end: int, version: int) -> Mapping[bytes, Extension]:
    """The unique identifiers and the extensions (RFC 5280 §4.1.2.8, §4.1.2.9)."""
    allowed = [*UNIQUE_IDENTIFIERS, EXTENSIONS][: (0, 2, 3)[version - 1]]
    extensions: Mapping[bytes, Extension] = {}
    while at < end:
        tag, content, at = read_tlv(der, at, end)
        if tag not in allowed:
            raise DerError("a field is unknown, repeated, out of order or not of this version")
        allowed = allowed[allowed.index(tag) + 1 :]
        if tag == EXTENSIONS:
            inner, inner_end = expect_tlv(der, content, at, SEQUENCE)
            if inner_end != at:
                raise DerError("bytes stand behind the extensions")
            extensions = read_extensions(der[inner:inner_end])
    if any(extensions[each].critical for each in NEVER_CRITICAL & extensions.keys()):
        raise DerError("an extension is critical that must not be")
    return extensions
