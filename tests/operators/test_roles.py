"""Who may do what: the whole matrix, against a table that was written by hand."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

import pytest

from gateway.operators.model import Operator, OperatorState, Permission, Role, may
from tests.operators.people import NOW, OPERATOR

# x: may, -: may not. The platform's operators everywhere, a tenant's in their own tenant.
TABLE = """
                        platform's                     a tenant's
                   administrator              administrator
                   |  service_manager         |  service_manager
                   |  |  clerk                |  |  clerk
                   |  |  |  auditor           |  |  |  auditor
view               x  x  x  x                 x  x  x  x
manage_tenants     x  -  -  -                 -  -  -  -
manage_services    x  x  -  -                 x  x  -  -
view_operators     x  -  -  x                 x  -  -  x
manage_operators   x  -  -  -                 x  -  -  -
view_networks      x  -  -  x                 x  -  -  x
manage_networks    x  -  -  -                 x  -  -  -
view_residents     x  -  x  -                 -  -  -  -
manage_residents   x  -  x  -                 -  -  -  -
view_logs          x  -  -  x                 x  -  -  x
view_deeds         x  -  x  x                 x  -  x  x
ask_export         x  -  -  x                 x  -  -  x
approve            x  -  -  -                 x  -  -  -
"""
ROLES = (Role.ADMINISTRATOR, Role.SERVICE_MANAGER, Role.CLERK, Role.AUDITOR)
PLACES = (None, "hanasaki", "minato")


def written() -> Mapping[str, str]:
    """The marks by permission: four of the platform's, four of a tenant's."""
    rows = (line.split() for line in TABLE.splitlines()[6:])
    return {name: "".join(marks) for name, *marks in rows}


def is_written(
    role: Role, permission: Permission, tenant_id: str | None, place: str | None
) -> bool:
    at_home = tenant_id is None or place == tenant_id
    column = ROLES.index(role) + (0 if tenant_id is None else 4)
    return at_home and written()[permission][column] == "x"


def operator(role: Role, tenant_id: str | None) -> Operator:
    return replace(OPERATOR, role=role, tenant_id=tenant_id)


def test_the_table_has_every_role_and_every_permission() -> None:
    assert set(ROLES) == set(Role)
    assert set(written()) == set(Permission)
    assert {len(marks) for marks in written().values()} == {8}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("tenant_id", [None, "hanasaki"])
@pytest.mark.parametrize("role", ROLES)
def test_an_active_operator_may_do_what_the_table_says(
    role: Role, tenant_id: str | None, place: str | None
) -> None:
    for permission in Permission:
        expected = is_written(role, permission, tenant_id, place)
        assert may(operator(role, tenant_id), permission, place) is expected, permission


@pytest.mark.parametrize(
    ("state", "acknowledged"),
    [
        (OperatorState.INVITED, NOW),
        (OperatorState.SUSPENDED, NOW),
        (OperatorState.DELETED, NOW),
        (OperatorState.ACTIVE, None),
    ],
)
def test_nobody_else_may_do_anything(state: OperatorState, acknowledged: datetime | None) -> None:
    for role in Role:
        for tenant_id in (None, "hanasaki"):
            someone = replace(
                operator(role, tenant_id), state=state, notice_acknowledged_at=acknowledged
            )
            for permission in Permission:
                assert not any(may(someone, permission, place) for place in PLACES)
