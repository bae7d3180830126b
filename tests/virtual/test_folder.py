"""Cards in a folder: private files, and counters that no crash gives back."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gateway.virtual.authority import DemoAuthority
from gateway.virtual.card import VirtualCard
from gateway.virtual.folder import CardFolder, UnknownCardError, UnreadableCardError
from gateway.virtual.issue import issue_card
from gateway.virtual.keys import PrivateKey
from gateway.virtual.pins import Pin, PinLockedError, TriesChangedError, WrongPinError
from tests.virtual.conftest import HANAKO, NOW, PASSWORD, PIN

DATA = b"data"


@pytest.fixture
def folder(tmp_path: Path, card: VirtualCard) -> CardFolder:
    folder = CardFolder(tmp_path / "cards")
    folder.save(card)
    return folder


def test_a_saved_card_comes_back_whole(folder: CardFolder, card: VirtualCard) -> None:
    loaded = folder.load("hanako")
    assert (loaded.holder_name, loaded.authentication, loaded.signature) == (
        card.holder_name,
        card.authentication,
        card.signature,
    )
    assert loaded.sign_authentication(PIN, DATA) == card.sign_authentication(PIN, DATA)
    assert loaded.sign_signature(PASSWORD, DATA) == card.sign_signature(PASSWORD, DATA)


def test_the_folder_lists_its_cards_by_name(
    folder: CardFolder, authority: DemoAuthority, key: PrivateKey, tmp_path: Path
) -> None:
    child = issue_card(
        authority,
        HANAKO,
        NOW,
        signature_password="",
        authentication_pin=PIN,
        with_signature=False,
        card_id="child",
        new_key=lambda: key,
    )
    folder.save(child)
    (tmp_path / "cards" / "notes.txt").write_text("not a card")
    (tmp_path / "cards" / ".hidden.json").write_text("not a card")
    assert [found.card_id for found in folder.cards()] == ["child", "hanako"]
    assert folder.load("child").signature is None


def test_a_folder_that_is_not_there_has_no_cards(tmp_path: Path) -> None:
    assert CardFolder(tmp_path / "nowhere").cards() == []


def test_a_card_file_is_for_its_owner_only(folder: CardFolder, tmp_path: Path) -> None:
    file = tmp_path / "cards" / "hanako.json"
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    file.chmod(0o644)
    with pytest.raises(PermissionError, match="chmod 600"):
        folder.load("hanako")


def test_no_pin_stands_in_the_file(folder: CardFolder, tmp_path: Path) -> None:
    stored = json.loads((tmp_path / "cards" / "hanako.json").read_text())
    for key in stored["keys"].values():
        assert set(key) == {
            "certificate",
            "private_key",
            "pin_salt",
            "pin_digest",
            "tries_remaining",
        }
        assert PIN not in (key["pin_salt"], key["pin_digest"])
        assert PASSWORD not in (key["pin_salt"], key["pin_digest"])


@pytest.mark.parametrize(
    "card_id", ["unknown", "../hanako", "", "a/b", ".lock", "HANAKO", "hanako\n"]
)
def test_what_is_no_card_of_the_folder_is_not_looked_for(folder: CardFolder, card_id: str) -> None:
    with pytest.raises(UnknownCardError):
        folder.load(card_id)


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"holder_name": "x"}', '{"holder_name": "x", "keys": {}}']
)
def test_a_broken_file_is_named_and_not_shown(
    folder: CardFolder, tmp_path: Path, content: str
) -> None:
    (tmp_path / "cards" / "hanako.json").write_text(content)
    with pytest.raises(UnreadableCardError, match="hanako"):
        folder.load("hanako")


def test_a_wrong_pin_is_remembered_by_the_file(folder: CardFolder) -> None:
    with pytest.raises(WrongPinError):
        folder.load("hanako").sign_authentication("9999", DATA)
    assert folder.load("hanako").tries.remaining(Pin.AUTHENTICATION) == 2
    assert folder.load("hanako").tries.remaining(Pin.SIGNATURE) == 5


def test_a_locked_card_stays_locked_when_loaded_again(folder: CardFolder) -> None:
    for _ in range(3):
        with pytest.raises((WrongPinError, PinLockedError)):
            folder.load("hanako").sign_authentication("9999", DATA)
    with pytest.raises(PinLockedError):
        folder.load("hanako").sign_authentication(PIN, DATA)


def test_saving_a_card_again_gives_no_try_back(folder: CardFolder) -> None:
    card = folder.load("hanako")
    with pytest.raises(WrongPinError):
        card.sign_authentication("9999", DATA)
    folder.save(card)
    assert folder.load("hanako").tries.remaining(Pin.AUTHENTICATION) == 2


def test_twenty_guesses_at_once_are_not_more_than_three(folder: CardFolder) -> None:
    def guess(_: int) -> str:
        try:
            folder.load("hanako").sign_authentication("9999", DATA)
        except (WrongPinError, PinLockedError) as refused:
            return type(refused).__name__
        return "signed"

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(guess, range(20)))
    assert outcomes.count("WrongPinError") == 2
    assert outcomes.count("PinLockedError") == 18


def test_a_form_sent_twenty_times_spends_one_try(folder: CardFolder) -> None:
    def send(_: int) -> str:
        try:
            folder.load("hanako").sign_authentication("9999", DATA, seen=3)
        except (WrongPinError, TriesChangedError) as refused:
            return type(refused).__name__
        return "signed"

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(send, range(20)))
    assert outcomes.count("WrongPinError") == 1
    assert folder.load("hanako").tries.remaining(Pin.AUTHENTICATION) == 2


_DIES_WHILE_COMPARING = """
import os, sys
from pathlib import Path
import gateway.virtual.pins as pins
from gateway.virtual.folder import CardFolder

pins.hashlib.scrypt = lambda *_, **__: os.kill(os.getpid(), 9)
CardFolder(Path(sys.argv[1])).load("hanako").sign_authentication("9999", b"data")
"""


def test_pulling_the_plug_while_the_pin_is_compared_wins_no_try(
    folder: CardFolder, tmp_path: Path
) -> None:
    for remaining in (2, 1, 0):
        died = subprocess.run(  # noqa: S603 (this interpreter, the words above)
            [sys.executable, "-c", _DIES_WHILE_COMPARING, str(tmp_path / "cards")], check=False
        )
        assert died.returncode == -9
        assert folder.load("hanako").tries.remaining(Pin.AUTHENTICATION) == remaining
    with pytest.raises(PinLockedError):
        folder.load("hanako").sign_authentication(PIN, DATA)


def test_a_write_that_fails_leaves_the_old_file(
    folder: CardFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError("no space left")

    before = (tmp_path / "cards" / "hanako.json").read_bytes()
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="no space left"):
            folder.load("hanako").sign_authentication(PIN, DATA)
    assert (tmp_path / "cards" / "hanako.json").read_bytes() == before
    assert {path.name for path in (tmp_path / "cards").iterdir()} == {".lock", "hanako.json"}
