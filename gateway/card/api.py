"""The public door for plugins: what a certificate validator, profile or revocation source sees.

Public and versioned: fields and `Reason` members may be added; nothing is removed or changes its
meaning within a major version. Everything else in `gateway` is private.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol, TypeVar, cast, runtime_checkable

from cryptography import x509

from gateway.card.basic_attributes import AttributeOrigin as AttributeOrigin
from gateway.card.basic_attributes import BasicAttributes as BasicAttributes
from gateway.card.listing import ListingSource as ListingSource
from gateway.card.listing import RevokedCertificate as RevokedCertificate
from gateway.card.listing import RevokedCertificates as RevokedCertificates
from gateway.card.reasons import CertificateError as CertificateError
from gateway.card.reasons import Reason as Reason

E = TypeVar("E", bound=x509.ExtensionType)


class CertificateType(StrEnum):
    SIGNATURE = "signature"
    """署名用電子証明書"""
    AUTHENTICATION = "authentication"
    """利用者証明用電子証明書"""


@dataclass(frozen=True, slots=True)
class Anchor:
    """A pinned CA certificate and the set it was pinned in ("jpki-sign", "jpki-auth")."""

    certificate: x509.Certificate
    anchor_set: str
    fingerprint: str
    """SHA-256 of the DER, upper-case hexadecimal."""


@dataclass(frozen=True, slots=True)
class CertificateExtension:
    """One extension of a certificate. Two are equal where their bytes are, and it can be the key
    of a cache: many certificates of one CA have the same."""

    oid: x509.ObjectIdentifier = field(compare=False)
    critical: bool = field(compare=False)
    der: bytes
    """The whole Extension (RFC 5280 §4.1)."""
    value: x509.ExtensionType = field(compare=False)


CertificateExtensions = Mapping[x509.ObjectIdentifier, CertificateExtension]
"""All extensions of a certificate; each is well-formed, none stands twice."""


@dataclass(frozen=True, slots=True)
class CertificatePath:
    """Proof that `leaf` was issued by the pinned `anchor`: name, key identifier and signature were
    checked. Only `gateway.card.path` makes one."""

    leaf: x509.Certificate
    anchor: Anchor
    extensions: CertificateExtensions
    """The leaf's. `leaf.extensions` is the same, decoded once more."""

    def value(self, kind: type[E]) -> E | None:
        """The leaf's extension of this kind, if there is one."""
        extension = self.extensions.get(kind.oid)
        return None if extension is None else cast("E", extension.value)


@dataclass(frozen=True, slots=True)
class ValidationContext:
    """What a check may know besides the path. Fields may be added."""

    now: datetime
    """Aware, UTC. The only clock a validator may read."""
    certificate_type: CertificateType


@dataclass(frozen=True, slots=True)
class CertificateIdentity:
    """Which certificate, for as long as it exists: the generations of a CA share its serial
    numbers, so the set of its anchors is the issuer. It says who somebody is: it reaches no log,
    and at rest there is only its keyed hash."""

    anchor_set: str
    serial_number: int = field(repr=False)

    def __str__(self) -> str:
        return f"{self.anchor_set}:{self.serial_number}"


class StatusValue(StrEnum):
    GOOD = "good"
    REVOKED = "revoked"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class CertificateStatus:
    """What a revocation source answers, and from which evidence."""

    value: StatusValue
    source: str
    """The plugin's name."""
    this_update: datetime | None = None
    next_update: datetime | None = None
    revocation_reason: str | None = None
    """RFC 5280 §5.3.1 spelling ("affiliationChanged"); "unspecified" where the entry has none."""
    revoked_at: datetime | None = None
    stale: bool = False
    """UNKNOWN because the evidence that was found is past its nextUpdate."""
    detail: str | None = None
    """Why UNKNOWN, for the operator: one line without personal data."""
    evidence: str | None = None
    """What the source was told by whom it asked that it rests on: "crl" or "ocsp"."""


@runtime_checkable
class CardProfile(Protocol):
    """One kind of certificate: which anchors may issue it, what marks it, what it says.

    Built once with the mapping `[plugins.NAME]` of the settings; checks that mapping there and
    raises ValueError with the key's name for what it cannot use.
    """

    name: str
    certificate_type: CertificateType
    anchor_set: str
    known_critical_extensions: frozenset[str]
    """Dotted OIDs this profile itself checks; any other critical extension refuses."""
    published_anchors: frozenset[str]
    """SHA-256 fingerprints (upper-case hexadecimal) of the anchors its CA has published: the only
    ones production trusts, and the ones the demo never does."""

    def __init__(self, settings: Mapping[str, object]) -> None: ...

    def check(self, path: CertificatePath) -> BasicAttributes | None:
        """All marks of the profile, or CertificateError. Returns what the certificate says of the
        person; None for a certificate that carries no basic attributes."""
        ...


