"""What a door asks before it works for somebody, and tells when something went wrong."""

from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Literal

from gateway.audit.model import Entry, LogKind, Origin, Outcome
from gateway.errors import TooManyRequests
from gateway.protection.failures import MOST, Failures, Rule
from gateway.protection.telling import Telling
from gateway.web.buckets import Buckets
from gateway.web.networks import neighbours

Limit = Literal["address", "client", "attempts"]


def uncounted(_: Limit) -> None:
    """Where nobody counts what was too much."""


class Protection:
    """`addresses` and `clients`: how much at once. `limited` hears of every refusal."""

    def __init__(
        self,
        failures: Failures,
        telling: Telling,
        addresses: Buckets,
        clients: Buckets,
        limited: Callable[[Limit], None] = uncounted,
    ) -> None:
        self.addresses = addresses
        self.telling = telling
        self.limited = limited
        self._failures = failures
        self._clients = clients
        self._proven: OrderedDict[tuple[str, str, str], None] = OrderedDict()

    def check_may_try(self, rule: Rule, who: str, address: str | None, now: datetime) -> None:
        """Before anything expensive. Raises TooManyRequests."""
        left = self._failures.left(rule, who, address, now)
        if left:
            self.limited("attempts")
            raise TooManyRequests(left)

    async def failed(
        self,
        rule: Rule,
        who: str,
        origin: Origin,
        now: datetime,
        *,
        client_id: str | None = None,
        tenant_id: str | None = None,
    ) -> None:
        """`client_id` and `tenant_id`, where there is such a client."""
        counted = await self._failures.count(rule, who, origin.address, now)
        if not counted.wait:
            return
        deed = "attempts.held" if rule.holds else "attempts.noticed"
        detail = {"what": rule.what, "tries": str(counted.times)}
        entry = Entry(
            now,
            LogKind.AUTHENTICATION,
            deed,
            Outcome.REFUSED,
            origin,
            tenant_id=tenant_id,
            client_id=client_id,
            detail=detail,
        )
        await self.telling.tell(entry, rule.what)

    def prove(self, what: str, who: str, address: str | None) -> None:
        """They are known at this address from here on."""
        key = (what, who, neighbours(address))
        self._proven[key] = None
        self._proven.move_to_end(key)
        if len(self._proven) > MOST:
            self._proven.popitem(last=False)

    def is_proven(self, what: str, who: str, address: str | None) -> bool:
        """In this worker, and not too long ago to be remembered."""
        return (what, who, neighbours(address)) in self._proven

    async def admit(
        self, who: str, origin: Origin, now: datetime, client_id: str, tenant_id: str
    ) -> None:
        """One more request of a client, counted under `who`. Raises TooManyRequests."""
        wait = self._clients.take(who)
        if not wait:
            return
        client = {"client_id": client_id, "tenant_id": tenant_id}
        await self.told_limit("client", origin, now, **client)
        raise TooManyRequests(timedelta(seconds=wait))

    async def told_limit(
        self,
        limit: Limit,
        origin: Origin,
        now: datetime,
        client_id: str | None = None,
        tenant_id: str | None = None,
    ) -> None:
        """Somebody sends too much at once."""
        self.limited(limit)
        entry = Entry(
            now,
            LogKind.EVENT,
            "limit.reached",
            Outcome.REFUSED,
            origin,
            tenant_id=tenant_id,
            client_id=client_id,
            detail={"limit": limit},
        )
        await self.telling.tell(entry, limit)
