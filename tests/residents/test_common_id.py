"""共通ID: random, and a slip of the pen is noticed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.residents.common_id import ALPHABET, is_common_id, new_common_id


def test_a_common_id_has_128_random_bits_and_a_check_character() -> None:
    made = {new_common_id() for _ in range(500)}
    assert len(made) == 500
    for common_id in made:
        assert is_common_id(common_id)
        assert len(common_id) == 27
        assert set(common_id) <= set(ALPHABET)
        assert ALPHABET.index(common_id[0]) < 8  # 26 symbols of five bits hold 130
    assert {common_id[position] for common_id in made for position in (5, 12, 25)} == set(ALPHABET)


def test_the_alphabet_has_no_lookalikes() -> None:
    assert len(set(ALPHABET)) == 32
    assert not set("ILOU") & set(ALPHABET)


@given(st.integers(0, 26), st.sampled_from(ALPHABET))
def test_one_wrong_symbol_is_noticed(position: int, symbol: str) -> None:
    good = new_common_id()
    wrong = good[:position] + symbol + good[position + 1 :]
    assert is_common_id(wrong) == (wrong == good)


def test_neighbours_changing_places_are_noticed_but_for_one_pair() -> None:
    """Luhn's algorithm cannot tell the first and the last symbol of the alphabet apart."""
    for position in range(26):
        good = new_common_id()
        one, two = good[position], good[position + 1]
        wrong = good[:position] + two + one + good[position + 2 :]
        assert is_common_id(wrong) == (one == two or {one, two} == {ALPHABET[0], ALPHABET[31]})


@pytest.mark.parametrize("symbol", [" ", "-", "I", "O", "u", "あ", "\n"])
def test_what_has_another_form_is_no_common_id(symbol: str) -> None:
    good = new_common_id()
    assert is_common_id(good)
    for wrong in (symbol + good, good + symbol, symbol + good[1:], good[:-1] + symbol, good[1:]):
        assert not is_common_id(wrong)


@given(st.text(max_size=40))
def test_no_text_breaks_the_check(text: str) -> None:
    assert not is_common_id(text)


def test_a_common_id_is_not_what_is_typed_in_lower_case() -> None:
    common_id = next(found for found in iter(new_common_id, "") if not found.isdigit())
    assert not is_common_id(common_id.lower())
