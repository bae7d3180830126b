"""The parts of a certificate that are signed or compared as the bytes they are (RFC 5280 §4.1)."""

from dataclasses import dataclass
from hashlib import sha1

from plugins.der import BIT_STRING, INTEGER, SEQUENCE
from plugins.ocsp.der import EXPLICIT_0, MalformedError, open_sequence, whole_octets

_VERSION_3 = bytes((INTEGER, 1, 2))


@dataclass(frozen=True, slots=True)
class CertificateOutline:
    """Nothing of it is believed yet."""

    tbs: bytes
    signature_algorithm: bytes
    signature: bytes
    issuer: bytes
    subject: bytes
    key_info: bytes
    """The subjectPublicKeyInfo's DER."""
    key: bytes
    """The octets of the key itself, which CertID and responderID hash."""

    @property
    def key_hash(self) -> bytes:
        return sha1(self.key, usedforsecurity=False).digest()


def read_certificate(der: bytes) -> CertificateOutline:
    """Raises MalformedError."""
    reader = open_sequence(der)
    tbs = reader.read_whole(SEQUENCE)
    signature_algorithm = reader.read_whole(SEQUENCE)
    signature = whole_octets(reader.read(BIT_STRING))
    reader.finish()

    fields = open_sequence(tbs)
    if fields.read_optional(EXPLICIT_0) != _VERSION_3:
        raise MalformedError("a certificate in it is not of version 3")
    fields.read(INTEGER)
    if fields.read_whole(SEQUENCE) != signature_algorithm:
        raise MalformedError("a certificate in it names two algorithms of its signature")
    issuer = fields.read_whole(SEQUENCE)
    fields.read(SEQUENCE)
    subject = fields.read_whole(SEQUENCE)
    key_info = fields.read_whole(SEQUENCE)
    key = open_sequence(key_info)
    key.read(SEQUENCE)
    return CertificateOutline(
        tbs=tbs,
        signature_algorithm=signature_algorithm,
        signature=signature,
        issuer=issuer,
        subject=subject,
        key_info=key_info,
        key=whole_octets(key.read(BIT_STRING)),
    )
