"""What is refused, in the log: often enough to be seen, and not so often that a flood of it fills
the store."""

from collections import OrderedDict
from datetime import datetime, timedelta

from gateway.audit.log import AuditLog
from gateway.audit.model import Entry
from gateway.keys.hashing import KeyedHash
from gateway.store.api import Moments
from gateway.web.networks import neighbours

KIND = "told"
ONCE_IN = timedelta(minutes=1)
MOST = 4_096
"""So many are known to be told without asking the store."""


class Telling:
    def __init__(self, audit: AuditLog, moments: Moments, keyed_hash: KeyedHash) -> None:
        self._audit = audit
        self._moments = moments
        self._keyed_hash = keyed_hash
        self._told: OrderedDict[str, datetime] = OrderedDict()

    async def tell(self, entry: Entry, *about: str, once_in: timedelta = ONCE_IN) -> None:
        """Unless it was told lately: the same deed, of the same client and whatever else it is
        `about`, from the same neighbours; by whichever worker."""
        place = neighbours(entry.origin.address)
        key = self._keyed_hash.hash(KIND, entry.deed, entry.client_id or "", place, *about)
        if self._told.get(key, entry.at) > entry.at:
            return
        self._told[key] = entry.at + once_in
        self._told.move_to_end(key)
        if len(self._told) > MOST:
            self._told.popitem(last=False)
        if await self._moments.claim(KIND, key, once_in):
            await self._audit.record(entry)
