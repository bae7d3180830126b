"""What a SignedInfo says (XML Signature 1.1 §4.4), read from its canonical octets.

So it is read from what was signed, and from nothing that canonicalisation leaves out.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from gateway.card.documents.xml_canonical import Canonicalization, read_canonicalization
from gateway.card.documents.xml_signature import read_base64
from gateway.card.documents.xml_tree import (
    DS,
    Element,
    algorithm_of,
    child_elements,
    malformed,
    parse_xml,
    too_complex,
    unsupported,
)
from gateway.card.documents.xml_work import Work
from gateway.card.model import Digest, HashAlgorithm, SignatureEncoding

ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
_MORE = "http://www.w3.org/2001/04/xmldsig-more#"
_XMLENC = "http://www.w3.org/2001/04/xmlenc#"

DIGESTS: Mapping[str, HashAlgorithm] = {
    _XMLENC + "sha256": HashAlgorithm.SHA256,
    _MORE + "sha384": HashAlgorithm.SHA384,
    _XMLENC + "sha512": HashAlgorithm.SHA512,
}
SIGNATURES: Mapping[str, tuple[SignatureEncoding, HashAlgorithm]] = {
    _MORE + "rsa-sha256": (SignatureEncoding.PKCS1, HashAlgorithm.SHA256),
    _MORE + "rsa-sha384": (SignatureEncoding.PKCS1, HashAlgorithm.SHA384),
    _MORE + "rsa-sha512": (SignatureEncoding.PKCS1, HashAlgorithm.SHA512),
    # §6.4.3: r ‖ s. SHA-512 has no curve among those that are accepted.
    _MORE + "ecdsa-sha256": (SignatureEncoding.ECDSA_RAW, HashAlgorithm.SHA256),
    _MORE + "ecdsa-sha384": (SignatureEncoding.ECDSA_RAW, HashAlgorithm.SHA384),
}

MAX_REFERENCES = 32
MAX_TRANSFORMS = 2


@dataclass(frozen=True, slots=True)
class Reference:
    uri: str | None
    enveloped: bool
    """Without the signature it stands in (§6.6.4)."""
    canonicalization: Canonicalization
    digest: Digest


@dataclass(frozen=True, slots=True)
class SignedInfo:
    encoding: SignatureEncoding
    digest: Digest
    references: tuple[Reference, ...]


def read_signed_info(element: Element, work: Work) -> SignedInfo:
    canonicalization = read_canonicalization(_children(element, 3)[0])
    octets = canonicalization.signed_info(element, work)
    method, signature_method, *references = _children(parse_xml(octets).root, 3)
    if (
        method.tag != DS + "CanonicalizationMethod"
        or signature_method.tag != DS + "SignatureMethod"
    ):
        raise malformed("a SignedInfo without its methods")
    known = SIGNATURES.get(algorithm_of(signature_method))
    if known is None or len(signature_method):
        raise unsupported("a signature algorithm that is not allowed")
    if len(references) > MAX_REFERENCES:
        raise too_complex("references")
    encoding, hash_algorithm = known
    digest = Digest(hash_algorithm, hashlib.new(hash_algorithm, octets).digest())
    return SignedInfo(encoding, digest, tuple(_read_reference(each) for each in references))


def _children(element: Element, least: int) -> tuple[Element, ...]:
    found = child_elements(element)
    if len(found) < least:
        raise malformed(f"a {element.tag.rpartition('}')[2]} that is not complete")
    return found


def _read_reference(element: Element) -> Reference:
    if element.tag != DS + "Reference":
        raise malformed("something in a SignedInfo that is not a Reference")
    *before, method, value = _children(element, 2)
    if (method.tag, value.tag) != (DS + "DigestMethod", DS + "DigestValue"):
        raise malformed("a Reference without its digest")
    if [part.tag for part in before] not in ([], [DS + "Transforms"]):
        raise malformed("something in a Reference that has no place there")
    transforms = child_elements(before[0]) if before else ()
    enveloped, canonicalization = _read_transforms(transforms)
    return Reference(element.get("URI"), enveloped, canonicalization, read_digest(method, value))


def _read_transforms(transforms: tuple[Element, ...]) -> tuple[bool, Canonicalization]:
    """Nothing, enveloped-signature, a canonicalisation, or both in this order: each other one can
    make another document of what is covered. What is not canonicalised otherwise is by Canonical
    XML 1.0 (§4.4.3.2)."""
    if len(transforms) > MAX_TRANSFORMS:
        raise too_complex("transforms")
    if any(transform.tag != DS + "Transform" for transform in transforms):
        raise malformed("something in Transforms that is not one")
    enveloped = bool(transforms) and algorithm_of(transforms[0]) == ENVELOPED
    if enveloped and len(transforms[0]):
        raise unsupported("a parameter of enveloped-signature")
    rest = transforms[1:] if enveloped else transforms
    if not rest:
        return enveloped, Canonicalization()
    if len(rest) > 1:
        raise unsupported("transforms in an order that is not allowed")
    return enveloped, read_canonicalization(rest[0])


def read_digest(method: Element, value: Element) -> Digest:
    hash_algorithm = DIGESTS.get(algorithm_of(method))
    if hash_algorithm is None or len(method):
        raise unsupported("a digest algorithm that is not allowed")
    try:
        return Digest(hash_algorithm, read_base64(value))
    except ValueError as error:
        raise malformed("a digest that is not as long as its algorithm's") from error
