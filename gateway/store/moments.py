"""Which implementation of moments a URL names."""

from gateway.clock import Clock
from gateway.errors import SettingsError
from gateway.store.api import Moments
from gateway.store.memory import MemoryMoments

MEMORY = "memory:"


def open_moments(url: str, clock: Clock) -> Moments:
    """`memory:` (one process), `redis://host:port/0`, `rediss://…` or `unix:///path`."""
    if url == MEMORY:
        return MemoryMoments(clock)
    if url.startswith(("redis://", "rediss://", "unix://")):
        from gateway.store.redis_moments import open_redis  # noqa: PLC0415 - 6 MiB of client

        return open_redis(url)
    raise SettingsError("store.moments: it must be memory:, or a redis:, rediss: or unix: URL")
