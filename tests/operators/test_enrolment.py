"""From an invitation to credentials: all of it or nothing."""

import asyncio

import pytest
import sqlalchemy as sa
from starlette.responses import Response

from gateway.audit.records import log_entries
from gateway.errors import InvalidField
from gateway.operators.attempt import Authenticated, Refusal, Refused
from gateway.operators.enrolment import EnrolmentFault, NotEnrolled
from gateway.operators.half_session import HalfSession
from gateway.operators.model import Operator, OperatorState
from gateway.operators.passkeys import list_passkeys
from gateway.operators.passwords import PasswordFault
from gateway.operators.sessions import Method
from gateway.store.api import Records
from tests.operators.door import HERE, ISSUER, PASSWORD, Door, request_with
from tests.operators.people import invited
from tests.support.authenticator import PRESENT, Authenticator

NO_INVITATION = NotEnrolled(EnrolmentFault.INVITATION)


@pytest.fixture
async def door(records: Records) -> Door:
    return Door(records)


@pytest.fixture
async def token(door: Door) -> str:
    token = await door.link(await invited(door.records))
    offered = await door.enrolment.offer_secret(token, door.now)
    assert offered is not None
    door.secrets["hanako"] = offered.secret
    return token


async def enrol(
    door: Door, token: str, password: str = PASSWORD, code: str | None = None
) -> Operator | NotEnrolled:
    code = door.code() if code is None else code
    return await door.enrolment.with_password(token, password, code, HERE, door.now)


async def enrol_key(
    door: Door, token: str, authenticator: Authenticator, name: str = "鍵"
) -> Operator | NotEnrolled:
    options = await door.enrolment.passkey_options(token, door.now)
    answer = "{}" if options is None else authenticator.create(options)
    return await door.enrolment.with_passkey(token, answer, name, HERE, door.now)


async def deeds(door: Door) -> list[tuple[str, str]]:
    query = sa.select(log_entries.c.deed, log_entries.c.actor)
    async with door.records.reading() as connection:
        return [(row.deed, row.actor) for row in await connection.execute(query)]


@pytest.mark.anyio
async def test_a_password_and_a_code_make_an_operator_active(door: Door, token: str) -> None:
    hanako = await door.enrolment.invited(token, door.now)
    assert hanako is not None
    assert hanako.state is OperatorState.INVITED
    enrolled = await enrol(door, token)
    assert isinstance(enrolled, Operator)
    assert (enrolled.operator_id, enrolled.state) == (hanako.operator_id, OperatorState.ACTIVE)
    row = await door.row(hanako)
    assert row.password_hash.startswith("$argon2id$")
    assert door.secrets["hanako"].encode() not in row.wrapped_totp_secret
    assert row.totp_last_step == int(door.now.timestamp()) // 30
    assert await deeds(door) == [("operator.enrolled", f"operator:{hanako.operator_id}")]
    door.clock.forward(seconds=30)
    half = await door.password()
    assert isinstance(half, HalfSession)
    found = await door.sign_in.with_code(half, door.code(), HERE, door.now)
    assert isinstance(found, Authenticated)


@pytest.mark.anyio
async def test_a_passkey_makes_an_operator_active(door: Door, token: str) -> None:
    authenticator = Authenticator(ISSUER)
    enrolled = await enrol_key(door, token, authenticator, "役場の鍵")
    assert isinstance(enrolled, Operator)
    assert enrolled.state is OperatorState.ACTIVE
    async with door.records.reading() as connection:
        (passkey,) = await list_passkeys(connection, enrolled.operator_id)
    assert (passkey.name, passkey.sign_count) == ("役場の鍵", 0)
    assert await deeds(door) == [("operator.enrolled", f"operator:{enrolled.operator_id}")]
    assert isinstance(await door.passkey(authenticator), Authenticated)


@pytest.mark.anyio
async def test_a_wrong_code_leaves_everything_as_it_was(door: Door, token: str) -> None:
    for code in ("", "000000", "x"):
        assert await enrol(door, token, code=code) == NotEnrolled(EnrolmentFault.WRONG_CODE)
    await nothing_has_changed(door, token)
    offered = await door.enrolment.offer_secret(token, door.now)
    assert offered is not None
    assert offered.secret == door.secrets["hanako"]
    assert isinstance(await enrol(door, token), Operator)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("short", PasswordFault.TOO_SHORT),
        ("hanako and more", PasswordFault.HAS_LOGIN_NAME),
        ("password1234", PasswordFault.IS_COMMON),
    ],
)
async def test_a_weak_password_leaves_everything_as_it_was(
    door: Door, token: str, password: str, fault: PasswordFault
) -> None:
    assert await enrol(door, token, password) == NotEnrolled(fault)
    await nothing_has_changed(door, token)
    assert isinstance(await enrol(door, token), Operator)


