"""One line of JSON: the envelope of the table, whole and bounded whatever stands in it."""

import json
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from gateway.audit.log_line import LONGEST_LINE, line_of
from gateway.audit.model import Entry, LogKind, Origin, Outcome

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
ORIGIN = Origin("client:shop", "2001:db8::1", "0123456789abcdef")


def entry(**detail: str) -> Entry:
    return Entry(NOW, LogKind.ACCESS, "request.answered", Outcome.DONE, ORIGIN, detail=detail)


def test_a_line_has_the_fields_of_the_table() -> None:
    line = line_of(
        Entry(
            NOW,
            LogKind.COMMUNICATION,
            "list.fetched",
            Outcome.FAILED,
            ORIGIN,
            "tottori",
            "shop",
            "r-pseudonym",
            {"host": "crl.example"},
        )
    )
    assert json.loads(line) == {
        "at": "2026-11-21T08:00:00.000000Z",
        "kind": "communication",
        "deed": "list.fetched",
        "outcome": "failed",
        "actor": "client:shop",
        "tenant_id": "tottori",
        "client_id": "shop",
        "resident": "r-pseudonym",
        "address": "2001:db8::1",
        "request_id": "0123456789abcdef",
        "detail": {"host": "crl.example"},
    }


HOSTILE = '\n{}\r\x00\x1b[2J\x7f\x9b2J\u2028\u202e\ufeff\ud800"\\'


def test_what_a_request_brought_neither_ends_the_line_nor_moves_a_terminal() -> None:
    line = line_of(entry(user_agent=HOSTILE))
    assert line.count(b"\n") == 1
    assert all(character.isprintable() for character in line[:-1].decode())
    assert json.loads(line)["detail"]["user_agent"] == HOSTILE.replace("\ud800", "?")


def test_a_readers_own_writing_stays_readable() -> None:
    assert "鳥取県".encode() in line_of(entry(reason="鳥取県"))


@given(st.dictionaries(st.text(), st.text()), st.text(), st.integers(0, 4_000))
def test_whatever_stands_in_an_entry_its_line_is_bounded_and_whole(
    detail: dict[str, str], text: str, times: int
) -> None:
    long = Entry(
        NOW,
        LogKind.ERROR,
        "x.y",
        Outcome.FAILED,
        Origin(text * times, text, text),
        detail={**detail, "long": text * times},
    )
    line = line_of(long)
    assert len(line) <= LONGEST_LINE
    assert line.count(b"\n") == 1
    assert json.loads(line)["kind"] == "error"


def test_the_worst_line_is_bounded_and_says_that_it_was_shortened() -> None:
    worst = "\x00" * 100_000
    many = {f"{number:05}{worst}": worst for number in range(50)}
    full = Entry(
        NOW,
        LogKind.ERROR,
        worst,
        Outcome.FAILED,
        Origin(worst, worst, worst),
        worst,
        worst,
        worst,
        many,
    )
    line = line_of(full)
    assert len(line) <= LONGEST_LINE
    assert json.loads(line)["detail"]["shortened"] == "yes"
    assert "shortened" not in json.loads(line_of(entry(reason="x" * 10_000)))["detail"]
