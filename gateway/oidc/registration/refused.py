"""A registration that was refused, in the log: an operator sees that a developer does not get on,
or that somebody tries tokens."""

from datetime import datetime

from starlette.requests import Request

from gateway.audit.model import Entry, LogKind, Outcome
from gateway.audit.origins import UNKNOWN, client_actor, origin_of
from gateway.errors import OAuthError
from gateway.oidc.provider import Provider


async def log_refused_registration(
    provider: Provider,
    http: Request,
    refusal: OAuthError,
    now: datetime,
    *,
    tenant_id: str | None = None,
    client_id: str | None = None,
    **detail: str,
) -> None:
    """Once in a while from one place. `tenant_id` and `client_id` were proven."""
    origin = origin_of(http, UNKNOWN if client_id is None else client_actor(client_id))
    refused = Entry(
        now,
        LogKind.AUTHENTICATION,
        "registration.refused",
        Outcome.REFUSED,
        origin,
        tenant_id=tenant_id,
        client_id=client_id,
        # A constant of ours (errors.py): nothing that came in stands in it.
        detail={**detail, "reason": refusal.description},
    )
    await provider.protection.telling.tell(refused, detail.get("token", ""))
