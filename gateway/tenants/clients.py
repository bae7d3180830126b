"""Registers clients and finds them again: one indexed SELECT, whatever their number."""

import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.keys.hashing import KeyedHash
from gateway.store.api import Records
from gateway.tenants.metadata import (
    ClientMetadata,
    MetadataError,
    check_metadata,
    check_secret,
    check_tenant,
    is_identifier,
    sector_of,
    uses_secret,
)
from gateway.tenants.model import Client, ClientKind, Tenant
from gateway.tenants.records import find_client, has_tenant, put_client, put_tenant


@dataclass(frozen=True, slots=True)
class Registration:
    """A client as it is handed in, unchecked."""

    kind: ClientKind
    client_id: str
    tenant_id: str
    metadata: ClientMetadata
    client_secret: str | None = field(default=None, repr=False)


class Clients:
    def __init__(self, records: Records, keyed_hash: KeyedHash) -> None:
        self._records = records
        self._keyed_hash = keyed_hash

    async def find(self, client_id: str) -> Client | None:
        if not is_identifier(client_id):
            return None  # what a store would choke on gets as far as none
        async with self._records.reading() as connection:
            found = await find_client(connection, client_id)
        if found is None:
            return None
        tenant_id, kind, metadata, secret_hash = found
        checked = msgspec.convert(metadata, ClientMetadata)
        return _client(client_id, tenant_id, ClientKind(kind), checked, secret_hash)

    def secret_matches(self, client: Client, unverified_secret: str) -> bool:
        """In constant time; a client without a secret matches none."""
        ours = client.client_secret_hash
        theirs = self._hash(client.client_id, unverified_secret)
        return ours is not None and hmac.compare_digest(ours, theirs)

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
        """Adds the client, or changes one that is there. A secret that is needed and not given is
        made (256 bits) and returned this once; only its keyed hash is kept. Raises MetadataError.
        """
        registration = Registration(kind, client_id, tenant_id, metadata, secret)
        async with self._records.writing() as connection:
            return await self._register(connection, registration, now)

    async def register_all(
        self, tenants: Iterable[Tenant], registrations: Iterable[Registration], now: datetime
    ) -> dict[str, str]:
        """All of it or, where one is wrong, nothing. Returns the secrets it made, by client_id.
        Raises MetadataError, which names the client."""
        made = {}
        async with self._records.writing() as connection:
            for tenant in tenants:
                check_tenant(tenant)
                await put_tenant(connection, tenant, now)
            for registration in registrations:
                try:
                    _, secret = await self._register(connection, registration, now)
                except MetadataError as cause:
                    raise MetadataError(f"{registration.client_id[:64]!r}: {cause}") from cause
                if secret is not None:
                    made[registration.client_id] = secret
        return made

    async def _register(
        self, connection: AsyncConnection, registration: Registration, now: datetime
    ) -> tuple[Client, str | None]:
        client_id, metadata = registration.client_id, registration.metadata
        check_metadata(registration.kind, client_id, metadata)
        kept = await _kept_secret(connection, registration)
        made = None
        if not uses_secret(metadata):
            kept = None
        if registration.client_secret is not None:
            check_secret(metadata, registration.client_secret)
            kept = self._hash(client_id, registration.client_secret)
        elif uses_secret(metadata) and kept is None:
            made = secrets.token_urlsafe(32)
            kept = self._hash(client_id, made)
        values = {
            "kind": registration.kind.value,
            "metadata": msgspec.to_builtins(metadata),
            "client_secret_hash": kept,
        }
        await put_client(connection, client_id, registration.tenant_id, values, now)
        return _client(client_id, registration.tenant_id, registration.kind, metadata, kept), made

    def _hash(self, client_id: str, secret: str) -> str:
        # A generated secret needs no slow hash; a KDF here would be every client's first cost.
        return self._keyed_hash.hash("client-secret", client_id, secret)


async def _kept_secret(connection: AsyncConnection, registration: Registration) -> str | None:
    """The hash that is there. One tenant's client never becomes another's: its subjects, links and
    consents would go with it."""
    if not await has_tenant(connection, registration.tenant_id):
        raise MetadataError("tenant_id: there is no such tenant")
    before = await find_client(connection, registration.client_id)
    if before is None:
        return None
    if before.tenant_id != registration.tenant_id:
        raise MetadataError("client_id: another tenant has a client of this name")
    found: str | None = before.client_secret_hash
    return found


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
