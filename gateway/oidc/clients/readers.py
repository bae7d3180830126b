"""Registered readers at the card's endpoints: who they are, and what they may be told."""

from datetime import datetime

from starlette.requests import Request

from gateway.audit.model import Entry, LogKind, Outcome
from gateway.audit.origins import RESIDENT, UNKNOWN, client_actor, origin_of
from gateway.audit.parties import note_client
from gateway.card.model import Verification
from gateway.errors import InsufficientScope
from gateway.login.presented import proven
from gateway.oidc.clients.refused import log_refused_client
from gateway.oidc.provider import Provider
from gateway.oidc.tokens.bearer import AccessToken, presented_token
from gateway.residents.model import ResidentState
from gateway.tenants.model import Client, ClientKind
from gateway.tenants.reader_networks import admits
from gateway.web.arrival import arrival_of

SCOPE = "card:verify"
_KEY = "gateway.reader"


async def identify_reader(provider: Provider, http: Request, now: datetime) -> Client | None:
    """The reader that calls; None where no access token came."""
    if "authorization" not in http.headers:
        return None
    token = await presented_token(provider, http, now)
    try:
        check_is_reader(token, arrival_of(http).address)
    except InsufficientScope as refusal:
        await log_refused_client(provider, origin_of(http, UNKNOWN), token.client, refusal, now)
        raise
    note_client(http, token.client.client_id, token.client.tenant_id)
    http.scope[_KEY] = token.client
    return token.client


def check_is_reader(token: AccessToken, address: str | None) -> None:
    """Raises InsufficientScope."""
    if token.client.kind is not ClientKind.READER or SCOPE not in token.scopes:
        raise InsufficientScope("only a registered reader may verify cards")
    if not admits(token.client, address):
        raise InsufficientScope("this reader may not be used from this address")


def reader_of(http: Request) -> Client | None:
    """Whom `identify_reader` has let in with this request."""
    reader: Client | None = http.scope.get(_KEY)
    return reader


async def conclude(
    provider: Provider, http: Request, found: Verification, now: datetime
) -> dict[str, object] | None:
    """Into the log first. Then, for an accepted verification, the resident under the reader's own
    pairwise subject; None for a card of nobody who is registered and active. The sign-in page's own
    browser is told of nobody."""
    reader = reader_of(http)
    resident = await provider.residents.find(proven(found)) if found.accepted else None
    origin = origin_of(http, RESIDENT if reader is None else client_actor(reader.client_id))
    entry = Entry(
        now,
        LogKind.AUTHENTICATION,
        "card.verified" if found.accepted else "card.refused",
        Outcome.DONE if found.accepted else Outcome.REFUSED,
        origin,
        tenant_id=None if reader is None else reader.tenant_id,
        client_id=None if reader is None else reader.client_id,
        resident=None if resident is None else provider.audit.pseudonym(resident.resident_id),
        detail=found.log_detail,
    )
    await provider.audit.record(entry)
    if reader is None or resident is None or resident.state is not ResidentState.ACTIVE:
        return None
    return {"sub": provider.subjects.sub(resident.resident_id, reader.sector_identifier)}
