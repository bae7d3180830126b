"""One entry of a CRL, read strictly: the forms that are rare, and those that are refused."""

from datetime import UTC, datetime
from functools import lru_cache

from plugins.crl.errors import NotDerError, UnusableError
from plugins.crl.row import MAX_SERIAL_BYTES, NO_REASON, write_late_date
from plugins.der import (
    BOOLEAN,
    ENUMERATED,
    GENERALIZED_TIME,
    INTEGER,
    OCTET_STRING,
    OID,
    SEQUENCE,
    TRUE,
    UTC_TIME,
    DerError,
    expect_tlv,
    read_tlv,
)
from plugins.revocation_reasons import REASONS

REASON_CODE, INVALIDITY_DATE, CERTIFICATE_ISSUER = (
    bytes((0x55, 0x1D, arc)) for arc in (0x15, 0x18, 0x1D)
)
REMOVE_FROM_CRL = 8

# What stands between the date and the reason where a reason is the only extension.
REASON_EXTENSION = bytes.fromhex("300c300a0603551d1504030a01")


def read_entry(der: bytes, start: int, end: int) -> tuple[bytes, int]:
    """The row of the entry that begins at `start`, and where the entry ends. Raises
    UnusableError."""
    try:
        return _read(der, start, end)
    except DerError as error:
        raise NotDerError(error) from error


def _read(der: bytes, start: int, end: int) -> tuple[bytes, int]:
    at, entry_end = expect_tlv(der, start, end, SEQUENCE)
    serial, at = expect_tlv(der, at, entry_end, INTEGER)
    key = _key(der[serial:at])
    tag, date, at = read_tlv(der, at, entry_end)
    written = _date(tag, der[date:at])
    reason = NO_REASON
    if at < entry_end:
        extensions, at = expect_tlv(der, at, entry_end, SEQUENCE)
        reason = _reason(der[extensions:at])
    if at != entry_end:
        raise DerError("a value too many in an entry")
    return key + written + reason, entry_end


def _key(serial: bytes) -> bytes:
    if not 1 <= len(serial) <= MAX_SERIAL_BYTES or serial[0] & 0x80:
        raise UnusableError("a serial number is negative or longer than 20 octets")
    if len(serial) > 1 and serial[0] == 0 and not serial[1] & 0x80:
        raise DerError("a serial number is not minimal")
    return bytes((len(serial),)) + serial


def _date(tag: int, text: bytes) -> bytes:
    """RFC 5280 §5.1.2.6 and §4.1.2.5: UTCTime through 2049."""
    if tag == UTC_TIME:
        # 1950 to 2049 have their leap days every fourth year, as 2000 to 2099 nearly do.
        _check_time(b"20" + text)
        return text[:-1]
    if tag != GENERALIZED_TIME:
        raise DerError("a revocationDate is no time")
    _check_time(text)
    if text < b"2050":
        raise UnusableError("a year before 2050 is written as GeneralizedTime")
    return write_late_date(text[:-1])


def _check_time(text: bytes) -> None:
    """YYYYMMDDHHMMSSZ, and there is such a second."""
    if len(text) != 15 or not text[:14].isdigit() or text[14:] != b"Z":
        raise UnusableError("a time in an entry is not in UTC to the second")
    year, month, day = int(text[:4]), int(text[4:6]), int(text[6:8])
    hour, minute, second = int(text[8:10]), int(text[10:12]), int(text[12:14])
    try:
        datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        raise UnusableError("a time in an entry does not exist") from None


@lru_cache(maxsize=4_096)
def _reason(extensions: bytes) -> bytes:
    """RFC 5280 §5.3. All extensions of one entry; what else they say does not undo it. Many
    entries of a list have the same."""
    at, end = 0, len(extensions)
    if at == end:
        raise DerError("an entry's extensions are empty")
    seen: set[bytes] = set()
    reason = NO_REASON
    while at < end:
        oid, critical, value, at = _extension(extensions, at, end)
        if oid in seen:
            raise UnusableError("an entry has an extension twice")
        seen.add(oid)
        if oid == CERTIFICATE_ISSUER:
            raise UnusableError("an entry names a certificateIssuer: an indirect CRL")
        if oid == REASON_CODE:
            reason = _reason_code(value)
        elif oid == INVALIDITY_DATE:
            _check_invalidity_date(value)
        elif critical:
            raise UnusableError(f"unknown entry extension {_dotted(oid)}")
    return reason


def _extension(der: bytes, start: int, end: int) -> tuple[bytes, bool, bytes, int]:
    at, extension_end = expect_tlv(der, start, end, SEQUENCE)
    oid, at = expect_tlv(der, at, extension_end, OID)
    name = der[oid:at]
    tag, content, at = read_tlv(der, at, extension_end)
    critical = tag == BOOLEAN
    if critical:
        if der[content:at] != TRUE:  # FALSE is the default, and is not written (X.690 §11.5)
            raise DerError("an extension's critical flag")
        tag, content, at = read_tlv(der, at, extension_end)
    if tag != OCTET_STRING or at != extension_end:
        raise DerError("an entry's extension")
    return name, critical, der[content:at], extension_end


def _reason_code(value: bytes) -> bytes:
    content, end = expect_tlv(value, 0, len(value), ENUMERATED)
    code = value[content:end]
    if end != len(value) or len(code) != 1:
        raise DerError("a reasonCode")
    if code[0] == REMOVE_FROM_CRL:
        raise UnusableError("removeFromCRL outside a delta CRL")  # RFC 5280 §5.3.1
    if code[0] not in REASONS:
        raise UnusableError("an unknown reasonCode")
    return code


def _check_invalidity_date(value: bytes) -> None:
    """RFC 5280 §5.3.2: always GeneralizedTime."""
    content, end = expect_tlv(value, 0, len(value), GENERALIZED_TIME)
    if end != len(value):
        raise DerError("an invalidityDate")
    _check_time(value[content:end])


def _dotted(oid: bytes) -> str:
    """X.690 §8.19."""
    arcs, arc = [], 0
    for octet in oid:
        arc = arc << 7 | octet & 0x7F
        if not octet & 0x80:
            arcs.append(arc)
            arc = 0
    if not arcs:
        return "?"
    first = min(arcs[0] // 40, 2)
    return ".".join(map(str, (first, arcs[0] - 40 * first, *arcs[1:])))
