"""Who has to be told that a sign-in is over: written down in the transaction that ends it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.audit.log import AuditLog
from gateway.keys.hashing import KeyedHash
from gateway.oidc.logout.deliveries import Notice, add_notices
from gateway.oidc.logout.sid import sid_of
from gateway.oidc.records import grants
from gateway.residents.subject import Subjects
from gateway.tenants.clients import clients_in_use
from gateway.tenants.model import Client

_GIVEN = grants.c.revoked_at.is_(None)


@dataclass(frozen=True, slots=True)
class Notices:
    keyed_hash: KeyedHash
    subjects: Subjects
    audit: AuditLog
    session_lifetime: timedelta

    async def of_session(
        self,
        connection: AsyncConnection,
        session_id: str,
        resident_id: str,
        services: Sequence[Client],
        now: datetime,
    ) -> None:
        """Each of `services` that wants to be told, of this one session."""
        told = [
            self._notice(service, resident_id, session_id)
            for service in services
            if service.metadata.backchannel_logout_uri is not None
        ]
        await add_notices(connection, told, now)

    async def of_residents(
        self, connection: AsyncConnection, resident_ids: Sequence[str], now: datetime
    ) -> None:
        """Every service that they have given anything to and that nobody has told yet. Before what
        was given is revoked."""
        found = await connection.execute(
            sa.select(grants.c.client_id, grants.c.resident_id)
            .where(grants.c.resident_id.in_(resident_ids), _GIVEN)
            .distinct()
            .order_by(grants.c.client_id, grants.c.resident_id)
        )
        residents_of: dict[str, list[str]] = {}
        for client_id, resident_id in found:
            residents_of.setdefault(client_id, []).append(resident_id)
        for service in await clients_in_use(connection, residents_of):
            if service.metadata.backchannel_logout_uri is not None:
                theirs = residents_of[service.client_id]
                await add_notices(
                    connection, await self._all(connection, service, theirs, now), now
                )

    async def _all(
        self,
        connection: AsyncConnection,
        service: Client,
        resident_ids: Sequence[str],
        now: datetime,
    ) -> list[Notice]:
        """Without a `sid` all sessions are meant (Back-Channel Logout §2.4). A service that needs
        one is told of each that may be open still, or whose tokens are in force."""
        if not service.metadata.backchannel_logout_session_required:
            return [self._notice(service, resident_id) for resident_id in resident_ids]
        found = await connection.execute(
            sa.select(grants.c.resident_id, grants.c.session_id)
            .where(
                grants.c.client_id == service.client_id,
                grants.c.resident_id.in_(resident_ids),
                grants.c.session_id.is_not(None),
                self.may_be_open(now),
            )
            .distinct()
        )
        return [self._notice(service, row.resident_id, row.session_id) for row in found]

    def may_be_open(self, now: datetime) -> sa.ColumnElement[bool]:
        """Grants of sign-ins that cannot have ended by themselves, or whose tokens are in force."""
        since = now - self.session_lifetime
        in_time = sa.or_(grants.c.created_at > since, grants.c.expires_at > now)
        return sa.and_(_GIVEN, in_time)

    def _notice(self, service: Client, resident_id: str, session_id: str | None = None) -> Notice:
        client_id = service.client_id
        return Notice(
            client_id=client_id,
            sub=self.subjects.sub(resident_id, service.sector_identifier),
            sid=None if session_id is None else sid_of(self.keyed_hash, session_id, client_id),
            resident=self.audit.pseudonym(resident_id),
        )
