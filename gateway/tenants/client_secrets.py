"""Client secrets: made at random, kept as keyed hashes, compared in constant time."""

import hmac
import secrets
from datetime import datetime

from gateway.keys.hashing import KeyedHash
from gateway.tenants.model import Client

NO_SECRET = {
    "client_secret_hash": None,
    "client_secret_made_at": None,
    "former_secret_hash": None,
    "former_secret_until": None,
}
"""The columns of a client that uses none (any more)."""
_NO_HASH = "-" * 43


def new_secret() -> str:
    """256 random bits; shown once."""
    return secrets.token_urlsafe(32)


def hash_secret(keyed_hash: KeyedHash, client_id: str, secret: str) -> str:
    # A generated secret needs no slow hash; a KDF here would be every client's first cost.
    return keyed_hash.hash("client-secret", client_id, secret)


def secret_matches(
    keyed_hash: KeyedHash, client: Client, unverified_secret: str, now: datetime
) -> bool:
    """The secret, or the one before it until its time is over; a client without any matches none.
    Both are compared whatever they are, so that the time it takes tells nothing."""
    theirs = hash_secret(keyed_hash, client.client_id, unverified_secret)
    until = client.former_secret_until
    former_is_good = until is not None and now < until
    former = client.former_secret_hash if former_is_good else None
    is_current = hmac.compare_digest(client.client_secret_hash or _NO_HASH, theirs)
    is_former = hmac.compare_digest(former or _NO_HASH, theirs)
    return is_current | is_former
