"""`genkan crl`: lists that the pinned anchors have signed are taken, others are told apart."""

import shutil
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
