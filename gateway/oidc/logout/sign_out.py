"""Ends a sign-in: what services got in it, what is still on its way, and who has to be told."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.audit.log import AuditLog
from gateway.audit.model import Entry, LogKind, Origin, Outcome
from gateway.login.session import Session
from gateway.oidc.ending import GrantEnding
from gateway.oidc.logout.back_channel import BackChannel
from gateway.oidc.logout.notices import Notices
from gateway.oidc.records import ended_sessions, grants
from gateway.residents.transition import end_what_was_begun
from gateway.store.api import Records
from gateway.store.tables import Time
from gateway.tenants.clients import clients_in_use
from gateway.tenants.model import Client

_REMEMBERED = timedelta(days=1)
_CLOSE = {
    dialect: insert(ended_sessions)
    .values(session_id=sa.bindparam("session_id"), ended_at=sa.bindparam("ended_at", type_=Time))
    .on_conflict_do_nothing()
    for dialect, insert in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
}


@dataclass(frozen=True, slots=True)
class SignedOut:
    """Whom it concerns."""

    here: Sequence[Client] = ()
    """Services that got tokens in this browser's session."""
    elsewhere: Sequence[Client] = ()
    """Others, of the resident's sign-ins in other browsers."""


@dataclass(frozen=True, slots=True)
class SignOut:
    """All doors that end a sign-in come here. The browser's own cookie is the caller's."""

    records: Records
    audit: AuditLog
    notices: Notices
    grants: GrantEnding
    back_channel: BackChannel

    async def of_session(
        self, session: Session, origin: Origin, now: datetime, by: Client | None = None
    ) -> SignedOut:
        """`by`: the service that asked for it. Nobody is told anew where it has ended before."""
        async with self.records.writing() as connection:
            if not await _close(connection, session.visit_id, now):
                return SignedOut()
            services = await _services(connection, grants.c.session_id == session.visit_id)
            await self.notices.of_session(
                connection, session.visit_id, session.resident_id, services, now
            )
            await _revoke(connection, session.visit_id, now)
            await self.audit.write(connection, self._entry(session, origin, now, by))
        self.back_channel.soon()
        return SignedOut(services)

    async def everywhere(self, session: Session, origin: Origin, now: datetime) -> SignedOut:
        """All sign-ins of this resident, in every browser, and all that services were given in
        them."""
        resident_ids = [session.resident_id]
        open_ones = sa.and_(
            grants.c.resident_id == session.resident_id, self.notices.may_be_open(now)
        )
        async with self.records.writing() as connection:
            await _close(connection, session.visit_id, now)
            here = await _services(connection, grants.c.session_id == session.visit_id)
            known = await _services(connection, open_ones)
            await end_what_was_begun(connection, resident_ids, now)
            await self.grants.revoke_of_residents(connection, resident_ids, now)
            entry = replace(self._entry(session, origin, now), detail={"sessions": "all"})
            await self.audit.write(connection, entry)
        self.back_channel.soon()
        mine = {service.client_id for service in here}
        return SignedOut(here, tuple(one for one in known if one.client_id not in mine))

    async def once(self) -> None:
        """Tells whom nobody could tell right away."""
        await self.back_channel.once()

    async def forget(self, now: datetime) -> None:
        """Sessions that ended so long ago that no code of theirs can be on its way any more."""
        async with self.records.writing() as connection:
            await connection.execute(
                ended_sessions.delete().where(ended_sessions.c.ended_at < now - _REMEMBERED)
            )

    def _entry(
        self, session: Session, origin: Origin, now: datetime, by: Client | None = None
    ) -> Entry:
        return Entry(
            now,
            LogKind.AUTHENTICATION,
            "resident.signed_out",
            Outcome.DONE,
            origin,
            tenant_id=None if by is None else by.tenant_id,
            client_id=None if by is None else by.client_id,
            resident=self.audit.pseudonym(session.resident_id),
        )


async def _services(
    connection: AsyncConnection, condition: sa.ColumnElement[bool]
) -> Sequence[Client]:
    """Which got such grants, whatever has become of them."""
    found = await connection.execute(
        sa.select(grants.c.client_id).where(condition).distinct().order_by(grants.c.client_id)
    )
    return await clients_in_use(connection, found.scalars().all())


async def _close(connection: AsyncConnection, session_id: str, now: datetime) -> bool:
    """False where somebody has closed it before. Codes that were issued in it buy nothing more, and
    what they bought until now is found: first of all, it waits for whoever redeems one."""
    if connection.dialect.name == "postgresql":
        number = sa.func.hashtextextended(session_id, 0)
        await connection.execute(sa.select(sa.func.pg_advisory_xact_lock(number)))
    values = {"session_id": session_id, "ended_at": now}
    closed = await connection.execute(_CLOSE[connection.dialect.name], values)
    return closed.rowcount == 1


async def _revoke(connection: AsyncConnection, session_id: str, now: datetime) -> None:
    """What was given for as long as the resident is away outlives the session (Back-Channel Logout
    §2.7)."""
    found = await connection.execute(
        sa.select(grants.c.grant_id, grants.c.scopes).where(
            grants.c.session_id == session_id, grants.c.revoked_at.is_(None)
        )
    )
    ending = [row.grant_id for row in found if "offline_access" not in row.scopes]
    if ending:
        await connection.execute(
            grants.update().where(grants.c.grant_id.in_(ending)).values(revoked_at=now)
        )
