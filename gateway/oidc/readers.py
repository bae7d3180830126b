"""Registered readers at the card's endpoints: who they are, and what they may be told."""

from datetime import datetime

from starlette.requests import Request

from gateway.card.model import Verification
from gateway.errors import InsufficientScope
from gateway.login.card_sign_in import proven
from gateway.oidc.bearer import bearer_token, check_access_token
from gateway.oidc.provider import Provider
from gateway.tenants.model import ClientKind

SCOPE = "card:verify"


async def identify_reader(provider: Provider, http: Request, now: datetime) -> str | None:
    """The client_id of the reader that calls; None where no access token came."""
    if "authorization" not in http.headers:
        return None
    token = await check_access_token(provider, bearer_token(http), now)
    if token.client.kind is not ClientKind.READER or SCOPE not in token.scopes:
        raise InsufficientScope("only a registered reader may verify cards")
    return token.client.client_id


async def sub_for_reader(
    provider: Provider, verification: Verification, reader_id: str
) -> dict[str, object] | None:
    """For an accepted verification: the resident under the reader's own pairwise subject; None for
    a card nobody registered."""
    reader = await provider.clients.find(reader_id)
    resident = await provider.residents.find(proven(verification))
    if reader is None or resident is None:
        return None
    return {"sub": provider.subjects.sub(resident.resident_id, reader.sector_identifier)}
