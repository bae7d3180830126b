"""A client that could not prove itself, in the log: told often enough to be seen, and not so often
that a flood of them fills the store."""

from datetime import datetime, timedelta

from gateway.audit.model import Entry, LogKind, Origin, Outcome
from gateway.errors import OAuthError
from gateway.oidc.provider import Provider
from gateway.tenants.model import Client
from gateway.web.networks import neighbours

KIND = "refused-client"
_ONCE_IN = timedelta(minutes=1)


async def log_refused_client(
    provider: Provider, origin: Origin, client: Client | None, refusal: OAuthError, now: datetime
) -> None:
    """`client` is who they said they are, where there is such a client."""
    client_id = None if client is None else client.client_id
    key = provider.keyed_hash.hash(KIND, client_id or "", neighbours(origin.address))
    if not await provider.moments.claim(KIND, key, _ONCE_IN):
        return
    refused = Entry(
        now,
        LogKind.AUTHENTICATION,
        "client.refused",
        Outcome.REFUSED,
        origin,
        tenant_id=None if client is None else client.tenant_id,
        client_id=client_id,
        # A constant of ours (errors.py): nothing that came in stands in it.
        detail={"reason": refusal.description},
    )
    await provider.audit.record(refused)
