"""Request objects: an authorization request in a JWT that the client signed (RFC 9101).

Only what stands in the object counts (§6.3). Each of its claims becomes the text that the parameter
of its name would have had, so that one set of checks is for all requests.
"""

import json
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from gateway.errors import InvalidRequestObject
from gateway.oidc.answer_encryption import is_encrypted
from gateway.oidc.clients.signed_jwt import (
    ALGORITHMS,
    SKEW,
    BadJwtError,
    SignedJwt,
    check_times,
    check_type,
    instant,
    verify_signed,
)
from gateway.oidc.provider import Provider
from gateway.oidc.request_encryption import decrypt_request_object
from gateway.tenants.model import Client
from gateway.tenants.protocol import FAPI_ALGORITHMS

LIFETIME = timedelta(hours=1)
_ABOUT_THE_JWT = frozenset({"iss", "sub", "aud", "exp", "nbf", "iat", "jti"})
_NESTED = ("request", "request_uri")
_JSON = frozenset({"claims", "authorization_details"})
_LISTS = frozenset({"resource"})


async def open_request_object(
    provider: Provider, client: Client, unverified_object: str, now: datetime
) -> Mapping[str, str]:
    """The parameters it stands for. Raises InvalidRequestObject."""
    try:
        if is_encrypted(unverified_object):
            unverified_object = await decrypt_request_object(provider, unverified_object)
        signed = verify_signed(client, unverified_object, algorithms_of(client))
        check_parties(signed, client, provider.issuer)
        check_lifetime(signed.claims, client, now)
        return as_parameters(signed.claims)
    except BadJwtError as cause:
        raise InvalidRequestObject(f"request {cause.why}") from cause


def algorithms_of(client: Client) -> Collection[str]:
    registered = client.metadata.request_object_signing_alg
    if registered is not None:
        return (registered,)
    return FAPI_ALGORITHMS if client.is_fapi else ALGORITHMS


def check_parties(signed: SignedJwt, client: Client, issuer: str) -> None:
    """A request object, by this client, for this issuer. Raises BadJwtError."""
    claims = signed.claims
    check_type(signed, "oauth-authz-req+jwt")
    if claims.get("iss") != client.client_id or claims.get("client_id") != client.client_id:
        raise BadJwtError("must have the client as iss and client_id")
    if claims.get("sub") == client.client_id:
        # RFC 9101 §10.8: else it could be played as a client assertion, or the other way round.
        raise BadJwtError("must not have the client as sub")
    # Others may be named besides (FAPI 2.0 Message Signing §5.3.1): the answer goes to the client,
    # wherever else it has asked.
    audience = claims.get("aud")
    if audience != issuer and not (isinstance(audience, list) and issuer in audience):
        raise BadJwtError("is not for this issuer")


def check_lifetime(claims: Mapping[str, Any], client: Client, now: datetime) -> None:
    """Raises BadJwtError."""
    expires = check_times(claims, now, LIFETIME)
    begins = instant(claims, "nbf")
    if not client.is_fapi:
        return
    # FAPI 2.0 Message Signing §5.3.1
    if begins is None or begins + LIFETIME + SKEW < now:
        raise BadJwtError("is too old or has no nbf")
    if expires > begins + LIFETIME:
        raise BadJwtError("lives too long")


def as_parameters(claims: Mapping[str, Any]) -> Mapping[str, str]:
    """An empty text is an absent one, as in a query. Raises BadJwtError."""
    if any(name in claims for name in _NESTED):
        raise BadJwtError("must not hold another request")  # RFC 9101 §4
    texts = {
        name: _text(name, value) for name, value in claims.items() if name not in _ABOUT_THE_JWT
    }
    return {name: text for name, text in texts.items() if text}


def _text(name: str, value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if name in _JSON and isinstance(value, dict | list):
        return _json(value)
    values = value if name in _LISTS and isinstance(value, list) else [value]
    texts = [one for one in values if isinstance(one, str) and _is_writable(one)]
    if len(texts) < len(values) or (name in _LISTS and any(" " in text for text in texts)):
        raise BadJwtError("has a member of another form than the parameter of its name")
    return " ".join(texts)


def _is_writable(text: str) -> bool:
    """Half a surrogate pair could not be sent on, and no query can hold one."""
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def _json(value: object) -> str:
    try:
        return json.dumps(value, separators=(",", ":"))
    except RecursionError as cause:
        raise BadJwtError("is nested too deeply") from cause
