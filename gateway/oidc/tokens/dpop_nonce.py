"""Nonces for DPoP proofs: every worker knows them, and none is kept (RFC 9449 §8).

One follows from the time and the gateway's own secret. Nobody can say it before its time begins, so
that a proof with it was made no earlier.
"""

from datetime import datetime

from gateway.keys.hashing import KeyedHash

SECONDS = 120
"""How long one is handed out; it is good for as long again."""


def current_nonce(keyed_hash: KeyedHash, now: datetime) -> str:
    return _nonce(keyed_hash, _window(now))


def is_good_nonce(keyed_hash: KeyedHash, unverified_nonce: object, now: datetime) -> bool:
    window = _window(now)
    return unverified_nonce in (_nonce(keyed_hash, window), _nonce(keyed_hash, window - 1))


def _window(now: datetime) -> int:
    return int(now.timestamp()) // SECONDS


def _nonce(keyed_hash: KeyedHash, window: int) -> str:
    return keyed_hash.hash("dpop-nonce", str(window))
