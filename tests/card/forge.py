"""Certificates and CRLs with one wrong thing: a good one is taken apart, changed and signed again.

cryptography's builders refuse to make what these tests need (duplicates, old versions, bad DER),
so the DER is taken apart here into a tree of tags and contents, which takes any change.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.serialization import Encoding

from gateway.card.der import read_tlv
from gateway.virtual.keys import PrivateKey, hash_for

TRUE = b"\x01\x01\xff"


@dataclass
class Node:
    tag: int
    children: list["Node"]
    content: bytes = b""
    replacement: bytes | None = None
    """Any bytes in this place, well-formed or not."""

    def encode(self) -> bytes:
        if self.replacement is not None:
            return self.replacement
        content = b"".join(child.encode() for child in self.children) or self.content
        return tlv(self.tag, content)


Change = Callable[[Node], None]


def leaves(node: Node) -> Iterator[Node]:
    """The values that hold no others."""
    if not node.children:
        yield node
    for child in node.children:
        yield from leaves(child)


def parse(der: bytes) -> Node:
    node, end = _parse(der, 0, len(der))
    assert end == len(der)
    return node


def _parse(der: bytes, start: int, end: int) -> tuple[Node, int]:
    tag, at, content_end = read_tlv(der, start, end)
    if not tag & 0x20:
        return Node(tag, [], der[at:content_end]), content_end
    children = []
    while at < content_end:
        child, at = _parse(der, at, content_end)
        children.append(child)
    return Node(tag, children), content_end


def tlv(tag: int, content: bytes) -> bytes:
    """Any content under any tag, with DER's length."""
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    octets = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes((tag, 0x80 | len(octets))) + octets + content


def der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


def sign_bytes(
    key: PrivateKey, data: bytes, hash_algorithm: hashes.HashAlgorithm | None = None
) -> bytes:
    hash_algorithm = hash_algorithm or hash_for(key)
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return key.sign(data, ec.ECDSA(hash_algorithm))
    return key.sign(data, padding.PKCS1v15(), hash_algorithm)


def forge(
    good: bytes,
    issuer_key: PrivateKey,
    change: Change,
    hash_algorithm: hashes.HashAlgorithm | None = None,
) -> bytes:
    """`change` gets what is signed (tbsCertificate or tbsCertList); the issuer signs it again."""
    whole = parse(good)
    tbs, algorithm, signature = whole.children
    change(tbs)
    signature.content = b"\x00" + sign_bytes(issuer_key, tbs.encode(), hash_algorithm)
    return tlv(0x30, tbs.encode() + algorithm.encode() + signature.encode())


class Field:
    """Where the parts of a tbsCertificate stand (RFC 5280 §4.1)."""

    VERSION, SERIAL, ALGORITHM, ISSUER, VALIDITY, SUBJECT, KEY = range(7)


def replace_field(field: int, replacement: bytes) -> Change:
    def change(tbs: Node) -> None:
        tbs.children[field].replacement = replacement

    return change


def extensions(tbs: Node) -> list[Node]:
    """Of a tbsCertificate or a tbsCertList: [3] or [0], with one SEQUENCE in it."""
    return tbs.children[-1].children[0].children


def extension(oid: str, value: bytes, *, critical: bool = False) -> Node:
    flag = TRUE if critical else b""
    return parse(tlv(0x30, oid_der(oid) + flag + tlv(0x04, value)))


def find_extension(tbs: Node, oid: str) -> Node:
    wanted = oid_der(oid)
    return next(each for each in extensions(tbs) if each.children[0].encode() == wanted)


def set_value(found: Node, value: bytes) -> None:
    found.children[-1].content = value


def make_critical(found: Node) -> None:
    found.children.insert(1, parse(TRUE))


def oid_der(oid: str) -> bytes:
    first, second, *rest = (int(arc) for arc in oid.split("."))
    content = b"".join(_base128(arc) for arc in (first * 40 + second, *rest))
    return tlv(0x06, content)


def _base128(value: int) -> bytes:
    octets = [value & 0x7F]
    while value := value >> 7:
        octets.insert(0, 0x80 | value & 0x7F)
    return bytes(octets)


def key_usage(*bits: str) -> x509.KeyUsage:
    """These bits and no others."""
    names = [
        *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment"),
        *("key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
    ]
    return x509.KeyUsage(**{name: name in bits for name in names})
