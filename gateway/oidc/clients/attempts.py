"""How often somebody may fail to prove that they are a client, and how much a client may ask."""

from datetime import datetime, timedelta

from gateway.audit.model import Origin
from gateway.oidc.provider import Provider
from gateway.protection.backoff import Backoff
from gateway.protection.doorway import Doorway
from gateway.protection.failures import Rule
from gateway.tenants.model import Client
from gateway.web.networks import neighbours

_LONGEST = timedelta(minutes=1)
CLIENTS = Doorway(
    Rule("client", Backoff(free=10, longest=_LONGEST)),
    Rule("clients_of_address", Backoff(free=100, longest=_LONGEST)),
)


async def admit(
    provider: Provider, client: Client, origin: Origin, now: datetime, *, is_proven: bool
) -> None:
    """A request of a client that has authenticated. One that proves nothing is counted where it
    is: others could use up its room. Raises TooManyRequests."""
    protection, client_id = provider.protection, client.client_id
    if is_proven:
        CLIENTS.passed(protection, client_id, origin.address)
    who = client_id if is_proven else f"{client_id} {neighbours(origin.address)}"
    await protection.admit(who, origin, now, client_id, client.tenant_id)
