"""The command as somebody types it: in a folder of its own, with an environment of its own."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from gateway.cli import main


@dataclass(frozen=True)
class Finished:
    exit_code: int
    out: str
    err: str


Genkan = Callable[..., Finished]


@pytest.fixture
def genkan(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Genkan:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments: str | Path, **environment: str) -> Finished:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "argv", ["genkan", *(str(argument) for argument in arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        code = ended.value.code
        assert isinstance(code, int | None)
        printed = capsys.readouterr()
        return Finished(code or 0, printed.out, printed.err)

    return run
