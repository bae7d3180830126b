"""The form of an OCSP response (RFC 6960 §4.2.1), before anybody's signature is looked at."""

from dataclasses import dataclass
from datetime import datetime

from plugins.der import BIT_STRING, ENUMERATED, GENERALIZED_TIME, OCTET_STRING, OID, SEQUENCE
from plugins.ocsp.der import (
    EXPLICIT_0,
    EXPLICIT_1,
    EXPLICIT_2,
    MalformedError,
    Reader,
    open_sequence,
    read_code,
    read_time,
    whole_octets,
)
from plugins.ocsp.extensions import Extensions, read_extensions
from plugins.ocsp.unusable import UnusableError

ID_PKIX_OCSP_BASIC = bytes.fromhex("2b0601050507300101")
# OCSPResponseStatus; there is no 4.
SUCCESSFUL = 0
NOT_SUCCESSFUL = {
    1: "malformedRequest",
    2: "internalError",
    3: "tryLater",
    5: "sigRequired",
    6: "unauthorized",
}
# Each may cost a signature check. Real responses carry one or two.
MAX_CERTIFICATES = 8


@dataclass(frozen=True, slots=True)
class BasicResponse:
    """Of good form. Who signed it is not known yet."""

    tbs: bytes
    signature_algorithm: bytes
    signature: bytes
    unverified_certificates: tuple[bytes, ...]
    responder_name: bytes | None
    """The Name's DER; None where the responder is told by its key."""
    responder_key_hash: bytes | None
    produced_at: datetime
    single_responses: bytes
    """The content of `responses`: not taken apart before the signature is known to be good."""
    extensions: Extensions


def read_response(der: bytes) -> BasicResponse:
    """Raises UnusableError for whatever is not a successful basic response."""
    reader = open_sequence(der)
    status = read_code(reader.read(ENUMERATED))
    if status != SUCCESSFUL:
        raise UnusableError(f"the responder says {NOT_SUCCESSFUL.get(status, 'nothing known')}")
    wrapped = reader.read_explicit(EXPLICIT_0, SEQUENCE)
    reader.finish()
    if wrapped is None:
        raise MalformedError("it holds no response")
    response_bytes = Reader(wrapped)
    if response_bytes.read(OID) != ID_PKIX_OCSP_BASIC:
        raise UnusableError("it is not a basic response")
    basic = response_bytes.read(OCTET_STRING)
    response_bytes.finish()
    return _read_basic(basic)


def _read_basic(der: bytes) -> BasicResponse:
    reader = open_sequence(der)
    tbs = reader.read_whole(SEQUENCE)
    signature_algorithm = reader.read_whole(SEQUENCE)
    signature = whole_octets(reader.read(BIT_STRING))
    certificates = _read_certificates(reader.read_explicit(EXPLICIT_0, SEQUENCE))
    reader.finish()

    data = open_sequence(tbs)
    # [0] would be a version: v1 is the default, which DER does not write, and there is no other.
    name = data.read_optional(EXPLICIT_1)
    key_hash = None if name is not None else data.read_explicit(EXPLICIT_2, OCTET_STRING)
    if name is None and key_hash is None:
        raise MalformedError("it does not say who the responder is")
    produced_at = read_time(data.read(GENERALIZED_TIME))
    single_responses = data.read(SEQUENCE)
    extensions = read_extensions(data.read_explicit(EXPLICIT_1, SEQUENCE))
    data.finish()
    return BasicResponse(
        tbs=tbs,
        signature_algorithm=signature_algorithm,
        signature=signature,
        unverified_certificates=certificates,
        responder_name=name,
        responder_key_hash=key_hash,
        produced_at=produced_at,
        single_responses=single_responses,
        extensions=extensions,
    )


def _read_certificates(sequence: bytes | None) -> tuple[bytes, ...]:
    reader, found = Reader(sequence or b""), list[bytes]()
    while reader.has_more():
        if len(found) == MAX_CERTIFICATES:
            raise UnusableError(f"it holds more than {MAX_CERTIFICATES} certificates")
        found.append(reader.read_whole(SEQUENCE))
    return tuple(found)
