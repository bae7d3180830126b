"""What pdf-insecurity.org does to signed PDFs: nothing is said to be covered that is not."""

from collections.abc import Callable

import pytest
from pyhanko.sign.fields import SigSeedSubFilter

from gateway.card.api import Reason
from gateway.card.documents.model import Covers
from gateway.virtual.authority import Issued
from tests.card.documents import pdf_forge
from tests.card.documents.pdf_reading import outcome, refused, told
from tests.card.world import World

Range = pdf_forge.Range
TEXT, INFO = 3, 6
"""The numbers of what the page shows, and of what is told of the document."""
OVERLAY = b"<< /Type /Annot /Subtype /FreeText /DA (900 yen) >>"


@pytest.fixture
def issued(world: World) -> Issued:
    return world.issue("sign")


@pytest.fixture
def signed(issued: Issued) -> bytes:
    return pdf_forge.sign(
        pdf_forge.blank(), issued, sub_filter=SigSeedSubFilter.ADOBE_PKCS7_DETACHED
    )


def test_a_byte_changed_in_the_content_is_a_change(signed: bytes) -> None:
    assert told(signed) == [Covers.WHOLE]
    assert told(signed.replace(b"(100 yen)", b"(900 yen)")) == [Reason.DOCUMENT_CHANGED]


def test_the_signature_of_another_document_says_nothing_of_this_one(issued: Issued) -> None:
    one, other = (
        pdf_forge.sign(blank, issued)
        for blank in (pdf_forge.blank(), pdf_forge.blank().replace(b"(100 yen)", b"(900 yen)"))
    )
    (gap,), (place,) = pdf_forge.contents_of(one), pdf_forge.contents_of(other)
    moved = one[: gap.start] + other[place.start : place.stop] + one[gap.stop :]
    assert told(moved) == [Reason.DOCUMENT_CHANGED]


