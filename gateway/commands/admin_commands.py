"""`genkan admin`: the way back in from the host, for whoever the allow-lists lock out."""

from datetime import datetime

from gateway.audit.log import AuditLog
from gateway.audit.model import HOST, Entry, LogKind, Outcome
from gateway.commands.store_commands import opened_records
from gateway.errors import Conflict, InvalidField, NoSuchThing, SettingsError
from gateway.keys.hashing import load_keyed_hash
from gateway.keys.master import load_master_key
from gateway.settings import Settings
from gateway.tenants.allow_lists import Network, add_network, list_networks


async def allow_network(
    settings: Settings, cidr: str, tenant_id: str | None, note: str, now: datetime
) -> Network:
    """On the tenant's list (None: the platform's), and in the log. Raises SettingsError."""
    async with opened_records(settings) as records:
        audit = AuditLog(records, await load_keyed_hash(records, load_master_key(settings.keys)))
        try:
            async with records.writing() as connection:
                added = await add_network(connection, tenant_id, cidr, note, now)
                await audit.write(connection, _entry(added, now))
        except (InvalidField, Conflict) as cause:
            raise SettingsError(str(cause)) from cause
        except NoSuchThing as cause:
            raise SettingsError(_NO_TENANT) from cause
    return added


async def show_networks(settings: Settings, tenant_id: str | None) -> list[Network]:
    """The tenant's list (None: the platform's). Raises SettingsError."""
    async with opened_records(settings) as records, records.reading() as connection:
        try:
            return await list_networks(connection, tenant_id)
        except NoSuchThing as cause:
            raise SettingsError(_NO_TENANT) from cause


_NO_TENANT = "--tenant: there is no such tenant"


def _entry(added: Network, now: datetime) -> Entry:
    return Entry(
        at=now,
        kind=LogKind.OPERATION,
        deed="network.added",
        outcome=Outcome.DONE,
        origin=HOST,
        tenant_id=added.tenant_id,
        detail={"network": added.network},
    )
