"""A desk with something on it."""

from collections.abc import AsyncIterator

import httpx2
import pytest

from gateway.operators.model import Operator
from tests.support.operators import API, Office
from tests.tenants.town import SERVICE


@pytest.fixture
async def administrator(office: Office) -> Operator:
    return await office.operator()


@pytest.fixture
async def desk(office: Office, administrator: Operator) -> AsyncIterator[httpx2.AsyncClient]:
    """The platform's administrator's, with a service of hanasaki's on it."""
    async with office.at_desk(administrator) as desk:
        new = {"client_id": "health", "metadata": SERVICE}
        assert (await desk.post(f"{API}/tenants/hanasaki/services", json=new)).status_code == 201
        yield desk
