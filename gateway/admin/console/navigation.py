"""Which places of the console an operator sees, by what they may. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.operators.model import Operator, Permission, may


@dataclass(frozen=True, slots=True)
class Place:
    name: str
    """`nav_` + name is its text."""
    path: str
    current: bool
    of_tenant: bool


_PLATFORM = (
    ("overview", "/admin/overview", Permission.VIEW),
    ("tenants", "/admin/tenants", Permission.VIEW),
    ("residents", "/admin/residents", Permission.VIEW_RESIDENTS),
    ("reviews", "/admin/reviews", Permission.MANAGE_RESIDENTS),
    ("deeds", "/admin/deeds", Permission.VIEW_DEEDS),
    ("operators", "/admin/operators", Permission.VIEW_OPERATORS),
    ("networks", "/admin/networks", Permission.VIEW_NETWORKS),
    ("logs", "/admin/logs", Permission.VIEW_LOGS),
)
_TENANT = (
    ("dashboard", "", Permission.VIEW),
    ("services", "/services", Permission.VIEW),
    ("readers", "/readers", Permission.VIEW),
    ("operators", "/operators", Permission.VIEW_OPERATORS),
    ("networks", "/networks", Permission.VIEW_NETWORKS),
    ("deeds", "/deeds", Permission.VIEW_DEEDS),
    ("logs", "/logs", Permission.VIEW_LOGS),
)


def navigation(operator: Operator, tenant_id: str | None, path: str) -> Sequence[Place]:
    """The platform's places for its operators, and those of the tenant one is in."""
    places = []
    if operator.tenant_id is None:
        places += [
            Place(name, to, _is_at(to, path) and tenant_id is None, of_tenant=False)
            for name, to, permission in _PLATFORM
            if may(operator, permission, None)
        ]
    tenant_id = tenant_id or operator.tenant_id
    if tenant_id is not None:
        home = f"/admin/tenants/{tenant_id}"
        places += [
            Place(name, home + to, _is_at(home + to, path, exactly=not to), of_tenant=True)
            for name, to, permission in _TENANT
            if may(operator, permission, tenant_id)
        ]
    return places


def _is_at(place: str, path: str, *, exactly: bool = False) -> bool:
    return path == place or (not exactly and path.startswith(f"{place}/"))
