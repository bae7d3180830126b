"""`genkan crl`: lists that the pinned anchors have signed are taken, others are told apart."""

import json
import shutil
import sys
from pathlib import Path

import pytest

from gateway.clock import system_clock
from tests.commands.conftest import Genkan
from tests.support.town import HANAKO, Town

pytestmark = pytest.mark.servers


def published(town: Town, folder: Path) -> list[Path]:
    """What the CA publishes once it has issued a card, and nothing of it in use yet."""
    now = system_clock()
    town.card(HANAKO, now)
    shutil.rmtree(town.crl_folder, ignore_errors=True)
    town.authority.write_crls(folder, now)
    return sorted(folder.glob("*.crl"))


def test_lists_are_added_and_listed(
    genkan: Genkan, ready: None, town: Town, tmp_path: Path
) -> None:
    files = published(town, tmp_path / "given")

    added = genkan("crl", "add", *files)

    assert (added.exit_code, added.err) == (0, "")
    assert added.out.count("fresh") == len(files)
    listed = genkan("crl", "list")
    assert listed.exit_code == 0
    assert listed.out.count("fresh") == len(list((tmp_path / "crls").glob("*.crl"))) > 0


def test_a_list_that_is_refused_stops_no_other(
    genkan: Genkan, ready: None, town: Town, tmp_path: Path
) -> None:
    good = published(town, tmp_path / "given")[0]
    (tmp_path / "bad.crl").write_text("<html>502</html>")

    done = genkan("crl", "add", "bad.crl", "missing.crl", good)

    assert done.exit_code == 1
    refused, missing, added = done.out.splitlines()
    assert refused.startswith("bad.crl: refused: not a CRL in DER")
    assert missing == "missing.crl: refused: No such file or directory"
    assert added.endswith("fresh")
    assert len(list((tmp_path / "crls").glob("*.crl"))) == 1


def test_without_an_address_there_is_nothing_to_refresh(genkan: Genkan, ready: None) -> None:
    done = genkan("crl", "refresh")

    assert (done.exit_code, done.err.count("\n")) == (2, 1)
    assert "plugins.crl.sources: no address is configured" in done.err


def test_an_address_that_does_not_answer_is_told(
    genkan: Genkan, ready: None, tmp_path: Path
) -> None:
    settings = tmp_path / "genkan.toml"
    text = settings.read_text().replace(
        "[plugins.crl]\n", '[plugins.crl]\nsources = ["http://127.0.0.1:9/list"]\n'
    )
    settings.write_text(text)

    done = genkan("crl", "refresh")

    assert done.exit_code == 1
    assert "http://127.0.0.1:9/list: refused: it cannot be fetched" in done.out
    assert "it cannot be fetched" in genkan("crl", "list").out


def with_program(folder: Path, address: str, code: str) -> None:
    """A source of its own that a program fetches."""
    (folder / "fetch.py").write_text(code, "utf-8")
    program = json.dumps([sys.executable, "-I", str(folder / "fetch.py"), "{url}"])
    settings = folder / "genkan.toml"
    table = f"[plugins.crl]\nsources = [{json.dumps(address)}]\nprograms = {{ ldap = {program} }}\n"
    settings.write_text(settings.read_text().replace("[plugins.crl]\n", table))


def test_a_list_of_a_directory_is_fetched_by_the_operators_program(
    genkan: Genkan, ready: None, town: Town, tmp_path: Path
) -> None:
    address = "ldap://directory.example.test/ou=[/red]?certificateRevocationList;binary"
    good = published(town, tmp_path / "given")[0]
    code = f"import sys; sys.stdout.buffer.write(open({str(good)!r}, 'rb').read())"
    with_program(tmp_path, address, code)

    done = genkan("crl", "refresh")

    assert (done.exit_code, done.err) == (0, "")
    assert done.out.startswith(f"{address}: ")
    assert done.out.endswith("fresh\n")
    listed = genkan("crl", "list").out
    assert listed.count("fresh") == 1
    assert f"{address}: last asked " in listed


def test_what_the_program_complains_of_is_told(
    genkan: Genkan, ready: None, town: Town, tmp_path: Path
) -> None:
    address = "ldap://directory.example.test/cn=crl"
    with_program(tmp_path, address, "import sys; sys.exit('\x1b[2J[/red] no such object')")

    done = genkan("crl", "refresh")

    problem = r"its program ended with exit code 1: \x1b[2J[/red] no such object"
    assert (done.exit_code, done.out) == (1, f"{address}: refused: {problem}\n")
    assert f"; {problem}\n" in genkan("crl", "list").out
    assert not list((tmp_path / "crls").glob("*.crl"))


def test_an_address_without_a_program_is_named(genkan: Genkan, ready: None, tmp_path: Path) -> None:
    with_program(tmp_path, "ldaps://directory.example.test/cn=crl", "")

    for command in ("refresh", "list"):
        done = genkan("crl", command)
        assert (done.exit_code, done.err.count("\n")) == (2, 1)
        assert "plugins.crl: programs.ldaps: a program is needed" in done.err
