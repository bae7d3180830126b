"""What the process that reads documents answers, whatever it is sent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.card.api import CertificateError, Reason
from gateway.card.documents import apart_process
from gateway.card.documents.apart_process import answer
from gateway.card.documents.frames import decode_answer, encode_document
from gateway.card.documents.model import DocumentFormat, UnverifiedDocument
from gateway.card.documents.unreadable import unreadable
from tests.card.documents.cms_maker import make_cms
from tests.card.documents.desk import CONTENT, Desk, cms


def refusal(payload: bytes) -> Reason:
    with pytest.raises(CertificateError) as refused:
        decode_answer(answer(payload))
    return refused.value.reason


@given(st.binary(max_size=200), st.sampled_from([DocumentFormat.CMS, DocumentFormat.XML]))
def test_any_bytes_are_answered(octets: bytes, format_: DocumentFormat) -> None:
    assert isinstance(refusal(encode_document(UnverifiedDocument(format_, octets))), Reason)


@given(st.binary(max_size=200))
def test_what_is_no_request_is_answered_too(payload: bytes) -> None:
    assert refusal(payload) is Reason.MALFORMED_DOCUMENT


def test_an_answer_that_is_too_long_is_none(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    payload = encode_document(cms(make_cms(CONTENT, desk.signer())))
    assert len(decode_answer(answer(payload))) == 1
    monkeypatch.setattr(apart_process, "LONGEST_ANSWER", 100)
    assert refusal(payload) is Reason.DOCUMENT_TOO_COMPLEX


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (KeyError("secret content"), Reason.MALFORMED_DOCUMENT),
        (AssertionError("secret content"), Reason.MALFORMED_DOCUMENT),
        (RecursionError("secret content"), Reason.DOCUMENT_TOO_COMPLEX),
        (MemoryError(), Reason.DOCUMENT_TOO_COMPLEX),
    ],
    ids=repr,
)
def test_of_what_a_library_raises_only_the_kind_is_told(error: Exception, expected: Reason) -> None:
    told = unreadable(error)
    assert (told.reason, told.message) == (expected, type(error).__name__)
