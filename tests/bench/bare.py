"""What a card verification cannot do without: the calls of cryptography that it needs, and no
check of ours. The yardstick for what the checks cost.
"""

from collections.abc import Sequence

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from gateway.card.api import Anchor
from gateway.card.model import Presentation
from tests.bench.measure import Operation, own_cpu

_PKCS1, _SHA256 = padding.PKCS1v15(), hashes.SHA256()


SIGNATURES = "parsing and two signatures"
WITH_EXTENSIONS = "parsing, extensions and two signatures"
"""Without the extensions nothing is known of key usage, policy, attributes, distribution point."""


def bare_operations(
    anchors: Sequence[Anchor], presentations: Sequence[Presentation], count: int
) -> dict[str, Operation]:
    issuer = _issuer_key(anchors, presentations[0].unverified_certificate)

    def repeat(times: int, *, extensions: bool) -> None:
        for number in range(times):
            presentation = presentations[number % len(presentations)]
            leaf = x509.load_der_x509_certificate(presentation.unverified_certificate)
            issuer.verify(leaf.signature, leaf.tbs_certificate_bytes, _PKCS1, _SHA256)
            if extensions:
                list(leaf.extensions)
            key, message = leaf.public_key(), presentation.to_be_signed
            assert isinstance(key, rsa.RSAPublicKey)
            assert isinstance(message, bytes)
            key.verify(presentation.signature, message, _PKCS1, _SHA256)

    def operation(name: str, *, extensions: bool) -> Operation:
        return Operation(
            name, lambda times: own_cpu(lambda: repeat(times, extensions=extensions)), count
        )

    return {
        SIGNATURES: operation(SIGNATURES, extensions=False),
        WITH_EXTENSIONS: operation(WITH_EXTENSIONS, extensions=True),
    }


def _issuer_key(anchors: Sequence[Anchor], unverified_certificate: bytes) -> rsa.RSAPublicKey:
    leaf = x509.load_der_x509_certificate(unverified_certificate)
    identifier = leaf.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value
    for anchor in anchors:
        extensions = anchor.certificate.extensions
        own = extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
        key = anchor.certificate.public_key()
        if own.digest == identifier.key_identifier and isinstance(key, rsa.RSAPublicKey):
            return key
    raise LookupError("none of the anchors has issued it")
