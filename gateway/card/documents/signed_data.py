"""One SignedData (RFC 5652 §5): its signers, each over content whose digest is given."""

from collections.abc import Callable

from gateway.card.api import CertificateError, Reason
from gateway.card.documents.model import ReadSignature
from gateway.card.model import HashAlgorithm

Content = Callable[[HashAlgorithm], bytes]
"""The digest of what was signed, under a hash."""


def read_signed_data(der: bytes, content: Content | None) -> tuple[ReadSignature, ...]:
    """Its signatures, in their order, each of which covers the content whole. `content`: what was
    signed where it is detached, None where the SignedData itself must hold it. Raises
    CertificateError where it cannot be read or has no signer; nothing else, for any bytes."""
    raise CertificateError(Reason.NOT_SIGNED, "no signer")
