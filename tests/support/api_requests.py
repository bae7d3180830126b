"""Requests made from the OpenAPI document, about things of a gateway that are really there."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import httpx2
import msgspec
import schemathesis
from schemathesis.core.result import Ok

from gateway.admin.api.catalogue import ENDPOINTS
from gateway.admin.api.examples import example_of
from gateway.admin.api.openapi import openapi_document
from gateway.admin.endpoint import Endpoint
from gateway.operators.model import Operator
from tests.support.gateway import ISSUER, open_gateway
from tests.support.operators import API, Office

_CONFIG = {
    # Whoever calls is signed in; that nobody else gets an answer is in test_who_may.
    "generation": {"with-security-parameters": False},
    "checks": {
        "ignored_auth": {"enabled": False},
        # A schema knows neither what is stored (409, 412) nor every rule of a field (422); and to
        # it 2.0 is an integer, and a NUL a character (400).
        "positive_data_acceptance": {
            "expected-statuses": ["2xx", "400", "403", "404", "409", "412", "422"],
        },
        "negative_data_rejection": {
            "expected-statuses": ["400", "404", "405", "409", "412", "413", "415", "422", "428"],
        },
    },
}


def operations() -> Mapping[str, schemathesis.APIOperation[Any, Any, Any, Any]]:
    """By their IDs."""
    document = msgspec.json.encode(openapi_document(ENDPOINTS.values(), ISSUER))
    config = schemathesis.Config.from_dict(_CONFIG)
    schema = schemathesis.openapi.from_dict(msgspec.json.decode(document), config=config)
    found = [one.ok() for one in schema.get_all_operations() if isinstance(one, Ok)]
    return {one.definition.raw["operationId"]: one for one in found}


@dataclass(frozen=True, slots=True)
class Scene:
    """Who calls, and IDs for the endpoint's path, of things that nothing was done to yet."""

    administrator: Operator
    ids: Mapping[str, str]


class FuzzedOffice:
    """Each scene has a platform administrator of its own, who signs in anew for each request: some
    requests sign them out."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._numbers = count(1)

    async def send(self, administrator: Operator, request: Mapping[str, Any]) -> httpx2.Response:
        async with self._office.at_desk(administrator) as desk:
            return await desk.request(**request)

    async def scene(self, endpoint: Endpoint) -> Scene:
        number = next(self._numbers)
        administrator = await self._office.operator(login_name=f"administrator-{number}")
        tenant_id = f"town-{number}"
        await self._office.tenant(tenant_id)
        resident = await self._office.gateway.resident(tenant_id)
        whose = "tenant" if endpoint.of_tenant else "platform"
        kind = "reader" if "/readers" in endpoint.path else "service"
        login_name, network = f"hanako@{tenant_id}", f"10.{number}.0.0/16"
        client_id = f"client-{number}"
        made = {
            name: await self._made(administrator, name, tenant_id, changes)
            for name, changes in (
                (f"create_{kind}", {"client_id": client_id}),
                (f"invite_{whose}_operator", {"login_name": login_name}),
                (f"add_{whose}_network", {"network": network}),
                (f"ask_{whose}_export", {}),
                ("make_token", {}),
            )
        }
        ids = {
            "tenant_id": tenant_id,
            "client_id": client_id,
            "operator_id": made[f"invite_{whose}_operator"]["operator"]["operator_id"],
            "network_id": made[f"add_{whose}_network"]["network_id"],
            "deed_id": made[f"ask_{whose}_export"]["deed_id"],
            "token_id": made["make_token"]["about"]["token_id"],
            "resident_id": resident.resident_id,
        }
        return Scene(
            administrator, {name: ids[name] for name in ids if f"{{{name}}}" in endpoint.path}
        )

    async def _made(
        self, administrator: Operator, name: str, tenant_id: str, changes: Mapping[str, str]
    ) -> Any:
        endpoint = ENDPOINTS[name]
        path = endpoint.path.format(tenant_id=tenant_id)
        body = {**example_of(endpoint), **changes}
        answer = await self.send(administrator, {"method": "POST", "url": API + path, "json": body})
        assert answer.status_code == 201, answer.text
        return answer.json()


@asynccontextmanager
async def fuzzed_office(folder: Path, template: Path) -> AsyncIterator[FuzzedOffice]:
    async with open_gateway(folder, template) as gateway:
        office = Office(gateway)
        await office.allow(None)
        yield FuzzedOffice(office)
