"""The parts of a ds:Signature (XML Signature 1.1 §4.1): SignedInfo, SignatureValue, KeyInfo."""

import binascii
from base64 import b64decode
from dataclasses import dataclass, field

from cryptography.x509 import BasicConstraints

from gateway.card.certificate import parse_certificate
from gateway.card.documents.xml_tree import (
    DS,
    Element,
    child_elements,
    malformed,
    plain_text,
    too_complex,
    unsupported,
)

MAX_CERTIFICATES = 8
PARTS = [DS + "SignedInfo", DS + "SignatureValue", DS + "KeyInfo"]


@dataclass(frozen=True, slots=True)
class Parts:
    signed_info: Element
    value: bytes = field(repr=False)
    unverified_certificate: bytes = field(repr=False)


def read_parts(signature: Element) -> Parts:
    found = child_elements(signature)
    tags = [each.tag for each in found]
    if tags[:2] != PARTS[:2]:
        raise malformed("a signature that does not begin with SignedInfo and SignatureValue")
    if tags[2:3] != PARTS[2:]:
        raise unsupported("a signature without KeyInfo")
    if any(tag != DS + "Object" for tag in tags[3:]):
        raise malformed("something behind KeyInfo that is not an Object")
    signed_info, value, key_info = found[:3]
    return Parts(signed_info, read_base64(value), _signers_certificate(key_info))


def read_base64(element: Element) -> bytes:
    try:
        return b64decode("".join(plain_text(element).split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise malformed("a value that is not base64") from error


def _signers_certificate(key_info: Element) -> bytes:
    """§4.5.4 lets a chain stand here, in any order. The signer's is the one that is not a CA's, and
    there must be exactly one: whose signature it is must not depend on which is tried first."""
    certificates = _certificates(key_info)
    if not certificates:
        raise unsupported("no X509Certificate: a bare key is nobody's")
    if len(certificates) == 1:
        return certificates[0]
    leaves = [der for der in certificates if not _is_ca(der)]
    if len(leaves) != 1:
        raise malformed("several certificates, and not exactly one of them is a person's")
    return leaves[0]


def _is_ca(der: bytes) -> bool:
    constraints = parse_certificate(der).value(BasicConstraints)
    return constraints is not None and constraints.ca


def _certificates(key_info: Element) -> tuple[bytes, ...]:
    found = [
        each
        for data in child_elements(key_info)
        if data.tag == DS + "X509Data"
        for each in child_elements(data)
        if each.tag == DS + "X509Certificate"
    ]
    if len(found) > MAX_CERTIFICATES:
        raise too_complex("certificates")
    return tuple(dict.fromkeys(read_base64(each) for each in found))
