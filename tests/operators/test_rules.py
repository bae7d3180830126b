"""What an operator's entry looks like, and who may change whom."""

from dataclasses import replace

import pytest

from gateway.errors import Conflict, InvalidField, NoSuchThing
from gateway.operators.model import Operator, OperatorState, Role
from gateway.operators.rules import (
    OperatorChange,
    check_change,
    check_may_change,
    check_may_decide_on,
    check_may_invite,
    check_new,
    normalise_login_name,
)
from tests.operators.people import HANAKO, OPERATOR

BIDI_OVERRIDE = "\u202e"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("hanako", "hanako"),
        ("Hanako@Hanasaki.example", "hanako@hanasaki.example"),
        ("ｈａｎａｋｏ＠ｈａｎａｓａｋｉ．ｅｘａｍｐｌｅ", "hanako@hanasaki.example"),
        ("００１２３", "00123"),
        ("a_b-c.d+e", "a_b-c.d+e"),
        ("a" * 254, "a" * 254),
    ],
)
def test_a_login_name_is_the_same_on_every_keyboard(typed: str, kept: str) -> None:
    assert normalise_login_name(typed) == kept
    assert normalise_login_name(kept) == kept


@pytest.mark.parametrize(
    "typed",
    ["", "a" * 255, "hana ko", "hana\u3000ko", " hanako", "hanako\n", "hana\u0000ko", "花子",
     "hana\u200bko", f"hana{BIDI_OVERRIDE}ko", "h\u0430nako", "<b>hanako</b>", "=hanako",
     "@hanako", "hana\ud800ko"],
)  # fmt: skip
def test_what_could_be_taken_for_another_name_is_no_login_name(typed: str) -> None:
    with pytest.raises(InvalidField, match="login_name") as refused:
        normalise_login_name(typed)
    assert not typed or typed not in str(refused.value)


@pytest.mark.parametrize(
    "text", ["花咲　花子", "<b>Hanako</b>", "葛\U000e0100城", "x" * 200, "O'Neil"]
)
def test_a_name_is_what_can_be_read(text: str) -> None:
    for new in (replace(HANAKO, name=text), replace(HANAKO, department=text)):
        assert check_new(new) == new
    check_change(OperatorChange(name=text, department=text))


@pytest.mark.parametrize(
    "text", ["", " ", "\u3000", "x" * 201, "two\nlines", "\u0007", f"a{BIDI_OVERRIDE}b", "\ud800"]
)
def test_a_name_that_shows_something_else_is_refused(text: str) -> None:
    with pytest.raises(InvalidField, match=r"^name: "):
        check_new(replace(HANAKO, name=text))
    with pytest.raises(InvalidField, match=r"^department: "):
        check_new(replace(HANAKO, department=text))
    with pytest.raises(InvalidField, match=r"^name: "):
        check_change(OperatorChange(name=text))
    with pytest.raises(InvalidField, match=r"^department: "):
        check_change(OperatorChange(department=text))


def somebody(tenant_id: str | None, role: Role = Role.ADMINISTRATOR) -> Operator:
    return replace(OPERATOR, operator_id="1" * 32, tenant_id=tenant_id, role=role)


def someone_else(tenant_id: str | None) -> Operator:
    return replace(OPERATOR, operator_id="2" * 32, tenant_id=tenant_id, role=Role.CLERK)


@pytest.mark.parametrize(
    ("actor", "place"), [(None, None), (None, "hanasaki"), ("hanasaki", "hanasaki")]
)
def test_an_administrator_reaches_the_operators_of_their_own(
    actor: str | None, place: str | None
) -> None:
    check_may_invite(somebody(actor), place)
    check_may_change(somebody(actor), someone_else(place), OperatorChange(role=Role.AUDITOR))
    check_may_decide_on(somebody(actor), someone_else(place))


@pytest.mark.parametrize("place", [None, "minato"])
def test_a_tenants_administrator_reaches_nobody_elses(place: str | None) -> None:
    own = somebody("hanasaki")
    with pytest.raises(NoSuchThing):
        check_may_invite(own, place)
    with pytest.raises(NoSuchThing):
        check_may_change(own, someone_else(place), OperatorChange(name="x"))
    with pytest.raises(NoSuchThing):
        check_may_decide_on(own, someone_else(place))


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_no_other_role_decides_on_operators(role: Role) -> None:
    with pytest.raises(NoSuchThing):
        check_may_invite(somebody(None, role), None)
    with pytest.raises(NoSuchThing):
        check_may_change(somebody(None, role), someone_else(None), OperatorChange(name="x"))
    with pytest.raises(NoSuchThing):
        check_may_decide_on(somebody(None, role), someone_else(None))


@pytest.mark.parametrize("role", list(Role))
def test_everybody_changes_their_own_name_and_department_and_nothing_else(role: Role) -> None:
    own = somebody("hanasaki", role)
    check_may_change(own, own, OperatorChange(name="Hanako", department="IT"))
    check_may_change(own, own, OperatorChange(name="Hanako", role=role))
    other = Role.AUDITOR if role is not Role.AUDITOR else Role.ADMINISTRATOR
    with pytest.raises(Conflict, match="own role"):
        check_may_change(own, own, OperatorChange(role=other))
    with pytest.raises(Conflict, match="another administrator"):
        check_may_decide_on(own, own)


def test_whoever_is_no_longer_active_decides_on_nobody() -> None:
    suspended = replace(somebody(None), state=OperatorState.SUSPENDED)
    with pytest.raises(NoSuchThing):
        check_may_decide_on(suspended, someone_else(None))
