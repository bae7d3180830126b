"""What a deed that needs two people is, who may ask for it and who may decide. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, StrEnum
from typing import Any, Final

from gateway.errors import Conflict, NoSuchThing
from gateway.operators.model import Operator, Permission, may


class DeedKind(StrEnum):
    EXPORT = "export"
    RESIDENT_DELETION = "resident_deletion"
    TENANT_END = "tenant_end"


class DeedState(StrEnum):
    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class TwoPersonDeed:
    deed_id: str
    kind: DeedKind
    tenant_id: str | None
    """None: of the platform."""
    subject: Mapping[str, Any]
    document_number: str
    """施行文書番号: the decision document the deed rests on."""
    reason: str
    state: DeedState
    asked_by: str
    asked_at: datetime
    expires_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    result: Mapping[str, Any] | None


class EveryTenant(Enum):
    ANY = "any"


ANY: Final = EveryTenant.ANY
"""Every tenant's deeds, and the platform's own."""

NEEDED_TO_ASK: Mapping[DeedKind, Permission] = {
    DeedKind.EXPORT: Permission.ASK_EXPORT,
    DeedKind.RESIDENT_DELETION: Permission.MANAGE_RESIDENTS,
    DeedKind.TENANT_END: Permission.MANAGE_TENANTS,
}


def check_may_ask(asker: Operator, kind: DeedKind, tenant_id: str | None) -> None:
    """Raises NoSuchThing."""
    if not may(asker, NEEDED_TO_ASK[kind], tenant_id):
        raise NoSuchThing


def check_may_decide(deed: TwoPersonDeed, second: Operator, now: datetime) -> None:
    """The second is another person, who may approve for this tenant, in time. Raises NoSuchThing or
    Conflict."""
    if not may(second, Permission.APPROVE, deed.tenant_id):
        raise NoSuchThing
    if second.operator_id == deed.asked_by:
        raise Conflict("another person than who asked has to decide")
    check_waits(deed, now)


def check_waits(deed: TwoPersonDeed, now: datetime) -> None:
    """Raises Conflict."""
    state = state_at(deed.state, deed.expires_at, now)
    if state is not DeedState.WAITING:
        raise Conflict(f"the deed is {state} already")


def state_at(state: DeedState, expires_at: datetime, now: datetime) -> DeedState:
    """Nobody has to be there when the time is up."""
    return DeedState.EXPIRED if state is DeedState.WAITING and expires_at <= now else state
