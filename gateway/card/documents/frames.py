"""What the gateway and the process that reads documents say to each other: msgpack, its length in
four octets before it."""

from collections.abc import Iterable

import msgspec

from gateway.card.api import CertificateError, Reason
from gateway.card.documents.model import ReadSignature, UnverifiedDocument, UnverifiedSignature

LENGTH_OCTETS = 4
LONGEST_ANSWER = 1 << 20
"""Octets: signatures and certificates, no content."""


class _Found(msgspec.Struct, frozen=True, tag="found"):
    signature: UnverifiedSignature


class _Refused(msgspec.Struct, frozen=True, tag="refused"):
    reason: Reason
    message: str


_Answer = tuple[_Found | _Refused, ...] | _Refused
"""Of each signature, or of the document."""


def frame(payload: bytes) -> bytes:
    return len(payload).to_bytes(LENGTH_OCTETS) + payload


def encode_document(document: UnverifiedDocument) -> bytes:
    return msgspec.msgpack.encode(document)


def decode_document(payload: bytes) -> UnverifiedDocument:
    return msgspec.msgpack.decode(payload, type=UnverifiedDocument)


def encode_answer(found: Iterable[ReadSignature] | CertificateError) -> bytes:
    if isinstance(found, CertificateError):
        return msgspec.msgpack.encode(_told(found))
    return msgspec.msgpack.encode([_told(signature) for signature in found])


def decode_answer(payload: bytes) -> tuple[ReadSignature, ...]:
    """Raises CertificateError where the document could not be read; ValueError for what is no
    answer."""
    answer = msgspec.msgpack.decode(payload, type=_Answer)
    if isinstance(answer, _Refused):
        raise CertificateError(answer.reason, answer.message)
    return tuple(_taken(told) for told in answer)


def _told(signature: ReadSignature) -> _Found | _Refused:
    if isinstance(signature, CertificateError):
        return _Refused(signature.reason, signature.message)
    return _Found(signature)


def _taken(told: _Found | _Refused) -> ReadSignature:
    if isinstance(told, _Refused):
        return CertificateError(told.reason, told.message)
    return told.signature
