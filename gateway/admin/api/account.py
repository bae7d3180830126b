"""One's own account: who is signed in, the notice, the password, and out of all sessions."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec

from gateway.admin.api.operators import OperatorView, view
from gateway.admin.endpoint import Answer, Call, Endpoint
from gateway.errors import BadRequest, Conflict, InvalidField
from gateway.operators import registry
from gateway.operators.credentials import known_by_id, replace_password
from gateway.operators.passwords import PasswordFault, TooBusy, fault_in

_FAULTS = {
    PasswordFault.TOO_SHORT: "at least 12 characters",
    PasswordFault.TOO_LONG: "at most 128 characters",
    PasswordFault.HAS_LOGIN_NAME: "not with the login name in it",
    PasswordFault.IS_A_PATTERN: "not one piece over and over, nor a row of keys",
    PasswordFault.IS_COMMON: "not one of the commonest",
}


class Me(msgspec.Struct, frozen=True):
    operator: OperatorView
    authenticated_at: datetime | None
    has_password: bool


class Acknowledgement(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    training_received: Literal["yes"]
    """Nobody says so by leaving it out."""


class NewPassword(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    password: Annotated[str, msgspec.Meta(max_length=512)]


async def who_am_i(call: Call) -> Answer:
    async with call.house.records.reading() as connection:
        known = await known_by_id(connection, call.operator.operator_id)
    has_password = known is not None and known.password_hash is not None
    me = Me(view(call.operator), call.caller.authenticated_at, has_password)
    return Answer(me, call.operator.version)


async def acknowledge_notice(call: Call) -> Answer:
    """The first time counts, and is the one in the log."""
    async with call.house.records.writing() as connection:
        before = call.operator.notice_acknowledged_at
        after = await registry.acknowledge_notice(connection, call.operator.operator_id, call.now)
        if before is None:
            entry = call.own_entry("notice.acknowledged", training="received")
            await call.house.audit.write(connection, entry)
    return Answer(view(after), after.version)


async def change_password(call: Call) -> Answer:
    """Whoever knew the old one is signed out with everybody else who is signed in as this
    operator."""
    new: NewPassword = call.body
    operator = call.operator
    fault = fault_in(new.password, operator.login_name)
    if fault is not None:
        raise InvalidField("password", _FAULTS[fault])
    try:
        password_hash = await call.house.door.passwords.hash(new.password)
    except TooBusy as cause:
        raise BadRequest("too many passwords are being checked; try again", 503) from cause
    async with call.house.records.writing() as connection:
        if not await replace_password(connection, operator.operator_id, password_hash):
            raise Conflict("there is no password to change")
        await call.house.audit.write(connection, call.own_entry("password.changed"))
    await call.house.door.sessions.end_all(operator.operator_id, call.now)
    return Answer()


async def end_sessions(call: Call) -> Answer:
    await call.house.audit.record(call.own_entry("operator.signed_out", sessions="all"))
    await call.house.door.sessions.end_all(call.operator.operator_id, call.now)
    return Answer()


def endpoints() -> tuple[Endpoint, ...]:
    return (
        Endpoint(
            name="who_am_i",
            method="GET",
            path="/me",
            summary="Who is signed in",
            permission=None,
            handle=who_am_i,
            answer=Me,
        ),
        Endpoint(
            name="acknowledge_notice",
            method="POST",
            path="/me/notice",
            summary="Say that one was trained and knows what the law says",
            permission=None,
            handle=acknowledge_notice,
            body=Acknowledgement,
            answer=OperatorView,
        ),
        Endpoint(
            name="change_password",
            method="PUT",
            path="/me/password",
            summary="Change one's own password; all one's sessions end",
            permission=None,
            handle=change_password,
            body=NewPassword,
            status=204,
            dangerous=True,
            refusals=(409, 503),
        ),
        Endpoint(
            name="end_sessions",
            method="DELETE",
            path="/me/sessions",
            summary="Sign out wherever one is signed in",
            permission=None,
            handle=end_sessions,
            status=204,
        ),
    )
