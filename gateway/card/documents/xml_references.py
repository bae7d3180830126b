"""What a signature's References cover, and whether it is still what was signed (XML Signature 1.1
§3.2.1 and §4.4.3)."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from hmac import compare_digest
from urllib.parse import unquote

from gateway.card.api import CertificateError, Reason
from gateway.card.documents.model import Covers
from gateway.card.documents.xml_signed_info import Reference
from gateway.card.documents.xml_tree import (
    Element,
    Tree,
    has_comments,
    leave_out,
    malformed,
    parse_xml,
    unsupported,
)
from gateway.card.documents.xml_work import Work


@dataclass(frozen=True, slots=True)
class SignedDocument:
    """A document, and which of its signatures is looked at."""

    octets: bytes
    tree: Tree
    index: int

    @property
    def signature(self) -> Element:
        return self.tree.signatures[self.index]

    def without_the_signature(self, work: Work) -> Tree:
        work.spend_on(self.octets)
        tree = parse_xml(self.octets)
        leave_out(tree.signatures[self.index])
        return tree


@dataclass(frozen=True, slots=True)
class Coverage:
    covers: Covers
    elements: tuple[Element, ...]
    """Those that a Reference names by their identifiers."""


def check_references(
    document: SignedDocument, signed_info: Element, references: Sequence[Reference], work: Work
) -> Coverage:
    """Every digest was compared; raises CertificateError where one differs."""
    elements = [_element(document, signed_info, reference) for reference in references]
    without = document.tree
    if any(reference.enveloped for reference in references):
        without = document.without_the_signature(work)
    for reference in references:
        tree = without if reference.enveloped else document.tree
        octets = _octets(reference, tree, work)
        actual = hashlib.new(reference.digest.hash_algorithm, octets).digest()
        if not compare_digest(actual, reference.digest.value):
            raise CertificateError(Reason.DOCUMENT_CHANGED, "a Reference has another digest")
    # §4.4.3.3: no same-document reference without an XPointer covers a comment.
    whole = any(reference.uri == "" for reference in references) and not has_comments(without)
    return Coverage(
        Covers.WHOLE if whole else Covers.PART,
        tuple(element for element in elements if element is not None),
    )


def _element(
    document: SignedDocument, signed_info: Element, reference: Reference
) -> Element | None:
    """The element a reference names; None where it is the document."""
    if reference.uri is None:
        raise unsupported("a Reference without a URI")
    if reference.uri and not reference.uri.startswith("#"):
        raise unsupported("a Reference to something outside of the document")
    element = _find(document.tree, reference.uri) if reference.uri else None
    signature = document.signature
    if not reference.enveloped:
        if element in (None, signed_info, *signed_info.iterancestors()):
            raise malformed("a Reference that covers itself")
    elif element is not None and signature in (element, *element.iterancestors()):
        raise malformed("an enveloped signature outside of what it covers")
    return element


def _octets(reference: Reference, tree: Tree, work: Work) -> bytes:
    if not reference.uri:
        return reference.canonicalization.document(tree, work)
    return reference.canonicalization.element(_find(tree, reference.uri), work)


def _find(tree: Tree, uri: str) -> Element:
    """By its identifier, written plainly or with percent-encoding (RFC 3986 §2.1); it must stand
    in the document once, or a copy could be moved to where the signed one was."""
    name = uri[1:]
    if not name or name.startswith("xpointer("):
        raise unsupported("a Reference by XPointer")
    found = [tree.by_id[each] for each in {name, unquote(name)} if each in tree.by_id]
    if not found:
        raise CertificateError(Reason.DOCUMENT_CHANGED, "what a Reference names is not there")
    element = found[0]
    if len(found) > 1 or element is None:
        raise malformed("a Reference that may mean several elements")
    return element
