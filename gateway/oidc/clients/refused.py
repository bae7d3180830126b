"""A client that could not prove itself, or brought a proof that is none, in the log."""

from datetime import datetime

from gateway.audit.model import Entry, LogKind, Origin, Outcome
from gateway.errors import OAuthError
from gateway.oidc.provider import Provider
from gateway.tenants.model import Client


async def log_refused_client(
    provider: Provider, origin: Origin, client: Client | None, refusal: OAuthError, now: datetime
) -> None:
    """`client` is who they said they are, where there is such a client."""
    refused = Entry(
        now,
        LogKind.AUTHENTICATION,
        "client.refused",
        Outcome.REFUSED,
        origin,
        tenant_id=None if client is None else client.tenant_id,
        client_id=None if client is None else client.client_id,
        # A constant of ours (errors.py): nothing that came in stands in it.
        detail={"reason": refusal.description},
    )
    await provider.protection.telling.tell(refused)
