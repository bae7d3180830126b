"""Who administers, and what each role may do. Pure: the whole authority is on this screen."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Role(StrEnum):
    ADMINISTRATOR = "administrator"
    SERVICE_MANAGER = "service_manager"
    CLERK = "clerk"
    AUDITOR = "auditor"


class Permission(StrEnum):
    VIEW = "view"
    """Dashboard, tenant, services, readers."""
    MANAGE_TENANTS = "manage_tenants"
    MANAGE_SERVICES = "manage_services"
    """Services and readers, their secrets and logos."""
    VIEW_OPERATORS = "view_operators"
    MANAGE_OPERATORS = "manage_operators"
    VIEW_NETWORKS = "view_networks"
    MANAGE_NETWORKS = "manage_networks"
    VIEW_RESIDENTS = "view_residents"
    MANAGE_RESIDENTS = "manage_residents"
    """Decide reviews, suspend, mark deceased, ask for deletion."""
    VIEW_LOGS = "view_logs"
    VIEW_DEEDS = "view_deeds"
    """What waits for, or had, a second person."""
    ASK_EXPORT = "ask_export"
    APPROVE = "approve"
    """Be the second person of a deed that needs two."""


_ALL = frozenset(Permission)
PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.ADMINISTRATOR: _ALL,
    Role.SERVICE_MANAGER: frozenset({Permission.VIEW, Permission.MANAGE_SERVICES}),
    Role.CLERK: frozenset(
        {
            Permission.VIEW,
            Permission.VIEW_RESIDENTS,
            Permission.MANAGE_RESIDENTS,
            Permission.VIEW_DEEDS,
        }
    ),
    Role.AUDITOR: frozenset(
        {
            Permission.VIEW,
            Permission.VIEW_OPERATORS,
            Permission.VIEW_NETWORKS,
            Permission.VIEW_LOGS,
            Permission.VIEW_DEEDS,
            Permission.ASK_EXPORT,
        }
    ),
}
PLATFORM_ONLY = frozenset(
    {Permission.MANAGE_TENANTS, Permission.VIEW_RESIDENTS, Permission.MANAGE_RESIDENTS}
)
"""A resident belongs to no tenant: one tenant's operator never sees or changes what others hold."""


class OperatorState(StrEnum):
    INVITED = "invited"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class Operator:
    operator_id: str
    tenant_id: str | None
    """None: of the platform, and so of every tenant."""
    login_name: str
    name: str
    department: str
    role: Role
    state: OperatorState
    notice_acknowledged_at: datetime | None
    created_at: datetime
    last_signed_in_at: datetime | None
    version: int


def may(operator: Operator, permission: Permission, tenant_id: str | None) -> bool:
    """Whether the operator may do this for the tenant (None: for the platform)."""
    if operator.state is not OperatorState.ACTIVE or operator.notice_acknowledged_at is None:
        return False
    if permission not in PERMISSIONS[operator.role]:
        return False
    if operator.tenant_id is None:
        return True
    return tenant_id == operator.tenant_id and permission not in PLATFORM_ONLY
