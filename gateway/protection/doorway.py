"""A door at which clients prove themselves: whoever fails waits before the next try, each time
longer.

Per client and address, so that nobody holds a client from somewhere else; and per address over all
clients, which holds none that has proven itself from there. One client alone never fills that
count: while it waits, it is not counted. A name that nobody has is held like any other: the wait
does not tell which ones there are.
"""

from dataclasses import dataclass
from datetime import datetime

from gateway.audit.model import Origin
from gateway.protection.failures import Rule
from gateway.protection.protection import Protection

NOBODY = ""
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Doorway:
    of_client: Rule
    of_address: Rule

    def check_may_try(
        self, protection: Protection, unverified_id: str, address: str | None, now: datetime
    ) -> None:
        """No store is asked. Raises TooManyRequests."""
        who = _bounded(unverified_id)
        protection.check_may_try(self.of_client, who, address, now)
        if not protection.is_proven(self.of_client.what, who, address):
            protection.check_may_try(self.of_address, NOBODY, address, now)

    async def refused(
        self,
        protection: Protection,
        unverified_id: str,
        origin: Origin,
        now: datetime,
        *,
        tenant_id: str | None = None,
    ) -> None:
        """`tenant_id`: whose the client is, where there is one of that name."""
        who = _bounded(unverified_id)
        client_id = None if tenant_id is None else who
        named = {"client_id": client_id, "tenant_id": tenant_id}
        await protection.failed(self.of_client, who, origin, now, **named)
        await protection.failed(self.of_address, NOBODY, origin, now)

    def passed(self, protection: Protection, client_id: str, address: str | None) -> None:
        """What others do there does not hold it from here on."""
        protection.prove(self.of_client.what, client_id, address)


def _bounded(unverified_id: str) -> str:
    """What no client can be called is nobody's name, and is not kept."""
    fits = len(unverified_id) <= _LONGEST and unverified_id.isprintable()
    return unverified_id if fits else NOBODY
