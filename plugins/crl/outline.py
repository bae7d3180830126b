"""The outline of a CRL (RFC 5280 §5.1): where its parts stand. Its entries are not looked at."""

from dataclasses import dataclass

from plugins.crl.errors import NotDerError, UnusableError
from plugins.der import (
    BIT_STRING,
    GENERALIZED_TIME,
    INTEGER,
    SEQUENCE,
    UTC_TIME,
    DerError,
    expect_tlv,
    read_tlv,
    write_tlv,
)

VERSION_2 = bytes((INTEGER, 1, 1))
NO_UNUSED_BITS = b"\x00"
TIMES = (UTC_TIME, GENERALIZED_TIME)


@dataclass(frozen=True, slots=True)
class Outline:
    """Bounds are offsets into the bytes that were read."""

    tbs: tuple[int, int]
    """What is signed."""
    issuer: bytes
    signature_algorithm: bytes
    signature: bytes
    entries: tuple[int, int]
    """The content of revokedCertificates; empty where there is none."""
    without_entries: bytes
    """The same CRL with nobody revoked: as large for ten million entries as for one."""


def read_outline(der: bytes) -> Outline:
    """Raises UnusableError: nothing may stand before, behind or between the parts."""
    try:
        return _read(der)
    except DerError as error:
        raise NotDerError(error) from error


def _read(der: bytes) -> Outline:
    start, end = expect_tlv(der, 0, len(der), SEQUENCE)
    if end != len(der):
        raise DerError("bytes stand behind the list")
    fields, tbs_end = expect_tlv(der, start, end, SEQUENCE)
    _, algorithm_end = expect_tlv(der, tbs_end, end, SEQUENCE)
    signature, signature_end = expect_tlv(der, algorithm_end, end, BIT_STRING)
    if signature_end != end:
        raise DerError("a value too many")
    if der[signature : signature + 1] != NO_UNUSED_BITS:
        raise DerError("the signature is not made of whole octets")
    issuer, issuer_end = _issuer(der, fields, tbs_end, der[tbs_end:algorithm_end])
    list_start, content, list_end = _entries(der, issuer_end, tbs_end)
    tbs_without = write_tlv(SEQUENCE, der[fields:list_start] + der[list_end:tbs_end])
    return Outline(
        tbs=(start, tbs_end),
        issuer=der[issuer:issuer_end],
        signature_algorithm=der[tbs_end:algorithm_end],
        signature=der[signature + 1 : end],
        entries=(content, list_end),
        without_entries=write_tlv(SEQUENCE, tbs_without + der[tbs_end:end]),
    )


def _issuer(der: bytes, at: int, end: int, outer_algorithm: bytes) -> tuple[int, int]:
    # RFC 5280 §5.1.2.1: a list with extensions is of version 2, and says so.
    if der[at : at + len(VERSION_2)] != VERSION_2:
        raise UnusableError("not a CRL of version 2")
    at += len(VERSION_2)
    _, algorithm_end = expect_tlv(der, at, end, SEQUENCE)
    if der[at:algorithm_end] != outer_algorithm:  # RFC 5280 §5.1.1.2
        raise DerError("the signature algorithm stands in it in two versions")
    _, issuer_end = expect_tlv(der, algorithm_end, end, SEQUENCE)
    return algorithm_end, issuer_end


def _entries(der: bytes, at: int, end: int) -> tuple[int, int, int]:
    """Start, start of the content and end of revokedCertificates, behind the issuer."""
    at = _time(der, at, end)
    if at < end and der[at] in TIMES:
        at = _time(der, at, end)
    if at == end or der[at] != SEQUENCE:
        return at, at, at
    content, list_end = expect_tlv(der, at, end, SEQUENCE)
    return at, content, list_end


def _time(der: bytes, start: int, end: int) -> int:
    """RFC 5280 §5.1.2.4 and §5.1.2.5: UTCTime through 2049. Where it ends."""
    tag, content, content_end = read_tlv(der, start, end)
    if tag not in TIMES:
        raise DerError("a time is missing")
    if tag == GENERALIZED_TIME and der[content : content + 4] < b"2050":
        raise UnusableError("a year before 2050 is written as GeneralizedTime")
    return content_end
