"""What each role may do, as a person chooses or reads it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gateway.operators.model import PERMISSIONS, PLATFORM_ONLY, Permission, Role

ROLES = tuple(Role)


@dataclass(frozen=True, slots=True)
class Right:
    permission: Permission
    """`right_` + permission is its text."""
    held_by: Mapping[Role, bool]


def rights_of(role: Role, tenant_id: str | None) -> Sequence[Permission]:
    """Of somebody of the tenant, or of the platform (None); in the order of the model."""
    held = PERMISSIONS[role] if tenant_id is None else PERMISSIONS[role] - PLATFORM_ONLY
    return [permission for permission in Permission if permission in held]


def table_of(tenant_id: str | None) -> Sequence[Right]:
    """A line for each right that anybody there can have."""
    held = {role: rights_of(role, tenant_id) for role in ROLES}
    lines = (
        Right(permission, {role: permission in held[role] for role in ROLES})
        for permission in Permission
    )
    return [line for line in lines if any(line.held_by.values())]
