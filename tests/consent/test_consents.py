"""What was agreed to is kept per service and resident, and only grows."""

import anyio
import pytest

from gateway.consent.consents import Agreed
from gateway.residents.model import Resident
from tests.support.gateway import NOW, Gateway

pytestmark = pytest.mark.anyio


async def test_nothing_is_given_before_it_is_given(gateway: Gateway, resident: Resident) -> None:
    consents, who = gateway.provider.consents, resident.resident_id
    assert await consents.given("health", who, since=NOW) == Agreed()


async def test_a_later_consent_adds_to_an_earlier_one(gateway: Gateway, resident: Resident) -> None:
    consents, who = gateway.provider.consents, resident.resident_id
    await consents.give("health", who, ("profile",), NOW)
    await consents.give("health", who, ("address", "profile"), NOW)
    both = frozenset({"profile", "address"})
    assert await consents.given("health", who, since=NOW) == Agreed(both)


async def test_a_consent_is_of_one_resident_to_one_service(
    gateway: Gateway, resident: Resident
) -> None:
    consents, other = gateway.provider.consents, await gateway.resident("花咲　太郎")
    await consents.give("health", resident.resident_id, ("profile",), NOW)
    assert await consents.given("points", resident.resident_id, since=NOW) == Agreed()
    assert await consents.given("health", other.resident_id, since=NOW) == Agreed()


async def test_first_consents_at_the_same_moment_are_all_kept(
    gateway: Gateway, resident: Resident
) -> None:
    consents, who = gateway.provider.consents, resident.resident_id
    scopes = ("profile", "address", "birthdate", "gender", "link")
    async with anyio.create_task_group() as group:
        for scope in scopes:
            group.start_soon(consents.give, "health", who, (scope,), NOW)
    assert await consents.given("health", who, since=NOW) == Agreed(frozenset(scopes))
