"""Whatever bytes come, each signature is read or refused: nothing else is raised, nothing outside
is opened, nothing takes long."""

from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.card.api import CertificateError, Reason
from gateway.card.documents.xml_tree import MAX_ATTRIBUTES, MAX_NAMESPACES, MAX_SIGNATURES
from tests.card.documents import xml_forge as forge
from tests.card.documents.xml_forge import Signer, reference, signature, signed_info, transform
from tests.card.forge import der
from tests.card.world import Keys, World
from tests.support.cpu_time import within

SETTINGS = settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
MALFORMED, TOO_COMPLEX = Reason.MALFORMED_DOCUMENT, Reason.DOCUMENT_TOO_COMPLEX
ATTRIBUTES = " ".join(f'a{n}="{n}"' for n in range(100_000))
NAMESPACES = " ".join(f'xmlns:a{n}="u:{n}"' for n in range(50_000))
EMPTY_SIGNATURE = f'<Signature xmlns="{forge.DSIG}"/>'
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
ENCODING = '<?xml version="1.0" encoding="{}"?><a>あ</a>'


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory, keys: Keys) -> Signer:
    issued = World(tmp_path_factory.mktemp("xml"), keys).issue("sign")
    return Signer(issued.private_key, der(issued.certificate))


def refusal(document: bytes) -> Reason:
    with pytest.raises(CertificateError) as error:
        forge.read(document)
    return error.value.reason


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ("", MALFORMED),
        ("<a", MALFORMED),
        ("<a/><b/>", MALFORMED),
        ("no XML", MALFORMED),
        ("<a>&b;</a>", MALFORMED),
        ("<a>\0</a>", MALFORMED),
        ("<!DOCTYPE a><a/>", MALFORMED),
        ('<!DOCTYPE a [<!ATTLIST a b CDATA "c">]><a/>', MALFORMED),
        ('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', MALFORMED),
        (f'<!DOCTYPE a [<!ENTITY l0 "lol">{LAUGHS}]><a b="&l11;">&l11;</a>', MALFORMED),
        (f'<!DOCTYPE a [<!ENTITY l0 "lol">{LAUGHS}]><a>&l11;</a>', MALFORMED),
        ("<a>" * 350_000, MALFORMED),
        ("<a>" * 125_000 + "</a>" * 125_000, MALFORMED),
        (f"<a {ATTRIBUTES}/>", TOO_COMPLEX),
        (f"<a {NAMESPACES}/>", TOO_COMPLEX),
        (f"<a>{EMPTY_SIGNATURE * 20_000}</a>", TOO_COMPLEX),
        ("<a/>", Reason.NOT_SIGNED),
        (f"<a>{'<b/>' * 250_000}</a>", Reason.NOT_SIGNED),
        ("<Signature/>", Reason.NOT_SIGNED),
        ('<Signature xmlns="http://www.w3.org/2000/09/xmldsig"/>', Reason.NOT_SIGNED),
        (f"<!-- {EMPTY_SIGNATURE} --><a/>", Reason.NOT_SIGNED),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else None,
)
def test_a_document_that_cannot_be_read(document: str, reason: Reason) -> None:
    with within(1):
        assert refusal(document.encode()) is reason


@pytest.mark.parametrize(
    ("encoding", "reason"),
    [("UTF-8", Reason.NOT_SIGNED), ("UTF-16", Reason.NOT_SIGNED)]
    + [(name, MALFORMED) for name in ("Shift_JIS", "EUC-JP", "ISO-2022-JP", "UTF-7", "x-none")],
)
def test_only_encodings_that_all_read_alike(encoding: str, reason: Reason) -> None:
    codec = "utf-8" if encoding == "x-none" else encoding
    assert refusal(ENCODING.format(encoding).encode(codec)) is reason


@pytest.mark.parametrize(
    "document",
    [
        '<!DOCTYPE a SYSTEM "{}"><a/>',
        '<!DOCTYPE a PUBLIC "a" "{}"><a/>',
        '<!DOCTYPE a [<!ENTITY % b SYSTEM "{}"> %b;]><a/>',
        '<!DOCTYPE a [<!ENTITY b SYSTEM "{}">]><a>&b;</a>',
    ],
)
def test_nothing_outside_of_the_document_is_opened(document: str, tmp_path: Path) -> None:
    """What is no DTD would be told as broken XML, had it been opened."""
    outside = tmp_path / "outside"
    outside.write_text("no DTD at all")

    for where in (outside.as_uri(), str(outside), "http://localhost/a.dtd"):
        with pytest.raises(CertificateError, match="a document type declaration"):
            forge.read(document.format(where).encode())


