"""A service's page and the API say whether it passed its self-check, and if it changed since."""

import pytest

from gateway.operators.model import Role
from gateway.tenants.conformance import Conformance, metadata_digest, record_conformance
from tests.support.gateway import service_metadata
from tests.support.operators import Office

pytestmark = pytest.mark.anyio
PAGE = "/admin/tenants/hanasaki/services/health"
API = "/admin/api/v1/tenants/hanasaki/services/health"


async def test_a_service_that_passed_shows_it_until_it_is_registered_differently(
    office: Office,
) -> None:
    gateway = office.gateway
    client = await gateway.service("health")
    operator = await office.operator(Role.SERVICE_MANAGER, "hanasaki")
    async with office.at_desk(operator) as browser:
        browser.headers["accept-language"] = "en"
        assert "Not passed yet." in (await browser.get(PAGE)).text
        assert (await browser.get(API)).json()["conformance"] is None
        done = Conformance(1, "0.1.0", 40, 2, 5, metadata_digest(client.metadata))
        async with gateway.provider.records.writing() as connection:
            await record_conformance(connection, "health", done, gateway.clock())
        page = (await browser.get(PAGE)).text
        assert "Passed: 40 checks, 2 with a warning." in page
        assert "changed since" not in page
        told = (await browser.get(API)).json()["conformance"]
        assert (told["passed"], told["plan"], told["same_registration"]) == (40, 1, True)
        changed = service_metadata("health", purpose_en="Something else")
        await gateway.provider.clients.register(
            client.kind, "health", "hanasaki", changed, gateway.clock()
        )
        assert "The registration was changed since." in (await browser.get(PAGE)).text
        assert (await browser.get(API)).json()["conformance"]["same_registration"] is False
