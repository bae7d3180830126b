"""Every command explains itself, and so does every option."""

import pytest
import typer

from gateway.cli import app
from tests.commands.conftest import Genkan
from tests.test_house import commands

ALL = [*commands(app, "genkan"), "genkan", "genkan keys", "genkan card", "genkan card anchors"]


@pytest.mark.parametrize("command", ALL)
def test_a_command_has_help(genkan: Genkan, command: str) -> None:
    words = command.split()[1:]
    done = genkan(*words, "--help")
    assert (done.exit_code, done.err) == (0, "")
    assert "Usage: " in done.out
    assert command in done.out


def test_every_command_says_what_it_is_for() -> None:
    group = typer.main.get_group(app)
    assert [name for name, command in group.commands.items() if not command.help] == []


def test_an_option_that_does_not_exist_is_refused(genkan: Genkan) -> None:
    done = genkan("serve", "--prot", "8000")
    assert done.exit_code == 2
    assert "--prot" in done.err
    assert "Traceback" not in done.err