@runtime_checkable
class RevocationSource(Protocol):
    """Where revocation is looked up. Asked in the settings' order; the first answer that is not
    UNKNOWN stands. No source, or only UNKNOWN: undetermined, never good."""

    name: str

    def __init__(self, settings: Mapping[str, object]) -> None: ...

    async def status(
        self, path: CertificatePath, context: ValidationContext
    ) -> CertificateStatus: ...


class HolderAnswer(StrEnum):
    """Whether two certificates are one person's."""

    SAME = "same"
    OTHER = "other"
    UNKNOWN = "unknown"
    """Could not tell. It is never taken for one of the others."""


@dataclass(frozen=True, slots=True)
class Predecessors:
    """新旧紐付け: the certificates that one certificate has taken the place of."""

    known: bool
    """False: could not tell."""
    identities: tuple[CertificateIdentity, ...] = ()
    """Older certificates of the same person and type, newest first. Empty and known: a first
    certificate."""


@runtime_checkable
class CertificateLinking(Protocol):
    """証明書紐付け・新旧紐付け: which certificates are one person's, by word of whoever may ask
    J-LIS. Asked only of certificates that are verified already, and never instead of verifying
    them. Whatever it cannot tell, or raises, is UNKNOWN and `known=False`."""

    name: str

    def __init__(self, settings: Mapping[str, object]) -> None: ...

    async def same_holder(
        self, signature: CertificateIdentity, authentication: CertificateIdentity, now: datetime
    ) -> HolderAnswer:
        """Whether a signature and an authentication certificate belong to one person."""
        ...

    async def predecessors(
        self, certificate: CertificateIdentity, certificate_type: CertificateType, now: datetime
    ) -> Predecessors:
        """What a renewed certificate was before. It speaks of the person only: whether the older
        ones are revoked is another question."""
        ...


@runtime_checkable
class EvidenceChecker(Protocol):
    """What one piece of evidence says that came with the request itself: a CRL, an OCSP response.
    It asks nobody, keeps nothing and reads no clock but `at`."""

    name: str

    def __init__(self, settings: Mapping[str, object]) -> None: ...

    def check(
        self,
        unverified_evidence: bytes,
        certificate: x509.Certificate,
        issuer: x509.Certificate,
        at: datetime,
    ) -> CertificateStatus:
        """Raises nothing for any bytes: what proves nothing (no nextUpdate, stale, of another
        scope, badly signed) is UNKNOWN, and `detail` says why. `issuer` has issued `certificate`
        and is trusted already."""
        ...


@dataclass(frozen=True, slots=True)
class Evidence:
    """How much a revocation source holds, for the operator."""

    fresh: int
    """Pieces of evidence in force."""
    stale: int
    """Pieces past their nextUpdate."""
    next_due: datetime | None
    """When the first of the fresh ones goes stale."""
    as_of: datetime | None = None
    """When the oldest of the fresh ones was made."""


@runtime_checkable
class EvidenceSource(Protocol):
    """A revocation source that keeps evidence may tell of it at /readyz; none has to."""

    async def evidence(self, now: datetime) -> Evidence: ...


@runtime_checkable
class BackgroundSource(Protocol):
    """A revocation source that works while nobody asks: reads lists, fetches them. None has to."""

    def kept(self, clock: Callable[[], datetime]) -> AbstractAsyncContextManager[None]:
        """Entered when the gateway starts, left when it stops."""
        ...


@runtime_checkable
class AnchoredSource(Protocol):
    """A revocation source that verifies its evidence before anybody asks. None has to."""

    def trust(self, anchors: Sequence[Anchor]) -> None:
        """Called before everything else, with all CA certificates that are pinned."""
        ...


@runtime_checkable
class CertificateValidator(Protocol):
    """A further check of a municipality's own. It can refuse more, never less: it returns nothing
    or raises CertificateError. Whatever else it raises refuses too."""

    name: str

    def __init__(self, settings: Mapping[str, object]) -> None: ...

    async def validate(self, path: CertificatePath, context: ValidationContext) -> None: ...
