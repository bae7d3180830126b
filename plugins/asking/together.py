"""Many who want to know the same thing at once: it is asked for once."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Together(Generic[K, V]):
    def __init__(self) -> None:
        self._asking: dict[K, asyncio.Task[V]] = {}

    async def ask(self, key: K, question: Callable[[], Coroutine[Any, Any, V]]) -> V:
        """The answer of the question that is under way for this key, or of a new one."""
        asking = self._asking.get(key)
        if asking is None:
            asking = asyncio.create_task(question())
            self._asking[key] = asking
            asking.add_done_callback(lambda _: self._asking.pop(key, None))
        # Who goes away does not take the answer from the others.
        return await asyncio.shield(asking)
