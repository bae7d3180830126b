"""Proving it again before a dangerous deed: the same methods, for the same person only."""

from datetime import timedelta

import pytest

from gateway.operators.attempt import Authenticated, Refusal, Refused
from gateway.operators.model import Operator
from gateway.operators.sessions import Method, OperatorSession
from gateway.store.api import Records
from tests.operators.door import ENROLLED_AT, HERE, PASSWORD, Door, suspended
from tests.support.authenticator import Authenticator

WRONG = Refused(Refusal.WRONG)


@pytest.fixture
async def door(records: Records) -> Door:
    return Door(records)


async def prove(door: Door, operator: Operator, password: str, code: str) -> object:
    return await door.reauthentication.with_password(operator, password, code, HERE, door.now)


@pytest.mark.anyio
async def test_a_password_and_a_code_prove_it_again(door: Door) -> None:
    hanako = await door.with_password()
    found = await prove(door, hanako, PASSWORD, door.code())
    assert isinstance(found, Authenticated)
    assert found.operator.operator_id == hanako.operator_id
    (entry,) = await door.log()
    assert (entry.deed, entry.outcome) == ("operator.reauthenticated", "done")
    assert entry.actor == f"operator:{hanako.operator_id}"
    assert (await door.row(hanako)).last_signed_in_at == ENROLLED_AT


@pytest.mark.anyio
async def test_neither_is_enough_and_a_wrong_password_uses_no_code(door: Door) -> None:
    hanako = await door.with_password()
    assert await prove(door, hanako, "wrong horse battery", door.code()) == WRONG
    assert await prove(door, hanako, PASSWORD, "000000") == WRONG
    assert await door.told() == [
        ("operator.refused", "wrong_password"),
        ("operator.refused", "wrong_code"),
    ]
    assert isinstance(await prove(door, hanako, PASSWORD, door.code()), Authenticated)
    assert await prove(door, hanako, PASSWORD, door.code()) == WRONG


@pytest.mark.anyio
async def test_guessing_is_held_here_as_at_the_door(door: Door) -> None:
    hanako = await door.with_password()
    for _ in range(3):
        assert await door.password("wrong horse battery") == WRONG
    for _ in range(2):
        assert await prove(door, hanako, PASSWORD, "000000") == WRONG
    held = Refused(Refusal.HELD, timedelta(seconds=1))
    assert await prove(door, hanako, PASSWORD, door.code()) == held
    assert await door.password() == held
    assert (await door.told())[5:] == [("operator.locked", None)]


@pytest.mark.anyio
async def test_whoever_was_suspended_proves_nothing(door: Door) -> None:
    hanako = await door.with_password()
    async with door.records.writing() as connection:
        await connection.execute(suspended(hanako))
    assert await prove(door, hanako, PASSWORD, door.code()) == WRONG
    assert await door.told() == [("operator.refused", "not_active")]


@pytest.mark.anyio
async def test_a_passkey_proves_it_again_in_its_session(door: Door) -> None:
    hanako, authenticator = await door.with_passkey()
    session = session_of(door, hanako, "one")
    authenticator.tells_user_handle = False
    found = await prove_by_key(door, hanako, session, authenticator)
    assert isinstance(found, Authenticated)
    assert [deed for deed, _ in await door.told()] == ["operator.reauthenticated"]
    other = session_of(door, hanako, "two")
    answer = authenticator.get(await door.reauthentication.passkey_options(session))
    assert await door.reauthentication.with_passkey(hanako, other, answer, HERE, door.now) == WRONG


@pytest.mark.anyio
async def test_an_answer_for_the_door_proves_nothing_inside(door: Door) -> None:
    hanako, authenticator = await door.with_passkey()
    session = session_of(door, hanako, "one")
    answer = authenticator.get(await door.sign_in.passkey_options(session.session_id))
    assert (
        await door.reauthentication.with_passkey(hanako, session, answer, HERE, door.now) == WRONG
    )
    assert await door.told() == [("operator.refused", "invalid_answer")]


@pytest.mark.anyio
async def test_somebody_elses_passkey_proves_nothing_of_me(door: Door) -> None:
    hanako, own = await door.with_passkey()
    taro, theirs = await door.with_passkey("taro")
    session = session_of(door, hanako, "one")
    options = await door.reauthentication.passkey_options(session_of(door, taro, "one"))
    answer = theirs.get(options)
    assert (
        await door.reauthentication.with_passkey(hanako, session, answer, HERE, door.now) == WRONG
    )
    (entry,) = await door.log()
    assert entry.detail["reason"] == "unknown_passkey"
    assert isinstance(await prove_by_key(door, hanako, session, own), Authenticated)


@pytest.mark.anyio
async def test_a_copied_passkey_is_noticed_here_too(door: Door) -> None:
    hanako, authenticator = await door.with_passkey()
    session, copy = session_of(door, hanako, "one"), authenticator.copy()
    await prove_by_key(door, hanako, session, authenticator)
    found = await prove_by_key(door, hanako, session, copy)
    assert found == Refused(Refusal.COPIED_PASSKEY)


async def prove_by_key(
    door: Door, operator: Operator, session: OperatorSession, authenticator: Authenticator
) -> object:
    answer = authenticator.get(await door.reauthentication.passkey_options(session))
    return await door.reauthentication.with_passkey(operator, session, answer, HERE, door.now)


def session_of(door: Door, operator: Operator, name: str) -> OperatorSession:
    return OperatorSession(name, operator.operator_id, Method.PASSKEY, door.now, door.now)
