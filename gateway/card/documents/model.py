"""A signed document as it was read, and what was found of each of its signatures."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from gateway.card.api import CertificateError
from gateway.card.model import Digest, SignatureEncoding


class DocumentFormat(StrEnum):
    CMS = "cms"
    """SignedData (RFC 5652), with its content or beside it."""
    PDF = "pdf"
    """ISO 32000-2 §12.8."""
    XML = "xml"
    """XML Signature 1.1."""


@dataclass(frozen=True, slots=True)
class UnverifiedDocument:
    format: DocumentFormat
    document: bytes = field(repr=False)
    content: bytes | None = field(repr=False, default=None)
    """What was signed, where a CMS does not hold it itself."""


class Covers(StrEnum):
    """How much of the document as it is here a signature speaks for."""

    WHOLE = "whole"
    PART = "part"
    """Some elements of an XML document: `references` says which."""
    EARLIER_REVISION = "earlier_revision"
    """A PDF as it was; only what its signer allows was added since (ISO 32000-2 §12.8.2.2)."""


@dataclass(frozen=True, slots=True)
class UnverifiedSignature:
    """One signature. What it is over was compared with the document; whose it is, and whether it
    is one at all, is not known yet."""

    unverified_certificate: bytes = field(repr=False)
    signature: bytes = field(repr=False)
    encoding: SignatureEncoding
    digest: Digest
    """Of the very bytes the signature was made over: signed attributes, SignedInfo, content."""
    covers: Covers
    references: tuple[str, ...] = ()
    """The elements of an XML document, as their Reference URIs."""
    claimed_signing_time: datetime | None = None
    """The signer's own word: no clock but ours decides anything."""


ReadSignature = UnverifiedSignature | CertificateError
"""CertificateError: this signature cannot stand, whoever made it."""

ReadDocument = Callable[[UnverifiedDocument], tuple[ReadSignature, ...]]
"""All signatures of a document in their order, at least one. Raises CertificateError for a document
that cannot be read or holds none; nothing else, for any bytes."""
