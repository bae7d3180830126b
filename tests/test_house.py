"""The shape of the house: sizes, duties in one line, nothing undocumented."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from gateway.card.api import Reason
from gateway.cli import app
from gateway.plugins import GROUPS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
MAX_FILE, MAX_FUNCTION = 300, 50


def sources(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted((ROOT / folder).rglob("*.py"))


@pytest.mark.parametrize("path", list(sources("gateway", "plugins", "tests")), ids=str)
def test_a_file_is_one_thing_and_a_function_too(path: Path) -> None:
    text = path.read_text("utf-8")
    assert len(text.splitlines()) <= MAX_FILE
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno < MAX_FUNCTION, node.name


@pytest.mark.parametrize("path", list(sources("gateway", "plugins")), ids=str)
def test_every_module_says_its_duty_first(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    if tree.body:
        assert ast.get_docstring(tree), "the module has no docstring"


def test_the_readme_explains_every_reason_plugin_group_and_command() -> None:
    for word in (*Reason, *GROUPS):
        assert f"`{word}`" in README, word
    for command in commands(app, "genkan"):
        assert f"`{command}" in README, command


def commands(group: typer.Typer, name: str) -> Iterator[str]:
    for command in group.registered_commands:
        yield f"{name} {command.name or getattr(command.callback, '__name__', '')}"
    for below in group.registered_groups:
        if below.typer_instance is not None:
            yield from commands(below.typer_instance, f"{name} {below.name}")


def test_no_rule_reads_a_clock_of_its_own() -> None:
    for path in sources("gateway"):
        if path.name == "clock.py":
            continue
        assert not re.search(r"datetime\.now\(|utcnow\(|time\.time\(", path.read_text("utf-8")), (
            path
        )


def test_the_individual_number_has_no_field() -> None:
    for path in sources("gateway", "plugins"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                assert "my_number" not in node.target.id
                assert "individual_number" not in node.target.id
