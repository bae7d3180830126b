"""All endpoints, by name."""

from collections.abc import Mapping

from gateway.admin.api import (
    account,
    client_endpoints,
    dashboard,
    deeds,
    deletions,
    exports,
    initial_tokens,
    logs,
    networks,
    operators,
    passkeys,
    residents,
    reviews,
    tenants,
    tokens,
)
from gateway.admin.endpoint import Endpoint

ENDPOINTS: Mapping[str, Endpoint] = {
    endpoint.name: endpoint
    for room in (
        dashboard,
        account,
        passkeys,
        tokens,
        tenants,
        client_endpoints,
        initial_tokens,
        operators,
        networks,
        residents,
        reviews,
        deeds,
        deletions,
        logs,
        exports,
    )
    for endpoint in room.endpoints()
}
