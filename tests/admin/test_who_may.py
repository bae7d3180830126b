"""Who may do what: every endpoint, every role, the own tenant and another. Written out by hand."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import httpx2
import pytest

from gateway.admin.api.catalogue import ENDPOINTS
from gateway.admin.endpoint import Endpoint
from gateway.operators.model import Role
from tests.support.operators import API, Office

pytestmark = pytest.mark.anyio

ADMINISTRATOR, MANAGER, CLERK, AUDITOR = "administrator", "service_manager", "clerk", "auditor"
ALL = {ADMINISTRATOR, MANAGER, CLERK, AUDITOR}
NOBODY: set[str] = set()


@dataclass(frozen=True)
class May:
    """Which roles may, of the platform and of the tenant in the path."""

    platform: set[str]
    own: set[str]


ANYBODY = May(ALL, ALL)
VIEW = May(ALL, ALL)
MANAGE_SERVICES = May({ADMINISTRATOR, MANAGER}, {ADMINISTRATOR, MANAGER})
ADMINISTRATORS = May({ADMINISTRATOR}, {ADMINISTRATOR})
PLATFORM_ADMINISTRATORS = May({ADMINISTRATOR}, NOBODY)
LOOK_OVER = May({ADMINISTRATOR, AUDITOR}, {ADMINISTRATOR, AUDITOR})
RESIDENTS = May({ADMINISTRATOR, CLERK}, NOBODY)
DEEDS = May({ADMINISTRATOR, CLERK, AUDITOR}, {ADMINISTRATOR, CLERK, AUDITOR})

TABLE: Mapping[str, May] = {
    r"who_am_i|end_sessions|acknowledge_notice|change_password": ANYBODY,
    r"list_tokens|(make|end)_token|\w+_passkeys?|passkey_options": ANYBODY,
    r"list_tenants|show_tenant|show_dashboard": VIEW,
    r"(list|show)_(service|reader)s?|show_service_logo": VIEW,
    r"list_initial_tokens": VIEW,
    r"(make|revoke)_initial_token|end_service_self_management": MANAGE_SERVICES,
    r"show_overview": May(ALL, NOBODY),
    r"(create|change|suspend|resume|delete|restore)_tenant|ask_tenant_end": PLATFORM_ADMINISTRATORS,
    r"(create|change|suspend|resume|delete|restore)_(service|reader)": MANAGE_SERVICES,
    r"rotate_\w+_secret|end_former_\w+_secret|(change|remove)_service_logo": MANAGE_SERVICES,
    r"(list|show)_(platform|tenant)_operators?": LOOK_OVER,
    r"(invite|change|suspend|resume|delete)_(platform|tenant)_operator(_again)?": ADMINISTRATORS,
    r"list_(platform|tenant)_networks": LOOK_OVER,
    r"(add|remove)_(platform|tenant)_network": ADMINISTRATORS,
    r"(search_residents|show_resident(_attributes)?)": RESIDENTS,
    r"(suspend|resume|mark_deceased|unmark_deceased)_resident|ask_resident_deletion": RESIDENTS,
    r"(list|show|decide)_reviews?": RESIDENTS,
    r"(list|show|withdraw)_(platform|tenant)_deeds?|show_certificate": DEEDS,
    r"(approve|refuse)_(platform|tenant)_deed": ADMINISTRATORS,
    r"(search_(platform|tenant)_logs|(ask|download)_(platform|tenant)_exports?)": LOOK_OVER,
    r"(show_(platform|tenant)_seals?|show_seals?|list_(platform|tenant)_exports)": LOOK_OVER,
}
CALLERS = [(role, tenant) for role in sorted(ALL) for tenant in (None, "hanasaki", "minato")]


def expected(name: str) -> May:
    (found,) = [may for pattern, may in TABLE.items() if re.fullmatch(pattern, name)]
    return found


def test_the_table_knows_every_endpoint() -> None:
    for name in ENDPOINTS:
        expected(name)


def may(endpoint: Endpoint, role: str, tenant: str | None) -> bool:
    """As the table says it; the path is hanasaki's."""
    row = expected(endpoint.name)
    if tenant is None:
        return role in row.platform
    about_own = tenant == "hanasaki" or endpoint.permission is None
    of_path = "{tenant_id}" in endpoint.path or endpoint.permission is None
    return role in row.own and about_own and of_path


async def ask(desk: httpx2.AsyncClient, endpoint: Endpoint) -> httpx2.Response:
    """With a body that is none: only whoever may gets as far as being told so."""
    path = re.sub(r"{(\w+)}", lambda part: PARTS.get(part[1], "nothing"), endpoint.path)
    return await desk.request(
        endpoint.method,
        API + path,
        content=None if endpoint.method in ("GET", "DELETE") else b"no json",
        headers={"If-Match": '"99"'} if endpoint.conditional else {},
    )


PARTS = {"tenant_id": "hanasaki", "client_id": "nothing", "resident_id": "0" * 32}


@pytest.mark.parametrize(("role", "tenant"), CALLERS, ids=str)
async def test_every_endpoint_answers_whom_the_table_says_and_nobody_else(
    office: Office, role: str, tenant: str | None
) -> None:
    operator = await office.operator(Role(role), tenant)
    async with office.at_desk(operator) as desk:
        for endpoint in ENDPOINTS.values():
            before = len(await office.log("right.refused"))
            answer = await ask(desk, endpoint)
            refused = len(await office.log("right.refused")) - before
            assert answer.status_code not in (401, 500), (endpoint.name, answer.text)
            if may(endpoint, role, tenant):
                assert refused == 0, (endpoint.name, answer.text)
                assert answer.status_code != 403, (endpoint.name, answer.text)
            else:
                assert refused == 1, (endpoint.name, answer.text)
                assert answer.status_code in (403, 404), (endpoint.name, answer.text)


async def test_nobody_without_a_session_gets_an_answer(office: Office) -> None:
    async with office.browser() as browser:
        for endpoint in ENDPOINTS.values():
            answer = await ask(browser, endpoint)
            assert answer.status_code == 401, endpoint.name
            assert answer.json()["type"] == "urn:genkan:problem:sign_in_needed"


async def test_another_address_gets_none_of_it_either(office: Office) -> None:
    operator = await office.operator()
    async with office.at_desk(operator, "198.51.100.7") as desk:
        for endpoint in ENDPOINTS.values():
            answer = await ask(desk, endpoint)
            assert (answer.status_code, answer.content) == (403, b""), endpoint.name


async def test_an_operator_who_comes_from_another_tenants_network_is_not_signed_in(
    office: Office,
) -> None:
    await office.allow("minato", "198.51.100.7")
    operator = await office.operator(Role.ADMINISTRATOR, "hanasaki")
    async with office.at_desk(operator, "198.51.100.7") as desk:
        answer = await desk.get(f"{API}/tenants/hanasaki")
    assert answer.status_code == 401


async def test_nobody_acts_before_they_have_acknowledged_the_notice(office: Office) -> None:
    operator = await office.operator(acknowledged=False)
    async with office.at_desk(operator) as desk:
        for endpoint in ENDPOINTS.values():
            answer = await ask(desk, endpoint)
            if endpoint.permission is not None:
                assert answer.status_code == 403, endpoint.name
