"""Passwords: which are refused, what a check costs, and how many are checked at once."""

import asyncio
import threading

import pytest
from argon2 import PasswordHasher

from gateway.operators.passwords import (
    PARAMETERS,
    PasswordFault,
    PasswordHashing,
    TooBusy,
    fault_in,
)
from tests.operators.door import QUICK

GOOD = [
    "correct horse battery",
    "zwölf Zeichen",
    "花咲町の桜は四月に咲きます",
    "        x        y",
    "a1" * 6 + "b2" * 6,
    "a" * 64 + "bcdefghijkl" * 4,
]


@pytest.mark.parametrize("password", GOOD)
def test_a_password_of_any_kind_of_characters_is_good(password: str) -> None:
    assert fault_in(password, "hanako@hanasaki.example") is None


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("elevenchars", PasswordFault.TOO_SHORT),
        ("", PasswordFault.TOO_SHORT),
        ("ｶﾞ" * 6, PasswordFault.TOO_SHORT),
        ("correct horse " * 10, PasswordFault.TOO_LONG),
        ("x" * 1_000_000, PasswordFault.TOO_LONG),
        ("hanako@hanasaki.example", PasswordFault.HAS_LOGIN_NAME),
        ("my name is HANAKO", PasswordFault.HAS_LOGIN_NAME),
        ("ｈａｎａｋｏ and more", PasswordFault.HAS_LOGIN_NAME),
        ("xxxxxxxxxxxxxxx", PasswordFault.IS_A_PATTERN),
        ("abcabcabcabcab", PasswordFault.IS_A_PATTERN),
        ("花咲町花咲町花咲町花咲町", PasswordFault.IS_A_PATTERN),
        ("1234567890123", PasswordFault.IS_A_PATTERN),
        ("zyxwvutsrqponm", PasswordFault.IS_A_PATTERN),
        ("QWERTYUIOPasdf", PasswordFault.IS_A_PATTERN),
        ("password1234", PasswordFault.IS_COMMON),
        ("Administrator", PasswordFault.IS_COMMON),
    ],
)
def test_a_password_that_is_soon_guessed_is_refused(password: str, fault: PasswordFault) -> None:
    assert fault_in(password, "hanako@hanasaki.example") is fault


def test_a_length_of_12_and_of_128_is_just_right() -> None:
    words = "correct horse battery staple " * 5
    assert fault_in(words[:12], "h") is fault_in(words[:127] + "!", "h") is None
    assert fault_in(words[:11], "h") is PasswordFault.TOO_SHORT
    assert fault_in(words[:128] + "!", "h") is PasswordFault.TOO_LONG


def test_the_login_name_counts_once_it_is_long_enough_to_be_a_word() -> None:
    assert fault_in("the ann of green", "ann@minato.example") is None
    assert fault_in("the anne of green", "anne@minato.example") is PasswordFault.HAS_LOGIN_NAME


@pytest.mark.anyio
async def test_hashes_are_argon2id_with_the_parameters_of_rfc_9106() -> None:
    hashed = await PasswordHashing().hash("correct horse battery")
    assert hashed.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert await PasswordHashing().matches(hashed, "correct horse battery")
    assert not await PasswordHashing().matches(hashed, "correct horse batterie")


@pytest.mark.anyio
async def test_the_same_word_matches_however_a_keyboard_composes_it() -> None:
    hashing = PasswordHashing(QUICK)
    hashed = await hashing.hash("ガギグゲゴ zwölf Zeichen")
    assert await hashing.matches(hashed, "ｶﾞｷﾞｸﾞｹﾞｺﾞ zwo\u0308lf Zeichen")
    assert not await hashing.matches(hashed, "カキクケコ zwolf Zeichen")


@pytest.mark.anyio
@pytest.mark.parametrize("password", ["", "x" * 100_000, "\ud800", "\x00", "correct horse battery"])
async def test_nobodys_password_matches_nothing(password: str) -> None:
    assert not await PasswordHashing(QUICK).matches(None, password)


@pytest.mark.anyio
@pytest.mark.parametrize("password", ["", "x" * 100_000, "\ud800", "\x00"])
async def test_what_no_password_can_be_is_a_wrong_one(password: str) -> None:
    hashing = PasswordHashing(QUICK)
    assert not await hashing.matches(await hashing.hash("correct horse battery"), password)


@pytest.mark.anyio
@pytest.mark.parametrize("kept", ["", "plain", "$argon2id$v=19$m=8,t=1,p=1$AAAA", "$2b$12$x"])
async def test_what_is_no_hash_matches_nothing(kept: str) -> None:
    assert not await PasswordHashing(QUICK).matches(kept, kept)


@pytest.mark.anyio
async def test_somebody_without_a_password_costs_a_whole_hash(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    checked: list[str] = []
    verify = PasswordHasher.verify

    def noted(self: PasswordHasher, hash: str, password: bytes) -> bool:
        checked.append(hash.rpartition("$")[0].rpartition("$")[0])
        return verify(self, hash, password)

    monkeypatch.setattr(PasswordHasher, "verify", noted)
    hashing = PasswordHashing(QUICK)
    await hashing.matches(await hashing.hash("correct horse battery"), "wrong")
    await hashing.matches(None, "wrong")
    await hashing.matches(None, "x" * 100_000)
    assert checked == ["$argon2id$v=19$m=8,t=1,p=1"] * 3


@pytest.mark.anyio
async def test_a_hash_of_other_parameters_is_outdated() -> None:
    quick = await PasswordHashing(QUICK).hash("correct horse battery")
    assert PasswordHashing(PARAMETERS).is_outdated(quick)
    assert not PasswordHashing(QUICK).is_outdated(quick)


@pytest.mark.anyio
async def test_no_more_than_so_many_are_hashed_and_no_more_than_so_many_wait(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    go, most, running, lock = threading.Event(), 0, 0, threading.Lock()

    def slow(self: PasswordHasher, hash: str, password: bytes) -> bool:
        nonlocal most, running
        with lock:
            running += 1
            most = max(most, running)
        go.wait(10)
        with lock:
            running -= 1
        return True

    monkeypatch.setattr(PasswordHasher, "verify", slow)
    hashing = PasswordHashing(QUICK, at_once=2, waiting=3)
    asked = [asyncio.create_task(hashing.matches("$", "x")) for _ in range(5)]
    await asyncio.sleep(0)
    with pytest.raises(TooBusy):
        await hashing.matches("$", "x")
    asked[0].cancel()
    await asyncio.sleep(0)
    with pytest.raises(TooBusy):  # whoever asked has gone; the thread and its memory have not
        await hashing.matches("$", "x")
    go.set()
    assert await asyncio.gather(*asked[1:]) == [True] * 4
    assert most == 2
    assert await hashing.matches("$", "x")
