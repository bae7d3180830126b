"""A secret that has to be read again opens here, for its owner and its purpose alone."""

import pytest

from gateway.keys.hashing import KeyedHash
from gateway.keys.kept import UnsealError, seal, unseal

HERE, ELSEWHERE = KeyedHash(bytes(32)), KeyedHash(b"x" * 32)
SECRET = "a-secret-of-forty-three-random-characters-x"


def test_it_opens_for_its_owner() -> None:
    assert (
        unseal(HERE, "client-secret", "health", seal(HERE, "client-secret", "health", SECRET))
        == SECRET
    )


def test_sealed_twice_it_looks_different_and_tells_nothing() -> None:
    first, second = (seal(HERE, "client-secret", "health", SECRET) for _ in range(2))
    assert first != second
    assert SECRET.encode() not in first


@pytest.mark.parametrize(
    ("keyed_hash", "purpose", "owner"),
    [
        (ELSEWHERE, "client-secret", "health"),
        (HERE, "another", "health"),
        (HERE, "client-secret", "points"),
    ],
)
def test_it_opens_for_nobody_else(keyed_hash: KeyedHash, purpose: str, owner: str) -> None:
    sealed = seal(HERE, "client-secret", "health", SECRET)
    with pytest.raises(UnsealError) as refused:
        unseal(keyed_hash, purpose, owner, sealed)
    assert SECRET not in str(refused.value)


def test_what_was_changed_or_cut_does_not_open() -> None:
    sealed = seal(HERE, "client-secret", "health", SECRET)
    for broken in (b"", sealed[:11], sealed[:-1], sealed[:-1] + bytes([sealed[-1] ^ 1])):
        with pytest.raises(UnsealError):
            unseal(HERE, "client-secret", "health", broken)
