"""Tenants and clients from a TOML file (`genkan init --clients FILE`): safe to repeat."""

import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from gateway.errors import SettingsError
from gateway.tenants.clients import Clients
from gateway.tenants.metadata import ClientMetadata, MetadataError, check_metadata
from gateway.tenants.model import ClientKind, Tenant


class _Registration(msgspec.Struct, frozen=True, kw_only=True):
    """What a [[clients]] table has besides its metadata."""

    client_id: str
    tenant_id: str
    kind: ClientKind
    client_secret: str | None = None


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    tenants: list[Tenant] = []
    clients: list[dict[str, Any]] = []


async def register_file(path: Path, clients: Clients, now: datetime) -> dict[str, str]:
    """Registers all of it, or, where one entry is wrong, nothing. Returns the secrets it made, by
    client_id: they are shown once. Raises SettingsError."""
    tenants, registrations = _read(path)
    for tenant in tenants:
        await clients.register_tenant(tenant, now)
    made = {}
    for entry, metadata in registrations:
        _, secret = await clients.register(
            entry.kind, entry.client_id, entry.tenant_id, metadata, now, entry.client_secret
        )
        if secret is not None:
            made[entry.client_id] = secret
    return made


def _read(path: Path) -> tuple[list[Tenant], list[tuple[_Registration, ClientMetadata]]]:
    """Everything is checked before anything is written."""
    try:
        file = msgspec.convert(tomllib.loads(path.read_text("utf-8")), _File)
        registrations = [_parse(table) for table in file.clients]
        known = {tenant.tenant_id for tenant in file.tenants}
        for entry, metadata in registrations:
            check_metadata(entry.kind, entry.client_id, metadata)
            if entry.tenant_id not in known:
                raise MetadataError(f"tenant_id: {entry.tenant_id} does not stand in the file")
    except OSError as cause:
        raise SettingsError(f"{path}: {cause.strerror}") from cause
    except (ValueError, msgspec.ValidationError) as cause:
        raise SettingsError(f"{path}: {cause}") from cause
    return file.tenants, registrations


def _parse(table: dict[str, Any]) -> tuple[_Registration, ClientMetadata]:
    entry = msgspec.convert(table, _Registration)
    own = set(_Registration.__struct_fields__)
    rest = {name: value for name, value in table.items() if name not in own}
    return entry, msgspec.convert(rest, ClientMetadata)
