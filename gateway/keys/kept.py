"""Secrets that have to be read again: sealed, where a hash would do for all others."""

import base64
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gateway.keys.hashing import KeyedHash

_NONCE_BYTES = 12


class UnsealError(Exception):
    """It was not sealed here, or not for this owner."""


def seal(keyed_hash: KeyedHash, purpose: str, owner: str, secret: str) -> bytes:
    """AES-256-GCM under a key of the owner's own, which comes from the gateway's hash secret and
    so, like it, lies under the master key and outlives a change of it."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + _aead(keyed_hash, purpose, owner).encrypt(nonce, secret.encode(), None)


def unseal(keyed_hash: KeyedHash, purpose: str, owner: str, sealed: bytes) -> str:
    """Raises UnsealError."""
    nonce, ciphertext = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
    try:
        return _aead(keyed_hash, purpose, owner).decrypt(nonce, ciphertext, None).decode()
    except (InvalidTag, ValueError) as cause:
        raise UnsealError("what was sealed does not open") from cause


def _aead(keyed_hash: KeyedHash, purpose: str, owner: str) -> AESGCM:
    derived = keyed_hash.hash(f"sealing-key:{purpose}", owner)
    return AESGCM(base64.urlsafe_b64decode(f"{derived}="))
