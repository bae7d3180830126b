"""What libraries raise for hostile bytes, as a reason of ours."""

from gateway.card.api import CertificateError, Reason


def unreadable(error: Exception) -> CertificateError:
    """Its type only: a library's message may hold a part of the document."""
    too_much = isinstance(error, MemoryError | RecursionError)
    reason = Reason.DOCUMENT_TOO_COMPLEX if too_much else Reason.MALFORMED_DOCUMENT
    return CertificateError(reason, type(error).__name__)
