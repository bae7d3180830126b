"""A folder of virtual cards: one JSON file each (0600), which holds the keys and the counters."""

import fcntl
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from gateway.virtual.card import CardKey, VirtualCard
from gateway.virtual.files import read_private, write_file
from gateway.virtual.pins import Pin, StoredPin, one_try_less

_CARD_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


class UnknownCardError(LookupError):
    """No card of this name lies in the folder."""


class UnreadableCardError(ValueError):
    """A file of the folder is not a card. The message names it, and nothing of its content."""


class _Key(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    certificate: bytes
    private_key: bytes
    pin_salt: bytes
    pin_digest: bytes
    tries_remaining: int


class _Card(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    holder_name: str
    keys: dict[Pin, _Key]


class CardFolder:
    def __init__(self, path: Path) -> None:
        self._path = path

    def cards(self) -> list[VirtualCard]:
        """Every card of the folder, by name."""
        found = sorted(path.stem for path in self._path.glob("*.json"))
        return [self.load(card_id) for card_id in found if _CARD_ID.fullmatch(card_id)]

    def load(self, card_id: str) -> VirtualCard:
        """The card, whose counters stay in its file."""
        stored = self._read(card_id)
        signature = stored.keys.get(Pin.SIGNATURE)
        return VirtualCard(
            card_id=card_id,
            holder_name=stored.holder_name,
            authentication=_card_key(stored.keys[Pin.AUTHENTICATION]),
            signature=None if signature is None else _card_key(signature),
            tries=_FileTries(self, card_id),
        )

    def has(self, card_id: str) -> bool:
        """UnknownCardError for what cannot be a card's name."""
        return self._file(card_id).exists()

    def save(self, card: VirtualCard) -> None:
        """Writes the card with its counters as they stand; replaces one of the same name."""
        keys = {Pin.AUTHENTICATION: card.authentication, Pin.SIGNATURE: card.signature}
        self._path.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._alone():
            stored = {
                pin: _stored_key(key, card.tries.remaining(pin))
                for pin, key in keys.items()
                if key is not None
            }
            self._write(card.card_id, _Card(holder_name=card.holder_name, keys=stored))

    def tries_remaining(self, card_id: str, pin: Pin) -> int:
        return self._read(card_id).keys[pin].tries_remaining

    def change_tries(self, card_id: str, pin: Pin, change: Callable[[int], int]) -> int:
        """Reads, changes and writes one counter while no other process does."""
        with self._alone():
            stored = self._read(card_id)
            remaining = change(stored.keys[pin].tries_remaining)
            key = msgspec.structs.replace(stored.keys[pin], tries_remaining=remaining)
            self._write(card_id, msgspec.structs.replace(stored, keys={**stored.keys, pin: key}))
        return remaining

    def _file(self, card_id: str) -> Path:
        if not _CARD_ID.fullmatch(card_id):
            raise UnknownCardError("a card's name is made of a-z, 0-9 and -")
        return self._path / f"{card_id}.json"

    def _read(self, card_id: str) -> _Card:
        path = self._file(card_id)
        try:
            stored = msgspec.json.decode(read_private(path), type=_Card)
        except FileNotFoundError:
            raise UnknownCardError("no card of this name lies in the folder") from None
        except msgspec.MsgspecError:
            raise UnreadableCardError(f"{path} is not a virtual card") from None
        if Pin.AUTHENTICATION not in stored.keys:
            raise UnreadableCardError(f"{path} has no authentication certificate")
        return stored

    def _write(self, card_id: str, stored: _Card) -> None:
        write_file(self._file(card_id), msgspec.json.encode(stored))

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Threads and processes that write to this folder stand in line."""
        descriptor = os.open(self._path / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


class _FileTries:
    """The counters in the card's own file: no crash and no restart gives a try back."""

    def __init__(self, folder: CardFolder, card_id: str) -> None:
        self._folder = folder
        self._card_id = card_id

    def remaining(self, pin: Pin) -> int:
        return self._folder.tries_remaining(self._card_id, pin)

    def spend(self, pin: Pin, seen: int | None) -> int:
        return self._folder.change_tries(
            self._card_id, pin, lambda remaining: one_try_less(pin, remaining, seen)
        )

    def restore(self, pin: Pin) -> None:
        self._folder.change_tries(self._card_id, pin, lambda _: pin.most_tries)


def _card_key(stored: _Key) -> CardKey:
    pin = StoredPin(salt=stored.pin_salt, digest=stored.pin_digest)
    return CardKey(stored.certificate, stored.private_key, pin)


def _stored_key(key: CardKey, tries_remaining: int) -> _Key:
    return _Key(key.certificate, key.private_key, key.pin.salt, key.pin.digest, tries_remaining)
