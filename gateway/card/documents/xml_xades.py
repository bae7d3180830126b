"""What a signer says of himself under his signature (ETSI EN 319 132-1 §5.2): when he signed, and
with which certificate."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from gateway.card.api import CertificateError, Reason
from gateway.card.documents.xml_signed_info import read_digest
from gateway.card.documents.xml_tree import DS, Element, child_elements, malformed, plain_text

_XADES = "{http://uri.etsi.org/01903/v1.3.2#}"
_SIGNED_PROPERTIES = _XADES + "SignedProperties"
# xsd:dateTime; without an offset it names no instant.
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)", re.ASCII)


def signed_properties(signature: Element, covered: Iterable[Element]) -> tuple[Element, ...]:
    """The SignedSignatureProperties in this signature that it covers itself."""
    return tuple(
        child
        for each in covered
        if each.tag == _SIGNED_PROPERTIES and signature in each.iterancestors()
        for child in child_elements(each)
        if child.tag == _XADES + "SignedSignatureProperties"
    )


def claimed_signing_time(properties: Sequence[Element]) -> datetime | None:
    times = _below(properties, "SigningTime")
    if not times:
        return None
    if len(times) > 1:
        raise malformed("several signing times")
    text = plain_text(times[0]).strip()
    if not _INSTANT.fullmatch(text):
        raise malformed("a signing time that is no instant")
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise malformed("a signing time that is no instant") from error


def check_signing_certificate(properties: Sequence[Element], certificate: bytes) -> None:
    """Where the signer names his certificate (§5.2.2), it is this one. Nobody has to."""
    for name in ("SigningCertificate", "SigningCertificateV2"):
        for named in _below(properties, name):
            if not any(_names(each, certificate) for each in _below([named], "Cert")):
                message = "the signer names another certificate"
                raise CertificateError(Reason.SIGNATURE_MISMATCH, message)


def _names(cert: Element, certificate: bytes) -> bool:
    for found in _below([cert], "CertDigest"):
        match child_elements(found):
            case (method, value) if (method.tag, value.tag) == (
                DS + "DigestMethod",
                DS + "DigestValue",
            ):
                digest = read_digest(method, value)
                actual = hashlib.new(digest.hash_algorithm, certificate).digest()
                return actual == digest.value
    raise malformed("a certificate that is named in another form")


def _below(parents: Iterable[Element], name: str) -> list[Element]:
    return [
        child for each in parents for child in child_elements(each) if child.tag == _XADES + name
    ]
