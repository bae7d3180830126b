"""Whatever bytes come back: nothing is raised, nothing is taken for good, nothing takes long."""

import json
from datetime import timedelta
from time import perf_counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.card.api import CertificateType, StatusValue
from plugins.verification_service.errors import UnusableError
from plugins.verification_service.linking import read_predecessors
from plugins.verification_service.service import MAX_ANSWER_BYTES
from plugins.verification_service.settings import Freshness
from plugins.verification_service.status import check_status_answer
from plugins.verification_service.wire import CertificateName, PredecessorsQuestion, StatusQuestion
from tests.card.world import NOW
from tests.plugins.service_world import good

FRESHNESS = Freshness(skew=timedelta(minutes=1), max_age=timedelta(minutes=30))
NAME = CertificateName(issuer="jpki-auth", issuer_sha256="0A" * 32, serial_number="abc")
QUESTION = StatusQuestion(request_id="AAAAAAAAAAAAAAAAAAAAAA", certificate=NAME)
ASKED: dict[str, Any] = {
    "request_id": QUESTION.request_id,
    "certificate": {"issuer": "jpki-auth", "issuer_sha256": "0A" * 32, "serial_number": "abc"},
}
GOOD = json.dumps({**ASKED, **good()}).encode()
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


def value_of(unverified_body: bytes) -> StatusValue:
    return check_status_answer(unverified_body, QUESTION, NOW, FRESHNESS).value


def test_the_answer_as_it_should_be_is_good() -> None:
    assert value_of(GOOD) is StatusValue.GOOD


@given(st.binary())
def test_bytes_are_no_answer(body: bytes) -> None:
    assert value_of(body) is StatusValue.UNKNOWN


@given(st.sampled_from(sorted({**ASKED, **good()})), JSON)
def test_anything_in_the_place_of_one_field_is_never_revoked_and_raises_nothing(
    field: str, value: object
) -> None:
    body = json.dumps({**ASKED, **good(), field: value}).encode()

    assert value_of(body) is not StatusValue.REVOKED


@pytest.mark.parametrize("position", range(len(GOOD)))
def test_one_octet_more_less_or_changed_never_makes_another_answer_good(
    position: int,
) -> None:
    before, octet, after = GOOD[:position], GOOD[position], GOOD[position + 1 :]
    for changed in (b"", bytes([octet ^ 1]), bytes([octet, octet])):
        body = before + changed + after
        if value_of(body) is StatusValue.GOOD:
            found = json.loads(body)
            assert {key: found[key] for key in ASKED} == ASKED
            assert found["value"] == "good"


@pytest.mark.parametrize(
    "body",
    [
        b"[" * MAX_ANSWER_BYTES,
        b'{"a":' * (MAX_ANSWER_BYTES // 5),
        b'{"a": ' + b"9" * (MAX_ANSWER_BYTES - 8) + b"}",
        b'{"a": 1e' + b"9" * (MAX_ANSWER_BYTES - 10) + b"}",
        b'{"' + b"\\u0000" * (MAX_ANSWER_BYTES // 6 - 2) + b'": 1}',
        b"{" + b",".join(b'"%d": 1' % n for n in range(5_000)) + b"}",
    ],
    ids=["a tower of lists", "a tower of objects", "digits", "an exponent", "escapes", "names"],
)
def test_the_worst_that_fits_takes_no_time(body: bytes) -> None:
    started = perf_counter()

    assert value_of(body) is StatusValue.UNKNOWN
    assert perf_counter() - started < 0.1


@given(JSON)
def test_anything_for_a_list_of_predecessors_is_no_answer_or_harmless(value: object) -> None:
    asked = {"request_id": QUESTION.request_id, "certificate": ASKED["certificate"]}
    question = PredecessorsQuestion(
        request_id=QUESTION.request_id,
        certificate=NAME,
        certificate_type=CertificateType.AUTHENTICATION,
    )
    answer = {**asked, "certificate_type": "authentication", "known": True, "predecessors": value}
    try:
        found = read_predecessors(json.dumps(answer).encode(), question)
    except UnusableError:
        return
    assert value == []
    assert found.identities == ()
