"""What is presented for verification, and what was found."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from gateway.card.api import (
    BasicAttributes,
    CertificateIdentity,
    CertificateStatus,
    CertificateType,
    Reason,
)


class SignatureEncoding(StrEnum):
    """How the signature was made. It is stated, never guessed from the bytes."""

    PKCS1 = "pkcs1"
    """RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017 §8.2)."""
    PKCS1_BARE = "pkcs1-bare"
    """EMSA-PKCS1-v1_5 padding around the bare SHA-256, without its DigestInfo."""
    ECDSA_DER = "ecdsa-der"
    """Ecdsa-Sig-Value (RFC 3279 §2.2.3); SHA-256 with P-256, SHA-384 with P-384."""
    ECDSA_RAW = "ecdsa-raw"
    """r ‖ s, each as long as the curve's order; hashes as in the DER form."""


class HashAlgorithm(StrEnum):
    """What a signature may be over. SHA-1 is not here."""

    SHA256 = "sha256"
    SHA384 = "sha384"
    SHA512 = "sha512"


@dataclass(frozen=True, slots=True)
class Digest:
    """The hash of what was signed, in the place of what was signed."""

    hash_algorithm: HashAlgorithm
    value: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.value) != hashlib.new(self.hash_algorithm).digest_size:
            raise ValueError("the digest is not as long as its hash's")


@dataclass(frozen=True, slots=True)
class Presentation:
    """A certificate and a signature, as they came. Nothing of it is believed yet."""

    unverified_certificate: bytes = field(repr=False)
    signature: bytes = field(repr=False)
    signature_encoding: SignatureEncoding
    to_be_signed: bytes | Digest = field(repr=False)
    expected_type: CertificateType | None = None
    """Refuse the other certificate of the card; None where either will do."""


@dataclass(frozen=True, slots=True)
class CertificateAlone:
    """A certificate without a signature: nobody has shown that he holds its key, so this is never
    a sign-in. For auditors."""

    unverified_certificate: bytes = field(repr=False)
    expected_type: CertificateType | None = None


class Outcome(StrEnum):
    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNDETERMINED = "undetermined"
    """Nothing bad was seen, but revocation could not be ruled out. Not a yes."""


class Check(StrEnum):
    """The steps of a verification, in their order."""

    FORM = "form"
    PATH = "path"
    PROFILE = "profile"
    VALIDITY = "validity"
    SIGNATURE = "signature"
    REVOCATION = "revocation"
    VALIDATORS = "validators"


class CheckOutcome(StrEnum):
    PASSED = "passed"
    REFUSED = "refused"
    UNDETERMINED = "undetermined"
    NOT_DONE = "not_done"


@dataclass(frozen=True, slots=True)
class CheckResult:
    name: Check
    outcome: CheckOutcome


@dataclass(frozen=True, slots=True)
class Verification:
    """What was found. What stands in the certificate is told only once its path is proven."""

    verification_id: str
    outcome: Outcome
    reason: Reason | None
    """None exactly when accepted."""
    certificate_type: CertificateType | None
    issuer: str | None
    """The anchor's distinguished name (RFC 4514)."""
    not_before: datetime | None
    not_after: datetime | None
    status: CertificateStatus | None
    checks: tuple[CheckResult, ...]
    basic_attributes: BasicAttributes | None = field(repr=False)
    """Only when accepted."""
    identity: CertificateIdentity | None = field(repr=False)
    """Only when accepted, and only of a card's certificate."""
    revoked_identity: CertificateIdentity | None = field(repr=False)
    """Only when refused as revoked, all checks before that having passed."""
    validators: tuple[str, ...] = ()
    """The plugins that let it pass, by name. Only when accepted."""

    @property
    def accepted(self) -> bool:
        return self.outcome is Outcome.ACCEPTED

    @property
    def log_detail(self) -> dict[str, str]:
        """What a log may hold of it: nothing that stands in the certificate, but its type."""
        told = {"verification_id": self.verification_id}
        if self.certificate_type is not None:
            told["certificate"] = self.certificate_type.value
        if self.reason is not None:
            told["reason"] = self.reason.value
        return told
