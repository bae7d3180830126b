"""What `read_pdf` says of a PDF, in short; and whether its digest is what the key signed."""

import pytest
from cryptography import x509

from gateway.card.algorithms import load_public_key
from gateway.card.api import CertificateError, Reason
from gateway.card.documents.model import (
    Covers,
    DocumentFormat,
    ReadSignature,
    UnverifiedDocument,
    UnverifiedSignature,
)
from gateway.card.documents.pdf import read_pdf
from gateway.card.signature import verify_signature


def read(pdf: bytes) -> tuple[ReadSignature, ...]:
    return read_pdf(UnverifiedDocument(DocumentFormat.PDF, pdf))


def told(pdf: bytes) -> list[Covers | Reason]:
    """What is said of each signature; every one that may stand is one of its certificate's key."""
    found: list[Covers | Reason] = []
    for each in read(pdf):
        if isinstance(each, CertificateError):
            found.append(each.reason)
        else:
            verify(each)
            found.append(each.covers)
    return found


def verify(signature: UnverifiedSignature) -> None:
    certificate = x509.load_der_x509_certificate(signature.unverified_certificate)
    key = load_public_key(certificate)
    verify_signature(key, signature.encoding, signature.signature, signature.digest)


def refused(pdf: bytes) -> Reason:
    with pytest.raises(CertificateError) as raised:
        read(pdf)
    return raised.value.reason


def outcome(pdf: bytes) -> list[Covers | Reason]:
    """As `told`; of a document that cannot be read, why."""
    try:
        return told(pdf)
    except CertificateError as error:
        return [error.reason]
