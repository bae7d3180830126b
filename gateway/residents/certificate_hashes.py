"""Keyed hashes of certificates: a binding is found by its certificate, and no certificate by it."""

from gateway.card.api import CertificateIdentity, CertificateType
from gateway.keys.hashing import KeyedHash


def certificate_hash(
    keyed_hash: KeyedHash, certificate_type: CertificateType, identity: CertificateIdentity
) -> str:
    return keyed_hash.hash("certificate", certificate_type, str(identity))
