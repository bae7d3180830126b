"""Every check and everything that may be found has words in both languages."""

import re
from importlib.resources import files
from pathlib import Path

import gateway.conform
from gateway.conform.plan import CHECKS
from gateway.conform.visit import StoppedError
from gateway.web.languages import Language, read_words

WORDS = {
    language: read_words(files("gateway.conform").joinpath("texts", f"{language}.toml"))
    for language in Language
}
USED = re.compile(r'"((?:found|because)_[a-z0-9_]+)"')


def used_keys() -> set[str]:
    keys = {f"{kind}_{check.key}" for check in CHECKS for kind in ("check", "change")}
    for file in Path(gateway.conform.__path__[0]).rglob("*.py"):
        text = file.read_text("utf-8")
        keys |= set(USED.findall(text))
        stops = re.findall(rf'{StoppedError.__name__}\("(\w+)"', text)
        keys |= {f"found_stopped_{why}" for why in stops}
    return keys | {"summary_passed", "summary_failed"}


def test_what_is_used_has_words_and_no_words_are_left_over() -> None:
    for words in WORDS.values():
        told = {key for key in words if not key.startswith("manual_")}
        assert told == used_keys()


def test_both_languages_fill_in_the_same() -> None:
    names = re.compile(r"\{(\w+)\}")
    for key, text in WORDS[Language.EN].items():
        assert set(names.findall(text)) == set(names.findall(WORDS[Language.JA][key])), key


def test_every_check_has_a_name_of_its_own_and_a_clause() -> None:
    assert len({check.name for check in CHECKS}) == len(CHECKS)
    assert all("§" in check.clause for check in CHECKS)
