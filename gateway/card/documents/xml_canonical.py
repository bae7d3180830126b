"""Canonical XML 1.0 and 1.1 and its exclusive form, of a document or of one element in it."""

from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree  # type: ignore[import-untyped]

from gateway.card.documents.xml_tree import (
    XML,
    Element,
    Tree,
    algorithm_of,
    child_elements,
    malformed,
    parse_xml,
    too_complex,
    unsupported,
)
from gateway.card.documents.xml_work import Work

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

    def document(self, tree: Tree, work: Work) -> bytes:
        """Without its comments, but with what else stands before and behind the root."""
        return self._serialise(tree, work, with_comments=False)

    def element(self, element: Element, work: Work) -> bytes:
        """Without its comments."""
        return self._serialise(self._apart(element, work), work, with_comments=False)

    def signed_info(self, element: Element, work: Work) -> bytes:
        """With its comments, where the algorithm keeps them."""
        return self._serialise(self._apart(element, work), work, with_comments=self.with_comments)

    def _apart(self, element: Element, work: Work) -> Tree:
        """The element as a document of its own, with what it takes with it: lxml loses namespaces
        where it canonicalises an element in its place, and libxml2's node sets are out of reach."""
        octets: bytes = etree.tostring(element, encoding="UTF-8", with_tail=False)
        work.spend_on(octets)
        tree = parse_xml(octets)
        for name, value in _attributes_above(element, self.algorithm).items():
            tree.root.set(name, value)
        return tree

    def _serialise(self, tree: Tree, work: Work, *, with_comments: bool) -> bytes:
        work.spend_on_tree(tree)
        try:
            octets: bytes = etree.tostring(
                etree.ElementTree(tree.root),
                method="c14n",
                exclusive=self.algorithm == EXCLUSIVE,
                with_comments=with_comments,
                inclusive_ns_prefixes=list(self.inclusive_prefixes) or None,
            )
        except (etree.LxmlError, ValueError) as error:
            raise malformed("it has no canonical form") from error
        work.spend_on(octets)
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


def _attributes_above(element: Element, algorithm: str) -> Mapping[str, str]:
    """Canonical XML 1.0 §2.4 and 1.1 §2.4: an element without its parent carries the attributes
    of the xml namespace that it stands under. Exclusive canonicalisation leaves them."""
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
