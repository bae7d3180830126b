"""A code or refresh token that was used before: what it bought ends, and the log says so."""

from datetime import datetime
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.audit.model import Entry, LogKind, Outcome
from gateway.errors import InvalidGrant
from gateway.oidc import records
from gateway.oidc.clients.authentication import AuthenticatedClient
from gateway.oidc.model import Grant
from gateway.oidc.provider import Provider
from gateway.tenants.model import Client


class ReusedError(InvalidGrant):
    """It was used before; what there is to tell is told."""


async def end_reused(
    provider: Provider,
    connection: AsyncConnection,
    caller: AuthenticatedClient,
    owner: Client | None,
    grant: Grant,
    reused: Literal["authorization_code", "refresh_token", "device_code", "auth_req_id"],
    now: datetime,
) -> None:
    """`caller` may be another client than the one it was issued to. Told once: a family that has
    ended cannot be ended again, however often somebody tries."""
    if not await records.revoke_grant(connection, grant, now):
        return
    detected = Entry(
        now,
        LogKind.AUTHENTICATION,
        "grant.reuse_detected",
        Outcome.REFUSED,
        caller.origin,
        tenant_id=None if owner is None else owner.tenant_id,
        client_id=grant.client_id,
        resident=provider.audit.pseudonym(grant.resident_id),
        detail={"reused": reused},
    )
    await provider.audit.write(connection, detected)
