"""Operators' passwords: Argon2id, hashed few at a time, and what a new one must be."""

import asyncio
import base64
import secrets
import threading
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from enum import StrEnum
from typing import ParamSpec, TypeVar

from argon2 import Parameters, PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST, LONGEST = 12, 128
# RFC 9106 §4, the second recommended option: Argon2id, 3 passes, 64 MiB, 4 lanes.
PARAMETERS = Parameters(
    type=Type.ID,
    version=19,
    salt_len=16,
    hash_len=32,
    time_cost=3,
    memory_cost=64 * 1024,
    parallelism=4,
)
AT_ONCE, WAITING = 2, 16

# NFKC composes: what is longer than this before it is longer than LONGEST after.
_LONGEST_TYPED = 4 * LONGEST
_ROWS = ("0123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm")
_COMMONEST = frozenset(
    {
        "1234567890ab",
        "123456789abc",
        "1q2w3e4r5t6y",
        "1qaz2wsx3edc",
        "administrator",
        "administrator1",
        "changeme1234",
        "iloveyou1234",
        "letmein12345",
        "p@ssw0rd1234",
        "passw0rd1234",
        "password1234",
        "password12345",
        "password123456",
        "q1w2e3r4t5y6",
        "qwerty123456",
        "qwertyuiop123",
        "welcome12345",
    }
)

P = ParamSpec("P")
T = TypeVar("T")


class TooBusy(Exception):  # noqa: N818 - it says what is, as those of errors.py do
    """More passwords wait to be hashed than there is memory for. Answered 503."""


class PasswordFault(StrEnum):
    """Why a new password is refused (NIST SP 800-63B-4 §3.1.1.2: no rules of composition)."""

    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    HAS_LOGIN_NAME = "has_login_name"
    IS_A_PATTERN = "is_a_pattern"
    IS_COMMON = "is_common"


def fault_in(password: str, login_name: str) -> PasswordFault | None:
    """What is wrong with a new password; None: nothing is."""
    prepared = _prepare(password)
    if prepared is None or len(prepared) > LONGEST:
        return PasswordFault.TOO_LONG
    if len(prepared) < SHORTEST:
        return PasswordFault.TOO_SHORT
    folded = prepared.casefold()
    if any(len(name) > 3 and name in folded for name in (login_name, login_name.split("@")[0])):
        return PasswordFault.HAS_LOGIN_NAME
    if folded in _COMMONEST:
        return PasswordFault.IS_COMMON
    if _repeats_itself(folded) or _runs_along_a_row(folded):
        return PasswordFault.IS_A_PATTERN
    return None


class PasswordHashing:
    """At most `at_once` hashes take memory at the same time and `waiting` more stand in line, also
    where whoever asked has gone: a thread cannot be called back."""

    def __init__(
        self, parameters: Parameters = PARAMETERS, *, at_once: int = AT_ONCE, waiting: int = WAITING
    ) -> None:
        self._hasher = PasswordHasher.from_parameters(parameters)
        self._dummy = _nobodys_hash(parameters)
        self._threads = ThreadPoolExecutor(at_once, "password")
        self._places = threading.BoundedSemaphore(at_once + waiting)

    async def hash(self, password: str) -> str:
        """Of a password without a fault. Raises TooBusy."""
        return await self._in_thread(self._hasher.hash, _secret(_prepare(password) or ""))

    async def matches(self, password_hash: str | None, unverified_password: str) -> bool:
        """Takes as long for somebody who has no password (None) as for anybody. Raises TooBusy."""
        prepared = _prepare(unverified_password)
        if password_hash is None or prepared is None:
            await self._in_thread(self._verify, self._dummy, b"")
            return False
        return await self._in_thread(self._verify, password_hash, _secret(prepared))

    def is_outdated(self, password_hash: str) -> bool:
        """Whether it was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(password_hash)

    def _verify(self, password_hash: str, secret: bytes) -> bool:
        try:
            return self._hasher.verify(password_hash, secret)
        except (VerificationError, InvalidHashError):
            return False

    async def _in_thread(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        if not self._places.acquire(blocking=False):
            raise TooBusy("too many passwords wait to be checked")
        future = self._threads.submit(work, *args, **kwargs)
        future.add_done_callback(lambda _: self._places.release())
        return await asyncio.wrap_future(future)


def _prepare(password: str) -> str | None:
    """The same text however a keyboard composes a letter (NIST SP 800-63B-4 §3.1.1.2: NFKC);
    None where it is longer than any password can be."""
    if len(password) > _LONGEST_TYPED:
        return None
    return unicodedata.normalize("NFKC", password)


def _secret(prepared: str) -> bytes:
    # JSON can carry half of a surrogate pair: it is no letter, and no reason to fail.
    return prepared.encode("utf-8", "surrogatepass")


def _repeats_itself(text: str) -> bool:
    """Whether it is one piece, too short to be a password itself, over and over."""
    return any(text == (text[:size] * len(text))[: len(text)] for size in range(1, SHORTEST))


def _runs_along_a_row(text: str) -> bool:
    """Whether it only follows the digits, the alphabet or a keyboard, either way."""
    return any(way in row * len(text) for row in _ROWS for way in (text, text[::-1]))


def _nobodys_hash(parameters: Parameters) -> str:
    """Well-formed, and of no password: it costs what a real one costs."""

    def unpadded(size: int) -> str:
        return base64.b64encode(secrets.token_bytes(size)).rstrip(b"=").decode("ascii")

    return (
        f"$argon2id$v={parameters.version}$m={parameters.memory_cost},t={parameters.time_cost},"
        f"p={parameters.parallelism}${unpadded(parameters.salt_len)}${unpadded(parameters.hash_len)}"
    )
