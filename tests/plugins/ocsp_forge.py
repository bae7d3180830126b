"""OCSP responses with one wrong thing: every field is open, and the whole is signed as it is."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import new as new_hash

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from gateway.virtual.keys import PrivateKey
from tests.card.forge import TRUE, Node, der, oid_der, parse, sign_bytes, tlv

OID_BASIC, OID_NONCE = "1.3.6.1.5.5.7.48.1.1", "1.3.6.1.5.5.7.48.1.2"
OID_UNKNOWN = "1.2.392.200149.8.5.99"
NULL = bytes.fromhex("0500")
GOOD, UNKNOWN = tlv(0x80, b""), tlv(0x82, b"")
HASH_OIDS = {
    "sha1": "1.3.14.3.2.26",
    "sha256": "2.16.840.1.101.3.4.2.1",
    "sha512": "2.16.840.1.101.3.4.2.3",
}
RSA_SHA1, RSA_SHA256, RSA_SHA512 = (
    tlv(0x30, oid_der(f"1.2.840.113549.1.1.{number}") + NULL) for number in (5, 11, 13)
)
ECDSA_SHA256, ECDSA_SHA384 = (
    tlv(0x30, oid_der(f"1.2.840.10045.4.3.{number}")) for number in (2, 3)
)


def generalized_time(at: datetime) -> bytes:
    return tlv(0x18, f"{at.astimezone(UTC):%Y%m%d%H%M%SZ}".encode())


def integer(number: int) -> bytes:
    return tlv(0x02, number.to_bytes(number.bit_length() // 8 + 1, signed=True))


def extension(oid: str, value: bytes, *, critical: bool = False) -> bytes:
    return tlv(0x30, oid_der(oid) + (TRUE if critical else b"") + tlv(0x04, value))


def nonce_extension(nonce: bytes) -> bytes:
    return extension(OID_NONCE, tlv(0x04, nonce))


def revoked(at: datetime, reason: int | None = None) -> bytes:
    coded = b"" if reason is None else tlv(0xA0, tlv(0x0A, bytes((reason,))))
    return tlv(0xA1, generalized_time(at) + coded)


def _certificate_fields(certificate: x509.Certificate) -> list[Node]:
    return parse(der(certificate)).children[0].children


def subject(certificate: x509.Certificate) -> bytes:
    return _certificate_fields(certificate)[5].encode()


def key_octets(certificate: x509.Certificate) -> bytes:
    return _certificate_fields(certificate)[6].children[1].content[1:]


@dataclass(frozen=True)
class CertificateId:
    """The four fields, each with a hash or a number of its own."""

    hash_name: str
    name_hash: bytes
    key_hash: bytes
    serial: int
    parameters: bytes = NULL

    @classmethod
    def of(
        cls, certificate: x509.Certificate, issuer: x509.Certificate, hash_name: str = "sha256"
    ) -> "CertificateId":
        name_hash = new_hash(hash_name, subject(issuer)).digest()
        key_hash = new_hash(hash_name, key_octets(issuer)).digest()
        return cls(hash_name, name_hash, key_hash, certificate.serial_number)

    def encode(self) -> bytes:
        algorithm = tlv(0x30, oid_der(HASH_OIDS[self.hash_name]) + self.parameters)
        digests = tlv(0x04, self.name_hash) + tlv(0x04, self.key_hash)
        return tlv(0x30, algorithm + digests + integer(self.serial))


@dataclass(frozen=True)
class Single:
    certificate_id: CertificateId
    this_update: datetime
    next_update: datetime | None
    status: bytes = GOOD
    extensions: bytes = b""

    def encode(self) -> bytes:
        content = self.certificate_id.encode() + self.status + generalized_time(self.this_update)
        if self.next_update is not None:
            content += tlv(0xA0, generalized_time(self.next_update))
        if self.extensions:
            content += tlv(0xA1, tlv(0x30, self.extensions))
        return tlv(0x30, content)


@dataclass(frozen=True)
class ResponseTemplate:
    responder_id: bytes
    produced_at: datetime
    singles: tuple[Single, ...]
    certificates: tuple[x509.Certificate, ...]
    key: PrivateKey = field(repr=False)
    extensions: bytes = b""
    version: bytes = b""
    algorithm: bytes = RSA_SHA256
    hash_algorithm: hashes.HashAlgorithm = field(default_factory=hashes.SHA256)
    signature: bytes | None = None
    """Another one than its own."""
    other_tbs: bytes | None = None
    """Signed in place of what the fields say."""

    @property
    def single(self) -> Single:
        return self.singles[0]

    def with_single(self, **changes: object) -> "ResponseTemplate":
        return replace(self, singles=(replace(self.single, **changes),))  # type: ignore[arg-type]

    def tbs(self) -> bytes:
        if self.other_tbs is not None:
            return self.other_tbs
        singles = tlv(0x30, b"".join(single.encode() for single in self.singles))
        content = self.version + self.responder_id + generalized_time(self.produced_at) + singles
        if self.extensions:
            content += tlv(0xA1, tlv(0x30, self.extensions))
        return tlv(0x30, content)

    def own_signature(self) -> bytes:
        return sign_bytes(self.key, self.tbs(), self.hash_algorithm)

    def encode(self) -> bytes:
        signature = self.own_signature() if self.signature is None else self.signature
        content = self.tbs() + self.algorithm + tlv(0x03, b"\x00" + signature)
        if self.certificates:
            content += tlv(0xA0, tlv(0x30, b"".join(der(each) for each in self.certificates)))
        return wrap(tlv(0x30, content))


def wrap(basic: bytes, *, status: int = 0, response_type: str = OID_BASIC) -> bytes:
    response_bytes = tlv(0x30, oid_der(response_type) + tlv(0x04, basic))
    return tlv(0x30, tlv(0x0A, bytes((status,))) + tlv(0xA0, response_bytes))


def by_name(responder: x509.Certificate) -> bytes:
    return tlv(0xA1, subject(responder))


def by_key(responder: x509.Certificate) -> bytes:
    return tlv(
        0xA2, tlv(0x04, x509.SubjectKeyIdentifier.from_public_key(responder.public_key()).digest)
    )


def algorithm_for(key: PrivateKey) -> tuple[bytes, hashes.HashAlgorithm]:
    if isinstance(key, ec.EllipticCurvePrivateKey):
        if key.key_size == 384:
            return ECDSA_SHA384, hashes.SHA384()
        return ECDSA_SHA256, hashes.SHA256()
    return RSA_SHA256, hashes.SHA256()
