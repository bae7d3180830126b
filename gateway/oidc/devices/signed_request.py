"""A counter's request as its service signed it (CIBA Core 1.0 §7.1.1)."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from gateway.errors import InvalidRequest
from gateway.oidc.clients.signed_jwt import (
    SKEW,
    BadJwtError,
    check_audience,
    check_times,
    check_type,
    identifier,
    instant,
    verify_signed,
)
from gateway.oidc.provider import Provider
from gateway.tenants.model import Client

LIFETIME = timedelta(hours=1)
_OF_THE_CLIENT = frozenset(
    {"client_id", "client_secret", "client_assertion", "client_assertion_type"}
)
_OF_THE_JWT = frozenset({"iss", "aud", "exp", "iat", "nbf", "jti"})
_KIND = "counter-request"


async def read_request(
    provider: Provider, client: Client, form: Mapping[str, str], now: datetime
) -> Mapping[str, str]:
    """The request's parameters: out of the form, or for a client that is registered to sign, out
    of what it signed and nothing else. Raises InvalidRequest."""
    if client.metadata.backchannel_authentication_request_signing_alg is None:
        if "request" in form:
            raise InvalidRequest("this client is not registered to sign its requests")
        return form
    if "request" not in form:
        raise InvalidRequest("request is missing: this client signs its requests")
    if form.keys() - _OF_THE_CLIENT - {"request"}:
        raise InvalidRequest("every parameter belongs into the signed request")
    try:
        return await _signed(provider, client, form["request"], now)
    except BadJwtError as cause:
        raise InvalidRequest(f"request {cause.why}") from cause


async def _signed(
    provider: Provider, client: Client, unverified_jwt: str, now: datetime
) -> Mapping[str, str]:
    alg = client.metadata.backchannel_authentication_request_signing_alg
    signed = verify_signed(client, unverified_jwt, (alg or "",))
    check_type(signed)
    claims = signed.claims
    if claims.get("iss") != client.client_id:
        raise BadJwtError("must have the client as iss")
    check_audience(claims, (provider.issuer,))
    expires = check_times(claims, now, LIFETIME)
    if instant(claims, "iat") is None or instant(claims, "nbf") is None:
        raise BadJwtError("needs iat and nbf")
    parameters = _parameters(claims)
    key = provider.keyed_hash.hash(_KIND, client.client_id, identifier(claims))
    if not await provider.moments.claim(_KIND, key, expires - now + 2 * SKEW):
        raise BadJwtError("was used before")
    return parameters


def _parameters(claims: Mapping[str, object]) -> Mapping[str, str]:
    """As if they had come in a form; a number of seconds may be a number."""
    parameters: dict[str, str] = {}
    for name, value in claims.items():
        if name in _OF_THE_JWT:
            continue
        if name == "requested_expiry" and isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str) or name in ("request", "request_uri"):
            raise BadJwtError("holds something that is no parameter")
        if value:
            parameters[name] = value
    return parameters
