"""Services that call one another for a resident, and what the resident agrees to."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx2

from gateway.consent.details import AgreedDetail, DataFlow
from gateway.consent.records import consents
from gateway.residents.model import Resident
from gateway.tenants.metadata import Datatype
from gateway.tenants.model import Client
from gateway.tenants.protocol import TOKEN_EXCHANGE
from tests.support.gateway import Gateway
from tests.support.relying_party import RelyingParty

WELFARE_API = "https://welfare.example.test/api"
TAX_API = "https://tax.example.test/api"
ARCHIVE_API = "https://archive.example.test/api"
HEALTH_API = "https://health.example.test/api"
ACCESS_TOKEN_TYPE = "urn:ietf:params:oauth:token-type:access_token"
DATA = (
    Datatype("allowance", "児童手当の受給状況", "Child allowance received"),
    Datatype("household", "世帯の構成", "Members of the household"),
)
CODE_GRANTS = ("authorization_code", "refresh_token")
MAY_CALL: Mapping[str, Any] = {
    "authorization_details_types": ("urn:genkan:data-flow",),
    "grant_types": (*CODE_GRANTS, TOKEN_EXCHANGE),
}


def flow(resource: str, *datatypes: str, actions: tuple[str, ...] = ("read",)) -> dict[str, Any]:
    return {
        "type": "urn:genkan:data-flow",
        "locations": [resource],
        "actions": list(actions),
        "datatypes": list(datatypes or ("allowance",)),
    }


@dataclass(slots=True)
class Party:
    """A resident with a browser, and the town's services."""

    gateway: Gateway
    resident: Resident
    browser: httpx2.AsyncClient
    health: RelyingParty
    welfare: RelyingParty
    tax: RelyingParty

    async def agree(self, service: RelyingParty, api: Client, *details: Mapping[str, Any]) -> None:
        """As the consent page writes it."""
        await self.gateway.provider.consents.give(
            service.client.client_id,
            self.resident.resident_id,
            service.client.scope,
            self.gateway.clock(),
            details=[
                AgreedDetail(DataFlow(**{k: _plain(v) for k, v in one.items()}), api.client_id)
                for one in details
            ],
        )

    async def granted(
        self, service: RelyingParty, *details: Mapping[str, Any], **changes: str | None
    ) -> str:
        """A code whose grant has these details."""
        asked = json.dumps(details) if details else None
        return await service.code(self.browser, authorization_details=asked, **changes)

    async def called(self) -> dict[str, Any]:
        """Health's token for welfare's API, agreed to by the resident."""
        await self.agree(self.health, self.welfare.client, flow(WELFARE_API))
        code = await self.granted(self.health, flow(WELFARE_API))
        return body_of(await self.health.redeem(code, resource=WELFARE_API))

    async def exchange(
        self, service: RelyingParty, token: str, resource: str | None, **changes: str | None
    ) -> httpx2.Response:
        good = {
            "grant_type": TOKEN_EXCHANGE,
            "subject_token": token,
            "subject_token_type": ACCESS_TOKEN_TYPE,
            "resource": resource,
        }
        form = {name: text for name, text in {**good, **changes}.items() if text is not None}
        return await service.token(form)

    def sub_at(self, service: RelyingParty) -> str:
        sector = service.client.sector_identifier
        return self.gateway.provider.subjects.sub(self.resident.resident_id, sector)


async def withdraw(gateway: Gateway, client_id: str) -> None:
    """Residents let nothing flow any more between this service and others."""
    change = consents.update().where(consents.c.client_id == client_id)
    async with gateway.provider.records.writing() as connection:
        await connection.execute(change.values(authorization_details=None))


async def seen(service: RelyingParty, token: str) -> dict[str, Any]:
    """What the service learns of a token."""
    return body_of(await service.post("/introspect", {"token": token}))


def body_of(answer: httpx2.Response) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def error_of(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]


def _plain(value: object) -> Any:
    return tuple(value) if isinstance(value, list) else value