@pytest.mark.anyio
async def test_an_unverified_passkey_leaves_everything_as_it_was(door: Door, token: str) -> None:
    invalid = NotEnrolled(EnrolmentFault.INVALID_PASSKEY)
    assert await enrol_key(door, token, Authenticator(ISSUER, flags=PRESENT)) == invalid
    assert await enrol_key(door, token, Authenticator("https://evil.example")) == invalid
    assert await door.enrolment.with_passkey(token, "{}", "鍵", HERE, door.now) == invalid
    await nothing_has_changed(door, token)


@pytest.mark.anyio
async def test_a_passkey_without_a_name_one_can_read_leaves_all_as_it_was(
    door: Door, token: str
) -> None:
    with pytest.raises(InvalidField):
        await enrol_key(door, token, Authenticator(ISSUER), "a\nb")
    await nothing_has_changed(door, token)
    assert isinstance(await enrol_key(door, token, Authenticator(ISSUER)), Operator)


@pytest.mark.anyio
async def test_another_invitations_passkey_answer_is_none(door: Door, token: str) -> None:
    theirs = await door.link(await invited(door.records, "taro"))
    options = await door.enrolment.passkey_options(theirs, door.now)
    assert options is not None
    answer = Authenticator(ISSUER).create(options)
    found = await door.enrolment.with_passkey(token, answer, "鍵", HERE, door.now)
    assert found == NotEnrolled(EnrolmentFault.INVALID_PASSKEY)
    await nothing_has_changed(door, token)


@pytest.mark.anyio
async def test_a_used_an_expired_and_an_unknown_link_are_one(door: Door, token: str) -> None:
    other = await door.link(await invited(door.records, "taro"))
    code = door.code()
    assert isinstance(await enrol(door, token, code=code), Operator)
    door.clock.forward(days=1)
    for link in (token, other, "x" * 43, "", "\ud800"):
        assert await door.enrolment.invited(link, door.now) is None
        assert await door.enrolment.offer_secret(link, door.now) is None
        assert await door.enrolment.passkey_options(link, door.now) is None
        assert await enrol(door, link, code=code) == NO_INVITATION
        assert await enrol_key(door, link, Authenticator(ISSUER)) == NO_INVITATION
    assert len(await deeds(door)) == 1


@pytest.mark.anyio
async def test_of_many_who_use_a_link_at_once_one_is_enrolled(door: Door, token: str) -> None:
    passwords = [f"{PASSWORD} {number}" for number in range(6)]
    results = await asyncio.gather(*(enrol(door, token, password) for password in passwords))
    winners = [
        password
        for password, found in zip(passwords, results, strict=True)
        if isinstance(found, Operator)
    ]
    assert len(winners) == 1
    assert sum(isinstance(found, NotEnrolled) for found in results) == 5
    assert isinstance(await door.password(winners[0]), HalfSession)
    assert len(await deeds(door)) == 1


@pytest.mark.anyio
async def test_a_new_link_replaces_what_an_operator_had(door: Door) -> None:
    hanako, old_key = await door.with_passkey()
    browser = Response()
    await door.sessions.open(request_with(), browser, hanako.operator_id, Method.PASSKEY, door.now)
    door.clock.forward(seconds=1)
    token = await door.link(hanako)
    assert isinstance(await door.passkey(old_key), Authenticated)
    assert await door.sessions.current(request_with(browser), door.now) is not None
    offered = await door.enrolment.offer_secret(token, door.now)
    assert offered is not None
    door.secrets["hanako"] = offered.secret
    assert isinstance(await enrol(door, token), Operator)
    assert await door.passkey(old_key) == Refused(Refusal.WRONG)
    assert await door.sessions.current(request_with(browser), door.now) is None
    fresh = Response()
    await door.sessions.open(request_with(), fresh, hanako.operator_id, Method.PASSKEY, door.now)
    assert await door.sessions.current(request_with(fresh), door.now) is not None
    again = Authenticator(ISSUER)
    assert isinstance(await enrol_key(door, await door.link(hanako), again), Operator)
    row = await door.row(hanako)
    assert (row.password_hash, row.wrapped_totp_secret, row.totp_last_step) == (None, None, None)
    assert await door.password() == Refused(Refusal.WRONG)


@pytest.mark.anyio
async def test_a_waiting_secret_is_wrapped_told_nobody_and_forgotten(
    door: Door, token: str
) -> None:
    secret = door.secrets["hanako"]
    offered = await door.enrolment.offer_secret(token, door.now)
    assert offered is not None
    assert secret not in repr(offered)
    assert secret in offered.uri
    assert "hanako" in offered.uri
    kept = repr(vars(door.moments))
    assert secret not in kept
    assert token not in kept
    door.clock.forward(hours=1)
    late = await door.enrolment.offer_secret(token, door.now)
    assert late is not None
    assert late.secret != secret


async def nothing_has_changed(door: Door, token: str) -> None:
    hanako = await door.enrolment.invited(token, door.now)
    assert hanako is not None
    row = await door.row(hanako)
    assert (row.state, row.version) == ("invited", 1)
    assert (row.password_hash, row.wrapped_totp_secret, row.totp_last_step) == (None, None, None)
    async with door.records.reading() as connection:
        assert await list_passkeys(connection, hanako.operator_id) == ()
    assert await deeds(door) == []