def test_at_the_bounds_all_is_read(signer: Signer) -> None:
    attributes = " ".join(f'a{n}="{n}"' for n in range(MAX_ATTRIBUTES))
    namespaces = " ".join(f'xmlns:a{n}="u:{n}"' for n in range(MAX_NAMESPACES))
    beside = f"<b {attributes}/><b {namespaces}/>"
    document = forge.good(signer).replace(b"<DataRoot>", f"<DataRoot>{beside}".encode())

    (found,) = forge.read(document)

    assert forge.stands(found, signer)


def test_as_many_signatures_as_may_be(signer: Signer) -> None:
    made = signature(signer, signed_info(*forge.references()))

    found = forge.read(forge.application(*[made] * MAX_SIGNATURES))

    assert all(forge.stands(each, signer) for each in found)
    assert refusal(forge.application(*[made] * (MAX_SIGNATURES + 1))) is TOO_COMPLEX


def covering(signer: Signer, filling: str, *, references: int, around: str = "") -> bytes:
    """As many signatures as may be, each with so many References to one large element."""
    large = f'<b Id="it">{filling}</b>'
    info = signed_info(*[reference("#it", large)] * references, c14n=forge.EXCLUSIVE)
    made = signature(signer, info) * MAX_SIGNATURES
    return f"<a {around}>{large}{made}</a>".encode()


def test_little_cannot_ask_for_much(signer: Signer) -> None:
    namespaces = " ".join(f'xmlns:a{n}="u:{n}"' for n in range(MAX_NAMESPACES - 2))
    for document in (
        covering(signer, "<c></c>" * 100_000, references=32),
        covering(signer, "あ" * 1_000_000, references=32),
        covering(signer, "<c></c>" * 100_000, references=32, around=namespaces),
    ):
        with within(8):
            *_, last = forge.read(document)
        assert isinstance(last, CertificateError)
        assert last.reason is TOO_COMPLEX


def same_content(one: bytes, other: bytes) -> bool:
    """By Python's own Canonical XML 2.0, which is no part of the reader."""
    return ElementTree.canonicalize(one.decode()) == ElementTree.canonicalize(other.decode())


MAKES: dict[str, Callable[[Signer], bytes]] = {
    "application": forge.good,
    "enveloped": forge.enveloped,
    "exclusive": lambda signer: forge.enveloped(
        signer, transform(forge.ENVELOPED), transform(forge.EXCLUSIVE)
    ),
}


@SETTINGS
@given(data=st.data())
def test_a_changed_byte_never_stands(signer: Signer, data: st.DataObject) -> None:
    good = MAKES[data.draw(st.sampled_from(sorted(MAKES)))](signer)
    at = data.draw(st.integers(0, len(good) - 1))
    byte = bytes([data.draw(st.integers(0, 255))])
    changed = {
        "change": good[:at] + byte + good[at + 1 :],
        "insert": good[:at] + byte + good[at:],
        "delete": good[:at] + good[at + 1 :],
        "truncate": good[:at],
        "swap": good[at:] + good[:at],
        "double": good[:at] + good[at : at + 40] + good[at:],
    }
    kind = data.draw(st.sampled_from(sorted(changed)))

    assert not_other_than(changed[kind], good, signer)


@pytest.mark.parametrize("name", sorted(MAKES))
def test_a_changed_letter_of_what_is_covered_never_stands(name: str, signer: Signer) -> None:
    """Each octet of the document that is not KeyInfo's."""
    good = MAKES[name](signer)
    for at in (*range(good.index(b"<KeyInfo>")), *range(good.index(b"</KeyInfo>"), len(good))):
        changed = good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :]
        assert not_other_than(changed, good, signer), at


def not_other_than(changed: bytes, good: bytes, signer: Signer) -> bool:
    """Refused; or what stands says the same."""
    try:
        found = forge.read(changed)
    except CertificateError:
        return True
    for each in found:
        try:
            if isinstance(each, CertificateError) or not forge.stands(each, signer):
                continue
        except (CertificateError, AssertionError):
            continue
        covered = zip(parts(changed), parts(good), strict=True)
        return all(same_content(one, other) for one, other in covered)
    return True


def parts(document: bytes) -> list[bytes]:
    """What of the document is covered."""
    root = ElementTree.fromstring(document)  # noqa: S314 - ours, with one octet changed
    if root.tag == "DataRoot":
        return [ElementTree.tostring(root[number], "utf-8") for number in (0, 1)]
    for signature_element in root.findall(f"{{{forge.DSIG}}}Signature"):
        tail = signature_element.tail
        signature_element.clear()
        signature_element.tail = tail
    return [ElementTree.tostring(root, "utf-8")]


@SETTINGS
@given(document=st.binary(max_size=2_000) | st.text(alphabet="<>/a&;!-[]'\"= ?").map(str.encode))
def test_random_bytes_are_refused(document: bytes) -> None:
    with pytest.raises(CertificateError):
        forge.read(document)
