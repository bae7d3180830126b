"""Revocation sources at work while the gateway runs, whether anybody asks them or not."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from gateway.card.api import BackgroundSource, RevocationSource
from gateway.clock import Clock


@asynccontextmanager
async def sources_at_work(sources: Sequence[RevocationSource], clock: Clock) -> AsyncIterator[None]:
    async with AsyncExitStack() as stack:
        for source in sources:
            if isinstance(source, BackgroundSource):
                await stack.enter_async_context(source.kept(clock))
        yield
