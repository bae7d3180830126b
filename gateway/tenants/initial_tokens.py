"""Initial access tokens (RFC 7591 §1.2): a tenant's operator lets a developer register services of
this tenant, a few, for some days, with no more than these scopes."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.errors import Conflict, InvalidField, NoSuchThing
from gateway.keys.hashing import KeyedHash
from gateway.tenants import jwks
from gateway.tenants.metadata import COMMON_ID
from gateway.tenants.metadata_rules import SERVICE_SCOPES
from gateway.tenants.records import initial_access_tokens, tenants
from gateway.tenants.registry import find_tenant
from gateway.tenants.texts import problem_of_text

LONGEST_LIFETIME = timedelta(days=30)
MOST_USES = 20
MOST_TOKENS = 50
"""That are good at one time, within a tenant."""
MOST_LISTED = 100
GRANTABLE = SERVICE_SCOPES - {COMMON_ID}
"""What a token may allow: the common ID is allowed to each service apart, by an operator."""

_FORM = re.compile(r"gkr_[A-Za-z0-9_-]{43}\Z")
_columns = initial_access_tokens.c
_SHOWN = tuple(column for column in _columns if column.name != "token_hash")


@dataclass(frozen=True, slots=True)
class SoftwareIssuer:
    """Whose signed word on the software is needed (RFC 7591 §2.3)."""

    issuer: str
    """As `iss` names it."""
    jwks: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class InitialToken:
    """What may be shown of a token: not the token."""

    token_id: str
    tenant_id: str
    note: str
    """For whom it is."""
    scope: str
    """No service that is registered with it may have more."""
    software: SoftwareIssuer | None
    made_by: str
    created_at: datetime
    expires_at: datetime
    uses_left: int
    revoked_at: datetime | None

    @property
    def scopes(self) -> frozenset[str]:
        return frozenset(self.scope.split(" "))

    def is_good(self, now: datetime) -> bool:
        return self.revoked_at is None and self.uses_left > 0 and now < self.expires_at


@dataclass(frozen=True, slots=True)
class NewInitialToken:
    """As an operator asks for it, unchecked."""

    note: str
    scope: str
    lifetime: timedelta
    uses: int
    software: SoftwareIssuer | None = field(default=None)


async def make_initial_token(
    connection: AsyncConnection,
    keyed_hash: KeyedHash,
    tenant_id: str,
    new: NewInitialToken,
    made_by: str,
    now: datetime,
) -> tuple[InitialToken, str]:
    """Returns the token beside it, this once: only its keyed hash is kept. Raises InvalidField,
    NoSuchThing or Conflict."""
    check_new(new)
    if (await find_tenant(connection, tenant_id, for_update=True)).is_gone:
        raise Conflict("the tenant is deleted")
    good = sa.select(sa.func.count()).select_from(initial_access_tokens)
    good = good.where(_columns.tenant_id == tenant_id, *_is_good(now))
    if (await connection.execute(good)).scalar_one() >= MOST_TOKENS:
        raise Conflict(f"a tenant has at most {MOST_TOKENS} tokens that are good; revoke one first")
    token, software = f"gkr_{secrets.token_urlsafe(32)}", new.software
    row = {
        "token_id": secrets.token_hex(16),
        "tenant_id": tenant_id,
        "note": new.note,
        "scope": new.scope,
        "software_issuer": None if software is None else software.issuer,
        "software_jwks": None if software is None else dict(software.jwks),
        "made_by": made_by,
        "created_at": now,
        "expires_at": now + new.lifetime,
        "uses_left": new.uses,
        "revoked_at": None,
    }
    hashed = {"token_hash": _hash(keyed_hash, token)}
    await connection.execute(initial_access_tokens.insert().values({**row, **hashed}))
    return _read(row), token


def check_new(new: NewInitialToken) -> None:
    """Raises InvalidField."""
    problem = problem_of_text(new.note, 200)
    if problem is not None:
        raise InvalidField("note", problem)
    scopes = new.scope.split(" ")
    if not GRANTABLE.issuperset(scopes) or len(set(scopes)) < len(scopes):
        raise InvalidField("scope", f"some of {', '.join(sorted(GRANTABLE))}, each once")
    if not timedelta(0) < new.lifetime <= LONGEST_LIFETIME:
        raise InvalidField("days", f"1 to {LONGEST_LIFETIME.days}")
    if not 1 <= new.uses <= MOST_USES:
        raise InvalidField("uses", f"1 to {MOST_USES}")
    if new.software is not None:
        _check_software(new.software)


def _check_software(software: SoftwareIssuer) -> None:
    problem = problem_of_text(software.issuer, 255)
    if problem is not None:
        raise InvalidField("software_issuer", problem)
    problem = jwks.problem_of(software.jwks)
    if problem is not None:
        raise InvalidField("software_jwks", problem)


async def list_initial_tokens(connection: AsyncConnection, tenant_id: str) -> list[InitialToken]:
    """The newest first. Raises NoSuchThing for the tenant."""
    await find_tenant(connection, tenant_id)
    query = (
        sa.select(*_SHOWN)
        .where(_columns.tenant_id == tenant_id)
        .order_by(_columns.created_at.desc(), _columns.token_id)
        .limit(MOST_LISTED)
    )
    return [_read(row) for row in (await connection.execute(query)).mappings()]


async def revoke_initial_token(
    connection: AsyncConnection, tenant_id: str, token_id: str, now: datetime
) -> InitialToken:
    """What was registered with it stays. Raises NoSuchThing, also for one that is good no more."""
    own = (_columns.tenant_id == tenant_id, _columns.token_id == token_id, *_is_good(now))
    change = initial_access_tokens.update().where(*own).values(revoked_at=now).returning(*_SHOWN)
    row = (await connection.execute(change)).mappings().one_or_none()
    if row is None:
        raise NoSuchThing
    return _read(row)


async def find_initial_token(
    connection: AsyncConnection, keyed_hash: KeyedHash, unverified_token: str, now: datetime
) -> InitialToken | None:
    """One that is good, of an active tenant."""
    if not _FORM.match(unverified_token):
        return None
    found = _columns.token_hash == _hash(keyed_hash, unverified_token)
    query = sa.select(*_SHOWN).join(tenants).where(found, tenants.c.state == "active")
    row = (await connection.execute(query.where(*_is_good(now)))).mappings().one_or_none()
    return None if row is None else _read(row)


async def use_initial_token(connection: AsyncConnection, token_id: str, now: datetime) -> bool:
    """Takes one of its uses, in the transaction of what it is used for: of two who come for the
    last one, one gets it. False where none is left."""
    change = initial_access_tokens.update().where(_columns.token_id == token_id, *_is_good(now))
    taken = await connection.execute(change.values(uses_left=_columns.uses_left - 1))
    return taken.rowcount == 1


def _is_good(now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return _columns.revoked_at.is_(None), _columns.uses_left > 0, _columns.expires_at > now


def _read(row: Mapping[str, Any] | sa.RowMapping) -> InitialToken:
    issuer = row["software_issuer"]
    return InitialToken(
        token_id=row["token_id"],
        tenant_id=row["tenant_id"],
        note=row["note"],
        scope=row["scope"],
        software=None if issuer is None else SoftwareIssuer(issuer, row["software_jwks"]),
        made_by=row["made_by"],
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        uses_left=row["uses_left"],
        revoked_at=row["revoked_at"],
    )


def _hash(keyed_hash: KeyedHash, token: str) -> str:
    return keyed_hash.hash("initial-access-token", token)
