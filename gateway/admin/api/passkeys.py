"""One's own passkeys: added in the presence of their owner, named, removed."""

from datetime import datetime
from typing import Annotated, Any

import msgspec

from gateway.admin.endpoint import Answer, Call, Endpoint
from gateway.errors import InvalidField, ReauthenticationNeeded
from gateway.operators.passkey_model import InvalidAnswer
from gateway.operators.passkeys import (
    Passkey,
    add_passkey,
    list_passkeys,
    remove_passkey,
    rename_passkey,
)

Name = Annotated[str, msgspec.Meta(max_length=100)]


class PasskeyView(msgspec.Struct, frozen=True):
    passkey_id: str
    name: str
    created_at: datetime
    last_used_at: datetime | None


class NewPasskey(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: Name
    answer: Annotated[str, msgspec.Meta(max_length=16_384)]
    """What the authenticator made, as JSON (WebAuthn Level 3 §5.1.8.1)."""


class PasskeyName(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: Name


async def list_own_passkeys(call: Call) -> Answer:
    async with call.house.records.reading() as connection:
        found = await list_passkeys(connection, call.operator.operator_id)
    return Answer(tuple(_view(passkey) for passkey in found))


async def ask_for_passkey(call: Call) -> Answer:
    async with call.house.records.reading() as connection:
        known = await list_passkeys(connection, call.operator.operator_id)
    options = await call.house.door.ceremonies.ask_to_register(call.operator, known, _holder(call))
    return Answer(msgspec.Raw(options.encode()))


async def add_own_passkey(call: Call) -> Answer:
    asked: NewPasskey = call.body
    try:
        new = await call.house.door.ceremonies.registered(asked.answer, _holder(call))
    except InvalidAnswer as cause:
        raise InvalidField("answer", "not a passkey's answer to what was asked") from cause
    async with call.house.records.writing() as connection:
        added = await add_passkey(connection, call.operator.operator_id, new, asked.name, call.now)
        await call.house.audit.write(connection, call.own_entry("passkey.added", name=added.name))
    return Answer(_view(added))


async def rename_own_passkey(call: Call) -> Answer:
    asked: PasskeyName = call.body
    async with call.house.records.writing() as connection:
        await rename_passkey(
            connection, call.operator.operator_id, call.path["passkey_id"], asked.name
        )
        await call.house.audit.write(connection, call.own_entry("passkey.renamed", name=asked.name))
    return Answer()


async def remove_own_passkey(call: Call) -> Answer:
    async with call.house.records.writing() as connection:
        removed = await remove_passkey(
            connection, call.operator.operator_id, call.path["passkey_id"]
        )
        await call.house.audit.write(
            connection, call.own_entry("passkey.removed", name=removed.name)
        )
    return Answer()


def _holder(call: Call) -> str:
    """Whose challenge it is: this session's and nobody else's."""
    if call.caller.session_id is None:
        raise ReauthenticationNeeded
    return call.caller.session_id


def _view(passkey: Passkey) -> PasskeyView:
    return PasskeyView(
        passkey.credential_id, passkey.name, passkey.created_at, passkey.last_used_at
    )


def endpoints() -> tuple[Endpoint, ...]:
    return (
        Endpoint(
            name="list_passkeys",
            method="GET",
            path="/me/passkeys",
            summary="One's own passkeys",
            permission=None,
            handle=list_own_passkeys,
            answer=tuple[PasskeyView, ...],
        ),
        *_adding(),
        *_changing("/me/passkeys/{passkey_id}"),
    )


def _adding() -> tuple[Endpoint, ...]:
    return (
        Endpoint(
            name="ask_for_passkey",
            method="POST",
            path="/me/passkey-options",
            summary="What an authenticator needs to make a passkey (WebAuthn)",
            permission=None,
            handle=ask_for_passkey,
            answer=dict[str, Any],
            dangerous=True,
        ),
        Endpoint(
            name="add_passkey",
            method="POST",
            path="/me/passkeys",
            summary="Add the passkey that an authenticator made",
            permission=None,
            handle=add_own_passkey,
            body=NewPasskey,
            answer=PasskeyView,
            status=201,
            dangerous=True,
            refusals=(409,),
        ),
    )


def _changing(one: str) -> tuple[Endpoint, ...]:
    return (
        Endpoint(
            name="rename_passkey",
            method="PATCH",
            path=one,
            summary="Call a passkey something else",
            permission=None,
            handle=rename_own_passkey,
            body=PasskeyName,
            status=204,
        ),
        Endpoint(
            name="remove_passkey",
            method="DELETE",
            path=one,
            summary="Remove a passkey; the last way to sign in stays",
            permission=None,
            handle=remove_own_passkey,
            status=204,
            dangerous=True,
            refusals=(409,),
        ),
    )
