"""Real things of another tenant, asked for in every route under one's own: not there, untouched."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest

from gateway.admin.api.catalogue import ENDPOINTS
from gateway.admin.api.examples import example_of
from gateway.admin.endpoint import Endpoint
from gateway.operators.model import Operator, Role
from tests.support.log import logged
from tests.support.operators import API, Office
from tests.support.untouched import check_refused, nothing_changes

pytestmark = pytest.mark.anyio
NAMING = [
    endpoint
    for endpoint in ENDPOINTS.values()
    if endpoint.of_tenant and endpoint.path.count("{") > 1
]
OF_TENANT = [endpoint for endpoint in ENDPOINTS.values() if endpoint.of_tenant]
OF_PLATFORM = [
    endpoint
    for endpoint in ENDPOINTS.values()
    if not endpoint.of_tenant and re.search(r"{(operator|network)_id}", endpoint.path)
]
PLATFORM_ONLY = re.compile(r"(create|change|suspend|resume|delete|restore)_tenant|ask_tenant_end")


@dataclass(frozen=True, slots=True)
class Towns:
    """Two tenants' administrators and the platform's, and what minato has."""

    office: Office
    hanasaki: Operator
    minato: Operator
    platform: Operator
    of_minato: Mapping[str, str]
    """IDs by the path's names for them."""


@pytest.fixture
async def towns(office: Office) -> Towns:
    hanasaki = await office.operator(Role.ADMINISTRATOR, "hanasaki")
    minato = await office.operator(Role.ADMINISTRATOR, "minato")
    platform = await office.operator()
    made: dict[str, Any] = {}
    async with office.at_desk(minato) as desk:
        for name in (
            "create_service",
            "create_reader",
            "invite_tenant_operator",
            "add_tenant_network",
            "ask_tenant_export",
            "make_initial_token",
        ):
            endpoint = ENDPOINTS[name]
            path = API + endpoint.path.format(tenant_id="minato")
            answer = await desk.post(path, json=example_of(endpoint))
            assert answer.status_code == 201, answer.text
            made[name] = answer.json()
    return Towns(
        office,
        hanasaki,
        minato,
        platform,
        {
            "service": made["create_service"]["client"]["client_id"],
            "reader": made["create_reader"]["client"]["client_id"],
            "operator_id": made["invite_tenant_operator"]["operator"]["operator_id"],
            "network_id": made["add_tenant_network"]["network_id"],
            "deed_id": made["ask_tenant_export"]["deed_id"],
            "token_id": made["make_initial_token"]["about"]["token_id"],
        },
    )


async def ask(
    desk: httpx2.AsyncClient, endpoint: Endpoint, tenant_id: str, ids: Mapping[str, str]
) -> httpx2.Response:
    """As it would be good under the right tenant."""
    kind = "reader" if "/readers" in endpoint.path else "service"
    path = endpoint.path.format_map({**ids, "client_id": ids[kind], "tenant_id": tenant_id})
    return await desk.request(
        endpoint.method,
        API + path,
        json=None if endpoint.body is None else example_of(endpoint),
        headers={"If-Match": '"1"'} if endpoint.conditional else {},
    )


async def test_every_route_that_names_a_thing_of_a_tenant_is_asked() -> None:
    names = {name for one in NAMING for name in re.findall(r"{(\w+)}", one.path)}
    things = {"client_id", "operator_id", "network_id", "deed_id", "token_id"}
    assert names == {"tenant_id", *things}
    assert len(NAMING) > 30


@pytest.mark.parametrize("who", ["hanasaki", "platform"])
async def test_what_is_minatos_is_not_there_under_hanasaki(
    towns: Towns, caplog: pytest.LogCaptureFixture, who: str
) -> None:
    operator = towns.hanasaki if who == "hanasaki" else towns.platform
    async with towns.office.at_desk(operator) as desk:
        for endpoint in NAMING:
            async with nothing_changes(towns.office.gateway):
                answer = await ask(desk, endpoint, "hanasaki", towns.of_minato)
            assert answer.status_code == 404, (endpoint.name, answer.text)
            check_refused(answer, 404, *towns.of_minato.values())
    assert await towns.office.log("right.refused") == []
    assert not any(one in caplog.text for one in towns.of_minato.values())
    told = [entry for entry in await logged(towns.office.gateway) if entry.tenant_id == "hanasaki"]
    assert not any(one in repr(told) for one in towns.of_minato.values())


async def test_nor_does_minato_itself_open_to_hanasakis_administrator(towns: Towns) -> None:
    async with towns.office.at_desk(towns.hanasaki) as desk:
        for endpoint in OF_TENANT:
            async with nothing_changes(towns.office.gateway):
                answer = await ask(desk, endpoint, "minato", towns.of_minato)
            status = 403 if PLATFORM_ONLY.fullmatch(endpoint.name) else 404
            assert answer.status_code == status, (endpoint.name, answer.text)
            check_refused(answer, status, *towns.of_minato.values())
    refused = await towns.office.log("right.refused")
    assert len(refused) == len(OF_TENANT)
    assert {entry.tenant_id for entry in refused} == {"hanasaki"}


async def test_what_is_a_tenants_is_not_the_platforms(towns: Towns) -> None:
    async with towns.office.at_desk(towns.platform) as desk:
        for endpoint in OF_PLATFORM:
            async with nothing_changes(towns.office.gateway):
                answer = await ask(desk, endpoint, "", towns.of_minato)
            check_refused(answer, 404, *towns.of_minato.values())


async def test_a_token_is_its_owners(towns: Towns) -> None:
    make, end = ENDPOINTS["make_token"], ENDPOINTS["end_token"]
    async with towns.office.at_desk(towns.minato) as desk:
        made = await desk.post(API + make.path, json=example_of(make))
    path = API + end.path.format(token_id=made.json()["about"]["token_id"])
    for operator in (towns.hanasaki, towns.platform):
        async with towns.office.at_desk(operator) as desk, nothing_changes(towns.office.gateway):
            check_refused(await desk.delete(path), 404)


async def test_a_tenant_that_is_nowhere_has_nothing(towns: Towns) -> None:
    async with towns.office.at_desk(towns.platform) as desk:
        for endpoint in OF_TENANT:
            async with nothing_changes(towns.office.gateway):
                answer = await ask(desk, endpoint, "nowhere", towns.of_minato)
            assert answer.status_code == 404, (endpoint.name, answer.text)


async def test_all_of_it_is_there_for_minatos_own(towns: Towns) -> None:
    reading = [one for one in NAMING if one.method == "GET" and one.answer is not None]
    async with towns.office.at_desk(towns.minato) as desk:
        for endpoint in reading:
            answer = await ask(desk, endpoint, "minato", towns.of_minato)
            assert answer.status_code == 200, (endpoint.name, answer.text)
