"""Client secrets: made at random, kept as keyed hashes, compared in constant time; kept sealed too
where they are keys to check signatures with."""

import hmac
import secrets
from datetime import datetime

from gateway.keys.hashing import KeyedHash
from gateway.keys.kept import seal, unseal
from gateway.tenants.metadata import ClientMetadata, signs_with_secret
from gateway.tenants.model import Client

NO_SECRET = {
    "client_secret_hash": None,
    "client_secret_made_at": None,
    "former_secret_hash": None,
    "former_secret_until": None,
    "client_secret_sealed": None,
    "former_secret_sealed": None,
}
"""The columns of a client that uses none (any more)."""
_NO_HASH = "-" * 43
_PURPOSE = "client-secret"


def new_secret() -> str:
    """256 random bits; shown once."""
    return secrets.token_urlsafe(32)


def hash_secret(keyed_hash: KeyedHash, client_id: str, secret: str) -> str:
    # A generated secret needs no slow hash; a KDF here would be every client's first cost.
    return keyed_hash.hash(_PURPOSE, client_id, secret)


def secret_columns(
    keyed_hash: KeyedHash, client_id: str, metadata: ClientMetadata, secret: str
) -> dict[str, object]:
    """How this secret is kept for a client that is registered so."""
    sealed = None
    if signs_with_secret(metadata):
        sealed = seal(keyed_hash, _PURPOSE, client_id, secret)
    hashed = hash_secret(keyed_hash, client_id, secret)
    return {"client_secret_hash": hashed, "client_secret_sealed": sealed}


def readable_secrets(keyed_hash: KeyedHash, client: Client, now: datetime) -> tuple[str, ...]:
    """The secret, and the one before it until its time is over; none where they are kept as hashes
    only."""
    until = client.former_secret_until
    former_is_good = until is not None and now < until
    kept = (client.sealed_secret, client.sealed_former_secret if former_is_good else None)
    return tuple(
        unseal(keyed_hash, _PURPOSE, client.client_id, sealed)
        for sealed in kept
        if sealed is not None
    )


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
