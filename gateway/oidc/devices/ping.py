"""A service that wants to be told is told that a resident has answered (CIBA Core 1.0 §10.2)."""

from gateway.audit.model import GATEWAY, Entry, LogKind, Outcome
from gateway.oidc.devices.model import Ping
from gateway.oidc.provider import Provider
from gateway.tenants.model import Client
from gateway.web.outgoing import UndeliveredError


async def ping(provider: Provider, client: Client, told: Ping) -> None:
    """Once, and not what the answer was: whoever is not reached still finds it by polling."""
    endpoint = client.metadata.backchannel_client_notification_endpoint
    if endpoint is None:
        return  # registered otherwise meanwhile
    headers = {"Authorization": f"Bearer {told.client_notification_token}"}
    try:
        status = await provider.outgoing.post(
            endpoint, json={"auth_req_id": told.auth_req_id}, headers=headers
        )
    except UndeliveredError as cause:
        await _log_undelivered(provider, client, {"reason": str(cause)})
        return
    if not 200 <= status < 300:
        # §10.2: a redirect is not followed, and nothing is tried again.
        await _log_undelivered(provider, client, {"status": str(status)})


async def _log_undelivered(provider: Provider, client: Client, detail: dict[str, str]) -> None:
    undelivered = Entry(
        provider.clock(),
        LogKind.COMMUNICATION,
        "answer.undelivered",
        Outcome.FAILED,
        GATEWAY,
        tenant_id=client.tenant_id,
        client_id=client.client_id,
        detail=detail,
    )
    await provider.audit.record(undelivered)
