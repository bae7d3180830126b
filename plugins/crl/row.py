"""One revoked certificate in an index: its serial number, its date and its reason, in few bytes.

A row is the length of the serial number's DER, that DER, twelve bytes of date and one of reason.
Rows of one length lie together, so the serial number alone orders them.
"""

from dataclasses import dataclass
from datetime import datetime

from plugins.revocation_reasons import REASONS

MAX_SERIAL_BYTES = 20
"""RFC 5280 §4.1.2.2."""
DATE_BYTES = 12
NO_REASON = b"Z"
"""What ends the date where nothing follows it in the CRL."""

_LATE = 0x80


@dataclass(frozen=True, slots=True)
class Revocation:
    revoked_at: datetime
    reason: str
    """RFC 5280 §5.3.1."""


def key_of(serial_number: int) -> bytes:
    """How a row begins."""
    serial = serial_number.to_bytes(serial_number.bit_length() // 8 + 1, signed=True)
    return bytes((len(serial),)) + serial


def width(serial_length: int) -> int:
    return 1 + serial_length + DATE_BYTES + 1


def write_late_date(generalized: bytes) -> bytes:
    """A date from 2050 on: fourteen digits in twelve bytes, behind all dates of UTCTime."""
    century, year = int(generalized[:2]), int(generalized[2:4])
    return bytes((_LATE | century, year)) + generalized[4:]


def read_serial_number(row: bytes) -> int:
    return int.from_bytes(row[1 : 1 + row[0]], signed=True)


def read_row(row: bytes) -> Revocation:
    reason = row[-1:]
    return Revocation(
        revoked_at=_read_date(row[-1 - DATE_BYTES : -1]),
        reason=REASONS[0] if reason == NO_REASON else REASONS[reason[0]],
    )


def _read_date(written: bytes) -> datetime:
    if written[0] & _LATE:
        year = 100 * (written[0] & ~_LATE) + written[1]
    else:
        year = int(written[:2])
        year += 1900 if year >= 50 else 2000  # RFC 5280 §4.1.2.5.1
    rest = written[2:].decode("ascii")
    return datetime.fromisoformat(f"{year}{rest[:4]}T{rest[4:]}Z")
