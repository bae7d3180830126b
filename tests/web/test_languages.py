"""Which language a page is in, and that both languages say the same things."""

import string
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from gateway.web.languages import Language, Texts, accepted, choose_language, read_words

ROOMS = ("web", "login", "consent", "oidc", "admin", "reader", "demo")


def request(query: str = "", cookie: str = "", accept_language: str = "") -> Request:
    headers = {"accept-language": accept_language, "cookie": cookie}
    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items() if value]
    return Request({"type": "http", "query_string": query.encode(), "headers": raw})


@pytest.mark.parametrize(
    ("query", "cookie", "accept_language", "chosen"),
    [
        ("", "", "", "ja"),
        ("", "", "en-GB,en;q=0.9,ja;q=0.8", "en"),
        ("", "", "de,ja;q=0.5,en;q=0.4", "ja"),
        ("", "", "ja;q=0.5, en;q=0.6", "en"),
        ("", "", "en;q=0, fr", "ja"),
        ("", "genkan_language=en", "ja", "en"),
        ("", "genkan_language=xx", "en", "en"),
        ("ui_locales=en", "genkan_language=ja", "ja", "en"),
        ("ui_locales=fr-CA+en-US+ja", "", "ja", "en"),
        ("ui_locales=fr", "genkan_language=en", "", "en"),
        ("lang=ja&ui_locales=en", "", "", "ja"),
        ("lang=xx", "", "en", "en"),
    ],
)
def test_what_was_asked_for_here_then_before_then_by_the_browser(
    query: str, cookie: str, accept_language: str, chosen: str
) -> None:
    assert choose_language(request(query, cookie, accept_language)) == chosen


@given(st.text(st.characters(max_codepoint=255), max_size=300))
def test_any_header_gives_a_language(header: str) -> None:
    assert choose_language(request(accept_language=header)) in tuple(Language)
    assert isinstance(accepted(header), list)


def test_a_text_says_its_values_and_an_unknown_key_raises() -> None:
    texts = Texts([files("gateway.login").joinpath("texts")])
    assert texts.say(Language.JA, "failure_back", service="{健康}") == "{健康} に戻る"
    with pytest.raises(KeyError):
        texts.say(Language.JA, "no_such_text")


@pytest.mark.parametrize("room", ROOMS)
def test_both_languages_fill_the_same_places(room: str) -> None:
    folder = files(f"gateway.{room}").joinpath("texts")
    japanese, english = (read_words(folder.joinpath(f"{name}.toml")) for name in ("ja", "en"))
    assert {key: places(text) for key, text in japanese.items()} == {
        key: places(text) for key, text in english.items()
    }


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def words(folder: Path, **languages: str) -> Path:
    folder.mkdir()
    for language, text in languages.items():
        (folder / f"{language}.toml").write_text(text, "utf-8")
    return folder


def test_a_text_of_one_language_only_stops_the_start(tmp_path: Path) -> None:
    texts = Texts([words(tmp_path / "good", ja='a = "あ"', en='a = "a"')])
    assert (texts.say(Language.JA, "a"), texts.say(Language.EN, "a")) == ("あ", "a")
    with pytest.raises(ValueError, match="one language"):
        Texts([words(tmp_path / "bad", ja='a = "あ"\nb = "い"', en='a = "a"')])


def test_two_rooms_with_one_key_stop_the_start(tmp_path: Path) -> None:
    rooms = [words(tmp_path / name, ja='a = "あ"', en='a = "a"') for name in ("one", "two")]
    with pytest.raises(ValueError, match="two rooms"):
        Texts(rooms)
