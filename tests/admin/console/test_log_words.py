"""Every deed and every detail that is written anywhere has words in both languages."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TypeGuard

import gateway
from gateway.admin.console import log_words
from gateway.admin.console.log_words import DEEDS, DETAILS
from gateway.audit.model import LogKind, Outcome
from gateway.web.languages import Language
from gateway.web.pages import Pages

TEXTS = Pages(["gateway.admin"]).texts
KNOWN = {deed for deeds in DEEDS.values() for deed in deeds}
NOUNS = {deed.partition(".")[0] for deed in KNOWN}
DEED = re.compile(rf"(?:{'|'.join(NOUNS - {'gateway'})})\.\w*(?:ed|en|made|signed_in|signed_out)")


def nodes() -> Iterator[ast.AST]:
    for folder in gateway.__path__:
        for file in sorted(Path(folder).rglob("*.py")):
            if file.name != "log_words.py":
                yield from ast.walk(ast.parse(file.read_text("utf-8")))


def test_every_deed_that_is_written_has_words() -> None:
    strings = (node.value for node in nodes() if isinstance(node, ast.Constant))
    written = {text for text in strings if isinstance(text, str) and DEED.fullmatch(text)}
    assert len(written) > 50
    assert written - KNOWN == set()


def test_every_detail_that_is_written_has_words() -> None:
    written: set[str] = set()
    for node in nodes():
        if _makes_entry(node):
            written |= {keyword.arg for keyword in node.keywords if keyword.arg}
        if isinstance(node, ast.keyword) and node.arg == "detail":
            written |= set(_names(node.value))
        if isinstance(node, ast.Assign) and any(_is_detail(target) for target in node.targets):
            written |= set(_names(node.value))
    assert len(written) > 20
    assert written - DETAILS - {"client_id", "resident", "tenant_id"} == set()


def test_all_words_are_there_in_both_languages() -> None:
    keys = [
        *(log_words.deed_key(deed) for deed in KNOWN),
        *(log_words.detail_key(name) for name in DETAILS),
        *(log_words.kind_key(kind) for kind in LogKind),
        *(log_words.outcome_key(outcome) for outcome in Outcome),
        *(log_words.actor_key(actor) for actor in log_words.ACTORS),
    ]
    for language in Language:
        for key in keys:
            assert key is not None
            assert TEXTS.say(language, key)


def test_what_has_no_words_is_no_key() -> None:
    assert log_words.deed_key("deed.undone") is None
    assert log_words.detail_key("<script>") is None
    assert log_words.kind_key("gossip") is None
    assert log_words.outcome_key("perhaps") is None
    assert log_words.actor_key("operator:1") is None


def _makes_entry(node: ast.AST) -> TypeGuard[ast.Call]:
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    return node.func.attr in ("entry", "own_entry")


def _names(value: ast.expr) -> Iterator[str]:
    if isinstance(value, ast.Dict):
        for key in value.keys:
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                yield key.value


def _is_detail(target: ast.expr) -> bool:
    return isinstance(target, ast.Name) and target.id == "detail"
