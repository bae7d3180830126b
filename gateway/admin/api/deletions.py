"""Deleting a resident and ending a tenant: asked for here, done when a second person approves."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any

import msgspec

from gateway.admin.api.carrying_out import check_deleted
from gateway.admin.api.deed_view import DeedView, resident_of
from gateway.admin.api.deed_view import view as view_deed
from gateway.admin.endpoint import Answer, Call, Endpoint
from gateway.audit.destruction import check_destruction
from gateway.errors import NoSuchThing
from gateway.operators.deeds import DeedKind
from gateway.operators.model import Permission
from gateway.operators.two_person import ask, find_deed
from gateway.residents.administration import find_resident_record
from gateway.residents.destruction import check_destroyable
from gateway.tenants.registry import find_tenant


class Reasons(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    document_number: Annotated[str, msgspec.Meta(max_length=100)]
    """施行文書番号"""
    reason: Annotated[str, msgspec.Meta(max_length=400)]


class Certificate(msgspec.Struct, frozen=True):
    certificate: str
    """A JWS, to be kept: anybody with the gateway's public keys can check it."""
    claims: Mapping[str, Any]
    destroyed_at: datetime


async def ask_resident_deletion(call: Call) -> Answer:
    resident_id = call.path["resident_id"]
    async with call.house.records.reading() as connection:
        found = await find_resident_record(connection, resident_id)
    if found is None:
        raise NoSuchThing
    check_destroyable(found)
    return await _ask(call, DeedKind.RESIDENT_DELETION, {"resident_id": resident_id})


async def ask_tenant_end(call: Call) -> Answer:
    """Of one that was deleted before: its services stand still, and nobody missed them."""
    tenant_id = call.path["tenant_id"]
    async with call.house.records.reading() as connection:
        check_deleted(await find_tenant(connection, tenant_id))
    return await _ask(call, DeedKind.TENANT_END, {"tenant_id": tenant_id})


async def _ask(call: Call, kind: DeedKind, subject: Mapping[str, str]) -> Answer:
    reasons: Reasons = call.body
    async with call.house.records.writing() as connection:
        deed = await ask(
            connection,
            kind,
            None,
            subject,
            reasons.document_number,
            reasons.reason,
            call.operator,
            timedelta(days=call.house.settings.admin.approval_days),
            call.now,
        )
        entry = call.entry(
            "deed.asked", resident=resident_of(call, deed), what=kind, deed=deed.deed_id
        )
        await call.house.audit.write(connection, entry)
        return Answer(await view_deed(connection, call, deed))


async def show_certificate(call: Call) -> Answer:
    async with call.house.records.reading() as connection:
        deed = await find_deed(connection, call.path["deed_id"], call.now)
    if deed is None or deed.result is None or deed.decided_at is None:
        raise NoSuchThing
    text = str(deed.result["certificate"])
    jwks = await call.house.keys.jwks(call.now)
    claims = check_destruction(text, jwks, call.house.settings.server.issuer)
    return Answer(Certificate(text, claims, deed.decided_at))


def endpoints() -> tuple[Endpoint, ...]:
    return (
        Endpoint(
            name="ask_resident_deletion",
            method="POST",
            path="/residents/{resident_id}/deletion",
            summary="Ask for a resident's data to be destroyed",
            permission=Permission.MANAGE_RESIDENTS,
            handle=ask_resident_deletion,
            body=Reasons,
            answer=DeedView,
            status=201,
            dangerous=True,
            refusals=(409,),
        ),
        Endpoint(
            name="ask_tenant_end",
            method="POST",
            path="/tenants/{tenant_id}/end",
            summary="Ask for a deleted tenant's data to be destroyed",
            permission=Permission.MANAGE_TENANTS,
            handle=ask_tenant_end,
            body=Reasons,
            answer=DeedView,
            status=201,
            dangerous=True,
            refusals=(409,),
        ),
        Endpoint(
            name="show_certificate",
            method="GET",
            path="/deeds/{deed_id}/certificate",
            summary="The certificate of destruction",
            permission=Permission.VIEW_DEEDS,
            handle=show_certificate,
            answer=Certificate,
        ),
    )
