"""Whatever bytes come, `read_pdf` raises nothing but CertificateError, and says "whole" only of
bytes that were signed."""

from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.card.api import CertificateError, Reason
from gateway.card.documents.model import Covers, UnverifiedSignature
from gateway.card.documents.pdf_fields import MOST_FIELDS, MOST_SIGNATURES
from gateway.card.documents.pdf_file import MOST_REVISIONS
from gateway.card.model import Digest
from tests.card.documents import pdf_forge
from tests.card.documents.pdf_reading import outcome, read, refused, told, verify
from tests.card.world import Keys, World

SETTINGS = settings(
    max_examples=300,
    deadline=timedelta(seconds=2),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
"""The fixtures are only read."""


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory, keys: Keys) -> list[bytes]:
    """Signed once, signed twice, and signed with something added for the long term."""
    folder: Path = tmp_path_factory.mktemp("hostile")
    issued = World(folder / "town", keys).issue("sign")
    once = pdf_forge.sign(pdf_forge.blank(), issued)
    streams = pdf_forge.sign(pdf_forge.blank(stream_xrefs=True), issued)
    return [
        once,
        streams,
        pdf_forge.sign(once, issued, "Second"),
        pdf_forge.with_dss(once, issued),
    ]


def check(good: bytes, changed: bytes) -> None:
    """What is still a signature of the key is over the same bytes, and "whole" is all of them."""
    right = dict(zip(_digests(good), pdf_forge.byte_ranges(good), strict=True))
    try:
        found = read(changed)
    except CertificateError:
        return
    for each in found:
        if not isinstance(each, UnverifiedSignature):
            continue
        if each.digest not in right:
            with pytest.raises(CertificateError, match=Reason.SIGNATURE_MISMATCH):
                verify(each)
            continue
        _, first, second, rest = right[each.digest]
        assert changed[:first] == good[:first]
        assert changed[second : second + rest] == good[second : second + rest]
        assert each.covers is not Covers.WHOLE or len(changed) == second + rest


@cache
def _digests(good: bytes) -> list[Digest]:
    found = read(good)
    return [each.digest for each in found if isinstance(each, UnverifiedSignature)]


def changed_at(good: bytes, at: int, change: str, byte: int) -> bytes:
    return {
        "truncate": good[:at],
        "flip": good[:at] + bytes([good[at] ^ byte]) + good[at + 1 :],
        "insert": good[:at] + bytes([byte]) + good[at:],
        "delete": good[:at] + good[at + 1 :],
        "double": good[:at] + good,
        "append": good + good[at:],
    }[change]


def places(good: bytes) -> list[int]:
    """Most bytes are a signature's padding, where little can go wrong: the others first."""
    padding: set[int] = set()
    for gap in pdf_forge.contents_of(good):
        signed_data = good[gap.start : gap.stop].rstrip(b"0>")
        padding.update(range(gap.start + len(signed_data) + 8, gap.stop - 8))
    return [at for at in range(len(good)) if at not in padding]


@SETTINGS
@given(data=st.data())
def test_a_document_with_a_byte_changed_is_never_taken_for_the_signed_one(
    documents: list[bytes], data: st.DataObject
) -> None:
    good = data.draw(st.sampled_from(documents))
    at = data.draw(st.sampled_from(places(good)))
    change = data.draw(
        st.sampled_from(["truncate", "flip", "insert", "delete", "double", "append"])
    )
    check(good, changed_at(good, at, change, data.draw(st.integers(1, 255))))


def test_no_byte_of_a_signed_document_can_be_another(documents: list[bytes]) -> None:
    good = documents[0]
    for at in places(good)[::5]:
        check(good, changed_at(good, at, "flip", 1 << at % 8))


@SETTINGS
@given(data=st.data())
def test_bytes_changed_in_what_was_added_change_nothing_before_it(
    documents: list[bytes], data: st.DataObject
) -> None:
    good = data.draw(st.sampled_from(documents[2:]))
    _, _, second, rest = pdf_forge.byte_ranges(good)[0]
    added = [at for at in places(good) if at >= second + rest]
    changed = bytearray(good)
    for at in data.draw(st.lists(st.sampled_from(added), max_size=8)):
        changed[at] = data.draw(st.integers(0, 255))
    check(good, bytes(changed))


