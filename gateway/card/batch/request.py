"""What one line asks: everything that a verification needs, and the only time it knows."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from gateway.card.api import CertificateError, Reason
from gateway.card.general.model import PolicyInputs
from gateway.card.model import Digest, SignatureEncoding

RequestId = str | int | None


class Profile(StrEnum):
    JPKI_SIGN = "jpki-sign"
    JPKI_AUTH = "jpki-auth"
    GENERAL = "general"


@dataclass(frozen=True, slots=True)
class Signature:
    value: bytes = field(repr=False)
    encoding: SignatureEncoding
    to_be_signed: bytes | Digest = field(repr=False)


@dataclass(frozen=True, slots=True)
class Request:
    """Well-formed. Nothing of it is believed yet."""

    request_id: RequestId
    profile: Profile
    unverified_certificate: bytes = field(repr=False)
    pool: tuple[bytes, ...] = field(repr=False)
    """Untrusted intermediates, for the general profile: a JPKI certificate has none."""
    anchors: tuple[bytes, ...] = field(repr=False)
    crls: tuple[bytes, ...] = field(repr=False)
    ocsp: tuple[bytes, ...] = field(repr=False)
    requires_revocation: bool
    at: datetime
    policy: PolicyInputs
    """For the general profile: the JPKI profiles know their own policies."""
    signature: Signature | None


class UnreadableLineError(CertificateError):
    """The line asks for nothing that can be answered with a verification."""

    def __init__(self, reason: Reason, message: str, request_id: RequestId = None) -> None:
        super().__init__(reason, message)
        self.request_id = request_id
