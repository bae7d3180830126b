"""Which service's API a client may call for residents (RFC 8707)."""

from gateway.errors import InvalidTarget
from gateway.oidc.provider import Provider
from gateway.tenants.model import Client

# One wording for unknown, another tenant's and not allowed, so that nothing can be probed.
_REFUSED = "resource is not the address of an API that this client may call"


async def callable_api(provider: Provider, client: Client, resource: str) -> Client:
    """Who provides it: the client itself, or a service of the same tenant's whose API it is
    registered to call. Raises InvalidTarget."""
    if resource not in client.metadata.resources + client.metadata.allowed_resources:
        raise InvalidTarget(_REFUSED)
    api = await provider.clients.providing(resource)
    if api is None or api.tenant_id != client.tenant_id:
        raise InvalidTarget(_REFUSED)
    return api
