"""Registers clients and finds them again: one indexed SELECT, whatever their number."""

import hmac
import secrets
from datetime import datetime

import msgspec
import sqlalchemy as sa

from gateway.keys.hashing import KeyedHash
from gateway.store.api import Records
from gateway.tenants.metadata import ClientMetadata, check_metadata, sector_of
from gateway.tenants.model import Client, ClientKind, Tenant
from gateway.tenants.records import clients, tenants

_BY_ID = sa.select(
    clients.c.tenant_id, clients.c.kind, clients.c.metadata, clients.c.client_secret_hash
).where(clients.c.client_id == sa.bindparam("client_id"))


class Clients:
    def __init__(self, records: Records, keyed_hash: KeyedHash) -> None:
        self._records = records
        self._keyed_hash = keyed_hash

    async def find(self, client_id: str) -> Client | None:
        async with self._records.reading() as connection:
            found = (await connection.execute(_BY_ID, {"client_id": client_id})).one_or_none()
        if found is None:
            return None
        tenant_id, kind, metadata, secret_hash = found
        checked = msgspec.convert(metadata, ClientMetadata)
        return _client(client_id, tenant_id, ClientKind(kind), checked, secret_hash)

    async def register_tenant(self, tenant: Tenant, now: datetime) -> None:
        """Adds the tenant, or gives one that is there its names."""
        names = {"name_ja": tenant.name_ja, "name_en": tenant.name_en}
        async with self._records.writing() as connection:
            changed = await connection.execute(
                tenants.update().where(tenants.c.tenant_id == tenant.tenant_id).values(names)
            )
            if changed.rowcount == 0:
                row = {"tenant_id": tenant.tenant_id, "created_at": now, **names}
                await connection.execute(tenants.insert().values(row))

    async def register(
        self,
        kind: ClientKind,
        client_id: str,
        tenant_id: str,
        metadata: ClientMetadata,
        now: datetime,
        secret: str | None = None,
    ) -> tuple[Client, str | None]:
        """Adds the client, or changes one that is there. A secret that is needed and not given is
        made (256 bits) and returned this once; only its keyed hash is kept. Raises MetadataError.
        """
        check_metadata(kind, client_id, metadata)
        made, secret_hash = None, await self._kept_secret(client_id, metadata)
        if uses_secret(metadata) and (secret is not None or secret_hash is None):
            made = None if secret is not None else secrets.token_urlsafe(32)
            secret_hash = self._hash(client_id, secret or made or "")
        row = {
            "tenant_id": tenant_id,
            "kind": kind.value,
            "metadata": msgspec.to_builtins(metadata),
            "client_secret_hash": secret_hash,
            "updated_at": now,
        }
        async with self._records.writing() as connection:
            changed = await connection.execute(
                clients.update().where(clients.c.client_id == client_id).values(row)
            )
            if changed.rowcount == 0:
                row = {"client_id": client_id, "created_at": now, **row}
                await connection.execute(clients.insert().values(row))
        return _client(client_id, tenant_id, kind, metadata, secret_hash), made

    def secret_matches(self, client: Client, unverified_secret: str) -> bool:
        """In constant time; a client without a secret matches none."""
        ours = client.client_secret_hash
        theirs = self._hash(client.client_id, unverified_secret)
        return ours is not None and hmac.compare_digest(ours, theirs)

    async def _kept_secret(self, client_id: str, metadata: ClientMetadata) -> str | None:
        if not uses_secret(metadata):
            return None
        known = await self.find(client_id)
        return None if known is None else known.client_secret_hash

    def _hash(self, client_id: str, secret: str) -> str:
        # A generated secret needs no slow hash; a KDF here would be every client's first cost.
        return self._keyed_hash.hash("client-secret", client_id, secret)


def uses_secret(metadata: ClientMetadata) -> bool:
    return metadata.token_endpoint_auth_method in ("client_secret_basic", "client_secret_post")


def _client(
    client_id: str,
    tenant_id: str,
    kind: ClientKind,
    metadata: ClientMetadata,
    secret_hash: str | None,
) -> Client:
    return Client(
        client_id=client_id,
        tenant_id=tenant_id,
        kind=kind,
        client_name_ja=metadata.client_name_ja,
        client_name_en=metadata.client_name_en,
        purpose_ja=metadata.purpose_ja,
        purpose_en=metadata.purpose_en,
        redirect_uris=metadata.redirect_uris,
        post_logout_redirect_uris=metadata.post_logout_redirect_uris,
        token_endpoint_auth_method=metadata.token_endpoint_auth_method,
        grant_types=metadata.grant_types,
        scope=frozenset(metadata.scope.split(" ")),
        sector_identifier=sector_of(tenant_id, client_id, metadata),
        id_token_signed_response_alg=metadata.id_token_signed_response_alg,
        jwks=metadata.jwks,
        client_secret_hash=secret_hash,
    )
