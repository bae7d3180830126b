"""Canonical forms of elements in their place, written out by hand from the Recommendations."""

import pytest

from gateway.card.api import CertificateError, Reason
from gateway.card.documents.xml_canonical import Canonicalization, read_canonicalization
from gateway.card.documents.xml_tree import Tree, parse_xml
from gateway.card.documents.xml_work import Work
from tests.card.documents.xml_forge import C14N, C14N_1_1, EXCLUSIVE

SURROUNDED = (
    '<a xmlns="urn:a" xmlns:p="urn:p" xmlns:q="urn:q" xml:lang="ja" xml:id="x">'
    '<b xml:space="preserve"><c z="1" q:y="2" b="3" Id="it"><d>\n<p:e><f/></p:e></d></c>t</b></a>'
)
INSIDE = "<d>\n<p:e><f></f></p:e></d></c>"


def canonical(document: str, method: Canonicalization, name: str = "it") -> str:
    tree: Tree = parse_xml(document.encode())
    element = tree.by_id[name]
    assert element is not None
    return method.element(element, Work()).decode()


@pytest.mark.parametrize(
    ("algorithm", "start"),
    [
        (
            C14N,
            '<c xmlns="urn:a" xmlns:p="urn:p" xmlns:q="urn:q" Id="it" b="3" z="1"'
            ' xml:id="x" xml:lang="ja" xml:space="preserve" q:y="2">',
        ),
        (
            C14N_1_1,
            '<c xmlns="urn:a" xmlns:p="urn:p" xmlns:q="urn:q" Id="it" b="3" z="1"'
            ' xml:lang="ja" xml:space="preserve" q:y="2">',
        ),
        (EXCLUSIVE, '<c xmlns="urn:a" xmlns:q="urn:q" Id="it" b="3" z="1" q:y="2">'),
    ],
)
def test_what_an_element_takes_with_it(algorithm: str, start: str) -> None:
    inside = INSIDE
    if algorithm == EXCLUSIVE:
        inside = INSIDE.replace("<p:e>", '<p:e xmlns:p="urn:p">')

    assert canonical(SURROUNDED, Canonicalization(algorithm)) == start + inside


def test_inclusive_prefixes_are_taken_along() -> None:
    method = Canonicalization(EXCLUSIVE, inclusive_prefixes=("p", "#default"))

    assert canonical(SURROUNDED, method) == (
        '<c xmlns="urn:a" xmlns:p="urn:p" xmlns:q="urn:q" Id="it" b="3" z="1" q:y="2">' + INSIDE
    )


@pytest.mark.parametrize("algorithm", [C14N, C14N_1_1, EXCLUSIVE])
def test_an_undeclared_default_namespace_stays_undeclared(algorithm: str) -> None:
    document = '<a xmlns="urn:a"><b xmlns=""><c Id="it"><d xmlns="urn:a"><e/></d></c></b></a>'

    assert canonical(document, Canonicalization(algorithm)) == (
        '<c Id="it"><d xmlns="urn:a"><e></e></d></c>'
    )


def test_the_nearest_namespace_and_attribute_win() -> None:
    document = (
        '<a xmlns="urn:a" xml:lang="en"><b xmlns="urn:b" xml:lang="ja">'
        '<c Id="it" xml:space="default"/></b></a>'
    )

    assert canonical(document, Canonicalization()) == (
        '<c xmlns="urn:b" Id="it" xml:lang="ja" xml:space="default"></c>'
    )


def test_characters_are_written_in_one_way() -> None:
    document = (
        '<a><c b="&#9;&#10;&#13;&quot;&lt;\t" Id="it">'
        "&#13;\r\n&gt;&amp;<![CDATA[<]]>é&#x3042;</c></a>"
    )

    assert canonical(document, Canonicalization()) == (
        '<c Id="it" b="&#x9;&#xA;&#xD;&quot;&lt; ">&#xD;\n&gt;&amp;&lt;éあ</c>'
    )


