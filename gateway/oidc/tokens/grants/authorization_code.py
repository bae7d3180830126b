"""grant_type=authorization_code (RFC 6749 §4.1.3, RFC 7636 §4.6)."""

import base64
import hashlib
import hmac
import re
from datetime import datetime

from gateway.errors import InvalidGrant, InvalidRequest
from gateway.oidc import codes
from gateway.oidc.clients.authentication import AuthenticatedClient
from gateway.oidc.model import IssuedCode, decode_code
from gateway.oidc.provider import Provider
from gateway.oidc.tokens.grants.family import begin_family
from gateway.oidc.tokens.grants.reuse import ReusedError, end_reused
from gateway.oidc.tokens.issue import TokenSet
from gateway.oidc.tokens.request import TokenRequest
from gateway.store.api import Replayed

_CODE_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}\Z")
# One wording for unknown, used, expired and another client's.
_REFUSED = "the code is unknown, used or expired"


async def authorization_code(provider: Provider, request: TokenRequest) -> TokenSet:
    caller, now = request.caller, request.now
    code, redirect_uri = map(request.required, ("code", "redirect_uri"))
    if "code_verifier" not in request.form:
        # RFC 7636 §4.6: as one that does not fit, for every code was asked for with a challenge.
        raise InvalidGrant("code_verifier is missing")
    verifier = request.form["code_verifier"]
    if not _CODE_VERIFIER.match(verifier):
        raise InvalidRequest("code_verifier is malformed")
    issued = await _redeem(provider, caller, code, now)
    check_binding(issued, request, redirect_uri, verifier)
    return await begin_family(provider, request, issued.grant, _REFUSED)


async def _redeem(
    provider: Provider, caller: AuthenticatedClient, code: str, now: datetime
) -> IssuedCode:
    taken = await codes.redeem(provider.moments, provider.settings.oidc, code)
    if taken is None:
        raise InvalidGrant(_REFUSED)
    issued = decode_code(taken.value)
    if isinstance(taken, Replayed):
        # RFC 6749 §4.1.2: what the code bought is revoked, whoever replays it.
        grant = issued.grant
        owner = await provider.clients.find(grant.client_id)
        async with provider.records.writing() as connection:
            await end_reused(provider, connection, caller, owner, grant, "authorization_code", now)
        raise ReusedError(_REFUSED)
    return issued


def check_binding(
    issued: IssuedCode, request: TokenRequest, redirect_uri: str, verifier: str
) -> None:
    """The code is this client's, for this redirect URI, the browser that began is the one that ends
    (PKCE), and so is the key (RFC 9449 §10). A code that fails here is gone all the same."""
    if issued.grant.client_id != request.client.client_id:
        raise InvalidGrant(_REFUSED)
    if issued.redirect_uri != redirect_uri:
        raise InvalidGrant("redirect_uri differs from the authorization request")
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")
    if not hmac.compare_digest(challenge, issued.code_challenge):
        raise InvalidGrant("code_verifier does not match")
    jkt = None if request.confirmation is None else request.confirmation.jkt
    if issued.dpop_jkt not in (None, jkt):
        raise InvalidGrant("the code is bound to another key")
