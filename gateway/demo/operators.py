"""How the demo's operators come into the store: once, as a link and a phone would bring them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.audit.log import AuditLog
from gateway.audit.model import HOST, Entry, LogKind, Outcome
from gateway.commands.admin_commands import allow_network, show_networks
from gateway.commands.store_commands import opened_records
from gateway.demo.authenticator import SECRETS, read_secrets
from gateway.demo.town import OPERATORS, DemoOperator
from gateway.keys.hashing import KeyedHash, load_keyed_hash
from gateway.keys.master import MasterKey, load_master_key
from gateway.operators.credentials import PasswordAndCodes, set_password_and_codes
from gateway.operators.invitations import make_invitation, use_invitation
from gateway.operators.model import Operator, Role
from gateway.operators.passwords import PasswordHashing
from gateway.operators.registry import find_by_login_name, invite
from gateway.operators.rules import NewOperator
from gateway.operators.totp import new_secret, wrap_secret
from gateway.settings import Settings
from gateway.store.api import Records
from gateway.virtual.files import write_file

_AT_HOME = ("127.0.0.1/32", "::1/128")


def make_secrets(folder: Path) -> None:
    """What each operator's authenticator keeps, by login name; made once."""
    path = folder / SECRETS
    if not path.exists():
        fresh = {operator.login_name: new_secret() for operator in OPERATORS}
        write_file(path, json.dumps(fresh).encode())


async def open_door(settings: Settings, folder: Path, now: datetime) -> None:
    """This machine is on the allow-lists, and every demo operator has a way in. Whoever is there
    stays as they are; the notice is theirs to acknowledge."""
    for tenant_id in (None, *_tenants()):
        known = {entry.network for entry in await show_networks(settings, tenant_id)}
        for network in (network for network in _AT_HOME if network not in known):
            await allow_network(settings, network, tenant_id, "この端末 / this machine", now)
    make_secrets(folder)
    master = load_master_key(settings.keys)
    async with opened_records(settings) as records:
        arrivals = await _not_there(records)
        if arrivals:
            keyed_hash = await load_keyed_hash(records, master)
            reception = _Reception(master, keyed_hash, AuditLog(records, keyed_hash), now)
            await reception.welcome(records, arrivals, read_secrets(folder))


@dataclass(frozen=True, slots=True)
class _Reception:
    """One transaction: all who come are in, or nobody."""

    master: MasterKey
    keyed_hash: KeyedHash
    audit: AuditLog
    now: datetime

    async def welcome(
        self, records: Records, arrivals: Sequence[DemoOperator], secrets: Mapping[str, str]
    ) -> None:
        passwords = PasswordHashing()
        hashes = [await passwords.hash(each.password) for each in arrivals]
        async with records.writing() as connection:
            for each, password_hash in zip(arrivals, hashes, strict=True):
                secret = secrets[each.login_name]
                await self._enrol(connection, each, password_hash, secret)

    async def _enrol(
        self, connection: AsyncConnection, each: DemoOperator, password_hash: str, secret: str
    ) -> None:
        new = NewOperator(
            each.login_name, each.name, each.department, Role.ADMINISTRATOR, each.tenant_id
        )
        operator = await invite(connection, new, self.now)
        token = await make_invitation(
            connection, self.keyed_hash, operator.operator_id, timedelta(minutes=1), self.now
        )
        await use_invitation(connection, self.keyed_hash, token, self.now)
        wrapped = wrap_secret(self.master, operator.operator_id, secret)
        # No step is used up: the code that is shown now is good.
        credentials = PasswordAndCodes(password_hash, wrapped, totp_last_step=0)
        await set_password_and_codes(connection, operator.operator_id, credentials)
        await self.audit.write(
            connection,
            self._entry(operator, LogKind.OPERATION, "operator.invited"),
            self._entry(operator, LogKind.AUTHENTICATION, "operator.enrolled"),
        )

    def _entry(self, operator: Operator, kind: LogKind, deed: str) -> Entry:
        detail = {"operator": operator.operator_id, "login_name": operator.login_name}
        return Entry(
            self.now,
            kind,
            deed,
            Outcome.DONE,
            HOST,
            tenant_id=operator.tenant_id,
            detail={**detail, "role": operator.role},
        )


def _tenants() -> set[str]:
    return {operator.tenant_id for operator in OPERATORS if operator.tenant_id is not None}


async def _not_there(records: Records) -> list[DemoOperator]:
    async with records.reading() as connection:
        return [
            operator
            for operator in OPERATORS
            if await find_by_login_name(connection, operator.login_name) is None
        ]
