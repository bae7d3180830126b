"""Signing in with a password and a code: who comes in, and what the log says of it."""

import asyncio
from datetime import timedelta

import pytest

from gateway.operators.attempt import Authenticated, Refusal, Refused
from gateway.operators.half_session import HalfSession
from gateway.operators.passwords import PasswordHashing, TooBusy
from gateway.operators.records import operators
from gateway.operators.sessions import Method
from gateway.store.api import Records
from tests.operators.door import ELSEWHERE, ENROLLED_AT, HERE, PASSWORD, Door, suspended
from tests.operators.people import invited

WRONG = Refused(Refusal.WRONG)


@pytest.fixture
async def door(records: Records) -> Door:
    return Door(records)


@pytest.mark.anyio
async def test_a_password_and_then_a_code_open_the_door(door: Door) -> None:
    hanako = await door.with_password()
    half = await door.password()
    assert half == HalfSession(hanako.operator_id)
    assert await door.log() == []
    found = await door.sign_in.with_code(half, door.code(), HERE, door.now)
    assert isinstance(found, Authenticated)
    assert found.method is Method.PASSWORD_TOTP
    assert found.operator.last_signed_in_at == door.now
    assert found.operator.version == hanako.version
    (entry,) = await door.log()
    assert (entry.deed, entry.outcome) == ("operator.signed_in", "done")
    assert (entry.kind, entry.actor) == ("authentication", f"operator:{hanako.operator_id}")
    assert (entry.address, entry.request_id) == (HERE.address, HERE.request_id)
    assert entry.detail == {"method": "password_totp"}


@pytest.mark.anyio
async def test_a_login_name_is_read_however_its_keyboard_was_set(door: Door) -> None:
    await door.with_password()
    assert isinstance(await door.password(login_name="ＨＡＮＡＫＯ"), HalfSession)
    assert isinstance(await door.password(login_name="Hanako"), HalfSession)


@pytest.mark.anyio
async def test_all_that_is_wrong_with_a_password_is_told_in_one_word(door: Door) -> None:
    hanako = await door.with_password()
    await door.with_passkey("kagi")
    await invited(door.records, "jiro")
    assert await door.password("wrong horse battery") == WRONG
    assert await door.password(login_name="nobody") == WRONG
    assert await door.password(login_name="\ud800 no name") == WRONG
    assert await door.password(login_name="kagi") == WRONG
    assert await door.password(login_name="jiro") == WRONG
    async with door.records.writing() as connection:
        await connection.execute(suspended(hanako))
    assert await door.password() == WRONG
    assert await door.told() == [
        ("operator.refused", "wrong_password"),
        ("operator.refused", "unknown_name"),
        ("operator.refused", "unknown_name"),
        ("operator.refused", "no_password"),
        ("operator.refused", "no_password"),
        ("operator.refused", "not_active"),
    ]
    assert (await door.row(hanako)).last_signed_in_at == ENROLLED_AT


@pytest.mark.anyio
async def test_the_log_holds_no_password_and_no_name_that_nobody_has(door: Door) -> None:
    hanako = await door.with_password()
    await door.password("my-first-try-1")
    await door.password("x", login_name="my-password-by-mistake")
    await door.password("x", login_name="my password by mistake")
    known, unknown, malformed = await door.log()
    assert known.actor == f"operator:{hanako.operator_id}"
    assert "login_name_hash" not in known.detail
    assert (unknown.actor, malformed.actor) == ("operator", "operator")
    assert len(unknown.detail["login_name_hash"]) == 43
    assert "login_name_hash" not in malformed.detail
    text = repr(await door.log())
    for secret in ("my-first-try-1", "my-password", "my password", door.secrets["hanako"]):
        assert secret not in text


@pytest.mark.anyio
@pytest.mark.parametrize("code", ["", "000000", "12345", "ABCDEF", "１２３"])
async def test_a_wrong_code_opens_nothing(door: Door, code: str) -> None:
    hanako = await door.with_password()
    half = await door.password()
    assert isinstance(half, HalfSession)
    assert await door.sign_in.with_code(half, code, HERE, door.now) == WRONG
    assert await door.told() == [("operator.refused", "wrong_code")]
    assert (await door.row(hanako)).last_signed_in_at == ENROLLED_AT
    found = await door.sign_in.with_code(half, door.code(), HERE, door.now)
    assert isinstance(found, Authenticated)


