"""How often somebody may type a wrong code (RFC 8628 §5.1): tries are counted before they are
looked at, so that none of many at once slips through."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from gateway.keys.hashing import KeyedHash
from gateway.login.session import Session
from gateway.store.api import Moments
from gateway.web.networks import neighbours

KIND = "user-code-tries"
WINDOW = timedelta(minutes=15)
OF_PERSON = 10
"""Of a resident who is signed in, or of a browser."""
OF_ADDRESS = 50
"""Of an address (IPv6 /64) whose people are not signed in; whoever is does not share its wait."""


@dataclass(frozen=True, slots=True)
class Try:
    """A try that may be looked at. It counts as a wrong one until it is given back."""

    taken: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Guesses:
    moments: Moments
    keyed_hash: KeyedHash

    async def begin(
        self, session: Session | None, browser: str | None, address: str | None
    ) -> Try | None:
        """None: not before the earlier tries are forgotten, a window after the first of them."""
        taken: list[str] = []
        for owner, most in self._owners(session, browser, address):
            taken.append(owner)
            if await self.moments.count(KIND, owner, WINDOW) > most:
                await self.give_back(Try(tuple(taken)))
                return None
        return Try(tuple(taken))

    async def give_back(self, found: Try) -> None:
        """The code was right, or the try is not looked at."""
        for owner in found.taken:
            await self.moments.count(KIND, owner, WINDOW, by=-1)

    def _owners(
        self, session: Session | None, browser: str | None, address: str | None
    ) -> Sequence[tuple[str, int]]:
        if session is not None:
            return [(self._hash("resident", session.resident_id), OF_PERSON)]
        by_address = (self._hash("address", neighbours(address)), OF_ADDRESS)
        return [(self._hash(browser), OF_PERSON), by_address] if browser else [by_address]

    def _hash(self, *parts: str) -> str:
        return self.keyed_hash.hash(KIND, *parts)
