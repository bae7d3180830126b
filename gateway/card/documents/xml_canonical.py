"""Canonical XML 1.0 and 1.1 and its exclusive form, of a document or of one element in it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from lxml import etree  # type: ignore[import-untyped]

from gateway.card.documents.xml_tree import (
    XML,
    Element,
    algorithm_of,
    child_elements,
    malformed,
    too_complex,
    unsupported,
)

C14N_1_0 = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
C14N_1_1 = "http://www.w3.org/2006/12/xml-c14n11"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
ALGORITHMS: Mapping[str, tuple[str, bool]] = {
    C14N_1_0: (C14N_1_0, False),
    C14N_1_0 + "#WithComments": (C14N_1_0, True),
    C14N_1_1: (C14N_1_1, False),
    C14N_1_1 + "#WithComments": (C14N_1_1, True),
    EXCLUSIVE: (EXCLUSIVE, False),
    EXCLUSIVE + "WithComments": (EXCLUSIVE, True),
}
"""By identifier: the algorithm, and whether it keeps comments."""

INCLUSIVE_NAMESPACES = "{http://www.w3.org/2001/10/xml-exc-c14n#}InclusiveNamespaces"
MAX_PREFIXES = 32


@dataclass(frozen=True, slots=True)
class Canonicalization:
    algorithm: str = C14N_1_0
    with_comments: bool = False
    inclusive_prefixes: tuple[str, ...] = ()
    """Exclusive XML Canonicalization §3: treated as Canonical XML does."""

    def without_comments(self, element: Element) -> bytes:
        return self._octets(element, with_comments=False)

    def as_stated(self, element: Element) -> bytes:
        return self._octets(element, with_comments=self.with_comments)

    def document_without_comments(self, root: Element) -> bytes:
        """With what stands before and behind the root."""
        return self._serialise(etree.ElementTree(root), with_comments=False)

    def _octets(self, element: Element, *, with_comments: bool) -> bytes:
        with _inherited(element, self.algorithm):
            return self._serialise(element, with_comments=with_comments)

    def _serialise(self, part: object, *, with_comments: bool) -> bytes:
        try:
            octets: bytes = etree.tostring(
                part,
                method="c14n",
                exclusive=self.algorithm == EXCLUSIVE,
                with_comments=with_comments,
                inclusive_ns_prefixes=list(self.inclusive_prefixes) or None,
            )
        except (etree.LxmlError, ValueError) as error:
            raise malformed("it has no canonical form") from error
        return octets


def read_canonicalization(method: Element) -> Canonicalization:
    """Of a CanonicalizationMethod or a Transform."""
    known = ALGORITHMS.get(algorithm_of(method))
    if known is None:
        raise unsupported("a canonicalisation that is not allowed")
    algorithm, with_comments = known
    parameters = child_elements(method)
    if not parameters:
        return Canonicalization(algorithm, with_comments)
    if algorithm != EXCLUSIVE or [each.tag for each in parameters] != [INCLUSIVE_NAMESPACES]:
        raise unsupported("a parameter that its canonicalisation does not have")
    prefixes = (parameters[0].get("PrefixList") or "").split()
    if len(prefixes) > MAX_PREFIXES:
        raise too_complex("inclusive prefixes")
    return Canonicalization(algorithm, with_comments, tuple(prefixes))


@contextmanager
def _inherited(element: Element, algorithm: str) -> Iterator[None]:
    """Canonical XML 1.0 §2.4 and 1.1 §2.4: an element without its parent carries the attributes
    of the xml namespace that it stands under. libxml2 does this, but lxml does not reach it."""
    attributes = _attributes_above(element, algorithm)
    for name, value in attributes.items():
        element.set(name, value)
    try:
        yield
    finally:
        for name in attributes:
            del element.attrib[name]


def _attributes_above(element: Element, algorithm: str) -> Mapping[str, str]:
    found: dict[str, str] = {}
    if algorithm == EXCLUSIVE:
        return found
    for ancestor in element.iterancestors():
        for name, value in ancestor.attrib.items():
            if name.startswith(XML):
                found.setdefault(name, value)
    if algorithm == C14N_1_1:
        if XML + "base" in found:
            raise unsupported("Canonical XML 1.1 of an element under an xml:base")
        found = {name: found[name] for name in (XML + "lang", XML + "space") if name in found}
    return {name: value for name, value in found.items() if name not in element.attrib}
