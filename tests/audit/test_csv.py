"""An export opens in a spreadsheet as text: nothing that somebody else wrote is run there."""

import csv
import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.audit.csv_export import COLUMNS, csv_lines, harmless
from gateway.audit.search import LogLine

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


LINE = LogLine(
    entry_id=1,
    at=NOW,
    kind="operation",
    deed="service.changed",
    outcome="done",
    actor="operator:1",
    tenant_id="tottori",
    client_id=None,
    resident=None,
    address="2001:db8::1",
    request_id="0123456789abcdef",
    detail={},
)


def rows(text: str) -> list[list[str]]:
    """As a reader of RFC 4180 sees them."""
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True))


def test_the_columns_are_the_envelope() -> None:
    text = "".join(csv_lines([replace(LINE, detail={"name": "窓口", "role": "clerk"})]))
    assert text.startswith('\ufeff"at","kind"')
    assert text.count("\r\n") == 2
    assert rows(text) == [
        list(COLUMNS),
        [
            "2026-11-21T08:00:00.000000Z",
            "operation",
            "service.changed",
            "done",
            "operator:1",
            "tottori",
            "",
            "",
            "2001:db8::1",
            "0123456789abcdef",
            '{"name":"窓口","role":"clerk"}',
        ],
    ]


def test_an_export_of_nothing_has_its_header() -> None:
    assert rows("".join(csv_lines([]))) == [list(COLUMNS)]


FORMULAS = [
    "=1+1",
    '=HYPERLINK("https://evil.example","a")',
    "=cmd|' /C calc'!A0",
    "+1",
    "-1",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1)",
    "\t=1",
    "\tharmless",
    "\r=1",
    "\n=1",
    " =1",
    "  \u3000@SUM(1)",
    "\u00a0=1",
    "\u200b=1",
    "\ufeff=1",
    "\x00=1",
    "\x0b+1",
    "\u2028=1",
    "\u202e=1",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(1)",
    "\u3000＝1",
    "\u22121",
    "﹦1",
    "﹢1",
    "﹣1",
    "﹫SUM(1)",
]


@pytest.mark.parametrize("cell", FORMULAS, ids=repr)
def test_a_formula_becomes_text(cell: str) -> None:
    assert harmless(cell) == "'" + cell
    text = "".join(csv_lines([replace(LINE, actor=cell)]))
    assert rows(text)[1][COLUMNS.index("actor")] == "'" + cell


@pytest.mark.parametrize(
    "cell",
    [
        "",
        " ",
        "a=1",
        "1-1",
        "operator:1",
        "'=1",
        "2001:db8::1",
        "::1",
        '"=1"',
        "鳥取市",
        "ー",
        "(1)",
    ],
)
def test_what_is_no_formula_stays_as_it_is(cell: str) -> None:
    assert harmless(cell) == cell


def cells_of(line: LogLine) -> Sequence[str]:
    return rows("".join(csv_lines([line])))[1]


@pytest.mark.parametrize(
    "text", ['a","=1","b', "a;=1", "a\r\n=1,b", 'a"\r\n"=1', "a\n\n", "<script>", "a'b"], ids=repr
)
def test_no_text_leaves_its_cell(text: str) -> None:
    found = cells_of(replace(LINE, client_id=text, detail={"name": text}))
    assert len(found) == len(COLUMNS)
    assert found[COLUMNS.index("client_id")] == text
    assert found[COLUMNS.index("detail")].startswith('{"name":"')
    assert "\n" not in found[COLUMNS.index("detail")]


@given(st.text(), st.text(), st.dictionaries(st.text(), st.text()))
def test_every_line_is_one_row_that_reads_back(
    actor: str, client_id: str, detail: dict[str, str]
) -> None:
    found = cells_of(replace(LINE, actor=actor, client_id=client_id, detail=detail))
    assert len(found) == len(COLUMNS)
    assert found[COLUMNS.index("actor")] == harmless(actor)
    assert found[COLUMNS.index("client_id")] == harmless(client_id)
    for cell in found:
        assert cell.lstrip()[:1] not in ("=", "+", "-", "@", "＝", "＋", "－", "＠")
        assert cell[:1] not in ("\t", "\r", "\n")
