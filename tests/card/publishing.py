"""A profile whose CA has published what a test says."""

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from plugins.jpki.auth import AuthProfile


class Publishing(AuthProfile):
    """A profile whose CA has published these certificates."""

    def __init__(self, *certificates: x509.Certificate) -> None:
        super().__init__({})
        self.published_anchors = frozenset(fingerprint(each) for each in certificates)


def fingerprint(certificate: x509.Certificate) -> str:
    return certificate.fingerprint(hashes.SHA256()).hex().upper()
