"""`genkan audit`: proves the kept log, and gives out the heads it is proven against."""

import json
from collections.abc import Sequence
from pathlib import Path

from gateway.audit.findings import Report
from gateway.audit.heads import PublicKeys, newest_heads, public_keys
from gateway.audit.verify import Tell, verify
from gateway.commands.store_commands import opened_records
from gateway.errors import SettingsError
from gateway.keys.key_store import read_keys
from gateway.keys.master import load_master_key
from gateway.keys.model import public_jwk
from gateway.settings import Settings
from gateway.store.api import Records


async def verify_log(
    settings: Settings, heads_file: Path | None, jwks_file: Path | None, tell: Tell
) -> Report:
    """Raises SettingsError where a file is not what it should be."""
    kept = () if heads_file is None else _read_heads(heads_file)
    given = None if jwks_file is None else _read_keys(jwks_file)
    async with opened_records(settings) as records:
        keys = given or await _own_keys(settings, records)
        return await verify(records, keys, kept, tell)


async def read_heads(settings: Settings, last: int | None) -> Sequence[str]:
    """Oldest first; the last ones only, where a number is given."""
    async with opened_records(settings) as records, records.reading() as connection:
        return await newest_heads(connection, last)


async def _own_keys(settings: Settings, records: Records) -> PublicKeys:
    """Each from its private half, which the master key alone opens: whoever writes in the store
    cannot put a key of their own there."""
    keys = await read_keys(records, load_master_key(settings.keys))
    return public_keys([public_jwk(key.info.alg, key.private_key) for key in keys])


def _read_heads(file: Path) -> list[str]:
    heads = [line.strip() for line in _read(file, "--heads").splitlines() if line.strip()]
    if not heads:
        raise SettingsError(f"--heads: {file} holds no head; `genkan audit heads` prints them")
    return heads


def _read_keys(file: Path) -> PublicKeys:
    try:
        keys = public_keys(json.loads(_read(file, "--jwks"))["keys"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as cause:
        raise SettingsError(f"--jwks: {file} is not a JWK Set, as /jwks answers it") from cause
    if not keys:
        raise SettingsError(f"--jwks: {file} holds no key that heads are signed with")
    return keys


def _read(file: Path, option: str) -> str:
    try:
        return file.read_text("utf-8")
    except UnicodeDecodeError as cause:
        raise SettingsError(f"{option}: {file} is not text") from cause
