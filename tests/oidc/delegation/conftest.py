"""Health may call welfare, welfare may call tax; all are the same town's."""

from collections.abc import AsyncIterator

import pytest

from tests.oidc.delegation.flows import DATA, HEALTH_API, MAY_CALL, TAX_API, WELFARE_API, Party
from tests.support.gateway import Gateway
from tests.support.relying_party import RelyingParty


@pytest.fixture
async def party(gateway: Gateway) -> AsyncIterator[Party]:
    health = await gateway.service(
        "health", resources=(HEALTH_API,), allowed_resources=(WELFARE_API,), **MAY_CALL
    )
    welfare = await gateway.service(
        "welfare",
        resources=(WELFARE_API,),
        datatypes=DATA,
        allowed_resources=(TAX_API,),
        client_name_ja="福祉サービス",
        client_name_en="Welfare",
        **MAY_CALL,
    )
    tax = await gateway.service("tax", resources=(TAX_API,), datatypes=DATA)
    parties = [RelyingParty(gateway, client) for client in (health, welfare, tax)]
    async with gateway.browser() as browser:
        resident = await gateway.resident()
        await gateway.sign_in(browser, resident)
        yield Party(gateway, resident, browser, *parties)
