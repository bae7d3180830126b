"""A request to sign somebody in that nobody could be told about: its service is unknown, or the
address to answer to is not one of it. A registration is wrong, or somebody tries."""

from datetime import datetime

from starlette.requests import Request

from gateway.audit.model import Entry, LogKind, Outcome
from gateway.audit.origins import UNKNOWN, origin_of
from gateway.errors import InvalidRequest
from gateway.oidc.provider import Provider


async def log_refused_request(
    provider: Provider,
    http: Request,
    unverified_client_id: str,
    refusal: InvalidRequest,
    now: datetime,
) -> None:
    """The resident sees a page; the service hears nothing."""
    client = await provider.clients.find(unverified_client_id)
    refused = Entry(
        now,
        LogKind.EVENT,
        "authorization.refused",
        Outcome.REFUSED,
        origin_of(http, UNKNOWN),
        tenant_id=None if client is None else client.tenant_id,
        client_id=None if client is None else client.client_id,
        # A constant of ours (errors.py): nothing that came in stands in it.
        detail={"reason": refusal.description},
    )
    await provider.protection.telling.tell(refused)