@pytest.mark.anyio
async def test_a_code_opens_the_door_once(door: Door) -> None:
    hanako = await door.with_password()
    half, code = HalfSession(hanako.operator_id), door.code()
    results = await asyncio.gather(
        *(door.sign_in.with_code(half, code, HERE, door.now) for _ in range(4))
    )
    assert sum(isinstance(one, Authenticated) for one in results) == 1
    assert results.count(WRONG) == 3
    told = await door.told()
    assert told.count(("operator.signed_in", None)) == 1
    assert told.count(("operator.refused", "code_used")) == 3


@pytest.mark.anyio
async def test_the_code_of_the_enrolment_opens_nothing_again(door: Door) -> None:
    hanako = await door.with_password()
    used = door.code()
    door.clock.now -= timedelta(seconds=30)
    old = door.code()
    door.clock.now += timedelta(seconds=30)
    assert old != used
    half = HalfSession(hanako.operator_id)
    assert await door.sign_in.with_code(half, old, HERE, door.now) == WRONG
    assert await door.told() == [("operator.refused", "code_used")]


@pytest.mark.anyio
async def test_whoever_is_suspended_before_the_code_stays_outside(door: Door) -> None:
    hanako = await door.with_password()
    half = await door.password()
    assert isinstance(half, HalfSession)
    async with door.records.writing() as connection:
        await connection.execute(suspended(hanako))
    assert await door.sign_in.with_code(half, door.code(), HERE, door.now) == WRONG
    assert await door.told() == [("operator.refused", "not_active")]
    assert (await door.row(hanako)).last_signed_in_at == ENROLLED_AT


@pytest.mark.anyio
async def test_five_wrong_tries_make_everybody_wait_who_says_the_name(door: Door) -> None:
    await door.with_password()
    for _ in range(5):
        assert await door.password("wrong horse battery") == WRONG
    for _ in range(3):
        held = await door.password()
        assert held == Refused(Refusal.HELD, timedelta(seconds=1))
    told = await door.told()
    assert told[5:] == [("operator.locked", None)]
    assert (await door.log())[5].detail == {"method": "password_totp", "seconds": "1"}
    assert isinstance(await door.password(arrival=ELSEWHERE), HalfSession)
    door.clock.forward(seconds=1)
    assert isinstance(await door.password(), HalfSession)


@pytest.mark.anyio
async def test_a_name_that_nobody_has_makes_them_wait_too(door: Door) -> None:
    for _ in range(5):
        assert await door.password(login_name="nobody") == WRONG
    assert await door.password(login_name="nobody") == Refused(Refusal.HELD, timedelta(seconds=1))
    assert len((await door.log())[5].detail["login_name_hash"]) == 43


@pytest.mark.anyio
async def test_who_has_the_password_guesses_five_codes_only(door: Door) -> None:
    await door.with_password()
    results = []
    for guess in range(20):
        half = await door.password()
        if isinstance(half, HalfSession):
            code = f"{guess:06}"
            results.append(await door.sign_in.with_code(half, code, HERE, door.now))
    assert results.count(WRONG) == 5
    assert (await door.told())[-1] == ("operator.locked", None)


@pytest.mark.anyio
async def test_a_whole_sign_in_forgets_the_tries_before_it(door: Door) -> None:
    await door.with_password()
    for _ in range(4):
        await door.password("wrong horse battery")
    half = await door.password()
    assert isinstance(half, HalfSession)
    assert isinstance(
        await door.sign_in.with_code(half, door.code(), HERE, door.now), Authenticated
    )
    for _ in range(5):
        assert await door.password("wrong horse battery") == WRONG


@pytest.mark.anyio
async def test_a_busy_gateway_counts_no_try(door: Door) -> None:
    await door.with_password()
    places = door.sign_in.proofs.passwords._places
    taken = 0
    while places.acquire(blocking=False):
        taken += 1
    for _ in range(10):
        with pytest.raises(TooBusy):
            await door.password("wrong horse battery")
    for _ in range(taken):
        places.release()
    assert isinstance(await door.password(), HalfSession)
    assert await door.log() == []


@pytest.mark.anyio
async def test_a_hash_of_yesterdays_parameters_is_made_anew(door: Door) -> None:
    hanako = await door.with_password()
    yesterdays = await PasswordHashing().hash(PASSWORD)
    async with door.records.writing() as connection:
        await connection.execute(operators.update().values(password_hash=yesterdays))
    assert await door.password("wrong horse battery") == WRONG
    assert (await door.row(hanako)).password_hash == yesterdays
    assert isinstance(await door.password(), HalfSession)
    todays = (await door.row(hanako)).password_hash
    assert not door.sign_in.proofs.passwords.is_outdated(todays)
    assert isinstance(await door.password(), HalfSession)
    assert (await door.row(hanako)).password_hash == todays
