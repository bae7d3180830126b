"""SignedData (RFC 5652 §5), octet by octet, so that any one thing in it can be wrong."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from gateway.virtual.keys import PrivateKey
from tests.card.forge import oid_der, tlv

DATA, SIGNED_DATA = "1.2.840.113549.1.7.1", "1.2.840.113549.1.7.2"
CONTENT_TYPE, MESSAGE_DIGEST, SIGNING_TIME = (f"1.2.840.113549.1.9.{last}" for last in (3, 4, 5))
SIGNING_CERTIFICATE = "1.2.840.113549.1.9.16.2.12"
SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47"
SIGNED_AT = datetime(2026, 11, 19, 1, 2, 3, tzinfo=UTC)
NULL = b"\x05\x00"

HASHES: dict[str, tuple[str, hashes.HashAlgorithm]] = {
    "sha1": ("1.3.14.3.2.26", hashes.SHA1()),  # noqa: S303 - to see it refused
    "sha256": ("2.16.840.1.101.3.4.2.1", hashes.SHA256()),
    "sha384": ("2.16.840.1.101.3.4.2.2", hashes.SHA384()),
    "sha512": ("2.16.840.1.101.3.4.2.3", hashes.SHA512()),
}
RSA_ENCRYPTION = "1.2.840.113549.1.1.1"
RSA_WITH = {
    "sha256": "1.2.840.113549.1.1.11",
    "sha384": "1.2.840.113549.1.1.12",
    "sha512": "1.2.840.113549.1.1.13",
}
RSA_PSS = "1.2.840.113549.1.1.10"
ECDSA_WITH = {
    "sha1": "1.2.840.10045.4.1",
    "sha256": "1.2.840.10045.4.3.2",
    "sha384": "1.2.840.10045.4.3.3",
    "sha512": "1.2.840.10045.4.3.4",
}

Attribute = tuple[str, Sequence[bytes]]
"""Its type, and its values in DER."""


@dataclass(frozen=True)
class Signer:
    certificate: bytes
    key: PrivateKey = field(repr=False)
    hash_name: str = "sha256"
    algorithm: str | None = None
    """The signature algorithm's OID; None: as the key's kind asks for."""
    parameters: bytes | None = None
    by_key_identifier: bool = False
    attributes: Sequence[Attribute] | None = None
    """In the place of the usual ones; () for none at all."""
    unsigned: bytes = b""

    def info(self, content: bytes, content_type: str) -> bytes:
        attributes = self.attributes
        if attributes is None:
            attributes = usual_attributes(content, self.hash_name, content_type)
        encoded = sorted(encode_attribute(attribute) for attribute in attributes)
        signed = tlv(0x31, b"".join(encoded)) if encoded else content
        return sequence(
            tlv(0x02, b"\x03" if self.by_key_identifier else b"\x01"),
            self._sid(),
            algorithm(HASHES[self.hash_name][0], NULL),
            tlv(0xA0, b"".join(encoded)) if encoded else b"",
            self._signature_algorithm(),
            tlv(0x04, sign(self.key, signed, self.hash_name)),
            self.unsigned,
        )

    def _sid(self) -> bytes:
        certificate = x509.load_der_x509_certificate(self.certificate)
        if self.by_key_identifier:
            found = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
            return tlv(0x80, found.value.digest)
        return sequence(certificate.issuer.public_bytes(), integer(certificate.serial_number))

    def _signature_algorithm(self) -> bytes:
        is_ec = isinstance(self.key, ec.EllipticCurvePrivateKey)
        oid = self.algorithm or (ECDSA_WITH[self.hash_name] if is_ec else RSA_ENCRYPTION)
        parameters = self.parameters
        if parameters is None:
            parameters = b"" if is_ec else NULL
        return algorithm(oid, parameters)


def make_cms(
    content: bytes,
    *signers: Signer,
    attached: bool = True,
    certificates: Sequence[bytes] | None = None,
    content_type: str = DATA,
    holds: bytes | None = None,
) -> bytes:
    """`holds`: what it carries in the place of what was signed."""
    if certificates is None:
        certificates = [signer.certificate for signer in signers]
    octets = tlv(0xA0, tlv(0x04, content if holds is None else holds)) if attached else b""
    signed_data = sequence(
        tlv(0x02, b"\x01" if content_type == DATA else b"\x03"),
        tlv(0x31, b"".join(sorted({algorithm(HASHES[s.hash_name][0], NULL) for s in signers}))),
        sequence(oid_der(content_type), octets),
        tlv(0xA0, b"".join(certificates)) if certificates else b"",
        tlv(0x31, b"".join(signer.info(content, content_type) for signer in signers)),
    )
    return sequence(oid_der(SIGNED_DATA), tlv(0xA0, signed_data))


def usual_attributes(
    content: bytes, hash_name: str = "sha256", content_type: str = DATA
) -> list[Attribute]:
    return [
        (CONTENT_TYPE, [oid_der(content_type)]),
        (MESSAGE_DIGEST, [message_digest(content, hash_name)]),
        (SIGNING_TIME, [tlv(0x17, f"{SIGNED_AT:%y%m%d%H%M%SZ}".encode())]),
    ]


def message_digest(content: bytes, hash_name: str = "sha256") -> bytes:
    return tlv(0x04, hashlib.new(hash_name, content).digest())


def without(attributes: Sequence[Attribute], oid: str) -> list[Attribute]:
    return [attribute for attribute in attributes if attribute[0] != oid]


def encode_attribute(attribute: Attribute) -> bytes:
    oid, values = attribute
    return sequence(oid_der(oid), tlv(0x31, b"".join(values)))


def algorithm(oid: str, parameters: bytes) -> bytes:
    return sequence(oid_der(oid), parameters)


def sequence(*parts: bytes) -> bytes:
    return tlv(0x30, b"".join(parts))


def integer(value: int) -> bytes:
    return tlv(0x02, value.to_bytes(value.bit_length() // 8 + 1))


def sign(key: PrivateKey, data: bytes, hash_name: str) -> bytes:
    """Over the hash that is named, and no other that the key may like better."""
    prehashed = Prehashed(HASHES[hash_name][1])
    digest = hashlib.new(hash_name, data).digest()
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return key.sign(digest, ec.ECDSA(prehashed))
    return key.sign(digest, padding.PKCS1v15(), prehashed)
