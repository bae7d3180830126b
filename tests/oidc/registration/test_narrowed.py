"""What an operator took away from a service that manages itself, it does not take back."""

from typing import Any

import msgspec
import pytest

from gateway.tenants.administration import change_client
from gateway.tenants.client_records import find_client_record
from tests.support.developer import developer
from tests.support.gateway import Gateway

pytestmark = pytest.mark.anyio


async def narrow(gateway: Gateway, client_id: str, **changes: Any) -> None:
    provider, now = gateway.provider, gateway.clock()
    whose = ("hanasaki", client_id)
    async with provider.records.writing() as connection:
        found = await find_client_record(connection, *whose)
        less = msgspec.structs.replace(found.metadata, **changes)
        hashed = provider.keyed_hash
        await change_client(connection, hashed, *whose, less, found.version, now)


async def test_a_scope_that_was_taken_away_stays_away(gateway: Gateway) -> None:
    by = await developer(gateway, scope="openid profile address")
    told = await by.registered()
    assert told["scope"] == "address openid profile"
    await narrow(gateway, told["client_id"], scope="openid profile")
    refused = await by.change(told)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_client_metadata")
    assert refused.json()["error_description"] == "scope: more than it is registered with"
    unsaid = (await by.change(told, scope=...)).json()
    assert unsaid["scope"] == "openid profile"


async def test_what_it_gave_up_itself_an_operator_gives_back(gateway: Gateway) -> None:
    by = await developer(gateway, scope="openid profile")
    told = await by.registered()
    fewer = (await by.change(told, scope="openid")).json()
    assert fewer["scope"] == "openid"
    assert (await by.change(fewer, scope="openid profile")).status_code == 400
    await narrow(gateway, told["client_id"], scope="openid profile")
    assert (await by.change(fewer, scope="openid profile")).status_code == 200


@pytest.mark.parametrize(
    "demand",
    [
        "require_pushed_authorization_requests",
        "dpop_bound_access_tokens",
        "tls_client_certificate_bound_access_tokens",
    ],
)
async def test_what_an_operator_demands_of_it_it_does_not_lower(
    gateway: Gateway, demand: str
) -> None:
    by = await developer(gateway, scope="openid profile")
    told = await by.registered()
    await narrow(gateway, told["client_id"], **{demand: True})
    refused = await by.change(told, **{demand: False})
    assert refused.json()["error_description"] == f"{demand}: an operator changes it"
    unsaid = await by.change(told, **{demand: ...})
    assert (unsaid.status_code, unsaid.json()[demand]) == (200, True)