@SETTINGS
@given(document=st.binary(max_size=4_096))
def test_random_bytes_are_no_signed_document(document: bytes) -> None:
    for prefix in (b"", b"%PDF-1.7\n"):
        assert refused(prefix + document) is Reason.MALFORMED_DOCUMENT


def test_a_document_cut_anywhere_cannot_stand(documents: list[bytes]) -> None:
    good = documents[0]
    for at in [*range(0, len(good) - 1, 97), *range(len(good) - 600, len(good) - 1)]:
        assert not set(outcome(good[:at])) & set(Covers)


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"%",
        b"%PDF-1.7",
        b"%PDF-1.7\nstartxref\n0\n%%EOF\n",
        b"%PDF-1.7\nstartxref\n-1\n%%EOF\n",
        b"%PDF-1.7\nstartxref\n99999999999999999999999\n%%EOF\n",
        b"<html></html>",
        bytes(1_000_000),
        b"%PDF-1.7\n" + b"\xa5" * 1_000_000,
        b"%PDF-1.7\n" + b"1 0 obj " * 125_000,
        b"%PDF-1.7\n" + b"1" * 1_000_000 + b"\nstartxref\n9\n%%EOF\n",
        b"%PDF-1.7\nxref\n0 999999999\nstartxref\n9\n%%EOF\n",
    ],
)
def test_what_is_no_pdf_is_malformed(document: bytes) -> None:
    assert refused(document) is Reason.MALFORMED_DOCUMENT


def test_a_pdf_begins_with_its_header(documents: list[bytes]) -> None:
    for prefix in (b"\n", b" ", b"GIF89a", b"%\n", b"\0" * 10):
        assert refused(prefix + documents[0]) is Reason.MALFORMED_DOCUMENT


@pytest.mark.parametrize(
    ("nesting", "reason"),
    [(b"[", Reason.DOCUMENT_TOO_COMPLEX), (b"<< /A ", Reason.MALFORMED_DOCUMENT)],
)
def test_values_nested_deeply_are_refused(nesting: bytes, reason: Reason) -> None:
    fields = b"<< /Type /Catalog /AcroForm %s >>" % (nesting * 100_000)
    document = pdf_forge.raw_revision(pdf_forge.blank(), {1: fields})
    assert refused(document) is reason


def test_exponentially_many_paths_to_an_object_are_too_complex(world: World) -> None:
    issued = world.issue("sign")
    for levels, expected in ((3, Covers.EARLIER_REVISION), (40, Reason.DOCUMENT_TOO_COMPLEX)):
        last = 100 + levels
        objects = {at: b"[%d 0 R %d 0 R]" % (at + 1, at + 1) for at in range(100, last)}
        document = pdf_forge.raw_revision(pdf_forge.blank(), {**objects, last: b"[]"})
        document = pdf_forge.updated(document, pdf_forge.refer_to(100, "/Group"))
        signed = pdf_forge.sign(document, issued)
        assert told(signed) == [Covers.WHOLE]
        assert told(pdf_forge.with_dss(signed, issued)) == [expected]


def test_cross_references_in_a_circle_are_malformed() -> None:
    blank = pdf_forge.blank()
    start = int(blank.rsplit(b"startxref", 1)[1].split()[0])
    end = blank.rindex(b">>")
    circle = blank[:end] + b"/Prev %d\n" % start + blank[end:]
    assert refused(circle) is Reason.MALFORMED_DOCUMENT


