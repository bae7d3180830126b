"""What memory promises, whichever server keeps it. `tests/store` holds every implementation to it.

Records are durable facts (SQL); moments are short-lived ones (codes, challenges, sessions).
"""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection


class Records(Protocol):
    """Durable facts. What `writing` committed survives the sudden death of the process."""

    def reading(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """A connection for SELECTs, each of which sees what is committed then. Nothing is written
        through it."""
        ...

    def writing(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """One transaction: committed when the block ends, rolled back when it raises.
        Writers of one SQLite file stand in line."""
        ...

    @property
    def overwrites(self) -> bool:
        """Whether a row that is deleted or changed leaves nothing behind in its place."""
        ...

    async def overwrite_deleted(self) -> bool:
        """After a deletion that has to be for good, outside its transaction: the store's own older
        copies of what was deleted are overwritten. False where they are not, or not yet: it may be
        asked again. Backups, and blocks a disk has set aside, are beyond every store."""
        ...

    async def check(self) -> None:
        """Returns when the store answers and its schema is this version's. Raises StoreError or
        SettingsError."""
        ...

    async def close(self) -> None: ...


Done = TypeVar("Done")
Also = Callable[[AsyncConnection, Done], Awaitable[None]]
"""What is written along with what was done, where a room opens the transaction itself: both stand,
or neither does."""


async def nothing_else(_: AsyncConnection, __: object) -> None:
    """Nothing is written along."""


@dataclass(frozen=True, slots=True)
class Redeemed:
    """This call, and no other, used the thing up."""

    value: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Replayed:
    """Somebody used it before. The value tells whose it was, so that what it bought can be
    revoked (RFC 6749 §4.1.2)."""

    value: bytes = field(repr=False)


class Moments(Protocol):
    """Short-lived facts under a (kind, key). Every method is one atomic step. A lifetime is
    positive; when it has passed, the moment was never there."""

    async def put(self, kind: str, key: str, value: bytes, lifetime: timedelta) -> None:
        """Stores or overwrites."""
        ...

    async def get(self, kind: str, key: str) -> bytes | None: ...

    async def replace(self, kind: str, key: str, value: bytes, lifetime: timedelta) -> bool:
        """Overwrites what is there and says True; stores nothing where nothing is: False."""
        ...

    async def take(self, kind: str, key: str) -> bytes | None:
        """Returns and forgets: of many takers one gets it."""
        ...

    async def redeem(self, kind: str, key: str, memory: timedelta) -> Redeemed | Replayed | None:
        """Like take, but a later call is told `Replayed` for as long as `memory` lasts."""
        ...

    async def claim(self, kind: str, key: str, lifetime: timedelta) -> bool:
        """True for the first caller within the lifetime, False for all others (replay guard)."""
        ...

    async def count(self, kind: str, key: str, lifetime: timedelta, by: int = 1) -> int:
        """Adds to a number and returns it: of many callers no two are told the same. The lifetime
        begins with the first and is not prolonged; what falls below one is forgotten (0)."""
        ...

    async def drop(self, kind: str, key: str) -> None: ...

    async def check(self) -> None:
        """Returns when the store answers; raises StoreError otherwise."""
        ...

    async def close(self) -> None: ...