NARROWER: list[Callable[[Range, int], tuple[int, ...]]] = [
    lambda r, size: (0, r[1], r[2], r[3] - 1),
    lambda r, size: (0, r[1], r[2], r[3] // 2),
    lambda r, size: (0, r[1], r[2], 1),
    lambda r, size: (0, r[1] - 1, r[2], r[3]),
    lambda r, size: (0, r[1], r[2] + 1, r[3] - 1),
    lambda r, size: (0, r[1], r[2] + 100, r[3] - 100),
    lambda r, size: (0, r[1] - 100, r[2], r[3]),
    lambda r, size: (1, r[1] - 1, r[2], r[3]),
    lambda r, size: (100, r[1] - 100, r[2], r[3]),
    lambda r, size: (0, r[1] + 1, r[2], r[3]),
    lambda r, size: (0, r[1], r[2] - 1, r[3] + 1),
    lambda r, size: (0, 10, 10, r[1] - 10, r[2], r[3]),
    lambda r, size: (0, r[1], r[2], r[3] - 5, size - 5, 5),
    lambda r, size: (0, r[1]),
    lambda r, size: (),
]


@pytest.mark.parametrize("change", NARROWER)
def test_a_signature_truly_made_over_other_ranges_is_refused(
    signed: bytes, issued: Issued, change: Callable[[Range, int], tuple[int, ...]]
) -> None:
    right = pdf_forge.byte_ranges(signed)[-1]
    assert told(pdf_forge.signed_over(signed, issued, *right)) == [Covers.WHOLE]
    other = change(right, len(signed))
    assert told(pdf_forge.signed_over(signed, issued, *other)) == [Reason.DOCUMENT_CHANGED]


@pytest.mark.parametrize(
    "change",
    [
        lambda r, size: (0, r[1], r[2], r[3] + 1),
        lambda r, size: (0, r[1], r[2], 2**70),
        lambda r, size: (0, r[1], r[2], -1),
        lambda r, size: (0, r[1], r[2], 0),
        lambda r, size: (0, r[1], -r[2], r[3]),
        lambda r, size: (0, -r[1], r[2], r[3]),
        lambda r, size: (-1, r[1] + 1, r[2], r[3]),
        lambda r, size: (0, r[2], r[1], size - r[1]),
        lambda r, size: (0, r[1], r[1], size - r[1]),
        lambda r, size: (0, r[1], 0, size),
        lambda r, size: (0, size, size, 0),
        lambda r, size: (r[2], r[3], 0, r[1]),
        lambda r, size: (0, f"{r[1]}.0", r[2], r[3]),
        lambda r, size: (0, "null", r[2], r[3]),
        lambda r, size: ("1 0 R", r[1], r[2], r[3]),
        lambda r, size: (0, "/A", r[2], r[3]),
        lambda r, size: (0, r[1], r[2], "true"),
        lambda r, size: ("[0]", r[1], r[2], r[3]),
    ],
)
def test_ranges_that_are_none_are_refused(
    signed: bytes, change: Callable[[Range, int], tuple[object, ...]]
) -> None:
    other = change(pdf_forge.byte_ranges(signed)[-1], len(signed))
    assert told(pdf_forge.over(signed, *other)) == [Reason.DOCUMENT_CHANGED]


@pytest.mark.parametrize("key", [b"/ByteRange", b"/Contents <"])
def test_a_signature_without_its_ranges_or_contents_is_none(signed: bytes, key: bytes) -> None:
    """Universal signature forgery."""
    at = signed.rindex(key)
    assert told(signed[:at] + b"/X" + signed[at + 2 :]) == [Reason.MALFORMED_DOCUMENT]


def test_behind_a_signature_there_is_nothing_but_zeros(signed: bytes) -> None:
    (gap,) = pdf_forge.contents_of(signed)
    hidden = signed[: gap.stop - 3] + b"01" + signed[gap.stop - 1 :]
    assert told(hidden) == [Reason.DOCUMENT_CHANGED]


def test_the_contents_are_written_without_spaces(signed: bytes) -> None:
    (gap,) = pdf_forge.contents_of(signed)
    spaced = signed[: gap.stop - 3] + b"  " + signed[gap.stop - 1 :]
    assert told(spaced) == [Reason.MALFORMED_DOCUMENT]


CANNOT_STAND = ([Reason.DOCUMENT_CHANGED], [Reason.MALFORMED_DOCUMENT])
UNLISTED = b"4 0 obj\n<< /Type /Page >>\nendobj\n"


def test_bytes_after_the_end_are_a_change(signed: bytes) -> None:
    again = signed[signed.rindex(b"startxref") :]
    for added in (b"\n", b" ", b"\0", again, UNLISTED + again):
        assert told(signed + added) == [Reason.DOCUMENT_CHANGED], added
    for added in (b"x", b"\0" * 500, b"x" * 2_000, b"\n%%EOF\n", UNLISTED):
        assert outcome(signed + added) in CANNOT_STAND, added


def test_an_object_that_no_revision_lists_is_a_change(signed: bytes, issued: Issued) -> None:
    """Incremental saving attack: viewers that repair files find it."""
    assert told(pdf_forge.with_dss(signed, issued)) == [Covers.EARLIER_REVISION]
    hidden = pdf_forge.with_dss(signed + UNLISTED, issued)
    assert told(hidden) == [Reason.DOCUMENT_CHANGED]
    for added in (UNLISTED, b"x\n"):
        after = pdf_forge.with_dss(signed, issued) + added
        assert outcome(after) in CANNOT_STAND, added


def test_a_revision_by_hand_may_not_replace_anything(signed: bytes) -> None:
    assert told(pdf_forge.raw_revision(signed, {})) == [Covers.EARLIER_REVISION]
    for number in set(range(1, 10)) - {INFO}:
        changed = pdf_forge.raw_revision(signed, {number: OVERLAY})
        assert Covers.EARLIER_REVISION not in outcome(changed), number
    assert told(pdf_forge.raw_revision(signed, {10: OVERLAY})) == [Covers.EARLIER_REVISION]
    catalog = {40: b"<< /Type /Catalog /Pages 41 0 R >>", 41: b"<< /Type /Pages /Kids [] >>"}
    assert refused(pdf_forge.raw_revision(signed, catalog, root=40)) is Reason.NOT_SIGNED


def test_a_revision_may_not_take_the_place_of_the_signed_one(issued: Issued) -> None:
    """It shows again what was corrected before the signature; alone, or under one more."""
    first = pdf_forge.blank()
    corrected = pdf_forge.updated(first, pdf_forge.overwrite_text)
    signed = pdf_forge.sign(corrected, issued)
    assert told(signed) == [Covers.WHOLE]
    beside = pdf_forge.instead_of_last(signed, {TEXT: first.index(b"%d 0 obj" % TEXT)})
    assert told(beside) == [Reason.DOCUMENT_CHANGED]
    assert told(pdf_forge.raw_revision(beside, {})) == [Reason.DOCUMENT_CHANGED]


@pytest.mark.parametrize("key", ["/Group", "/Parent"])
def test_what_was_signed_may_not_wait_for_an_object_to_come(issued: Issued, key: str) -> None:
    """Shadow attack: a reference to nothing when it is signed, to something afterwards."""

    update = pdf_forge.refer_to(60, key)
    signed = pdf_forge.sign(pdf_forge.updated(pdf_forge.blank(), update), issued)
    assert told(signed) == [Covers.WHOLE]
    assert Covers.EARLIER_REVISION not in told(pdf_forge.raw_revision(signed, {60: OVERLAY}))


def test_what_was_signed_may_not_stand_behind_its_end(issued: Issued) -> None:
    """Shadow attack: a cross-reference to a place in the file that is yet to be written."""
    prepared = pdf_forge.raw_revision(pdf_forge.blank(), {}, places={TEXT: 20_000})
    signed = pdf_forge.sign(prepared, issued)
    assert told(signed) == [Covers.WHOLE]
    text = b"%d 0 obj\n<< /Length 15 >>\nstream\nBT (900 yen) Tj\nendstream\nendobj\n" % TEXT
    shown = signed.ljust(20_000) + text
    assert told(pdf_forge.raw_revision(shown, {})) == [Reason.DOCUMENT_CHANGED]


def test_what_was_signed_may_not_reach_over_its_end(issued: Issued) -> None:
    """The same with an object that begins before the signature and ends after it."""
    size = 20_000
    text = b"<< /Length %d >>\nstream\nBT (100 yen) Tj ET\nendstream" % size
    signed = pdf_forge.sign(pdf_forge.raw_revision(pdf_forge.blank(), {TEXT: text}), issued)
    assert told(signed) == [Covers.WHOLE]
    end = signed.index(b"BT (100 yen) Tj ET\nendstream") + size
    reaching = signed.ljust(end) + b"\nendstream\nendobj\n"
    assert Covers.EARLIER_REVISION not in told(pdf_forge.raw_revision(reaching, {}))
