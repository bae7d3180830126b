"""Reading hostile XML into a tree: no DTD, no entity, no network, and no more than can be worked.

lxml carries no types: `Element` is what the modules beside this one see of it.
"""

from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Protocol, cast

from lxml import etree  # type: ignore[import-untyped]

from gateway.card.api import CertificateError, Reason

XML = "{http://www.w3.org/XML/1998/namespace}"
DS = "{http://www.w3.org/2000/09/xmldsig#}"
SIGNATURE = DS + "Signature"
ID_ATTRIBUTES = frozenset({"Id", "ID", "id", XML + "id"})
# XML 1.0 §4.3.3: what every processor reads, and reads alike.
ENCODINGS = frozenset({"UTF-8", "UTF-16", "UTF-16LE", "UTF-16BE", "US-ASCII", "ASCII"})

MAX_SIGNATURES = 16
# libxml2 works on these by pairs.
MAX_ATTRIBUTES = 256
"""Of one element."""
MAX_NAMESPACES = 64
"""Declarations in scope at one place."""
ELEMENT_COST = 32
CHUNK = 65_536


class Element(Protocol):
    """An element of lxml's, as far as it is used here."""

    tag: str
    text: str | None
    tail: str | None
    attrib: MutableMapping[str, str]

    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator["Element"]: ...
    def get(self, key: str) -> str | None: ...
    def set(self, key: str, value: str) -> None: ...
    def getparent(self) -> "Element | None": ...
    def getprevious(self) -> "Element | None": ...
    def iterancestors(self) -> Iterator["Element"]: ...
    def remove(self, element: "Element") -> None: ...


@dataclass(frozen=True, slots=True)
class Tree:
    root: Element
    signatures: tuple[Element, ...]
    by_id: Mapping[str, Element | None]
    """None where more than one attribute, or one that is not known to be an identifier, has the
    value: nobody can say which element is meant."""
    cost: int
    """What its canonical form costs beside its octets: Canonical XML looks up at each element each
    namespace in scope among all of them."""


def parse_xml(octets: bytes) -> Tree:
    """Well-formed and within the bounds; raises CertificateError."""
    try:
        return _parse(octets)
    except (etree.LxmlError, ValueError) as error:
        raise malformed(f"not XML that can be read: {type(error).__name__}") from error


def _parse(octets: bytes) -> Tree:
    # Not collect_ids=False: lxml 6.1 then opens an external DTD, whatever load_dtd says.
    parser = etree.XMLPullParser(
        events=("start", "start-ns", "end-ns"),
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        recover=False,
    )
    gathered = _Gathered()
    for start in range(0, len(octets), CHUNK):
        parser.feed(octets[start : start + CHUNK])
        for event, element in parser.read_events():
            gathered.take(event, element)
    root = parser.close()
    about = root.getroottree().docinfo
    if about.internalDTD is not None or about.externalDTD is not None:
        raise malformed("a document type declaration")
    if (about.encoding or "UTF-8").upper() not in ENCODINGS:
        raise malformed("neither UTF-8 nor UTF-16")
    return Tree(cast("Element", root), tuple(gathered.signatures), gathered.by_id, gathered.cost)


class _Gathered:
    """What is found on the way, so that nothing is looked for twice."""

    def __init__(self) -> None:
        self.signatures: list[Element] = []
        self.by_id: dict[str, Element | None] = {}
        self.cost = 0
        self._namespaces = 0

    def take(self, event: str, element: Element) -> None:
        if event == "start":
            self._take_element(element)
            return
        self._namespaces += 1 if event == "start-ns" else -1
        if self._namespaces > MAX_NAMESPACES:
            raise too_complex("namespaces in scope")

    def _take_element(self, element: Element) -> None:
        self.cost += ELEMENT_COST + self._namespaces**2
        if len(element.attrib) > MAX_ATTRIBUTES:
            raise too_complex("attributes of an element")
        for name, value in element.attrib.items():
            if name.rpartition("}")[2].lower() == "id":
                unique = name in ID_ATTRIBUTES and value not in self.by_id
                self.by_id[value] = element if unique else None
        if element.tag == SIGNATURE:
            self.signatures.append(element)
            if len(self.signatures) > MAX_SIGNATURES:
                raise too_complex("signatures")


def child_elements(parent: Element) -> tuple[Element, ...]:
    """Without the comments and processing instructions between them."""
    return tuple(child for child in parent if isinstance(child.tag, str))


def plain_text(element: Element) -> str:
    """The text of an element that holds nothing else: a comment in it would split what is read."""
    if len(element):
        raise malformed("a value with something else in it")
    return element.text or ""


def algorithm_of(method: Element) -> str:
    return method.get("Algorithm") or ""


def has_comments(tree: Tree) -> bool:
    """Anywhere in the document: before and behind its root too."""
    found: bool = etree.ElementTree(tree.root).xpath("boolean(//comment())")
    return found


def leave_out(element: Element) -> None:
    """Takes an element from its parent; the text behind it stays."""
    parent, before = element.getparent(), element.getprevious()
    if parent is None:
        raise malformed("a signature that covers nothing")
    if before is None:
        parent.text = (parent.text or "") + (element.tail or "")
    else:
        before.tail = (before.tail or "") + (element.tail or "")
    parent.remove(element)


def malformed(message: str) -> CertificateError:
    return CertificateError(Reason.MALFORMED_DOCUMENT, message)


def too_complex(what: str) -> CertificateError:
    return CertificateError(Reason.DOCUMENT_TOO_COMPLEX, f"too many {what}")


def unsupported(what: str) -> CertificateError:
    return CertificateError(Reason.UNSUPPORTED_SIGNATURE, what)
