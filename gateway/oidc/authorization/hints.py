"""Whom a service expects to come back (OpenID Connect Core §3.1.2.1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from gateway.errors import InvalidRequest, InvalidToken
from gateway.oidc.link import is_local_id
from gateway.oidc.provider import Provider
from gateway.oidc.tokens.issue import subject_of_hint
from gateway.tenants.model import Client


@dataclass(frozen=True, slots=True)
class Hints:
    """Both are a `sub` at this service."""

    hinted_sub: str | None = None
    """Of a verified id_token_hint: nobody else will do."""
    preferred_sub: str | None = None
    """Of the resident whose local ID came as login_hint: somebody else may sign in, and has to."""


async def read_hints(
    provider: Provider, parameters: Mapping[str, str], client: Client, now: datetime
) -> Hints:
    """A login_hint that is no local ID of this service's is no hint; an id_token_hint that is not
    ours raises InvalidRequest."""
    return Hints(
        await _hinted_sub(provider, parameters.get("id_token_hint"), client, now),
        await _preferred_sub(provider, parameters.get("login_hint"), client),
    )


async def _hinted_sub(
    provider: Provider, unverified_hint: str | None, client: Client, now: datetime
) -> str | None:
    if unverified_hint is None:
        return None
    try:
        return await subject_of_hint(provider, unverified_hint, client.client_id, now)
    except InvalidToken as cause:
        raise InvalidRequest("id_token_hint is not one of ours for this client") from cause


async def _preferred_sub(provider: Provider, login_hint: str | None, client: Client) -> str | None:
    if login_hint is None or not is_local_id(login_hint):
        return None
    resident_id = await provider.links.resident_of(client.client_id, login_hint)
    return (
        None
        if resident_id is None
        else provider.subjects.sub(resident_id, client.sector_identifier)
    )
