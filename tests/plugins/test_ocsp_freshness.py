"""When a response is in force, and that it answers the question that was asked."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gateway.card.api import StatusValue
from plugins.ocsp import Rules, check_response
from tests.card.forge import tlv
from tests.card.world import NOW
from tests.plugins.ocsp_forge import (
    OID_NONCE,
    OID_UNKNOWN,
    UNKNOWN,
    extension,
    nonce_extension,
    revoked,
)
from tests.plugins.ocsp_world import NEXT_UPDATE, OcspWorld

SECOND, MINUTE, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)
SKEW = Rules().skew
MAX_AGE = Rules().max_age or timedelta()
FUTURE = "its answer begins in the future"
OUT_OF_DATE = "its answer is out of date"
NONCE = bytes(range(32))


def test_an_answer_begins_at_its_this_update(ocsp: OcspWorld) -> None:
    assert ocsp.is_good(ocsp.response().with_single(this_update=NOW + SKEW))
    assert ocsp.problem(ocsp.response().with_single(this_update=NOW + SKEW + SECOND)) == FUTURE


@pytest.mark.parametrize("status", [None, UNKNOWN, revoked(NOW - DAY)])
def test_an_answer_ends_at_its_next_update_whatever_it_says(
    ocsp: OcspWorld, status: bytes | None
) -> None:
    changes = {} if status is None else {"status": status}
    response = ocsp.response().with_single(next_update=NOW - SKEW - SECOND, **changes)
    found = ocsp.check(response)

    assert ocsp.is_good(ocsp.response().with_single(next_update=NOW - SKEW))
    assert (found.value, found.stale, found.detail) == (StatusValue.UNKNOWN, True, OUT_OF_DATE)
    assert found.next_update == NOW - SKEW - SECOND


def test_the_last_second_belongs_to_it(ocsp: OcspWorld) -> None:
    strict, in_the_second = Rules(skew=timedelta()), timedelta(microseconds=999_999)
    last = ocsp.response().with_single(next_update=NOW)

    assert ocsp.check(last, rules=strict, later=in_the_second).value is StatusValue.GOOD
    assert ocsp.check(last, rules=strict, later=SECOND).stale


def test_without_next_update_an_answer_has_an_age(ocsp: OcspWorld) -> None:
    def aged(age: timedelta) -> bytes:
        return ocsp.response().with_single(this_update=NOW - age, next_update=None).encode()

    assert ocsp.is_good(aged(5 * MINUTE))
    assert ocsp.is_good(aged(MAX_AGE + SKEW))
    assert ocsp.problem(aged(MAX_AGE + SKEW + SECOND)) == OUT_OF_DATE
    assert ocsp.check(aged(10 * DAY)).stale


def test_settings_may_ask_for_a_next_update(ocsp: OcspWorld) -> None:
    strict = Rules(max_age=None)

    assert ocsp.is_good(ocsp.response(), strict)
    assert ocsp.problem(ocsp.response().with_single(next_update=None), strict) == (
        "its answer has no nextUpdate"
    )


def test_no_response_comes_from_the_future(ocsp: OcspWorld) -> None:
    assert ocsp.is_good(replace(ocsp.response(), produced_at=NOW + SKEW))
    assert ocsp.problem(replace(ocsp.response(), produced_at=NOW + SKEW + SECOND)) == (
        "it was produced in the future"
    )


def test_a_response_produced_long_ago_is_good_while_its_answer_is(ocsp: OcspWorld) -> None:
    assert ocsp.is_good(replace(ocsp.response(), produced_at=NOW - 3 * DAY))


@pytest.mark.parametrize("year", [1, 9999])
def test_the_ends_of_time_are_no_way_out(ocsp: OcspWorld, year: int) -> None:
    at = datetime(year, 12, 31, 23, 59, 59, tzinfo=UTC)
    response = ocsp.response().with_single(next_update=None).encode()
    far = ocsp.response().with_single(this_update=at, next_update=at)

    for rules in (Rules(), Rules(max_age=None, skew=timedelta())):
        status = check_response(response, ocsp.leaf, ocsp.issuer, nonce=None, at=at, rules=rules)
        assert status.value is StatusValue.UNKNOWN
        assert ocsp.problem(far, rules)


def test_the_nonce_that_was_sent_comes_back(ocsp: OcspWorld) -> None:
    with_nonce = replace(ocsp.response(), extensions=nonce_extension(NONCE))

    assert ocsp.check(with_nonce, nonce=NONCE).value is StatusValue.GOOD
    assert ocsp.check(ocsp.response(), nonce=NONCE).detail == (
        "it does not carry the nonce that was sent"
    )


@pytest.mark.parametrize(
    "returned",
    [
        nonce_extension(bytes(32)),
        nonce_extension(NONCE[:31]),
        nonce_extension(NONCE + b"\x00"),
        nonce_extension(b""),
        extension(OID_NONCE, NONCE),
        extension(OID_NONCE, tlv(0x30, NONCE)),
    ],
)
def test_another_nonce_is_never_the_one_that_was_sent(ocsp: OcspWorld, returned: bytes) -> None:
    response = replace(ocsp.response(), extensions=returned)

    for rules in (Rules(), Rules(require_nonce=False)):
        status = ocsp.check(response, nonce=NONCE, rules=rules)
        assert status.value is StatusValue.UNKNOWN
        assert status.detail == "it carries another nonce than was sent"


def test_settings_may_do_without_the_nonce_coming_back(ocsp: OcspWorld) -> None:
    lenient = Rules(require_nonce=False)

    assert ocsp.check(ocsp.response(), nonce=NONCE, rules=lenient).value is StatusValue.GOOD


def test_evidence_that_was_not_asked_for_may_carry_any_nonce(ocsp: OcspWorld) -> None:
    assert ocsp.is_good(replace(ocsp.response(), extensions=nonce_extension(NONCE)))


def test_a_critical_extension_of_the_response_must_be_understood(ocsp: OcspWorld) -> None:
    def with_extension(oid: str, value: bytes, *, critical: bool) -> bytes:
        return replace(
            ocsp.response(), extensions=extension(oid, value, critical=critical)
        ).encode()

    assert ocsp.is_good(with_extension(OID_UNKNOWN, b"", critical=False))
    assert ocsp.is_good(with_extension(OID_NONCE, tlv(0x04, NONCE), critical=True))
    assert ocsp.problem(with_extension(OID_UNKNOWN, b"", critical=True)) == (
        "it holds an unknown critical extension"
    )


def test_an_answer_says_until_when_it_stands(ocsp: OcspWorld) -> None:
    assert ocsp.check(ocsp.response()).next_update == NEXT_UPDATE
    assert ocsp.check(ocsp.response().with_single(next_update=None)).next_update is None
