"""Every signature of a PDF is told, with what it covers; and the digest is what the key signed."""

import logging
from datetime import datetime

import pytest
from pyhanko.sign.fields import FieldMDPAction, FieldMDPSpec, MDPPerm, SigSeedSubFilter

from gateway.card.api import Reason
from gateway.card.documents.model import (
    Covers,
    UnverifiedSignature,
)
from gateway.virtual.authority import Issued
from tests.card.documents import pdf_forge
from tests.card.documents.pdf_reading import read, refused, told, verify
from tests.card.forge import der
from tests.card.world import World


@pytest.fixture
def issued(world: World) -> Issued:
    return world.issue("sign")


@pytest.fixture
def others(world: World) -> Issued:
    return world.issue("sign", key=world.keys.other)


SUPPORTED = (SigSeedSubFilter.PADES, SigSeedSubFilter.ADOBE_PKCS7_DETACHED)


@pytest.mark.parametrize("sub_filter", SUPPORTED)
@pytest.mark.parametrize("stream_xrefs", [False, True])
def test_one_signature_covers_the_whole(
    issued: Issued, sub_filter: SigSeedSubFilter, *, stream_xrefs: bool
) -> None:
    blank = pdf_forge.blank(stream_xrefs=stream_xrefs)
    pdf = pdf_forge.sign(blank, issued, sub_filter=sub_filter)
    (found,) = read(pdf)
    assert isinstance(found, UnverifiedSignature)
    assert found.covers is Covers.WHOLE
    assert found.unverified_certificate == der(issued.certificate)
    assert found.references == ()
    verify(found)


def test_a_signature_of_the_next_generation_of_cards_is_read(world: World) -> None:
    issued = world.issue("sign", key=world.keys.p256)
    assert told(pdf_forge.sign(pdf_forge.blank(), issued)) == [Covers.WHOLE]


@pytest.mark.parametrize("sub_filter", SUPPORTED)
def test_the_signing_time_is_the_signers_word_in_utc(
    issued: Issued, sub_filter: SigSeedSubFilter
) -> None:
    """PAdES forbids the signed attribute: there it stands in /M."""
    (found,) = read(pdf_forge.sign(pdf_forge.blank(), issued, sub_filter=sub_filter))
    assert isinstance(found, UnverifiedSignature)
    assert isinstance(found.claimed_signing_time, datetime)
    assert str(found.claimed_signing_time.tzinfo) == "UTC"


@pytest.mark.parametrize("stream_xrefs", [False, True])
def test_of_two_signatures_in_sequence_the_last_covers_the_whole(
    issued: Issued, others: Issued, *, stream_xrefs: bool
) -> None:
    pdf = pdf_forge.sign(pdf_forge.blank(stream_xrefs=stream_xrefs), issued)
    pdf = pdf_forge.sign(pdf, others, "Second")
    assert told(pdf) == [Covers.EARLIER_REVISION, Covers.WHOLE]
    certificates = [each.unverified_certificate for each in read(pdf)]  # type: ignore[union-attr]
    assert certificates == [der(each.certificate) for each in (issued, others)]


def test_of_two_signatures_a_broken_one_does_not_hide_the_other(issued: Issued) -> None:
    pdf = pdf_forge.sign(pdf_forge.sign(pdf_forge.blank(), issued), issued, "Second")
    first, second = pdf_forge.contents_of(pdf)
    without_second = pdf_forge.with_contents(pdf, second, b"\x30\x03\x02\x01\x00")
    assert told(without_second) == [Covers.EARLIER_REVISION, Reason.MALFORMED_DOCUMENT]
    without_first = pdf_forge.with_contents(pdf, first, b"\x30\x03\x02\x01\x00")
    # The second is over the first.
    assert told(without_first) == [Reason.MALFORMED_DOCUMENT, Reason.DOCUMENT_CHANGED]


def test_what_is_added_for_the_long_term_is_permitted(issued: Issued, others: Issued) -> None:
    pdf = pdf_forge.sign(pdf_forge.blank(), issued)
    kept = pdf_forge.with_dss(pdf, others)
    assert told(kept) == [Covers.EARLIER_REVISION]
    assert told(pdf_forge.timestamped(kept, others)) == [Covers.EARLIER_REVISION]


