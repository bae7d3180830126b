"""Services and readers: registered, changed, suspended, deleted; their secrets and logos."""

import base64
import binascii
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated, Literal

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import Response

from gateway.admin.api.paging import Paging, page_of
from gateway.admin.endpoint import Answer, Call
from gateway.errors import InvalidField, NoSuchThing
from gateway.tenants import administration
from gateway.tenants.client_records import (
    ClientRecord,
    ClientState,
    find_client_record,
    list_clients,
)
from gateway.tenants.conformance import is_still_so
from gateway.tenants.logos import find_logo, put_logo, remove_logo
from gateway.tenants.metadata import ClientMetadata
from gateway.tenants.model import ClientKind
from gateway.tenants.rotation import end_former_secret, rotate_secret

_Change = Callable[[AsyncConnection, str, str, int, datetime], Awaitable[ClientRecord]]


class NewClient(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    client_id: Annotated[str, msgspec.Meta(max_length=64)]
    metadata: ClientMetadata


class ClientFilter(Paging, frozen=True, kw_only=True, forbid_unknown_fields=True):
    state: Literal["active", "suspended", "deleted"] | None = None
    text: Annotated[str, msgspec.Meta(max_length=100)] | None = None


class NewLogo(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    media_type: Literal["image/png", "image/jpeg", "image/webp"]
    image: Annotated[str, msgspec.Meta(max_length=90_000, description="base64")]


class ConformanceView(msgspec.Struct, frozen=True):
    """The last run of `genkan conform` that passed."""

    at: datetime
    plan: int
    """Which edition of the checks."""
    genkan: str
    passed: int
    warnings: int
    not_applicable: int
    same_registration: bool
    """False where the service was registered differently since."""


class ClientView(msgspec.Struct, frozen=True):
    client_id: str
    tenant_id: str
    kind: str
    metadata: ClientMetadata
    state: str
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None
    has_secret: bool
    client_secret_made_at: datetime | None
    former_secret_until: datetime | None
    has_logo: bool
    manages_itself: bool
    """Its developer has a token to change the registration with."""
    conformance: ConformanceView | None
    version: int


class WithSecret(msgspec.Struct, frozen=True):
    client: ClientView
    client_secret: str | None
    """Shown this once; null where none was made."""


def view(client: ClientRecord) -> ClientView:
    return ClientView(
        client.client_id,
        client.tenant_id,
        client.kind,
        client.metadata,
        client.state,
        client.created_at,
        client.updated_at,
        client.deleted_at,
        client.has_secret,
        client.client_secret_made_at,
        client.former_secret_until,
        client.has_logo,
        client.manages_itself,
        _conformance(client),
        client.version,
    )


def _conformance(client: ClientRecord) -> ConformanceView | None:
    found = client.conformance
    if found is None or client.conformed_at is None:
        return None
    return ConformanceView(
        client.conformed_at,
        found.plan,
        found.genkan,
        found.passed,
        found.warnings,
        found.not_applicable,
        is_still_so(found, client.metadata),
    )


async def list_of(kind: ClientKind, call: Call) -> Answer:
    asked: ClientFilter = call.query
    async with call.house.records.reading() as connection:
        rows = await list_clients(
            connection,
            call.path["tenant_id"],
            kind,
            after=asked.after,
            limit=asked.limit + 1,
            state=None if asked.state is None else ClientState(asked.state),
            text=asked.text,
        )
    return Answer(page_of(rows, asked.limit, view, lambda row: row.client_id))


async def show(kind: ClientKind, call: Call) -> Answer:
    async with call.house.records.reading() as connection:
        return _answer(await _subject(connection, kind, call))


async def create(kind: ClientKind, call: Call) -> Answer:
    new: NewClient = call.body
    check_common_id(call, None, new.metadata)
    async with call.house.records.writing() as connection:
        made, secret = await administration.create_client(
            connection,
            call.house.keyed_hash,
            call.path["tenant_id"],
            kind,
            new.client_id,
            new.metadata,
            call.now,
        )
        await _log(connection, call, made, "created")
    return Answer(WithSecret(view(made), secret), made.version)


async def change(kind: ClientKind, call: Call) -> Answer:
    """All metadata anew; the log names what differs."""
    metadata: ClientMetadata = call.body
    async with call.house.records.writing() as connection:
        before = await _subject(connection, kind, call)
        check_common_id(call, before.metadata, metadata)
        after, secret = await administration.change_client(
            connection,
            call.house.keyed_hash,
            before.tenant_id,
            before.client_id,
            metadata,
            call.version,
            call.now,
        )
        names = (field.name for field in msgspec.structs.fields(ClientMetadata))
        changed = [
            name for name in names if getattr(before.metadata, name) != getattr(metadata, name)
        ]
        await _log(connection, call, after, "changed", fields=" ".join(changed))
    return Answer(WithSecret(view(after), secret), after.version)


def check_common_id(call: Call, before: ClientMetadata | None, after: ClientMetadata) -> None:
    """By the common ID a service could be compared with every other tenant's: a tenant does not
    allow it to itself. Raises InvalidField."""
    had = before is not None and before.may_see_common_id
    if after.may_see_common_id and not had and call.operator.tenant_id is not None:
        raise InvalidField("may_see_common_id", "an operator of the platform allows this")


async def suspend(kind: ClientKind, call: Call) -> Answer:
    return await _change_state(kind, call, administration.suspend_client, "suspended")


async def resume(kind: ClientKind, call: Call) -> Answer:
    return await _change_state(kind, call, administration.resume_client, "resumed")


async def delete(kind: ClientKind, call: Call) -> Answer:
    return await _change_state(kind, call, administration.delete_client, "deleted")


async def restore(kind: ClientKind, call: Call) -> Answer:
    undo = timedelta(days=call.house.settings.admin.undo_days)
    back = partial(administration.restore_client, undo=undo)
    return await _change_state(kind, call, back, "restored")


async def end_former(kind: ClientKind, call: Call) -> Answer:
    return await _change_state(kind, call, end_former_secret, "former_secret_ended")


async def end_self_management(kind: ClientKind, call: Call) -> Answer:
    end = administration.end_own_changes
    return await _change_state(kind, call, end, "self_management_ended")


async def rotate(kind: ClientKind, call: Call) -> Answer:
    overlap = timedelta(hours=call.house.settings.admin.secret_overlap_hours)
    async with call.house.records.writing() as connection:
        before = await _subject(connection, kind, call)
        after, secret = await rotate_secret(
            connection,
            call.house.keyed_hash,
            before.tenant_id,
            before.client_id,
            overlap,
            call.version,
            call.now,
        )
        await _log(connection, call, after, "secret_rotated")
    return Answer(WithSecret(view(after), secret), after.version)


async def change_logo(kind: ClientKind, call: Call) -> Answer:
    logo: NewLogo = call.body
    try:
        image = base64.b64decode(logo.image, validate=True)
    except (binascii.Error, ValueError) as cause:
        raise InvalidField("image", "base64 is needed") from cause
    async with call.house.records.writing() as connection:
        before = await _subject(connection, kind, call)
        after = await put_logo(
            connection,
            before.tenant_id,
            before.client_id,
            logo.media_type,
            image,
            call.version,
            call.now,
        )
        await _log(connection, call, after, "logo_changed")
    return _answer(after)


async def show_logo(kind: ClientKind, call: Call) -> Answer:
    async with call.house.records.reading() as connection:
        subject = await _subject(connection, kind, call)
        logo = await find_logo(connection, subject.tenant_id, subject.client_id)
    headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
    return Answer(Response(logo.image, headers=headers, media_type=logo.media_type))


async def remove_client_logo(kind: ClientKind, call: Call) -> Answer:
    return await _change_state(kind, call, remove_logo, "logo_removed")


async def _change_state(kind: ClientKind, call: Call, change: _Change, deed: str) -> Answer:
    async with call.house.records.writing() as connection:
        before = await _subject(connection, kind, call)
        after = await change(connection, before.tenant_id, before.client_id, call.version, call.now)
        await _log(connection, call, after, deed)
    return _answer(after)


async def _subject(connection: AsyncConnection, kind: ClientKind, call: Call) -> ClientRecord:
    """A reader is not found among the services."""
    found = await find_client_record(connection, call.path["tenant_id"], call.path["client_id"])
    if found.kind is not kind:
        raise NoSuchThing
    return found


async def _log(
    connection: AsyncConnection, call: Call, client: ClientRecord, deed: str, **detail: str
) -> None:
    entry = call.entry(f"{client.kind}.{deed}", client_id=client.client_id, **detail)
    await call.house.audit.write(connection, entry)


def _answer(client: ClientRecord) -> Answer:
    return Answer(view(client), client.version)
