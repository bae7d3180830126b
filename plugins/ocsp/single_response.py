"""What a response says of one certificate (RFC 6960 §4.2.1, SingleResponse)."""

from collections.abc import Iterator, Set
from dataclasses import dataclass
from datetime import datetime

from plugins.der import ENUMERATED, GENERALIZED_TIME, SEQUENCE
from plugins.ocsp.der import EXPLICIT_0, EXPLICIT_1, MalformedError, Reader, read_code, read_time
from plugins.ocsp.extensions import Extensions, read_extensions
from plugins.revocation_reasons import REASONS

# CertStatus: [0] NULL, [1] RevokedInfo, [2] NULL.
GOOD, REVOKED, UNKNOWN = 0x80, 0xA1, 0x82


@dataclass(frozen=True, slots=True)
class Revocation:
    revoked_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class SingleResponse:
    is_good: bool
    revocation: Revocation | None
    """None and not good: the responder does not know the certificate."""
    this_update: datetime
    next_update: datetime | None
    extensions: Extensions


def find_single_responses(content: bytes, certificate_ids: Set[bytes]) -> Iterator[SingleResponse]:
    """Those that speak of one certificate, wherever they stand among the others."""
    reader = Reader(content)
    while reader.has_more():
        single = Reader(reader.read(SEQUENCE))
        if single.read_whole(SEQUENCE) in certificate_ids:
            yield _read(single)


def _read(single: Reader) -> SingleResponse:
    good = single.read_optional(GOOD)
    revoked = single.read_optional(REVOKED) if good is None else None
    empty = single.read(UNKNOWN) if good is None and revoked is None else good
    if empty:
        raise MalformedError("a NULL with content")
    this_update = read_time(single.read(GENERALIZED_TIME))
    next_update = single.read_explicit(EXPLICIT_0, GENERALIZED_TIME)
    extensions = read_extensions(single.read_explicit(EXPLICIT_1, SEQUENCE))
    single.finish()
    return SingleResponse(
        is_good=good is not None,
        revocation=None if revoked is None else _read_revocation(revoked),
        this_update=this_update,
        next_update=None if next_update is None else read_time(next_update),
        extensions=extensions,
    )


def _read_revocation(content: bytes) -> Revocation:
    reader = Reader(content)
    revoked_at = read_time(reader.read(GENERALIZED_TIME))
    code = reader.read_explicit(EXPLICIT_0, ENUMERATED)
    reader.finish()
    reason = REASONS.get(0 if code is None else read_code(code))
    if reason is None:
        raise MalformedError("revoked for a reason that is none")
    return Revocation(revoked_at, reason)
