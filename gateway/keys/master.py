"""The master key: the one secret outside the store, under which all other keys are wrapped."""

import base64
import binascii
import os
import secrets
import stat
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gateway.errors import SettingsError
from gateway.settings import Keys

KEY_BYTES = 32
_NONCE_BYTES = 12


class MasterKey:
    """AES-256-GCM (NIST SP 800-38D) with a random nonce; the purpose is authenticated with it, so
    that what was wrapped for one purpose never opens for another."""

    def __init__(self, key: bytes) -> None:
        self._aead = AESGCM(key)

    def wrap(self, plain: bytes, purpose: str) -> bytes:
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._aead.encrypt(nonce, plain, purpose.encode())

    def unwrap(self, wrapped: bytes, purpose: str) -> bytes:
        nonce, ciphertext = wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:]
        try:
            return self._aead.decrypt(nonce, ciphertext, purpose.encode())
        except (InvalidTag, ValueError) as cause:
            raise SettingsError(
                f"keys.master_key_file: this master key does not open {purpose}; "
                "it is not the one this store was made with"
            ) from cause


def load_master_key(settings: Keys) -> MasterKey:
    """From the environment or from a file that only its owner can read."""
    if settings.master_key is not None:
        return MasterKey(_decode(settings.master_key, "keys.master_key"))
    path = Path(settings.master_key_file)
    try:
        mode = path.stat().st_mode
        text = path.read_text("ascii")
    except FileNotFoundError as cause:
        raise SettingsError(
            f"keys.master_key_file: {path} is not there; `genkan init` makes it"
        ) from cause
    except (OSError, UnicodeDecodeError) as cause:
        raise SettingsError(f"keys.master_key_file: {path} cannot be read") from cause
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise SettingsError(f"keys.master_key_file: others may read {path}; run `chmod 600 {path}`")
    return MasterKey(_decode(text, "keys.master_key_file"))


def create_master_key(path: Path) -> bool:
    """Writes a new key, readable by its owner only. False where one is there already."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(descriptor, "wb") as file:
        file.write(base64.b64encode(secrets.token_bytes(KEY_BYTES)) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    return True


def _decode(text: str, setting: str) -> bytes:
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError) as cause:
        raise SettingsError(f"{setting}: it must be base64") from cause
    if len(key) != KEY_BYTES:
        raise SettingsError(f"{setting}: it must be {KEY_BYTES} bytes in base64")
    return key
