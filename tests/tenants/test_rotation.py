"""A secret is rotated without an outage, and the one before it ends when it is said to."""

from datetime import datetime, timedelta

import pytest

from gateway.errors import Conflict, InvalidField, StaleVersion
from gateway.tenants.clients import Clients
from gateway.tenants.rotation import end_former_secret
from tests.tenants.office import Office
from tests.tenants.town import NOW, OVERLAP

pytestmark = pytest.mark.anyio
INSTANT = timedelta(microseconds=1)


@pytest.fixture
async def first(office: Office) -> str:
    _, secret = await office.create()
    assert secret is not None
    return secret


async def good(clients: Clients, secret: str, now: datetime = NOW) -> bool:
    client = await clients.find("health")
    assert client is not None
    return clients.secret_matches(client, secret, now)


async def test_both_are_good_until_the_overlap_is_over(
    office: Office, clients: Clients, first: str
) -> None:
    record, second = await office.do_rotate(1)
    assert (record.former_secret_until, record.version) == (NOW + OVERLAP, 2)
    for now in (NOW, NOW + OVERLAP - INSTANT):
        assert await good(clients, first, now)
        assert await good(clients, second, now)
    for now in (NOW + OVERLAP, NOW + OVERLAP * 2):
        assert not await good(clients, first, now)
        assert await good(clients, second, now)
    assert not await good(clients, "")
    assert not await good(clients, f"{first}{second}")


async def test_a_second_rotation_within_the_overlap_ends_the_oldest(
    office: Office, clients: Clients, first: str
) -> None:
    _, second = await office.do_rotate(1)
    _, third = await office.do_rotate(2, now=NOW + INSTANT)
    assert len({first, second, third}) == 3
    assert not await good(clients, first)
    assert await good(clients, second)
    assert await good(clients, third)


async def test_without_an_overlap_the_old_one_ends_at_once(
    office: Office, clients: Clients, first: str
) -> None:
    record, second = await office.do_rotate(1, timedelta())
    assert record.former_secret_until is None
    assert not await good(clients, first)
    assert await good(clients, second)


async def test_a_former_secret_can_be_ended_before_its_time(
    office: Office, clients: Clients, first: str
) -> None:
    with pytest.raises(Conflict):
        await office.do(end_former_secret, 1)
    assert await good(clients, first)
    _, second = await office.do_rotate(1)
    record = await office.do(end_former_secret, 2)
    assert (record.former_secret_until, record.has_secret) == (None, True)
    assert not await good(clients, first)
    assert await good(clients, second)


async def test_a_rotation_that_is_refused_leaves_the_secret(
    office: Office, clients: Clients, first: str
) -> None:
    before = await office.find()
    with pytest.raises(StaleVersion):
        await office.do_rotate(2)
    with pytest.raises(InvalidField, match=r"\Aoverlap: "):
        await office.do_rotate(1, -INSTANT)
    assert await office.find() == before
    assert await good(clients, first)


async def test_a_client_without_a_secret_has_none_to_rotate(office: Office) -> None:
    await office.create(token_endpoint_auth_method="none")
    with pytest.raises(Conflict, match="without a secret"):
        await office.do_rotate(1)


async def test_no_secret_stands_in_what_administrators_see(office: Office, first: str) -> None:
    record, second = await office.do_rotate(1)
    for secret in (first, second):
        assert secret not in repr(record)
