"""What one token is for: this gateway, or one API of a service's (RFC 8707 §2.2, RFC 9396 §6).

A token request may take less than was granted, never more, and nothing that the resident does not
agree to any more.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gateway.consent.details import Detail, from_plain, to_plain
from gateway.errors import InvalidAuthorizationDetails, InvalidTarget
from gateway.oidc.apis import callable_api
from gateway.oidc.authorization.delegation import read_details
from gateway.oidc.model import Grant
from gateway.oidc.provider import Provider
from gateway.oidc.tokens.request import TokenRequest
from gateway.tenants.model import Client

NOT_AGREED = "the resident has not agreed to a data flow with this resource"
LISTS = ("resource", "audience")
"""Parameters of the token endpoint that may be repeated."""
_NAMES = ("resource", "authorization_details")


@dataclass(frozen=True, slots=True)
class Api:
    resource: str
    provider_id: str
    """The service whose API is there."""


@dataclass(frozen=True, slots=True)
class Target:
    """Proof: the client may have such a token of this resident's now."""

    api: Api | None = None
    """None: this gateway itself."""
    authorization_details: tuple[Mapping[str, Any], ...] = ()


HERE = Target()


def names_target(request: TokenRequest) -> bool:
    return any(name in request.form for name in _NAMES)


async def target_of(provider: Provider, request: TokenRequest, grant: Grant) -> Target:
    """Raises InvalidTarget or InvalidAuthorizationDetails."""
    details = grant.details
    if details is None and not names_target(request):
        return HERE
    known = () if details is None else from_plain(details.authorization_details)
    resource = one_resource(request.form)
    if resource is None:
        return Target(authorization_details=to_plain(narrowed_details(request, known)))
    if details is None or resource not in details.resources:
        raise InvalidTarget("resource was not granted")
    return await _at(provider, request, grant, resource, known)


async def _at(
    provider: Provider,
    request: TokenRequest,
    grant: Grant,
    resource: str,
    known: tuple[Detail, ...],
) -> Target:
    api = await callable_api(provider, request.client, resource)
    if api.client_id == request.client.client_id:
        return Target(Api(resource, api.client_id), to_plain(narrowed_details(request, ())))
    agreed = await flows_in_force(
        provider, request.client, grant.resident_id, grant.created_at, api, resource
    )
    granted = [one for one in known if any(flow.covers(one) for flow in agreed)]
    if not granted:
        raise InvalidTarget(NOT_AGREED)
    return Target(Api(resource, api.client_id), to_plain(narrowed_details(request, granted)))


async def flows_in_force(
    provider: Provider,
    client: Client,
    resident_id: str,
    since: datetime,
    api: Client,
    resource: str,
) -> tuple[Detail, ...]:
    """What the resident agrees may flow between the client and this API. Raises InvalidTarget
    where that is nothing (any more)."""
    agreed = await provider.consents.given(client.client_id, resident_id, since=since)
    flows = tuple(
        one.detail
        for one in (() if agreed is None else agreed.details)
        if one.detail.resource == resource and one.provider_id == api.client_id
    )
    if not flows:
        raise InvalidTarget(NOT_AGREED)
    return flows


def one_resource(form: Mapping[str, str], names: Collection[str] = ("resource",)) -> str | None:
    """A token is for one API: of two, each could use it at the other. Raises InvalidTarget."""
    named = {uri for name in names for uri in form.get(name, "").split()}
    if len(named) > 1:
        raise InvalidTarget("a token is for one resource")
    return named.pop() if named else None


def narrowed_details(request: TokenRequest, granted: Collection[Detail]) -> tuple[Detail, ...]:
    """RFC 9396 §6.1: some of what was granted, or less of it. Raises
    InvalidAuthorizationDetails."""
    asked = read_details(request.client, request.form)
    if not all(any(one.covers(wanted) for one in granted) for wanted in asked):
        raise InvalidAuthorizationDetails("authorization_details is more than was granted")
    return asked or tuple(granted)
