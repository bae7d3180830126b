"""Authorization details are read strictly, and one covers another only where it says as much."""

import json
from typing import Any

import pytest

from gateway.consent.consents import Agreed, together
from gateway.consent.details import (
    AgreedDetail,
    BadDetailsError,
    DataFlow,
    from_plain,
    parse_details,
    to_plain,
)

TYPE = "urn:genkan:data-flow"
GOOD: dict[str, Any] = {
    "type": TYPE,
    "locations": ["https://welfare.example.test/api"],
    "actions": ["read"],
    "datatypes": ["allowance"],
}


def one(**changes: object) -> str:
    members = {**GOOD, **changes}
    return json.dumps([{name: value for name, value in members.items() if value is not None}])


def flow(*datatypes: str, actions: tuple[Any, ...] = ("read",), at: str = "a") -> DataFlow:
    return DataFlow(
        type="urn:genkan:data-flow", locations=(at,), actions=actions, datatypes=datatypes
    )


def test_a_good_one_is_read_in_one_order_and_written_again() -> None:
    raw = one(actions=["write", "read"], datatypes=["b", "a"])
    (detail,) = read = parse_details(raw, [TYPE])
    assert (detail.actions, detail.datatypes) == (("read", "write"), ("a", "b"))
    assert from_plain(json.loads(json.dumps(to_plain(read)))) == read


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "{",
        "null",
        "{}",
        "[]",
        "[1]",
        "[[]]",
        "[{}]",
        "[" * 5_000,
        json.dumps([GOOD] * 2),
        json.dumps([{**GOOD, "datatypes": [f"d{n}"]} for n in range(9)]),
        '[{"type": "urn:genkan:data-flow", "type": "urn:genkan:data-flow"}]',
        one(type="payment_initiation"),
        one(type=["urn:genkan:data-flow"]),
        one(type=None),
        one(locations=None),
        one(locations=[]),
        one(locations="https://welfare.example.test/api"),
        one(locations=["https://welfare.example.test/api", "https://tax.example.test/api"]),
        one(actions=[]),
        one(actions=["delete"]),
        one(actions=["read", "read"]),
        one(datatypes=[]),
        one(datatypes=["a", "a"]),
        one(datatypes=["A"]),
        one(datatypes=["a b"]),
        one(datatypes=["a\n"]),
        one(datatypes=["a" * 65]),
        one(datatypes=[1]),
        one(datatypes=[f"d{n}" for n in range(33)]),
        one(purpose="<b>trust me</b>"),
        one(privileges=["admin"]),
        one(datatypes=["a" * 60 + str(n) for n in range(200)]),
    ],
)
def test_what_is_not_of_its_form_is_refused(bad: str) -> None:
    with pytest.raises(BadDetailsError) as refused:
        parse_details(bad, [TYPE])
    assert refused.value.why.isascii()
    assert "trust me" not in refused.value.why


def test_a_type_that_is_not_registered_for_the_client_is_refused() -> None:
    with pytest.raises(BadDetailsError):
        parse_details(one(), [])


def test_one_covers_what_is_the_same_or_less() -> None:
    both = flow("a", "b", actions=("read", "write"))
    assert both.covers(both)
    assert both.covers(flow("a"))
    assert not flow("a").covers(both)
    assert not flow("a").covers(flow("b"))
    assert not flow("a").covers(flow("a", actions=("write",)))
    assert not both.covers(flow("a", at="b"))


def test_two_halves_are_not_a_whole() -> None:
    halves = Agreed(
        details=(
            AgreedDetail(flow("a"), "welfare"),
            AgreedDetail(flow("b", actions=("write",)), "welfare"),
        )
    )
    assert halves.covers([AgreedDetail(flow("a"), "welfare")])
    assert not halves.covers([AgreedDetail(flow("a", actions=("write",)), "welfare")])
    assert not halves.covers([AgreedDetail(flow("a", "b"), "welfare")])
    assert not halves.covers([AgreedDetail(flow("a"), "another")])


def test_what_is_part_of_another_is_kept_once_and_the_oldest_go() -> None:
    small, large = AgreedDetail(flow("a"), "w"), AgreedDetail(flow("a", "b"), "w")
    assert together(Agreed(details=(small,)), Agreed(details=(large,))).details == (large,)
    assert together(Agreed(details=(large,)), Agreed(details=(small,))).details == (large,)
    many = tuple(AgreedDetail(flow(f"d{n}"), "w") for n in range(80))
    assert together(Agreed(details=many), Agreed(details=(large,))).details[-1] == large
    assert len(together(Agreed(details=many), Agreed(details=(large,))).details) == 64
