"""Discovery tells of kiosks and counters what is so: each value is used."""

from typing import Any

import pytest

from gateway.oidc.clients.signed_jwt import ALGORITHMS
from gateway.tenants.protocol import CIBA, DEVICE_CODE
from tests.oidc.devices.parts import AtHome, Counter, Kiosk
from tests.support.gateway import ISSUER, Gateway

pytestmark = pytest.mark.anyio


@pytest.fixture
async def told(gateway: Gateway) -> dict[str, Any]:
    async with gateway.browser() as http:
        metadata: dict[str, Any] = (await http.get("/.well-known/openid-configuration")).json()
    return metadata


async def test_the_endpoints_and_grants(told: dict[str, Any]) -> None:
    assert told["device_authorization_endpoint"] == f"{ISSUER}/device_authorization"
    assert told["backchannel_authentication_endpoint"] == f"{ISSUER}/bc-authorize"
    assert {DEVICE_CODE, CIBA} <= set(told["grant_types_supported"])


async def test_the_delivery_modes_and_algorithms(told: dict[str, Any]) -> None:
    assert told["backchannel_token_delivery_modes_supported"] == ["poll", "ping"]
    algorithms = told["backchannel_authentication_request_signing_alg_values_supported"]
    assert set(algorithms) == set(ALGORITHMS)
    assert told["backchannel_user_code_parameter_supported"] is False


async def test_what_a_client_is_told_is_where_it_polls(
    told: dict[str, Any], kiosk: Kiosk, counter: Counter, hanako: AtHome
) -> None:
    assert (await kiosk.ask()).status_code == 200
    assert (await counter.ask()).status_code == 200
    page = await hanako.browser.get(kiosk.answer["verification_uri"])
    assert page.status_code == 200