def test_a_form_that_is_no_tree_is_malformed() -> None:
    for field in (
        b"<< /FT /Sig /T (A) /Kids [50 0 R] >>",
        b"<< /FT /Sig /T (A) /Kids [51 0 R 51 0 R] >>",
        b"<< /FT /Sig /T (A) /Kids 7 >>",
        b"<< /FT /Sig /T (A) /V 1 >>",
        b"<< /FT /Sig /T (A) /V 50 0 R /Kids [(A)] >>",
        b"[50 0 R]",
    ):
        objects = {50: field, 51: b"<< /T (B) >>", 1: _catalog(b"50 0 R")}
        document = pdf_forge.raw_revision(pdf_forge.blank(), objects)
        assert refused(document) is Reason.MALFORMED_DOCUMENT, field


def test_a_field_that_is_not_signed_yet_is_no_signature() -> None:
    for field in (b"<< /FT /Sig /T (A) >>", b"<< /FT /Sig /T (A) /V null >>"):
        document = pdf_forge.raw_revision(pdf_forge.blank(), {50: field, 1: _catalog(b"50 0 R")})
        assert refused(document) is Reason.NOT_SIGNED


def test_a_signature_may_stand_in_the_parent_of_its_field() -> None:
    """ISO 32000-2 §12.7.4.1: type and value are inherited."""
    objects = {
        50: b"<< /T (A) /V 52 0 R /Kids [51 0 R] >>",
        51: b"<< /FT /Sig /T (B) >>",
        52: b"<< /SubFilter /adbe.x509.rsa_sha1 >>",
        1: _catalog(b"50 0 R"),
    }
    found = told(pdf_forge.raw_revision(pdf_forge.blank(), objects))
    assert found == [Reason.UNSUPPORTED_SIGNATURE]


def test_signatures_fields_and_revisions_are_bounded() -> None:
    blank = pdf_forge.blank()
    assert len(told(_many(blank, MOST_SIGNATURES, signatures=MOST_SIGNATURES))) == MOST_SIGNATURES
    too_many = _many(blank, MOST_SIGNATURES + 1, signatures=MOST_SIGNATURES + 1)
    assert refused(too_many) is Reason.DOCUMENT_TOO_COMPLEX
    assert refused(_many(blank, MOST_FIELDS, signatures=0)) is Reason.NOT_SIGNED
    assert refused(_many(blank, MOST_FIELDS + 1, signatures=0)) is Reason.DOCUMENT_TOO_COMPLEX
    for _ in range(MOST_REVISIONS - 1):
        blank = pdf_forge.raw_revision(blank, {})
    assert refused(blank) is Reason.NOT_SIGNED
    assert refused(pdf_forge.raw_revision(blank, {})) is Reason.DOCUMENT_TOO_COMPLEX


def _many(blank: bytes, fields: int, *, signatures: int) -> bytes:
    """So many signature fields, the first of which are signed."""
    numbers = range(100, 100 + fields)
    objects = {1: _catalog(b" ".join(b"%d 0 R" % number for number in numbers))}
    for number in numbers:
        objects[number] = b"<< /FT /Sig /T (A%d) >>" % number
    for number in numbers[:signatures]:
        objects[number] = b"<< /FT /Sig /T (A%d) /V %d 0 R >>" % (number, number + fields)
        objects[number + fields] = b"<< /SubFilter /adbe.x509.rsa_sha1 >>"
    return pdf_forge.raw_revision(blank, objects)


def _catalog(fields: bytes) -> bytes:
    return b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [%s] >> >>" % fields


def test_an_encrypted_document_is_refused() -> None:
    assert refused(pdf_forge.encrypted(pdf_forge.blank())) is Reason.MALFORMED_DOCUMENT


def test_a_hybrid_reference_document_is_refused() -> None:
    streams = pdf_forge.blank(stream_xrefs=True)
    start = int(streams.rsplit(b"startxref", 1)[1].split()[0])
    place = len(streams)
    hybrid = (
        streams
        + b"xref\n0 0\ntrailer\n<< /Root 1 0 R /Size 20 /XRefStm %d /Prev %d >>\n" % (start, start)
        + b"startxref\n%d\n%%%%EOF\n" % place
    )
    assert refused(hybrid) is Reason.MALFORMED_DOCUMENT
    assert refused(hybrid.replace(b"/XRefStm %d " % start, b"")) is Reason.NOT_SIGNED
