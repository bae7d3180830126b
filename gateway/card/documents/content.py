"""What a CMS signature was made over, as the bytes it is."""

import hashlib
from collections.abc import Callable

from gateway.card.api import CertificateError, Reason
from gateway.card.der import DerError, expect_tlv
from gateway.card.documents.signed_attributes import MESSAGE_DIGEST, SET, read_signed_attributes
from gateway.card.model import HashAlgorithm

Content = Callable[[HashAlgorithm], bytes]
"""The digest of what was signed, under a hash."""


def content_of(octets: bytes) -> Content:
    """Raises CertificateError for what could be the signed attributes of another document: left
    without its own, its signature would fit these octets too (RFC 5652 §5.4)."""
    if _are_signed_attributes(octets):
        raise CertificateError(Reason.MALFORMED_DOCUMENT, "the content is signed attributes")
    return lambda hash_algorithm: hashlib.new(hash_algorithm, octets).digest()


def _are_signed_attributes(octets: bytes) -> bool:
    try:
        start, end = expect_tlv(octets, 0, len(octets), SET)
        attributes = read_signed_attributes(octets[start:end])
    except (DerError, CertificateError):
        return False
    return end == len(octets) and any(kind == MESSAGE_DIGEST for kind, _ in attributes.values)
