"""Clients are registered, changed and found again; a secret is kept as a keyed hash only."""

from pathlib import Path

import anyio
import pytest
import sqlalchemy as sa

from gateway.store.api import Records
from gateway.tenants.clients import Clients
from gateway.tenants.metadata import MetadataError
from gateway.tenants.model import ClientKind, Tenant
from gateway.tenants.records import clients as clients_table
from gateway.tenants.records import tenants as tenants_table
from tests.tenants.town import HANASAKI, MINATO, NOW, READER, SECRET, SERVICE, metadata, new_jwk

pytestmark = pytest.mark.anyio
SERVICE_KIND, READER_KIND = ClientKind.SERVICE, ClientKind.READER


@pytest.fixture
async def hanasaki(clients: Clients) -> Clients:
    await clients.register_tenant(HANASAKI, NOW)
    return clients


async def test_a_client_is_found_as_it_was_registered(hanasaki: Clients) -> None:
    jwks = {"keys": [new_jwk()]}
    change = {"token_endpoint_auth_method": "private_key_jwt", "jwks": jwks}
    made, secret = await hanasaki.register(
        SERVICE_KIND, "health", "hanasaki", metadata(SERVICE, **change), NOW
    )
    assert secret is None
    found = await hanasaki.find("health")
    assert found == made
    assert found is not None
    assert found.redirect_uris == ("https://health.example/callback",)
    assert found.scope == {"openid", "profile", "link"}
    assert found.sector_identifier == "hanasaki/health.example"
    assert found.jwks == jwks
    assert found.client_secret_hash is None


async def test_nobody_is_found_under_what_is_no_client_id(hanasaki: Clients) -> None:
    await hanasaki.register(SERVICE_KIND, "health", "hanasaki", metadata(SERVICE), NOW)
    for client_id in ("", "healt", "HEALTH", "health\0", "health ", "\ud800", "x" * 10_000):
        assert await hanasaki.find(client_id) is None


async def test_a_made_secret_is_shown_once_and_matches_its_client_only(hanasaki: Clients) -> None:
    client, secret = await hanasaki.register(
        SERVICE_KIND, "health", "hanasaki", metadata(SERVICE), NOW
    )
    assert secret is not None
    assert len(secret) >= 43
    other, _ = await hanasaki.register(
        SERVICE_KIND, "points", "hanasaki", metadata(SERVICE), NOW, secret
    )
    assert hanasaki.secret_matches(client, secret, NOW)
    assert client.client_secret_hash != other.client_secret_hash
    for wrong in ("", secret[:-1], f"{secret}x", client.client_secret_hash or ""):
        assert not hanasaki.secret_matches(client, wrong, NOW)


async def test_a_client_without_a_secret_matches_none(hanasaki: Clients) -> None:
    public = metadata(SERVICE, token_endpoint_auth_method="none")
    client, secret = await hanasaki.register(SERVICE_KIND, "app", "hanasaki", public, NOW)
    assert secret is None
    for guess in ("", "None", SECRET):
        assert not hanasaki.secret_matches(client, guess, NOW)


async def test_no_secret_stands_in_the_store_or_in_a_repr(
    hanasaki: Clients, tmp_path: Path, records: Records
) -> None:
    client, made = await hanasaki.register(
        SERVICE_KIND, "health", "hanasaki", metadata(SERVICE), NOW
    )
    await hanasaki.register(SERVICE_KIND, "points", "hanasaki", metadata(SERVICE), NOW, SECRET)
    assert made is not None
    await records.close()
    content = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"health.example" in content
    for secret in (made, SECRET):
        assert secret.encode() not in content
    assert str(client.client_secret_hash) not in repr(client)


async def test_registering_again_changes_the_client_and_keeps_its_secret(
    hanasaki: Clients,
) -> None:
    _, secret = await hanasaki.register(SERVICE_KIND, "health", "hanasaki", metadata(SERVICE), NOW)
    again, none = await hanasaki.register(
        SERVICE_KIND, "health", "hanasaki", metadata(SERVICE, client_name_en="New"), NOW
    )
    assert (again.client_name_en, none) == ("New", None)
    assert await hanasaki.find("health") == again
    assert hanasaki.secret_matches(again, secret or "", NOW)


async def test_a_secret_does_not_outlive_its_use(hanasaki: Clients) -> None:
    _, old = await hanasaki.register(SERVICE_KIND, "health", "hanasaki", metadata(SERVICE), NOW)
    public = metadata(SERVICE, token_endpoint_auth_method="none")
    await hanasaki.register(SERVICE_KIND, "health", "hanasaki", public, NOW)
    again, new = await hanasaki.register(SERVICE_KIND, "health", "hanasaki", metadata(SERVICE), NOW)
    assert new not in (None, old)
    assert not hanasaki.secret_matches(again, old or "", NOW)


async def test_a_tenants_client_never_becomes_anothers(hanasaki: Clients) -> None:
    mine, _ = await hanasaki.register(SERVICE_KIND, "health", "hanasaki", metadata(SERVICE), NOW)
    await hanasaki.register_tenant(MINATO, NOW)
    with pytest.raises(MetadataError, match=r"\Aclient_id: another tenant"):
        await hanasaki.register(SERVICE_KIND, "health", "minato", metadata(SERVICE), NOW)
    assert await hanasaki.find("health") == mine


async def test_a_client_needs_a_tenant_that_is_there(hanasaki: Clients) -> None:
    with pytest.raises(MetadataError, match=r"\Atenant_id: "):
        await hanasaki.register(SERVICE_KIND, "health", "minato", metadata(SERVICE), NOW)
    assert await hanasaki.find("health") is None


async def test_what_breaks_a_rule_is_not_registered(hanasaki: Clients) -> None:
    with pytest.raises(MetadataError, match=r"\Agrant_types: "):
        await hanasaki.register(READER_KIND, "counter", "hanasaki", metadata(SERVICE), NOW)
    with pytest.raises(MetadataError, match=r"\Aclient_secret: "):
        await hanasaki.register(READER_KIND, "counter", "hanasaki", metadata(READER), NOW, "weak")
    assert await hanasaki.find("counter") is None
    await hanasaki.register(READER_KIND, "counter", "hanasaki", metadata(READER), NOW)
    found = await hanasaki.find("counter")
    assert found is not None
    assert found.kind is READER_KIND


async def test_a_tenant_is_registered_once_and_can_change_its_names(
    hanasaki: Clients, records: Records
) -> None:
    await hanasaki.register_tenant(Tenant("hanasaki", "花咲市", "Hanasaki City"), NOW)
    async with records.reading() as connection:
        rows = (await connection.execute(sa.select(tenants_table))).all()
    assert [(row.tenant_id, row.name_ja, row.name_en) for row in rows] == [
        ("hanasaki", "花咲市", "Hanasaki City")
    ]


async def test_twenty_registrations_of_one_client_at_once_make_one(
    hanasaki: Clients, records: Records
) -> None:
    secrets: list[str | None] = []

    async def register() -> None:
        _, secret = await hanasaki.register(
            SERVICE_KIND, "health", "hanasaki", metadata(SERVICE), NOW
        )
        secrets.append(secret)

    async with anyio.create_task_group() as group:
        for _ in range(20):
            group.start_soon(register)
    shown = [secret for secret in secrets if secret is not None]
    assert len(shown) == 1
    found = await hanasaki.find("health")
    assert found is not None
    assert hanasaki.secret_matches(found, shown[0], NOW)
    async with records.reading() as connection:
        count = sa.select(sa.func.count()).select_from(clients_table)
        assert (await connection.execute(count)).scalar_one() == 1
