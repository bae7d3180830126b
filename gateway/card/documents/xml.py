"""XML signatures (XML Signature 1.1) of one document, each told on its own.

Enveloped, enveloping and detached within the document. What is over all of it is compared here;
whose each signature is, and whether it is one at all, is for the pipeline every certificate takes.
"""

from gateway.card.api import CertificateError, Reason
from gateway.card.documents.model import ReadSignature, UnverifiedDocument, UnverifiedSignature
from gateway.card.documents.xml_references import SignedDocument, check_references
from gateway.card.documents.xml_signature import read_parts
from gateway.card.documents.xml_signed_info import read_signed_info
from gateway.card.documents.xml_tree import parse_xml
from gateway.card.documents.xml_work import Work
from gateway.card.documents.xml_xades import (
    check_signing_certificate,
    claimed_signing_time,
    signed_properties,
)


def read_xml(document: UnverifiedDocument) -> tuple[ReadSignature, ...]:
    """A `ReadDocument`. A signature covers the whole where a Reference to "" does: all but the
    signature itself, with what its Objects hold, and comments are in none."""
    tree = parse_xml(document.document)
    if not tree.signatures:
        raise CertificateError(Reason.NOT_SIGNED, "no ds:Signature")
    work = Work()
    return tuple(
        _read_signature(SignedDocument(document.document, tree, index), work)
        for index in range(len(tree.signatures))
    )


def _read_signature(document: SignedDocument, work: Work) -> ReadSignature:
    try:
        return _compare(document, work)
    except CertificateError as error:
        return error


def _compare(document: SignedDocument, work: Work) -> UnverifiedSignature:
    parts = read_parts(document.signature)
    signed = read_signed_info(parts.signed_info, work)
    coverage = check_references(document, parts.signed_info, signed.references, work)
    properties = signed_properties(document.signature, coverage.elements)
    check_signing_certificate(properties, parts.unverified_certificate)
    return UnverifiedSignature(
        unverified_certificate=parts.unverified_certificate,
        signature=parts.value,
        encoding=signed.encoding,
        digest=signed.digest,
        covers=coverage.covers,
        references=tuple(reference.uri or "" for reference in signed.references),
        claimed_signing_time=claimed_signing_time(properties),
    )
