"""Addresses that a service makes up fill no log."""

import pytest

from tests.oidc.delegation.flows import TAX_API, Party
from tests.support.gateway import Gateway
from tests.support.log import logged

pytestmark = pytest.mark.anyio


async def test_many_made_up_addresses_are_one_entry(gateway: Gateway, party: Party) -> None:
    token = (await party.called())["access_token"]
    for number in range(5):
        await party.exchange(party.welfare, token, f"https://tax.example.test/{number}")
    assert len(await logged(gateway, "token.exchanged")) == 1
    await party.exchange(party.welfare, token, TAX_API)
    assert len(await logged(gateway, "token.exchanged")) == 2
