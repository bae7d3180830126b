"""A code that can be read aloud, typed on any keyboard, and not mistaken for another."""

import pytest

from gateway.oidc.devices.user_code import ALPHABET, MAX_TYPED, new_user_code, read_user_code


def test_its_letters_make_no_words_and_look_like_no_other() -> None:
    assert not set(ALPHABET) & set("AEIOU")
    for alike in ("0O", "1IL", "2Z", "5S", "6G", "8B", "UV", "NM"):
        assert len(set(alike) & set(ALPHABET)) <= 1, alike
    assert len(ALPHABET) == len(set(ALPHABET))
    assert len(ALPHABET) ** 8 > 2**35


def test_a_new_one_reads_as_itself() -> None:
    codes = {new_user_code() for _ in range(500)}
    assert len(codes) == 500
    assert all(read_user_code(code) == code for code in codes)


@pytest.mark.parametrize(
    "typed",
    [
        "BCDF-3479",
        "bcdf3479",
        " bcdf 3479 ",
        "ＢＣＤＦ－３４７９",
        "ｂｃｄｆー３４７９",
        "bcdf\u20143479",
        "BCDF\u22123479",
        "b c d f\u30003479\t",
        "BC-DF-34-79",
    ],
)
def test_it_is_read_however_it_is_typed(typed: str) -> None:
    assert read_user_code(typed) == "BCDF-3479"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "-",
        "BCDF-347",
        "BCDF-34799",
        "BCDF-3470",
        "ACDF-3479",
        "BCDF\n\x00347",
        "<b>F3479",
        "二二二二-3479",
        f"{' ' * MAX_TYPED}BCDF-3479",
    ],
)
def test_anything_else_is_no_code(typed: str) -> None:
    assert read_user_code(typed) is None
