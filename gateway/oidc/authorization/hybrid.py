"""The ID token that comes back with the code (OpenID Connect Core §3.3.2.11).

It passes through the browser: it says who signed in, when and how. What else the service may know
of the resident it gets for the code.
"""

from datetime import datetime

from starlette.requests import Request

from gateway.audit.model import Entry, LogKind, Outcome
from gateway.audit.origins import RESIDENT, origin_of
from gateway.login.session import Session
from gateway.oidc.logout.sid import sid_claim
from gateway.oidc.model import AuthorizationRequest
from gateway.oidc.provider import Provider
from gateway.oidc.tokens.issue import left_half, seconds, sign_id_token
from gateway.tenants.model import Client


async def id_token_beside(
    provider: Provider,
    http: Request,
    client: Client,
    request: AuthorizationRequest,
    session: Session,
    code: str,
    now: datetime,
) -> str:
    """Into the log first: whether the service redeems the code, nobody knows yet."""
    told = Entry(
        now,
        LogKind.AUTHENTICATION,
        "service.told_who",
        Outcome.DONE,
        origin_of(http, RESIDENT),
        tenant_id=client.tenant_id,
        client_id=client.client_id,
        resident=provider.audit.pseudonym(session.resident_id),
        detail={"level": session.acr},
    )
    await provider.audit.record(told)
    claims: dict[str, object] = {
        "iss": provider.issuer,
        "sub": provider.subjects.sub(session.resident_id, client.sector_identifier),
        "aud": client.client_id,
        "iat": seconds(now),
        "exp": seconds(now) + provider.settings.oidc.id_token_seconds,
        "auth_time": seconds(session.auth_time),
        "acr": session.acr,
        "amr": list(session.amr),
        "nonce": request.nonce,
        "c_hash": left_half(client.id_token_signed_response_alg, code),
    }
    claims |= sid_claim(provider.keyed_hash, session.visit_id, client.client_id)
    return await sign_id_token(provider, client, claims, now)
