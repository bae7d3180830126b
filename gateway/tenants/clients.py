"""Finds clients on every request's way: one SELECT by primary keys, whatever their number."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.errors import Conflict
from gateway.keys.hashing import KeyedHash
from gateway.store.api import Also, Records, nothing_else
from gateway.tenants.client_secrets import readable_secrets, secret_matches
from gateway.tenants.metadata import ClientMetadata, MetadataError, is_identifier, sector_of
from gateway.tenants.model import Client, ClientKind, Tenant
from gateway.tenants.records import ClientRow, find_client
from gateway.tenants.registration import (
    Registered,
    Registration,
    register_client,
    register_tenant,
)
from gateway.tenants.resources import provider_of


class Clients:
    def __init__(self, records: Records, keyed_hash: KeyedHash) -> None:
        self._records = records
        self._keyed_hash = keyed_hash

    async def find(self, client_id: str) -> Client | None:
        """None also for one that is suspended or deleted, or whose tenant is: whoever stopped it,
        in whichever process, it is stopped from their commit on."""
        if not is_identifier(client_id):
            return None  # what a store would choke on gets as far as none
        async with self._records.reading() as connection:
            found = await find_client(connection, client_id)
        return None if found is None else _client(client_id, found)

    async def providing(self, resource: str) -> Client | None:
        """Whose API is at this address; None as for `find`."""
        async with self._records.reading() as connection:
            client_id = await provider_of(connection, resource)
        return None if client_id is None else await self.find(client_id)

    def secret_matches(self, client: Client, unverified_secret: str, now: datetime) -> bool:
        """In constant time; a client without a secret matches none."""
        return secret_matches(self._keyed_hash, client, unverified_secret, now)

    def readable_secrets(self, client: Client, now: datetime) -> tuple[str, ...]:
        """Those that a client which signs with its secret may sign with."""
        return readable_secrets(self._keyed_hash, client, now)

    async def register_tenant(self, tenant: Tenant, now: datetime) -> None:
        """Adds the tenant, or gives one that is there its names. Raises MetadataError."""
        await self.register_all([tenant], [], now)

    async def register(
        self,
        kind: ClientKind,
        client_id: str,
        tenant_id: str,
        metadata: ClientMetadata,
        now: datetime,
        secret: str | None = None,
    ) -> tuple[Client, str | None]:
        """One client as from a registration file. Raises MetadataError, or Conflict for one that is
        not in use."""
        registration = Registration(kind, client_id, tenant_id, metadata, secret)
        async with self._records.writing() as connection:
            done = await register_client(connection, self._keyed_hash, registration, now)
            found = await find_client(connection, client_id)
            if found is None:
                raise Conflict("the client is suspended or deleted")
        return _client(client_id, found), done.secrets.get(client_id)

    async def register_all(
        self,
        tenants: Iterable[Tenant],
        registrations: Iterable[Registration],
        now: datetime,
        also: Also[Registered] = nothing_else,
    ) -> dict[str, str]:
        """All of it or, where one is wrong, nothing. Returns the secrets it made, by client_id.
        Raises MetadataError, which names the client."""
        done = Registered()
        async with self._records.writing() as connection:
            for tenant in tenants:
                done += await register_tenant(connection, tenant, now)
            for one in registrations:
                try:
                    done += await register_client(connection, self._keyed_hash, one, now)
                except MetadataError as cause:
                    named = f"{one.client_id[:64]!r}: {cause.field}"
                    raise MetadataError(named, cause.description) from cause
            await also(connection, done)
        return dict(done.secrets)


async def clients_in_use(
    connection: AsyncConnection, client_ids: Iterable[str]
) -> Sequence[Client]:
    """Of these, in the caller's transaction."""
    rows = [(client_id, await find_client(connection, client_id)) for client_id in client_ids]
    return [_client(client_id, row) for client_id, row in rows if row is not None]


def _client(client_id: str, row: ClientRow) -> Client:
    metadata = msgspec.convert(row.metadata, ClientMetadata)
    return Client(
        client_id=client_id,
        tenant_id=row.tenant_id,
        kind=ClientKind(row.kind),
        client_name_ja=metadata.client_name_ja,
        client_name_en=metadata.client_name_en,
        purpose_ja=metadata.purpose_ja,
        purpose_en=metadata.purpose_en,
        redirect_uris=metadata.redirect_uris,
        post_logout_redirect_uris=metadata.post_logout_redirect_uris,
        token_endpoint_auth_method=metadata.token_endpoint_auth_method,
        grant_types=metadata.grant_types,
        scope=frozenset(metadata.scope.split(" ")),
        sector_identifier=sector_of(row.tenant_id, client_id, metadata),
        id_token_signed_response_alg=metadata.id_token_signed_response_alg,
        jwks=metadata.jwks,
        client_secret_hash=row.client_secret_hash,
        former_secret_hash=row.former_secret_hash,
        former_secret_until=row.former_secret_until,
        sealed_secret=row.client_secret_sealed,
        sealed_former_secret=row.former_secret_sealed,
        may_see_common_id=metadata.may_see_common_id,
        allowed_networks=metadata.allowed_networks,
        metadata=metadata,
    )
