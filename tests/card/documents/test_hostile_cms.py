"""A good CMS with any one octet changed, cut short, or of any octets at all: nobody is taken for a
signer who did not sign just this, and nothing is raised but our own."""

import asyncio
import time
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.card.api import CertificateError
from gateway.card.documents.cms import read_cms
from gateway.card.documents.model import UnverifiedSignature
from gateway.card.documents.verify import VerifiedDocument
from tests.card.documents.cms_maker import Signer, make_cms
from tests.card.documents.desk import CONTENT, Desk, cms
from tests.card.forge import der, tlv

HOSTILE = settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture
def signer(desk: Desk) -> Signer:
    """With a curve's short key: each octet of the document is changed below."""
    key = desk.world.keys.p256
    return Signer(der(desk.world.issue("sign", key=key).certificate), key)


def verified(desk: Desk, document: bytes) -> VerifiedDocument:
    return asyncio.run(desk.verify(document))


def changed(document: bytes) -> Iterator[bytes]:
    for position in range(len(document)):
        for mask in (0x01, 0x80):
            changed = bytearray(document)
            changed[position] ^= mask
            yield bytes(changed)


# cryptography's word on a negative number in authorityKeyIdentifier; the signature over it fails.
@pytest.mark.filterwarnings("ignore:Parsed a serial number")
def test_no_octet_of_what_was_signed_can_be_changed(desk: Desk, signer: Signer) -> None:
    document = make_cms(CONTENT, signer)
    (before,) = read_cms(cms(document))
    assert isinstance(before, UnverifiedSignature)
    assert verified(desk, document).accepted
    accepted = 0
    for octets in changed(document):
        if verified(desk, octets).accepted:
            accepted += 1
            (found,) = read_cms(cms(octets))
            assert found == before
    # Version numbers, and the list of hashes that is there for those who read in one pass.
    assert accepted < 40


def test_no_document_that_was_cut_short_is_accepted(desk: Desk, signer: Signer) -> None:
    document = make_cms(CONTENT, signer)
    for end in range(len(document)):
        with pytest.raises(CertificateError):
            read_cms(cms(document[:end]))


@HOSTILE
@given(octets=st.binary(max_size=2_000))
def test_any_octets_are_refused(octets: bytes) -> None:
    for content in (None, b""):
        with pytest.raises(CertificateError):
            read_cms(cms(octets, content))


@HOSTILE
@given(places=st.tuples(*[st.integers(0, 2_300)] * 3))
def test_pieces_in_other_places_are_no_signature_of_anything_else(
    desk: Desk, places: tuple[int, ...]
) -> None:
    document = make_cms(CONTENT, desk.signer())
    start, end, to = sorted(places)
    moved = document[:start] + document[end:to] + document[start:end] + document[to:]
    found = verified(desk, moved)
    assert not found.accepted or moved == document


def test_many_small_things_are_counted_before_they_are_read(signer: Signer) -> None:
    crowds = (
        make_cms(CONTENT, signer, certificates=[b"\x30\x00"] * 1_000_000),
        make_cms(CONTENT, Crowd(signer.certificate, signer.key)),
    )
    for document in crowds:
        assert len(document) > 1_000_000
        began = time.perf_counter()
        with pytest.raises(CertificateError, match="too many"):
            read_cms(cms(document))
        assert time.perf_counter() - began < 1


class Crowd(Signer):
    """A million signers that are none."""

    def info(self, content: bytes, content_type: str) -> bytes:
        return tlv(0x30, b"") * 1_000_000
