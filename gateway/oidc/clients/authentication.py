"""Who calls: every client authenticates in exactly the way it was registered for.

RFC 6749 §2.3, RFC 7523 §3, RFC 8705 §2, OpenID Connect Core §9.
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import unquote_plus

from starlette.requests import Request

from gateway.audit.model import Origin
from gateway.audit.origins import UNKNOWN, client_actor, origin_of
from gateway.audit.parties import note_client
from gateway.errors import InvalidClient, InvalidRequest
from gateway.oidc.clients.assertion import ASSERTION_TYPE, assertion_issuer, check_assertion
from gateway.oidc.clients.attempts import CLIENTS, admit
from gateway.oidc.clients.certificate import client_certificate
from gateway.oidc.clients.refused import log_refused_client
from gateway.oidc.clients.tls_authentication import check_certificate
from gateway.oidc.provider import Provider
from gateway.protection.doorway import NOBODY
from gateway.settings import Server
from gateway.tenants.model import Client
from gateway.tenants.protocol import AuthMethod
from gateway.tenants.reader_networks import admits
from gateway.web.arrival import arrival_of

METHODS: tuple[AuthMethod, ...] = (
    "client_secret_basic",
    "client_secret_post",
    "client_secret_jwt",
    "private_key_jwt",
    "none",
)
TLS_METHODS: tuple[AuthMethod, ...] = ("tls_client_auth", "self_signed_tls_client_auth")
_BY_ASSERTION: frozenset[AuthMethod] = frozenset({"client_secret_jwt", "private_key_jwt"})
_BY_NAME_ALONE: frozenset[AuthMethod] = frozenset({"none", *TLS_METHODS})

# One wording for unknown, unregistered and wrong, so that nothing can be probed.
_REFUSED = "client authentication failed"


@dataclass(frozen=True, slots=True)
class AuthenticatedClient:
    """Proof: the caller is this client. `none` proves nothing and is a type of its own use: only
    the code and refresh grants take it, bound by PKCE and rotation."""

    client: Client
    method: AuthMethod
    origin: Origin


@dataclass(frozen=True, slots=True, repr=False)
class Presented:
    """What the request brought, unchecked."""

    methods: frozenset[AuthMethod]
    """Any of these it may be: which one, the registration says."""
    client_id: str
    credential: str


async def authenticate(
    provider: Provider, http: Request, form: Mapping[str, str], now: datetime
) -> AuthenticatedClient:
    claimed, client, address = NOBODY, None, arrival_of(http).address
    try:
        unverified = read_credentials(http, form)
        claimed = unverified.client_id
        CLIENTS.check_may_try(provider.protection, claimed, address, now)
        client = await provider.clients.find(claimed)
        if client is None:
            raise InvalidClient(_REFUSED)
        await check_credential(provider, http, client, unverified, now)
        if not admits(client, address):
            raise InvalidClient("this client may not be used from this address")
    except InvalidClient as refusal:
        unproven = origin_of(http, UNKNOWN)
        await log_refused_client(provider, unproven, client, refusal, now)
        tenant_id = None if client is None else client.tenant_id
        await CLIENTS.refused(provider.protection, claimed, unproven, now, tenant_id=tenant_id)
        raise
    note_client(http, client.client_id, client.tenant_id)
    origin = origin_of(http, client_actor(client.client_id))
    is_proven = client.token_endpoint_auth_method != "none"
    await admit(provider, client, origin, now, is_proven=is_proven)
    return AuthenticatedClient(client, client.token_endpoint_auth_method, origin)


async def check_credential(
    provider: Provider, http: Request, client: Client, unverified: Presented, now: datetime
) -> None:
    method, server = client.token_endpoint_auth_method, provider.settings.server
    if method not in unverified.methods:
        raise InvalidClient(_REFUSED)
    match method:
        case "client_secret_basic" | "client_secret_post":
            if not provider.clients.secret_matches(client, unverified.credential, now):
                raise InvalidClient(_REFUSED)
        case "client_secret_jwt" | "private_key_jwt":
            endpoint = provider.issuer + http.scope["path"]
            await check_assertion(provider, client, unverified.credential, endpoint, now)
        case "tls_client_auth" | "self_signed_tls_client_auth":
            if method not in tls_methods(server):
                raise InvalidClient(_REFUSED)
            check_certificate(client, client_certificate(provider, http), now)
        case "none":
            pass


def tls_methods(server: Server) -> tuple[AuthMethod, ...]:
    """Those that can be used here. A name in a certificate says nothing until somebody has checked
    who put it there."""
    if not server.client_certificate_header:
        return ()
    is_validated = server.client_certificate_chain == "validated"
    return TLS_METHODS if is_validated else ("self_signed_tls_client_auth",)


def methods_offered(server: Server) -> tuple[AuthMethod, ...]:
    return (*METHODS[:-1], *tls_methods(server), METHODS[-1])


def read_credentials(http: Request, form: Mapping[str, str]) -> Presented:
    """Exactly one method (RFC 6749 §2.3: a client MUST NOT use more than one)."""
    found: list[Presented] = []
    header = http.headers.get("authorization")
    if header is not None:
        client_id, secret = parse_basic(header)
        found.append(Presented(frozenset({"client_secret_basic"}), client_id, secret))
    if "client_secret" in form:
        client_id, secret = form.get("client_id", ""), form["client_secret"]
        found.append(Presented(frozenset({"client_secret_post"}), client_id, secret))
    if "client_assertion" in form or "client_assertion_type" in form:
        if form.get("client_assertion_type") != ASSERTION_TYPE or "client_assertion" not in form:
            raise InvalidClient("client_assertion needs its client_assertion_type")
        assertion = form["client_assertion"]
        found.append(Presented(_BY_ASSERTION, assertion_issuer(assertion), assertion))
    if len(found) > 1:
        raise InvalidRequest("more than one way of client authentication")
    if not found:
        if "client_id" not in form:
            raise InvalidClient("client authentication is missing")
        return Presented(_BY_NAME_ALONE, form["client_id"], "")
    if form.get("client_id", found[0].client_id) != found[0].client_id:
        raise InvalidRequest("client_id differs from the authenticated client")
    return found[0]


def parse_basic(header: str) -> tuple[str, str]:
    """RFC 7617 with RFC 6749 §2.3.1's form encoding inside; decoded strictly."""
    scheme, _, value = header.partition(" ")
    if scheme.lower() != "basic":
        raise InvalidClient("the authorization header must be Basic")
    try:
        decoded = base64.b64decode(value, validate=True).decode("ascii")
    except (binascii.Error, UnicodeDecodeError, ValueError) as cause:
        raise InvalidClient("the authorization header is malformed") from cause
    client_id, colon, secret = decoded.partition(":")
    if not colon:
        raise InvalidClient("the authorization header is malformed")
    return unquote_plus(client_id), unquote_plus(secret)
