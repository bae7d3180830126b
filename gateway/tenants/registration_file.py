"""Tenants and clients from a TOML file (`genkan init --clients FILE`): safe to repeat."""

import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from gateway.errors import SettingsError
from gateway.store.api import Also, nothing_else
from gateway.tenants.clients import Clients
from gateway.tenants.metadata import ClientMetadata, MetadataError
from gateway.tenants.model import ClientKind, Tenant
from gateway.tenants.registration import Registered, Registration


class _Own(msgspec.Struct, frozen=True, kw_only=True):
    """What a [[clients]] table has besides its metadata."""

    client_id: str
    tenant_id: str
    kind: ClientKind
    client_secret: str | None = None


class _Tenant(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    tenant_id: str
    name_ja: str
    name_en: str


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    tenants: list[_Tenant] = []
    clients: list[dict[str, Any]] = []


async def register_file(
    path: Path, clients: Clients, now: datetime, also: Also[Registered] = nothing_else
) -> dict[str, str]:
    """Registers all of it, or, where one entry is wrong, nothing. Returns the secrets it made, by
    client_id: they are shown once. Raises SettingsError."""
    tenants, registrations = _read(path)
    try:
        return await clients.register_all(tenants, registrations, now, also)
    except MetadataError as cause:
        raise SettingsError(f"{path}: {cause}") from cause


def _read(path: Path) -> tuple[list[Tenant], list[Registration]]:
    try:
        file = msgspec.convert(tomllib.loads(path.read_text("utf-8")), _File)
        registrations = [_parse(table) for table in file.clients]
    except OSError as cause:
        raise SettingsError(f"{path}: {cause.strerror}") from cause
    except (ValueError, MetadataError) as cause:  # TOML, UTF-8, msgspec: each says where
        raise SettingsError(f"{path}: {cause}") from cause
    names = [registration.client_id for registration in registrations]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise SettingsError(f"{path}: client_id: {twice} stands in it twice")
    tenants = [Tenant(one.tenant_id, one.name_ja, one.name_en) for one in file.tenants]
    return tenants, registrations


def _parse(table: dict[str, Any]) -> Registration:
    own = msgspec.convert(table, _Own)
    rest = {name: value for name, value in table.items() if name not in _Own.__struct_fields__}
    try:
        metadata = msgspec.convert(rest, ClientMetadata)
    except msgspec.ValidationError as cause:
        raise MetadataError(repr(own.client_id[:64]), str(cause)) from cause
    return Registration(own.kind, own.client_id, own.tenant_id, metadata, own.client_secret)
