"""A town hall whose platform list admits it, with two tenants."""

import pytest

from tests.support.gateway import Gateway
from tests.support.operators import Office


@pytest.fixture
async def office(gateway: Gateway) -> Office:
    office = Office(gateway)
    await office.allow(None)
    for tenant_id in ("hanasaki", "minato"):
        await office.tenant(tenant_id)
    return office
