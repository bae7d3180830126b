"""A resident who is signed in, and a service that asks."""

from collections.abc import AsyncIterator

import pytest

from gateway.residents.model import Resident
from tests.consent.asked import CLIENT, Asked
from tests.support.gateway import Gateway


@pytest.fixture
async def resident(gateway: Gateway) -> Resident:
    return await gateway.resident()


@pytest.fixture
async def asked(gateway: Gateway, resident: Resident) -> AsyncIterator[Asked]:
    await gateway.service(
        CLIENT, decision_document_number="花総発第12号", contact="健康課 0000-00-0000"
    )
    async with gateway.browser() as browser:
        await gateway.sign_in(browser, resident)
        yield Asked(gateway, browser, resident)
