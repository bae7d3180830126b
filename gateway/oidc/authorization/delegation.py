"""What a service asks to do for the resident at other services (RFC 8707 §2.1, RFC 9396 §2).

An API of another service's comes with the data flow that residents are asked about: without one,
nobody could tell them what they agree to.
"""

from collections.abc import Mapping
from dataclasses import replace

from gateway.consent.consents import Agreed
from gateway.consent.details import (
    AgreedDetail,
    BadDetailsError,
    Detail,
    from_plain,
    parse_details,
    to_plain,
)
from gateway.consent.task import AskedDetail
from gateway.errors import InvalidAuthorizationDetails, InvalidTarget
from gateway.oidc.apis import callable_api
from gateway.oidc.model import AuthorizationRequest, GrantDetails
from gateway.oidc.provider import Provider
from gateway.tenants.model import Client

LISTS = ("resource",)
"""Parameters that may be repeated."""
MAX_RESOURCES = 8


async def with_delegation(
    provider: Provider,
    client: Client,
    parameters: Mapping[str, str],
    request: AuthorizationRequest,
) -> AuthorizationRequest:
    """The request with `resource` and `authorization_details`, checked. Raises InvalidTarget or
    InvalidAuthorizationDetails."""
    if "resource" not in parameters and "authorization_details" not in parameters:
        return request
    details = read_details(client, parameters)
    for detail in details:
        await _check_flow(provider, client, detail)
    flows_with = {detail.resource for detail in details}
    resources = tuple(dict.fromkeys(parameters.get("resource", "").split()))
    if len(resources) > MAX_RESOURCES:
        raise InvalidTarget(f"up to {MAX_RESOURCES} resources")
    for resource in resources:
        api = await callable_api(provider, client, resource)
        if api.client_id != client.client_id and resource not in flows_with:
            raise InvalidTarget("another service's resource needs an authorization detail for it")
    granted = replace(
        request.details or GrantDetails(),
        authorization_details=to_plain(details),
        resources=(*resources, *sorted(flows_with - set(resources))),
    )
    return replace(request, details=granted)


def read_details(client: Client, parameters: Mapping[str, str]) -> tuple[Detail, ...]:
    """The parameter, as far as it speaks for itself. Raises InvalidAuthorizationDetails."""
    if "authorization_details" not in parameters:
        return ()
    allowed = client.metadata.authorization_details_types
    try:
        return parse_details(parameters["authorization_details"], allowed)
    except BadDetailsError as cause:
        raise InvalidAuthorizationDetails(f"authorization_details {cause.why}") from cause


async def is_agreed(
    provider: Provider, client: Client, request: AuthorizationRequest, agreed: Agreed
) -> bool:
    """Whether the resident agreed to every detail of the request."""
    if request.details is None or not request.details.authorization_details:
        return True
    asked = await asked_details(provider, client, request)
    return agreed.covers(one.agreed for one in asked)


async def asked_details(
    provider: Provider, client: Client, request: AuthorizationRequest
) -> tuple[AskedDetail, ...]:
    """As the consent page shows them. Raises what has become of the request since it came:
    InvalidTarget or InvalidAuthorizationDetails."""
    if request.details is None:
        return ()
    known = from_plain(request.details.authorization_details)
    return tuple([await _asked(provider, client, detail) for detail in known])


async def _asked(provider: Provider, client: Client, detail: Detail) -> AskedDetail:
    api = await _check_flow(provider, client, detail)
    data = [one for one in api.metadata.datatypes if one.name in detail.datatypes]
    return AskedDetail(
        agreed=AgreedDetail(detail, api.client_id),
        provider_name_ja=api.client_name_ja,
        provider_name_en=api.client_name_en,
        data_ja=tuple(one.label_ja for one in data),
        data_en=tuple(one.label_en for one in data),
    )


async def _check_flow(provider: Provider, client: Client, detail: Detail) -> Client:
    try:
        api = await callable_api(provider, client, detail.resource)
    except InvalidTarget as cause:
        raise InvalidAuthorizationDetails(
            "authorization_details has a location that this client may not call"
        ) from cause
    if api.client_id == client.client_id:
        raise InvalidAuthorizationDetails("authorization_details has a flow that goes nowhere")
    if not set(detail.datatypes) <= {one.name for one in api.metadata.datatypes}:
        raise InvalidAuthorizationDetails("authorization_details has an unknown datatype")
    return api
