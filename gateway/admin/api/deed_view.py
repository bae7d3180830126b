"""What is shown of a deed that needs two people: also by whom, and about whom."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.admin.api.people import names_of
from gateway.admin.endpoint import Call
from gateway.operators.deeds import DeedKind, TwoPersonDeed


class DeedView(msgspec.Struct, frozen=True):
    deed_id: str
    kind: str
    tenant_id: str | None
    subject: Mapping[str, Any]
    resident: str | None
    """The pseudonym of whoever it is about, as the logs name them."""
    document_number: str
    reason: str
    state: str
    asked_by: str
    asked_by_name: str
    asked_at: datetime
    expires_at: datetime
    decided_by: str | None
    decided_by_name: str | None
    decided_at: datetime | None
    has_certificate: bool


async def views(
    connection: AsyncConnection, call: Call, deeds: Sequence[TwoPersonDeed]
) -> tuple[DeedView, ...]:
    people = [person for deed in deeds for person in (deed.asked_by, deed.decided_by)]
    names = await names_of(connection, people)
    return tuple(_view(call, deed, names) for deed in deeds)


async def view(connection: AsyncConnection, call: Call, deed: TwoPersonDeed) -> DeedView:
    return (await views(connection, call, [deed]))[0]


def resident_of(call: Call, deed: TwoPersonDeed) -> str | None:
    """The pseudonym; None where the deed is about no resident."""
    if deed.kind is not DeedKind.RESIDENT_DELETION:
        return None
    return call.house.audit.pseudonym(str(deed.subject["resident_id"]))


def _view(call: Call, deed: TwoPersonDeed, names: Mapping[str, str]) -> DeedView:
    return DeedView(
        deed_id=deed.deed_id,
        kind=deed.kind,
        tenant_id=deed.tenant_id,
        subject=deed.subject,
        resident=resident_of(call, deed),
        document_number=deed.document_number,
        reason=deed.reason,
        state=deed.state,
        asked_by=deed.asked_by,
        asked_by_name=names[deed.asked_by],
        asked_at=deed.asked_at,
        expires_at=deed.expires_at,
        decided_by=deed.decided_by,
        decided_by_name=None if deed.decided_by is None else names[deed.decided_by],
        decided_at=deed.decided_at,
        has_certificate="certificate" in (deed.result or {}),
    )
