"""`genkan init` and `genkan keys`: prepare the store, look after the keys."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.audit.log import AuditLog
from gateway.audit.model import HOST, Entry, LogKind, Outcome
from gateway.errors import SettingsError
from gateway.keys.hashing import load_keyed_hash
from gateway.keys.master import MasterKey, create_master_key, load_master_key
from gateway.keys.model import KEY_ALGORITHMS, SigningKeyInfo
from gateway.keys.signing import SigningKeys
from gateway.settings import Settings
from gateway.store.answering import answering
from gateway.store.api import Records
from gateway.store.records import open_records
from gateway.tenants.clients import Clients
from gateway.tenants.registration import FileDeed, Registered
from gateway.tenants.registration_file import register_file


async def initialise(settings: Settings, now: datetime) -> bool:
    """Master key, tables, signing keys. Safe to repeat. True where the master key is new."""
    from gateway.store.migrate import migrate  # noqa: PLC0415 - 11 MiB no server has to carry

    fresh = False
    if settings.keys.master_key is None:
        fresh = create_master_key(Path(settings.keys.master_key_file))
    await migrate(settings.store.records)
    async with opened_keys(settings) as keys:
        await keys.ensure(now)
    return fresh


async def register_clients(settings: Settings, file: Path, now: datetime) -> dict[str, str]:
    """Returns the secrets that were made, by client_id: they are shown this once. What the file
    changed is in the operation log, so that nothing done in the console is undone unseen."""
    async with opened_records(settings) as records:
        keyed_hash = await load_keyed_hash(records, load_master_key(settings.keys))
        audit = AuditLog(records, keyed_hash)

        async def log(connection: AsyncConnection, done: Registered) -> None:
            if done.deeds:
                await audit.write(connection, *(registered(deed, now) for deed in done.deeds))

        return await register_file(file, Clients(records, keyed_hash), now, log)


def registered(deed: FileDeed, now: datetime) -> Entry:
    return Entry(
        now,
        LogKind.OPERATION,
        deed.deed,
        Outcome.DONE,
        HOST,
        tenant_id=deed.tenant_id,
        client_id=deed.client_id,
    )


async def list_keys(settings: Settings) -> Sequence[SigningKeyInfo]:
    async with opened_keys(settings) as keys:
        return await keys.list()


async def rotate_keys(settings: Settings, alg: str, now: datetime) -> str:
    """Returns the kid of the key that is used from now on."""
    if alg not in KEY_ALGORITHMS:
        raise SettingsError(f"{alg} is not one of {', '.join(KEY_ALGORITHMS)}")
    async with opened_records(settings) as records:
        master = load_master_key(settings.keys)
        audit = AuditLog(records, await load_keyed_hash(records, master))
        keys = signing_keys(records, master)
        await keys.ensure(now)
        return await keys.rotate(
            now, alg, lambda connection, kid: audit.write(connection, rotated(alg, kid, now))
        )


def rotated(alg: str, kid: str, now: datetime) -> Entry:
    detail = {"alg": alg, "kid": kid}
    return Entry(now, LogKind.EVENT, "key.rotated", Outcome.DONE, HOST, detail=detail)


@asynccontextmanager
async def opened_keys(settings: Settings) -> AsyncIterator[SigningKeys]:
    async with opened_records(settings) as records:
        yield signing_keys(records, load_master_key(settings.keys))


def signing_keys(records: Records, master: MasterKey) -> SigningKeys:
    return SigningKeys(records, master, timedelta(seconds=1))


@asynccontextmanager
async def opened_records(settings: Settings) -> AsyncIterator[Records]:
    """StoreError where it fails, at whatever moment."""
    records = open_records(settings.store.records)
    try:
        with answering():
            await records.check()
            yield records
    finally:
        await records.close()