def test_a_form_may_be_filled_in_where_the_signer_does_not_say(issued: Issued) -> None:
    pdf = pdf_forge.sign(pdf_forge.blank(), issued)
    assert told(pdf_forge.updated(pdf, pdf_forge.fill_town)) == [Covers.EARLIER_REVISION]


def test_a_certified_document_is_held_to_what_its_author_allows(issued: Issued) -> None:
    fill_in = pdf_forge.sign(pdf_forge.blank(), issued, certify=MDPPerm.FILL_FORMS)
    assert told(pdf_forge.updated(fill_in, pdf_forge.fill_town)) == [Covers.EARLIER_REVISION]
    nothing = pdf_forge.sign(pdf_forge.blank(), issued, certify=MDPPerm.NO_CHANGES)
    assert told(nothing) == [Covers.WHOLE]
    assert told(pdf_forge.with_dss(nothing, issued)) == [Covers.EARLIER_REVISION]
    assert told(pdf_forge.updated(nothing, pdf_forge.fill_town)) == [Reason.DOCUMENT_CHANGED]


def test_a_locked_field_may_not_be_filled_in(issued: Issued) -> None:
    other_fields = FieldMDPSpec(FieldMDPAction.INCLUDE, ["Village"])
    free = pdf_forge.sign(pdf_forge.blank(), issued, lock=other_fields)
    assert told(pdf_forge.updated(free, pdf_forge.fill_town)) == [Covers.EARLIER_REVISION]
    this_field = FieldMDPSpec(FieldMDPAction.INCLUDE, ["Town"])
    locked = pdf_forge.sign(pdf_forge.blank(), issued, lock=this_field)
    assert told(pdf_forge.updated(locked, pdf_forge.fill_town)) == [Reason.DOCUMENT_CHANGED]


@pytest.mark.parametrize(
    "update",
    [
        pdf_forge.change_page,
        pdf_forge.overwrite_text,
        pdf_forge.annotate_page,
        pdf_forge.add_page,
    ],
)
def test_a_document_changed_afterwards_is_not_what_was_signed(
    issued: Issued, update: pdf_forge.Update
) -> None:
    pdf = pdf_forge.updated(pdf_forge.sign(pdf_forge.blank(), issued), update)
    assert told(pdf) == [Reason.DOCUMENT_CHANGED]
    assert told(pdf_forge.sign(pdf, issued, "Second")) == [Reason.DOCUMENT_CHANGED, Covers.WHOLE]


def test_a_timestamp_after_a_change_does_not_permit_it(issued: Issued, others: Issued) -> None:
    pdf = pdf_forge.updated(pdf_forge.sign(pdf_forge.blank(), issued), pdf_forge.change_page)
    assert told(pdf_forge.timestamped(pdf, others)) == [Reason.DOCUMENT_CHANGED]


def test_a_document_timestamp_is_nobodys_signature(issued: Issued) -> None:
    assert refused(pdf_forge.timestamped(pdf_forge.blank(), issued)) is Reason.NOT_SIGNED


def test_a_document_without_a_signature_is_not_signed() -> None:
    assert refused(pdf_forge.blank()) is Reason.NOT_SIGNED
    assert refused(pdf_forge.blank(stream_xrefs=True)) is Reason.NOT_SIGNED


@pytest.mark.parametrize(
    "sub_filter", [b"/adbe.pkcs7.sha1", b"/adbe.x509.rsa_sha1", b"/hospitable.none"]
)
def test_other_kinds_of_signatures_are_not_supported(issued: Issued, sub_filter: bytes) -> None:
    pdf = pdf_forge.sign(pdf_forge.blank(), issued)
    other = pdf.replace(b"/ETSI.CAdES.detached", sub_filter.ljust(20))
    assert told(other) == [Reason.UNSUPPORTED_SIGNATURE]


def test_nothing_of_the_document_reaches_a_log(
    issued: Issued, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        pdf = pdf_forge.sign(pdf_forge.blank(), issued)
        told(pdf_forge.updated(pdf, pdf_forge.change_page))
    assert not [record for record in caplog.records if record.name.startswith("pyhanko")]
