"""Moments on Redis: shared by workers and hosts. Every method is one command or one script."""

from datetime import timedelta
from typing import Any, cast

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialWithJitterBackoff
from redis.exceptions import RedisError

from gateway.errors import StoreError
from gateway.store.api import Redeemed, Replayed

# KEYS[1]: the moment; ARGV[1]: how long the replay is remembered, in milliseconds. The value stays
# behind a mark, so that a later caller is told whose it was.
_REDEEM = """
local found = redis.call('GET', KEYS[1])
if not found then return false end
if string.sub(found, 1, 1) == '-' then return found end
redis.call('SET', KEYS[1], '-' .. string.sub(found, 2), 'PX', ARGV[1])
return found
"""
_TAKE = """
local found = redis.call('GET', KEYS[1])
if not found or string.sub(found, 1, 1) == '-' then return false end
redis.call('DEL', KEYS[1])
return found
"""
_REPLACE = """
local found = redis.call('GET', KEYS[1])
if not found or string.sub(found, 1, 1) == '-' then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
"""
# ARGV[1]: how much is added; ARGV[2]: how long a number that is new is kept.
_COUNT = """
local found = redis.call('GET', KEYS[1])
local number = tonumber(ARGV[1])
if found then number = number + tonumber(string.sub(found, 2)) end
if number < 1 then
  redis.call('DEL', KEYS[1])
  return 0
end
local value = string.format('+%d', number)
if found then
  redis.call('SET', KEYS[1], value, 'KEEPTTL')
else
  redis.call('SET', KEYS[1], value, 'PX', ARGV[2])
end
return number
"""
_FRESH, _USED = b"+", b"-"
_CONNECTIONS = 50
"""Of one worker."""


def open_redis(url: str) -> "RedisMoments":
    """A broken connection is opened anew and the step repeated. Where the first try was done and
    only its answer lost, the second finds the thing used up: no step is won twice, and a number is
    one too high at worst. Where there are more callers than connections, they stand in line."""
    retry = Retry(ExponentialWithJitterBackoff(base=0.05, cap=0.5), retries=3)
    pool = BlockingConnectionPool.from_url(url, max_connections=_CONNECTIONS, retry=retry)
    return RedisMoments(Redis.from_pool(pool))


class RedisMoments:
    """Values begin with a mark: + may be used, - was redeemed."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._redeem = redis.register_script(_REDEEM)
        self._take = redis.register_script(_TAKE)
        self._replace = redis.register_script(_REPLACE)
        self._count = redis.register_script(_COUNT)

    async def put(self, kind: str, key: str, value: bytes, lifetime: timedelta) -> None:
        await self._redis.set(_name(kind, key), _FRESH + value, px=_milliseconds(lifetime))

    async def get(self, kind: str, key: str) -> bytes | None:
        found = cast("bytes | None", await self._redis.get(_name(kind, key)))
        return None if found is None or found.startswith(_USED) else found[1:]

    async def replace(self, kind: str, key: str, value: bytes, lifetime: timedelta) -> bool:
        arguments: list[bytes | int] = [_FRESH + value, _milliseconds(lifetime)]
        return bool(await self._replace(keys=[_name(kind, key)], args=arguments))

    async def take(self, kind: str, key: str) -> bytes | None:
        found: bytes | None = await self._take(keys=[_name(kind, key)])
        return None if found is None else found[1:]

    async def redeem(self, kind: str, key: str, memory: timedelta) -> Redeemed | Replayed | None:
        found: bytes | None = await self._redeem(
            keys=[_name(kind, key)], args=[_milliseconds(memory)]
        )
        if found is None:
            return None
        return Replayed(found[1:]) if found.startswith(_USED) else Redeemed(found[1:])

    async def claim(self, kind: str, key: str, lifetime: timedelta) -> bool:
        name, until = _name(kind, key), _milliseconds(lifetime)
        return bool(await self._redis.set(name, _FRESH, px=until, nx=True))

    async def count(self, kind: str, key: str, lifetime: timedelta, by: int = 1) -> int:
        arguments: list[bytes | int] = [by, _milliseconds(lifetime)]
        return int(await self._count(keys=[_name(kind, key)], args=arguments))

    async def drop(self, kind: str, key: str) -> None:
        await self._redis.delete(_name(kind, key))

    async def check(self) -> None:
        try:
            await cast("Any", self._redis.ping())
        except (RedisError, OSError) as cause:
            raise StoreError(f"store.moments: {cause}") from cause

    async def close(self) -> None:
        await self._redis.aclose()


def _name(kind: str, key: str) -> str:
    return f"genkan:{kind}:{key}"


def _milliseconds(lifetime: timedelta) -> int:
    return max(1, int(lifetime.total_seconds() * 1000))
