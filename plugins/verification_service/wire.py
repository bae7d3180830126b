"""What goes over the wire: three questions, and an answer that repeats its question.

Nothing else of a certificate than its issuer and serial number leaves the gateway.
"""

from datetime import datetime
from typing import Annotated, Literal

import msgspec

from gateway.card.api import (
    CertificateIdentity,
    CertificatePath,
    CertificateType,
    HolderAnswer,
    StatusValue,
)

MAX_PREDECESSORS = 50
"""One person's certificates of one type: a new one every few years and at every move."""

Time = Annotated[datetime, msgspec.Meta(tz=True)]  # RFC 3339
SerialNumber = Annotated[str, msgspec.Meta(pattern=r"\A[1-9a-f][0-9a-f]{0,39}\Z")]
EvidenceKind = Literal["crl", "ocsp"]


class CertificateName(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """Which certificate, and nothing of whose."""

    issuer: str
    """The anchor set."""
    issuer_sha256: str | None = None
    """The anchor's own fingerprint, where it is known: upper-case hexadecimal."""
    serial_number: SerialNumber
    """Lower-case hexadecimal without leading zeros."""


class Question(msgspec.Struct, frozen=True, kw_only=True):
    request_id: str


class StatusQuestion(Question, frozen=True, kw_only=True):
    certificate: CertificateName


class HolderQuestion(Question, frozen=True, kw_only=True):
    signature: CertificateName
    authentication: CertificateName


class PredecessorsQuestion(Question, frozen=True, kw_only=True):
    certificate: CertificateName
    certificate_type: CertificateType


class StatusAnswer(StatusQuestion, frozen=True, kw_only=True, forbid_unknown_fields=True):
    value: StatusValue
    evidence: EvidenceKind | None = None
    """What the service itself has looked at."""
    this_update: Time | None = None
    next_update: Time | None = None
    revocation_reason: str | None = None
    revoked_at: Time | None = None


class HolderReply(HolderQuestion, frozen=True, kw_only=True, forbid_unknown_fields=True):
    value: HolderAnswer


class PredecessorsReply(
    PredecessorsQuestion, frozen=True, kw_only=True, forbid_unknown_fields=True
):
    known: bool
    predecessors: Annotated[
        tuple[CertificateName, ...], msgspec.Meta(max_length=MAX_PREDECESSORS)
    ] = ()
    """Newest first."""


def name_in(path: CertificatePath) -> CertificateName:
    return CertificateName(
        issuer=path.anchor.anchor_set,
        issuer_sha256=path.anchor.fingerprint,
        serial_number=format(path.leaf.serial_number, "x"),
    )


def name_of(identity: CertificateIdentity) -> CertificateName:
    return CertificateName(
        issuer=identity.anchor_set, serial_number=format(identity.serial_number, "x")
    )


def identity_of(name: CertificateName) -> CertificateIdentity:
    return CertificateIdentity(name.issuer, int(name.serial_number, 16))