def test_comments_are_left_out_and_instructions_stay() -> None:
    document = '<a><c Id="it">1<!-- 2 -->3<?p q?></c></a>'

    assert canonical(document, Canonicalization(with_comments=True)) == ('<c Id="it">13<?p q?></c>')


def test_signed_info_keeps_its_comments_where_its_algorithm_does() -> None:
    tree = parse_xml(b"<a><b>1<!-- 2 -->3</b></a>")
    (element,) = tree.root

    kept = Canonicalization(with_comments=True).signed_info(element, Work())

    assert kept == b"<b>1<!-- 2 -->3</b>"
    assert Canonicalization().signed_info(element, Work()) == b"<b>13</b>"


def test_the_document_is_left_as_it_was() -> None:
    tree = parse_xml(SURROUNDED.encode())
    before = Canonicalization().document(tree, Work())
    for element in (each for each in tree.by_id.values() if each is not None):
        Canonicalization().element(element, Work())

    assert Canonicalization().document(tree, Work()) == before


def test_xml_base_above_an_element_is_not_joined() -> None:
    document = '<a xml:base="http://a.example/"><c Id="it"/></a>'

    assert 'xml:base="http://a.example/"' in canonical(document, Canonicalization(C14N))
    with pytest.raises(CertificateError) as error:
        canonical(document, Canonicalization(C14N_1_1))
    assert error.value.reason is Reason.UNSUPPORTED_SIGNATURE


def test_a_relative_namespace_has_no_canonical_form() -> None:
    """Canonical XML 1.0 §1.3."""
    assert canonical('<a xmlns="urn:b"><c Id="it"/></a>', Canonicalization())
    with pytest.raises(CertificateError) as error:
        canonical('<a xmlns="b"><c Id="it"/></a>', Canonicalization())
    assert error.value.reason is Reason.MALFORMED_DOCUMENT


@pytest.mark.parametrize(
    ("method", "reason"),
    [
        ('<m Algorithm="http://www.w3.org/2010/xml-c14n2"/>', Reason.UNSUPPORTED_SIGNATURE),
        ("<m/>", Reason.UNSUPPORTED_SIGNATURE),
        (f'<m Algorithm="{C14N}"><p/></m>', Reason.UNSUPPORTED_SIGNATURE),
        (f'<m Algorithm="{EXCLUSIVE}"><p/></m>', Reason.UNSUPPORTED_SIGNATURE),
        (
            f'<m Algorithm="{C14N}"><p:InclusiveNamespaces xmlns:p="{EXCLUSIVE}"/></m>',
            Reason.UNSUPPORTED_SIGNATURE,
        ),
        (
            f'<m Algorithm="{EXCLUSIVE}"><p:InclusiveNamespaces xmlns:p="{EXCLUSIVE}"'
            f' PrefixList="{" a" * 33}"/></m>',
            Reason.DOCUMENT_TOO_COMPLEX,
        ),
    ],
)
def test_other_methods_are_refused(method: str, reason: Reason) -> None:
    with pytest.raises(CertificateError) as error:
        read_canonicalization(parse_xml(method.encode()).root)
    assert error.value.reason is reason


def test_the_methods_that_are_known() -> None:
    for algorithm, comments in ((C14N, "#"), (C14N_1_1, "#"), (EXCLUSIVE, "")):
        plain = parse_xml(f'<m Algorithm="{algorithm}"/>'.encode()).root
        keeping = parse_xml(f'<m Algorithm="{algorithm}{comments}WithComments"/>'.encode()).root
        assert read_canonicalization(plain) == Canonicalization(algorithm)
        assert read_canonicalization(keeping) == Canonicalization(algorithm, with_comments=True)
    listed = (
        f'<m Algorithm="{EXCLUSIVE}"><p:InclusiveNamespaces xmlns:p="{EXCLUSIVE}"'
        f' PrefixList="a b"/></m>'
    )
    assert read_canonicalization(parse_xml(listed.encode()).root).inclusive_prefixes == ("a", "b")
