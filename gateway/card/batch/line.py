"""From a line's bytes to a request. Read strictly: what is misspelt is not left out silently."""

import hashlib
import json
import re
from base64 import b64decode, b64encode
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Literal, NoReturn

import msgspec

from gateway.card.api import CertificateError, Reason
from gateway.card.batch.request import Profile, Request, RequestId, Signature, UnreadableLineError
from gateway.card.general.model import PolicyInputs
from gateway.card.general.policy_extensions import ANY_POLICY
from gateway.card.model import Digest, HashAlgorithm, SignatureEncoding

# RFC 3339 §5.6, whose letters may be small and whose T may be a space.
_TIME = re.compile(
    r"\d{4}-\d\d-\d\d[Tt ]([01]\d|2[0-3]):\d\d:\d\d(\.\d+)?"
    r"([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)",
    re.ASCII,
)
_OID = re.compile(r"(?:[01]\.[1-3]?\d|2\.(?:0|[1-9]\d*))(?:\.(?:0|[1-9]\d*))*", re.ASCII)
_HASH_SPELLINGS = {
    spelling: algorithm
    for algorithm in HashAlgorithm
    for spelling in (algorithm.value, algorithm.value.replace("sha", "sha-"))
}


class _Signature(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    value: str
    encoding: str
    data: str | None = None
    digest: str | None = None
    hash: str | None = None


class _Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    profile: str
    certificate: str
    at: str
    id: str | int | None = None
    pool: list[str] = []
    anchors: list[str] = []
    crls: list[str] = []
    ocsp: list[str] = []
    revocation: Literal["require", "off"] = "require"
    policies: list[str] = []
    explicit_policy: bool = False
    inhibit_any_policy: bool = False
    inhibit_policy_mapping: bool = False
    signature: _Signature | None = None


def read_line(line: bytes) -> Request:
    """Raises UnreadableLineError, with the line's `id` where it could be told."""
    document = _load(line)
    request_id = _known_id(document)
    try:
        return _read(msgspec.convert(document, _Line), request_id)
    except CertificateError as error:
        raise UnreadableLineError(error.reason, error.message, request_id) from error
    except msgspec.ValidationError as error:
        # Its path alone: what it found there may be about a person.
        _, _, where = str(error).partition(" - at ")
        told = f"not of the form a request has, at {where or '$'}"
        raise UnreadableLineError(Reason.MALFORMED_REQUEST, told, request_id) from error


def _load(line: bytes) -> object:
    try:
        return json.loads(line.decode(), object_pairs_hook=_object, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise UnreadableLineError(Reason.MALFORMED_REQUEST, "the line is not JSON") from error


def _object(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    """RFC 8259 §4: with a name twice, every reader has a meaning of its own."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice in an object")
    return found


def _refuse_constant(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def _known_id(document: object) -> RequestId:
    found = document.get("id") if isinstance(document, dict) else None
    return found if isinstance(found, str | int) and not isinstance(found, bool) else None


def _read(line: _Line, request_id: RequestId) -> Request:
    if line.profile not in tuple(Profile):
        raise CertificateError(Reason.UNKNOWN_PROFILE, "profile: none of ours")
    return Request(
        request_id=request_id,
        profile=Profile(line.profile),
        unverified_certificate=_octets(line.certificate, "certificate"),
        pool=_all_octets(line.pool, "pool"),
        anchors=_all_octets(line.anchors, "anchors"),
        crls=_all_octets(line.crls, "crls"),
        ocsp=_all_octets(line.ocsp, "ocsp"),
        requires_revocation=line.revocation == "require",
        at=read_time(line.at),
        policy=PolicyInputs(
            user_initial=_policies(line.policies),
            explicit_policy=line.explicit_policy,
            inhibit_any_policy=line.inhibit_any_policy,
            inhibit_policy_mapping=line.inhibit_policy_mapping,
        ),
        signature=None if line.signature is None else _signature(line.signature),
    )


def _signature(signature: _Signature) -> Signature:
    if (signature.data is None) == (signature.digest is None):
        raise _malformed("signature: either data or digest is needed")
    if signature.encoding not in tuple(SignatureEncoding):
        raise CertificateError(Reason.UNSUPPORTED_SIGNATURE, "signature.encoding: not known")
    return Signature(
        value=_octets(signature.value, "signature.value"),
        encoding=SignatureEncoding(signature.encoding),
        to_be_signed=_to_be_signed(signature),
    )


def _to_be_signed(signature: _Signature) -> bytes | Digest:
    """Without `hash`, data are hashed as the encoding and the key's kind have it."""
    algorithm = None if signature.hash is None else _hash_algorithm(signature.hash)
    if signature.data is not None:
        data = _octets(signature.data, "signature.data")
        if algorithm is None:
            return data
        return Digest(algorithm, hashlib.new(algorithm, data).digest())
    digest = _octets(signature.digest or "", "signature.digest")
    if algorithm is None:
        raise _malformed("signature.hash: the hash of a digest is not guessed")
    try:
        return Digest(algorithm, digest)
    except ValueError as error:
        raise _malformed(f"signature.digest: {error}") from error


def _hash_algorithm(name: str) -> HashAlgorithm:
    try:
        return _HASH_SPELLINGS[name.lower()]
    except KeyError:
        raise CertificateError(Reason.UNSUPPORTED_SIGNATURE, "signature.hash") from None


def _policies(oids: Sequence[str]) -> frozenset[str]:
    """RFC 5280 §6.1.1 (c): whoever names no policy is not concerned about them."""
    if not all(_OID.fullmatch(oid) for oid in oids):
        raise _malformed("policies: a dotted OID is needed")
    return frozenset(oids or (ANY_POLICY,))


def _all_octets(texts: Sequence[str], field: str) -> tuple[bytes, ...]:
    return tuple(_octets(text, field) for text in texts)


def _octets(text: str, field: str) -> bytes:
    """RFC 4648 §4, padded, in the one way there is to write it (§3.5)."""
    try:
        octets = b64decode(text, validate=True)
        if b64encode(octets) == text.encode():
            return octets
    except ValueError:
        pass
    raise _malformed(f"{field}: not base64")


def read_time(text: str) -> datetime:
    """RFC 3339, to UTC."""
    try:
        if _TIME.fullmatch(text):
            return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise _malformed("at: not a time as RFC 3339 writes it")


def _malformed(message: str) -> CertificateError:
    return CertificateError(Reason.MALFORMED_REQUEST, message)
