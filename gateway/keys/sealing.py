"""Envelope encryption: every sealed value has a data key of its own, wrapped under the master key.
Destroying the wrapped key destroys the value."""

import secrets
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gateway.keys.master import MasterKey


@dataclass(frozen=True, slots=True)
class Sealed:
    wrapped_key: bytes = field(repr=False)
    ciphertext: bytes = field(repr=False)


class Sealer:
    def __init__(self, master: MasterKey) -> None:
        self._master = master

    def seal(self, owner: str, plain: bytes) -> Sealed:
        """Only `open` with the same owner gives it back."""
        key = AESGCM.generate_key(256)
        nonce = secrets.token_bytes(12)
        ciphertext = nonce + AESGCM(key).encrypt(nonce, plain, owner.encode())
        return Sealed(self._master.wrap(key, _purpose(owner)), ciphertext)

    def open(self, owner: str, sealed: Sealed) -> bytes:
        key = self._master.unwrap(sealed.wrapped_key, _purpose(owner))
        nonce, ciphertext = sealed.ciphertext[:12], sealed.ciphertext[12:]
        return AESGCM(key).decrypt(nonce, ciphertext, owner.encode())


def _purpose(owner: str) -> str:
    return f"data-key:{owner}"
