"""The CA that is asked about: its key, and how a CertID names its certificates (RFC 6960 §4.1.1).

Names, keys and identifiers are compared as the DER they are.
"""

from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha1, sha256

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from plugins.der import INTEGER, OCTET_STRING, SEQUENCE
from plugins.ocsp.algorithms import PublicKey, load_key
from plugins.ocsp.certificate_outline import read_certificate
from plugins.ocsp.unusable import UnusableError

# AlgorithmIdentifiers of SHA-1 and SHA-256, with NULL and without parameters (RFC 4055 §2.1). A
# CertID only names a certificate, so SHA-1 harms nobody here.
_SHA_1 = bytes.fromhex("300906052b0e03021a0500"), bytes.fromhex("300706052b0e03021a")
_SHA_256 = (
    bytes.fromhex("300d06096086480165030402010500"),
    bytes.fromhex("300b0609608648016503040201"),
)
_MAX_ISSUERS = 64
# RFC 5280 §4.1.2.2.
MAX_SERIAL_OCTETS = 20


@dataclass(frozen=True, slots=True, eq=False)
class Issuer:
    """One object for each certificate, so that what is known of it can be kept by its identity."""

    name: bytes
    """The subject's DER."""
    key_hash: bytes
    """SHA-1 of the key's octets: how a responderID names a key."""
    public_key: PublicKey
    certificate_id_heads: tuple[bytes, ...]
    """The beginning of every CertID that names a certificate of this CA, up to its serial."""


@lru_cache(_MAX_ISSUERS)
def read_issuer(certificate: x509.Certificate) -> Issuer:
    outline = read_certificate(certificate.public_bytes(Encoding.DER))
    heads = []
    for algorithms, digest in ((_SHA_1, sha1), (_SHA_256, sha256)):
        hashes = (digest(part).digest() for part in (outline.subject, outline.key))
        octets = b"".join(bytes((OCTET_STRING, len(each))) + each for each in hashes)
        heads += [algorithm + octets for algorithm in algorithms]
    return Issuer(
        name=outline.subject,
        key_hash=outline.key_hash,
        public_key=load_key(outline.key_info),
        certificate_id_heads=tuple(heads),
    )


def certificate_ids(certificate: x509.Certificate, issuer: Issuer) -> frozenset[bytes]:
    """Every CertID, in DER, that names this certificate of this CA: all four fields at once."""
    number = certificate.serial_number
    if number.bit_length() >= 8 * MAX_SERIAL_OCTETS:
        raise UnusableError("the certificate's serial number is too long")
    serial = number.to_bytes(number.bit_length() // 8 + 1, signed=True)
    tail = bytes((INTEGER, len(serial))) + serial
    # Two hashes and a serial number are so short that each length takes one octet.
    contents = (head + tail for head in issuer.certificate_id_heads)
    return frozenset(bytes((SEQUENCE, len(content))) + content for content in contents)
