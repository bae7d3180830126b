"""Origin and challenge, bound together."""

from hashlib import sha256

from gateway.card.to_be_signed import to_be_signed

ORIGIN = "https://id.example.test"


def test_it_is_the_hash_of_the_origin_and_the_hash_of_the_challenge() -> None:
    made = to_be_signed(ORIGIN, b"\x01" * 32)

    assert made == sha256(ORIGIN.encode()).digest() + sha256(b"\x01" * 32).digest()
    assert len(made) == 64


def test_another_origin_asks_for_another_signature() -> None:
    assert to_be_signed(ORIGIN, bytes(32)) != to_be_signed(ORIGIN + ".evil", bytes(32))


def test_no_byte_moves_from_the_origin_to_the_challenge() -> None:
    assert to_be_signed("https://a.test", b"bc") != to_be_signed("https://a.testb", b"c")
