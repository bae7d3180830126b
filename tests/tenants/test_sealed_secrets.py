"""Only a client that signs with its secret has it kept so that it can be read again."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from gateway.tenants.clients import Clients
from gateway.tenants.model import ClientKind
from gateway.tenants.records import clients as table
from tests.tenants.office import Office
from tests.tenants.town import HANASAKI, NOW, SECRET, SERVICE, metadata

pytestmark = pytest.mark.anyio
SIGNING: dict[str, Any] = {"token_endpoint_auth_method": "client_secret_jwt"}
SENDING: dict[str, Any] = {"token_endpoint_auth_method": "client_secret_basic"}
PUBLIC: dict[str, Any] = {"token_endpoint_auth_method": "none"}


async def readable(clients: Clients) -> tuple[str, ...]:
    found = await clients.find("health")
    assert found is not None
    return clients.readable_secrets(found, NOW)


async def kept(office: Office) -> list[bool]:
    async with office.records.reading() as connection:
        columns = table.c.client_secret_sealed, table.c.former_secret_sealed
        row = (await connection.execute(sa.select(*columns))).one()
    return [sealed is not None for sealed in row]


async def test_it_is_read_again_only_where_it_signs(office: Office, clients: Clients) -> None:
    _, secret = await office.create(**SIGNING)
    assert await readable(clients) == (secret,)
    record, _ = await office.change(1, **SENDING)
    assert (record.has_secret, await readable(clients)) == (True, ())
    assert await kept(office) == [False, False]


async def test_who_begins_to_sign_gets_another_one(office: Office, clients: Clients) -> None:
    _, first = await office.create(**SENDING)
    await office.do_rotate(1)
    record, secret = await office.change(2, **SIGNING)
    assert secret is not None
    assert secret != first
    assert await readable(clients) == (secret,)
    assert record.former_secret_until is None
    _, again = await office.change(3, **SIGNING, client_name_en="Another name")
    assert (again, await readable(clients)) == (None, (secret,))


async def test_two_are_read_while_both_are_good(office: Office, clients: Clients) -> None:
    _, first = await office.create(**SIGNING)
    _, second = await office.do_rotate(1)
    assert await readable(clients) == (second, first)
    _, third = await office.do_rotate(2, timedelta())
    assert await readable(clients) == (third,)
    assert await kept(office) == [True, False]


async def test_with_the_method_both_are_forgotten(office: Office) -> None:
    await office.create(**SIGNING)
    await office.do_rotate(1)
    assert await kept(office) == [True, True]
    await office.change(2, **PUBLIC)
    assert await kept(office) == [False, False]


async def test_one_that_is_brought_is_sealed_once(office: Office, clients: Clients) -> None:
    await clients.register_tenant(HANASAKI, NOW)
    one = (ClientKind.SERVICE, "health", "hanasaki")
    for _ in range(2):
        await clients.register(*one, metadata(SERVICE, **SIGNING), NOW, SECRET)
        assert await readable(clients) == (SECRET,)
    assert (await office.find()).version == 1
    await clients.register(*one, metadata(SERVICE, **SENDING), NOW, SECRET)
    assert await kept(office) == [False, False]
    await clients.register(*one, metadata(SERVICE, **SIGNING), NOW, SECRET)
    assert await readable(clients) == (SECRET,)


async def test_one_that_was_made_is_not_shown_again(office: Office, clients: Clients) -> None:
    await clients.register_tenant(HANASAKI, NOW)
    one = (ClientKind.SERVICE, "health", "hanasaki")
    _, secret = await clients.register(*one, metadata(SERVICE, **SIGNING), NOW)
    _, again = await clients.register(*one, metadata(SERVICE, **SIGNING), NOW)
    assert (again, await readable(clients)) == (None, (secret,))
    assert (await office.find()).version == 1
