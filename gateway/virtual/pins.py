"""The PIN rules of the card: shape before anything, salted hashes, five or three tries."""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Self


class Pin(StrEnum):
    """The two secrets of a card; each guards one key and has its own counter."""

    SIGNATURE = "signature"
    """署名用パスワード: 6 to 16 upper-case letters and digits."""
    AUTHENTICATION = "authentication"
    """利用者証明用パスワード: four digits."""

    @property
    def most_tries(self) -> int:
        return 5 if self is Pin.SIGNATURE else 3


_SHAPE = {
    Pin.SIGNATURE: re.compile(r"[A-Z0-9]{6,16}"),
    Pin.AUTHENTICATION: re.compile(r"[0-9]{4}"),
}


class MalformedPinError(Exception):
    """Not of the shape such a PIN has: it is never shown to the card and costs no try."""

    def __init__(self, pin: Pin) -> None:
        super().__init__(f"malformed {pin} PIN")
        self.pin = pin


class WrongPinError(Exception):
    def __init__(self, pin: Pin, tries_remaining: int) -> None:
        super().__init__(f"wrong {pin} PIN")
        self.pin = pin
        self.tries_remaining = tries_remaining


class TriesChangedError(Exception):
    """The counter is not what the person saw when they decided to spend a try: none was spent."""

    def __init__(self, pin: Pin) -> None:
        super().__init__(f"the tries of the {pin} PIN changed meanwhile")
        self.pin = pin


class PinLockedError(Exception):
    """No try is left. Only the municipality can unlock the card."""

    def __init__(self, pin: Pin) -> None:
        super().__init__(f"the {pin} PIN is locked")
        self.pin = pin


def prepare_pin(pin: Pin, typed: str) -> str:
    """What is shown to the card: lower case becomes upper case, the shape is checked."""
    # str.upper() turns some other letters into ASCII ("ß" into "SS"): they are malformed.
    prepared = typed.upper() if typed.isascii() else ""
    if not _SHAPE[pin].fullmatch(prepared):
        raise MalformedPinError(pin)
    return prepared


@dataclass(frozen=True, slots=True)
class StoredPin:
    """scrypt of a PIN. A demo card's file is not a chip: who can read it can try all PINs."""

    salt: bytes = field(repr=False)
    digest: bytes = field(repr=False)

    @classmethod
    def of(cls, pin: Pin, typed: str) -> Self:
        salt = secrets.token_bytes(16)
        return cls(salt, _scrypt(prepare_pin(pin, typed), salt))

    def matches(self, prepared: str) -> bool:
        return hmac.compare_digest(self.digest, _scrypt(prepared, self.salt))


def _scrypt(prepared: str, salt: bytes) -> bytes:
    return hashlib.scrypt(prepared.encode(), salt=salt, n=2**14, r=8, p=1, dklen=32)


def one_try_less(pin: Pin, remaining: int, seen: int | None) -> int:
    """What the counter becomes before a PIN is compared. `seen` is the number the person was shown:
    a form sent twice must not spend two tries."""
    if remaining <= 0:
        raise PinLockedError(pin)
    if seen is not None and seen != remaining:
        raise TriesChangedError(pin)
    return remaining - 1
