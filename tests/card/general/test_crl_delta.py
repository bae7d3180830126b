"""Delta CRLs on their complete ones (RFC 5280 §5.2.4)."""

import pytest

from gateway.card.api import CertificateError, Reason
from tests.card.general.crl_forge import (
    CERTIFICATE_HOLD,
    KEY_COMPROMISE,
    NEXT_UPDATE,
    REMOVE_FROM_CRL,
    THIS_UPDATE,
    USER,
    ask,
    delta,
    entry,
    key_identifier,
    make_crl,
    number,
    point,
    serial_number,
    utc_time,
)
from tests.card.general.pki import Entity, issue, new_key

ROOT = issue("Root")
LEAF = issue("Leaf", ROOT, ca=False)
SERIAL = serial_number(LEAF)
HELD, REVOKED = entry(SERIAL, CERTIFICATE_HOLD), entry(SERIAL, KEY_COMPROMISE)
REMOVED = entry(SERIAL, REMOVE_FROM_CRL)


def complete(*entries: bytes, at: int = 5, **changed: object) -> bytes:
    return make_crl(ROOT, *entries, crl_number=number(at), **changed)  # type: ignore[arg-type]


def update(*entries: bytes, at: int = 6, base: int = 5, **changed: object) -> bytes:
    extensions = [delta(base), *changed.pop("extensions", ())]  # type: ignore[misc]
    return make_crl(
        changed.pop("issuer", ROOT),  # type: ignore[arg-type]
        *entries,
        crl_number=number(at),
        extensions=extensions,
        **changed,  # type: ignore[arg-type]
    )


def reason(*crls: bytes, anchor: Entity = ROOT) -> Reason | None:
    """None: good."""
    try:
        ask(LEAF, crls, anchor=anchor)
    except CertificateError as error:
        return error.reason
    return None


def test_a_delta_revokes_what_its_complete_crl_does_not_list_yet() -> None:
    assert reason(complete(), update()) is None
    assert reason(complete(), update(REVOKED)) is Reason.REVOKED


def test_what_is_on_hold_is_revoked_until_a_delta_takes_it_back() -> None:
    assert reason(complete(HELD)) is Reason.REVOKED
    assert reason(complete(HELD), update()) is Reason.REVOKED
    assert reason(complete(HELD), update(REMOVED)) is None


def test_what_is_revoked_for_good_is_not_taken_back() -> None:
    assert reason(complete(REVOKED), update(REMOVED)) is Reason.REVOKED


def test_what_was_never_listed_may_be_taken_back_too() -> None:
    assert reason(complete(), update(REMOVED)) is None


def test_what_was_on_hold_may_be_revoked_for_good() -> None:
    later = update(REVOKED, at=7)
    assert reason(complete(HELD), later) is Reason.REVOKED
    assert reason(complete(HELD), later, update(REMOVED, at=8)) is Reason.REVOKED


def test_of_two_deltas_the_later_one_stands_in_whichever_order_they_come() -> None:
    held, removed = update(HELD, at=6), update(REMOVED, at=7)
    assert reason(complete(), held, removed) is None
    assert reason(complete(), removed, held) is None
    again = update(HELD, at=8)
    assert reason(complete(), again, removed, held) is Reason.REVOKED


def test_of_two_deltas_of_one_number_the_one_that_revokes_stands() -> None:
    assert reason(complete(HELD), update(REMOVED), update(HELD)) is Reason.REVOKED


def test_a_delta_alone_tells_nothing() -> None:
    assert reason(update()) is Reason.STATUS_UNKNOWN
    assert reason(update(REVOKED)) is Reason.STATUS_UNKNOWN


@pytest.mark.parametrize(
    ("told", "wrong"),
    [
        ("its base is later than the complete CRL", update(REMOVED, base=6, at=7)),
        ("it is not later than the complete CRL", update(REMOVED, base=4, at=5)),
        ("it is of another scope", update(REMOVED, extensions=[point(flags=[USER])])),
        ("it names no key", update(REMOVED, identifier=b"")),
        ("it is past", update(REMOVED, next_update=utc_time(THIS_UPDATE))),
        ("it has not begun", update(REMOVED, this_update=utc_time(NEXT_UPDATE))),
        (
            "another key signed it",
            update(REMOVED, key=new_key(), identifier=key_identifier(ROOT.key)),
        ),
        ("another CA signed it", update(REMOVED, issuer=issue("Sibling"))),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_delta_that_does_not_fit_changes_nothing(told: str, wrong: bytes) -> None:
    assert reason(complete(HELD), wrong) is Reason.REVOKED, told
    assert reason(complete(HELD), update(REMOVED)) is None


def test_a_delta_may_start_at_a_base_before_its_complete_crl() -> None:
    assert reason(complete(HELD, at=5), update(REMOVED, base=1, at=6)) is None


def test_a_delta_does_not_refresh_a_complete_crl_that_is_past() -> None:
    past = complete(next_update=utc_time(THIS_UPDATE))
    assert reason(past, update()) is Reason.STATUS_STALE


def test_a_delta_that_lists_one_twice_makes_no_one_good() -> None:
    assert reason(complete(), update(entry(77), entry(77))) is Reason.STATUS_UNKNOWN
    assert reason(complete(), update(entry(77), entry(78))) is None


def test_only_one_complete_crl_of_two_is_brought_up_to_date() -> None:
    """The other still says that it is on hold."""
    assert reason(complete(HELD, at=5), complete(HELD, at=9), update(REMOVED)) is Reason.REVOKED
