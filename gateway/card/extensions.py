"""The extensions of a certificate (RFC 5280 §4.2), each decoded on its own.

Most of them are the same bytes in all certificates of a CA: what those mean is found out once.
What belongs to one certificate alone is decoded every time and kept nowhere.
"""

from functools import lru_cache

from cryptography import x509

from gateway.card.api import CertificateExtension, CertificateExtensions
from gateway.card.der import DerError, expect_tlv, read_tlv, write_tlv

SEQUENCE, EXTENSIONS = 0x30, 0xA3
SHARED = frozenset(
    bytes.fromhex(oid)
    for oid in (
        "0603551d0f",  # keyUsage
        "0603551d12",  # issuerAltName
        "0603551d1f",  # cRLDistributionPoints
        "0603551d20",  # certificatePolicies
        "0603551d23",  # authorityKeyIdentifier
        "0603551d25",  # extKeyUsage
    )
)
"""How the extensions begin that many certificates have in common."""
INFO_ACCESS = bytes.fromhex("06082b06010505070101")
"""And how authorityInfoAccess does: others of its length may say who somebody is."""
KEY_IDENTIFIER = bytes.fromhex("301d0603551d0e04160414")
"""How nearly every subjectKeyIdentifier begins: twenty bytes follow."""
KEPT, KEPT_BYTES = 2_048, 256
"""Nothing longer is kept, and no more of them: whoever sends them decides what they are."""


def read_extensions(der: bytes, start: int, end: int) -> CertificateExtensions:
    """What stands behind the public key of a certificate of strict DER. Raises DerError, or the
    ValueError of cryptography for an extension that is not what its type says."""
    extensions: dict[x509.ObjectIdentifier, CertificateExtension] = {}
    at = _first(der, start, end)
    while at < end:
        begun = at
        content, at = expect_tlv(der, begun, end, SEQUENCE)
        extension = _extension(der[begun:at], der[content : content + len(INFO_ACCESS)])
        if extension.oid in extensions:
            raise DerError("an extension stands twice")  # RFC 5280 §4.2
        extensions[extension.oid] = extension
    return extensions


def _extension(der: bytes, begins: bytes) -> CertificateExtension:
    is_shared = begins[:5] in SHARED or begins == INFO_ACCESS
    if is_shared and len(der) <= KEPT_BYTES:
        return _decode_once(der)
    if der.startswith(KEY_IDENTIFIER) and len(der) == len(KEY_IDENTIFIER) + 20:
        value = x509.SubjectKeyIdentifier(der[len(KEY_IDENTIFIER) :])
        return CertificateExtension(oid=value.oid, critical=False, der=der, value=value)
    return _decode(der)


def _first(der: bytes, start: int, end: int) -> int:
    while start < end:
        tag, content, content_end = read_tlv(der, start, end)
        if tag == EXTENSIONS:
            return expect_tlv(der, content, content_end, SEQUENCE)[0]
        start = content_end  # the unique identifiers of version 2
    return end


def _decode(der: bytes) -> CertificateExtension:
    """By cryptography, which decodes all extensions of a certificate or none: in a certificate that
    has no other."""
    (extension,) = x509.load_der_x509_certificate(_certificate_with(der)).extensions
    return CertificateExtension(extension.oid, extension.critical, der, extension.value)


_decode_once = lru_cache(KEPT)(_decode)


def _certificate_with(extension: bytes) -> bytes:
    extensions = write_tlv(EXTENSIONS, write_tlv(SEQUENCE, extension))
    return write_tlv(SEQUENCE, write_tlv(SEQUENCE, _BEFORE + extensions) + _BEHIND)


_ALGORITHM = bytes.fromhex("300a06082a8648ce3d040302")
_NO_NAME, _NO_BITS = bytes.fromhex("3000"), bytes.fromhex("030100")
_BEFORE = b"".join(
    (
        bytes.fromhex("a003020102020101"),  # version 3, serial number 1
        _ALGORITHM,
        _NO_NAME,
        write_tlv(SEQUENCE, 2 * (b"\x17\x0d" + b"000101000000Z")),
        _NO_NAME,
        write_tlv(SEQUENCE, _ALGORITHM + _NO_BITS),
    )
)
_BEHIND = _ALGORITHM + _NO_BITS
