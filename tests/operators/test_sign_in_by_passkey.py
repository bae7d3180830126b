"""Signing in with a passkey: whose it is, whether it verifies, and whether it was copied."""

import pytest

from gateway.operators.attempt import Authenticated, Refusal, Refused
from gateway.operators.sessions import Method
from gateway.store.api import Records
from tests.operators.door import (
    BROWSER,
    ELSEWHERE,
    ENROLLED_AT,
    HERE,
    Door,
    changed,
    suspended,
)
from tests.support.authenticator import encode

WRONG = Refused(Refusal.WRONG)


@pytest.fixture
async def door(records: Records) -> Door:
    return Door(records)


@pytest.mark.anyio
async def test_a_passkey_opens_the_door_alone(door: Door) -> None:
    hanako, authenticator = await door.with_passkey()
    found = await door.passkey(authenticator)
    assert isinstance(found, Authenticated)
    assert (found.operator.operator_id, found.method) == (hanako.operator_id, Method.PASSKEY)
    assert (await door.row(hanako)).last_signed_in_at == door.now
    (entry,) = await door.log()
    assert (entry.deed, entry.detail) == ("operator.signed_in", {"method": "passkey"})


@pytest.mark.anyio
async def test_a_passkey_that_does_not_verify_opens_nothing(door: Door) -> None:
    hanako, authenticator = await door.with_passkey()
    answer = authenticator.get(await door.sign_in.passkey_options(BROWSER))
    broken = changed(answer, signature=encode(b"x" * 70))
    assert await door.sign_in.with_passkey(broken, BROWSER, HERE, door.now) == WRONG
    assert await door.passkey(authenticator, holder="browser:another") == WRONG
    assert await door.sign_in.with_passkey("{}", BROWSER, HERE, door.now) == WRONG
    log = await door.log()
    assert [entry.detail["reason"] for entry in log] == ["invalid_answer"] * 3
    assert log[0].actor == f"operator:{hanako.operator_id}"
    assert log[1].actor == log[2].actor == "operator"
    assert (await door.row(hanako)).last_signed_in_at == ENROLLED_AT


@pytest.mark.anyio
async def test_a_passkey_says_whose_it_is_and_truly(door: Door) -> None:
    _, authenticator = await door.with_passkey()
    taro, _ = await door.with_passkey("taro")
    authenticator.tells_user_handle = False
    assert await door.passkey(authenticator) == WRONG
    authenticator.tells_user_handle = True
    answer = authenticator.get(await door.sign_in.passkey_options(BROWSER))
    as_taro = changed(answer, userHandle=encode(taro.operator_id.encode()))
    assert await door.sign_in.with_passkey(as_taro, BROWSER, HERE, door.now) == WRONG
    assert await door.told() == [("operator.refused", "unknown_passkey")] * 2
    assert isinstance(await door.passkey(authenticator), Authenticated)


@pytest.mark.anyio
async def test_a_passkey_that_was_removed_or_replaced_opens_nothing(door: Door) -> None:
    hanako, old = await door.with_passkey()
    token = await door.link(hanako)
    new = old.copy()
    options = await door.enrolment.passkey_options(token, door.now)
    assert options is not None
    await door.enrolment.with_passkey(token, new.create(options), "新しい鍵", HERE, door.now)
    assert await door.passkey(old) == WRONG
    assert await door.told() == [("operator.refused", "unknown_passkey")]
    assert isinstance(await door.passkey(new), Authenticated)


@pytest.mark.anyio
async def test_a_copied_passkey_is_noticed_and_told_of(door: Door) -> None:
    hanako, authenticator = await door.with_passkey()
    copy = authenticator.copy()
    assert isinstance(await door.passkey(authenticator), Authenticated)
    assert isinstance(await door.passkey(authenticator), Authenticated)
    assert await door.passkey(copy) == Refused(Refusal.COPIED_PASSKEY)
    entry = (await door.log())[-1]
    assert (entry.deed, entry.detail["reason"]) == ("operator.refused", "count_lags")
    assert entry.actor == f"operator:{hanako.operator_id}"


@pytest.mark.anyio
async def test_a_passkey_that_does_not_count_is_as_good(door: Door) -> None:
    _, authenticator = await door.with_passkey()
    authenticator.counts = False
    assert isinstance(await door.passkey(authenticator), Authenticated)
    assert isinstance(await door.passkey(authenticator), Authenticated)


@pytest.mark.anyio
async def test_a_suspended_operators_passkey_opens_nothing(door: Door) -> None:
    hanako, authenticator = await door.with_passkey()
    async with door.records.writing() as connection:
        await connection.execute(suspended(hanako))
    assert await door.passkey(authenticator) == WRONG
    assert await door.told() == [("operator.refused", "not_active")]


@pytest.mark.anyio
async def test_wrong_passwords_hold_no_passkey(door: Door) -> None:
    _, authenticator = await door.with_passkey()
    for _ in range(20):
        await door.password("wrong horse battery")
    assert isinstance(await door.passkey(authenticator), Authenticated)


@pytest.mark.anyio
async def test_no_flood_of_answers_that_name_nobody_fills_the_log(door: Door) -> None:
    _, authenticator = await door.with_passkey()
    stranger = authenticator.copy()
    stranger.tells_user_handle = False
    for _ in range(30):
        assert await door.sign_in.with_passkey("{}", BROWSER, HERE, door.now) == WRONG
        assert await door.passkey(stranger) == WRONG
    assert len(await door.told()) == 10
    assert await door.sign_in.with_passkey("{}", BROWSER, ELSEWHERE, door.now) == WRONG
    assert len(await door.told()) == 11
    door.clock.forward(minutes=15)
    assert await door.sign_in.with_passkey("{}", BROWSER, HERE, door.now) == WRONG
    assert len(await door.told()) == 12
    assert isinstance(await door.passkey(authenticator), Authenticated)
