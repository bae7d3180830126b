"""What is installed, and what goes into the image, is all that the commands need."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
# setuptools takes these along by itself; the template is for whoever writes a migration.
NOT_DATA = {".py", ".pyc", ".typed", ".mako"}


def data_files() -> Iterator[Path]:
    for package in ("gateway", "plugins"):
        for file in (ROOT / package).rglob("*"):
            if file.is_file() and file.suffix not in NOT_DATA:
                yield file.relative_to(ROOT)


def copied_into_the_image() -> Iterator[str]:
    for line in (ROOT / "Dockerfile").read_text("utf-8").splitlines():
        words = line.split()
        if words[:1] == ["COPY"] and not words[1].startswith("--from="):
            yield from words[1:-1]


@pytest.mark.parametrize("file", sorted(data_files()), ids=str)
def test_a_file_beside_the_code_is_installed_with_it(file: Path) -> None:
    patterns = PYPROJECT["tool"]["setuptools"]["package-data"].get(file.parts[0], [])
    assert f"**/*{file.suffix}" in patterns


@pytest.mark.parametrize("name", sorted(copied_into_the_image()))
def test_what_the_image_copies_is_there_and_reaches_the_builder(name: str) -> None:
    assert (ROOT / name).exists()
    assert f"!{name}" in (ROOT / ".dockerignore").read_text("utf-8").splitlines()


def test_nothing_else_reaches_the_builder() -> None:
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    allowed = {line.removeprefix("!") for line in rules if line.startswith("!")}
    assert allowed == set(copied_into_the_image())


def test_the_image_runs_as_a_plain_user_and_asks_itself_whether_it_is_ready() -> None:
    *_, last = (ROOT / "Dockerfile").read_text("utf-8").split("\nFROM ")
    assert "\nUSER genkan\n" in last
    assert 'CMD ["genkan", "health", "http://127.0.0.1:8000/readyz"]' in last
    assert "pip" not in last
    assert "apt" not in last
