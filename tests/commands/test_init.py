"""`genkan init` prepares everything, says each secret once, and may be repeated."""

import os
import re
import sqlite3
import stat
from pathlib import Path

import pytest

from tests.commands.conftest import CLIENTS, Genkan

SECRET = re.compile(r"client_secret of library, shown this once: (\S{43})")


@pytest.fixture
def clients(tmp_path: Path) -> Path:
    file = tmp_path / "clients.toml"
    file.write_text(CLIENTS, "utf-8")
    return file


def test_it_makes_a_master_key_that_only_its_owner_reads(genkan: Genkan, tmp_path: Path) -> None:
    done = genkan("init")
    assert (done.exit_code, done.err) == (0, "")
    key = tmp_path / "var" / "master.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert str(key.relative_to(tmp_path)) in done.out
    assert key.read_text("ascii").strip() not in done.out


def test_nobody_else_on_the_host_reads_the_store(genkan: Genkan, tmp_path: Path) -> None:
    old = os.umask(0o000)
    try:
        genkan("init")
    finally:
        os.umask(old)
    folder = tmp_path / "var"
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.iterdir())}
    assert modes["var"] == 0o700
    assert {mode for name, mode in modes.items() if name != "var"} == {0o600}
    assert "genkan.db" in modes


def test_repeating_it_changes_nothing(genkan: Genkan, tmp_path: Path) -> None:
    genkan("init")
    key = (tmp_path / "var" / "master.key").read_bytes()
    kids = genkan("keys", "list").out
    again = genkan("init")
    assert (again.exit_code, "Master key" in again.out) == (0, False)
    assert (tmp_path / "var" / "master.key").read_bytes() == key
    assert genkan("keys", "list").out == kids


def test_a_secret_is_shown_once_and_kept_as_a_hash(
    genkan: Genkan, clients: Path, tmp_path: Path
) -> None:
    shown = SECRET.search(genkan("init", "--clients", clients).out)
    assert shown is not None
    again = genkan("init", "--clients", clients)
    assert again.exit_code == 0
    assert "client_secret" not in again.out
    with sqlite3.connect(tmp_path / "var" / "genkan.db") as database:
        dump = "\n".join(database.iterdump())
    database.close()
    assert "library" in dump
    assert shown[1] not in dump


def test_what_a_file_changed_is_in_the_operation_log_once(
    genkan: Genkan, clients: Path, tmp_path: Path
) -> None:
    for _ in range(2):
        genkan("init", "--clients", clients)
    clients.write_text(CLIENTS.replace("Library", "City Library"), "utf-8")
    genkan("init", "--clients", clients)
    with sqlite3.connect(tmp_path / "var" / "genkan.db") as database:
        logged = database.execute(
            "SELECT deed, actor, tenant_id, client_id FROM log_entries"
            " WHERE kind = 'operation' AND tenant_id IS NOT NULL ORDER BY entry_id"
        ).fetchall()
    database.close()
    assert logged == [
        ("tenant.created", "host", "hanasaki", None),
        ("service.created", "host", "hanasaki", "library"),
        ("service.changed", "host", "hanasaki", "library"),
    ]


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda text: text.replace("https://lib", "http://lib"), "redirect_uris"),
        (lambda text: text.replace('kind = "service"', 'kind = "robot"'), "kind"),
        (lambda text: text + "\nnonsense", "clients.toml"),
        (lambda text: text + text.partition("[[clients]]")[1] + text.partition("[[clients]]")[2],
         "twice"),
    ],
)  # fmt: skip
def test_a_file_with_one_thing_wrong_registers_nothing(
    genkan: Genkan, clients: Path, tmp_path: Path, spoil: object, says: str
) -> None:
    assert callable(spoil)
    clients.write_text(spoil(CLIENTS), "utf-8")
    done = genkan("init", "--clients", clients)
    assert (done.exit_code, done.err.count("\n")) == (2, 1)
    assert says in done.err
    with sqlite3.connect(tmp_path / "var" / "genkan.db") as database:
        assert database.execute("SELECT count(*) FROM clients").fetchone() == (0,)
        assert database.execute("SELECT count(*) FROM tenants").fetchone() == (0,)
    database.close()


def test_a_file_that_is_not_there_is_named(genkan: Genkan) -> None:
    done = genkan("init", "--clients", "nowhere.toml")
    assert done.exit_code == 2
    assert done.err == "genkan: nowhere.toml: No such file or directory\n"
