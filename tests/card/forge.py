"""Certificates and CRLs with one wrong thing: a good one is taken apart, changed and signed again.

cryptography's builders refuse to make what these tests need (duplicates, old versions, bad DER).
"""

from collections.abc import Callable
from typing import Any

from asn1crypto import core
from asn1crypto import crl as asn1_crl
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.serialization import Encoding

from gateway.virtual.keys import PrivateKey, hash_for

Change = Callable[[Any], None]


def der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


def sign_bytes(
    key: PrivateKey, data: bytes, hash_algorithm: hashes.HashAlgorithm | None = None
) -> bytes:
    hash_algorithm = hash_algorithm or hash_for(key)
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return key.sign(data, ec.ECDSA(hash_algorithm))
    return key.sign(data, padding.PKCS1v15(), hash_algorithm)


def forge_certificate(good: bytes, issuer_key: PrivateKey, change: Change) -> bytes:
    """`change` gets the tbsCertificate; the result is signed by the issuer again."""
    certificate = asn1_x509.Certificate.load(good, strict=True)
    tbs = certificate["tbs_certificate"]
    change(tbs)
    tbs_der = tbs.dump(force=True)
    return assemble(tbs_der, certificate["signature_algorithm"].dump(), issuer_key)


def assemble(
    tbs: bytes,
    algorithm: bytes,
    key: PrivateKey,
    hash_algorithm: hashes.HashAlgorithm | None = None,
) -> bytes:
    signature = b"\x00" + sign_bytes(key, tbs, hash_algorithm)
    return tlv(0x30, tbs + algorithm + tlv(0x03, signature))


def forge_crl(good: bytes, issuer_key: PrivateKey, change: Change) -> bytes:
    """`change` gets the tbsCertList; the result is signed by the issuer again."""
    crl = asn1_crl.CertificateList.load(good, strict=True)
    tbs = crl["tbs_cert_list"]
    change(tbs)
    return assemble(tbs.dump(force=True), crl["signature_algorithm"].dump(), issuer_key)


def tlv(tag: int, content: bytes) -> bytes:
    """Any content under any tag, with DER's length."""
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    octets = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes((tag, 0x80 | len(octets))) + octets + content


def extension(oid: str, value: bytes, *, critical: bool = False) -> Any:
    """An asn1crypto extension with any bytes as its value."""
    return asn1_x509.Extension(
        {"extn_id": oid, "critical": critical, "extn_value": core.OctetString(value)}
    )
