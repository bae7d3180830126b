"""`genkan admin`: the way back in from the host."""

import sqlite3
from pathlib import Path

import pytest

from tests.commands.conftest import CLIENTS, Genkan


def rows(folder: Path, table: str) -> list[sqlite3.Row]:
    connection = sqlite3.connect(folder / "var" / "genkan.db")
    connection.row_factory = sqlite3.Row
    try:
        return connection.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608 - a constant
    finally:
        connection.close()


def additions(folder: Path) -> list[sqlite3.Row]:
    return [row for row in rows(folder, "log_entries") if row["deed"] == "network.added"]


def test_a_network_is_allowed_shown_and_in_the_log(genkan: Genkan, tmp_path: Path) -> None:
    genkan("init")
    done = genkan("admin", "allow", "203.0.113.0/24", "--note", "役場")
    assert (done.exit_code, done.err) == (0, "")
    assert done.out == (
        "203.0.113.0/24 is on the list of the platform: in force within 5 seconds.\n"
    )
    listed = genkan("admin", "networks").out
    assert "203.0.113.0/24" in listed
    assert "役場" in listed
    [entry] = additions(tmp_path)
    assert (entry["kind"], entry["outcome"], entry["actor"]) == ("operation", "done", "host")
    assert (entry["tenant_id"], entry["address"]) == (None, None)
    assert entry["detail"] == '{"network": "203.0.113.0/24"}'


def test_a_tenants_list_is_its_own(genkan: Genkan, tmp_path: Path) -> None:
    (tmp_path / "clients.toml").write_text(CLIENTS, "utf-8")
    genkan("init", "--clients", "clients.toml")
    done = genkan("admin", "allow", "2001:db8::/48", "--tenant", "hanasaki")
    assert (done.exit_code, done.err) == (0, "")
    assert "the list of hanasaki" in done.out
    assert "2001:db8::/48" in genkan("admin", "networks", "--tenant", "hanasaki").out
    assert "2001:db8::/48" not in genkan("admin", "networks").out
    [entry] = additions(tmp_path)
    assert entry["tenant_id"] == "hanasaki"


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["203.0.113.1/24"], "network: the address has bits set behind the prefix"),
        (["0.0.0.0/0"], "network: a network of all addresses keeps nobody out"),
        (["town-hall"], "network: an IPv4 or IPv6 network, such as 203.0.113.0/24"),
        (["203.0.113.0/24", "--note", "a\nb"], "note: up to 200 printable characters"),
        (["203.0.113.0/24", "--tenant", "nowhere"], "--tenant: there is no such tenant"),
        (["192.0.2.0/24"], "this network is on the list already"),
    ],
)
def test_what_cannot_be_allowed_is_one_line_and_changes_nothing(
    genkan: Genkan, tmp_path: Path, arguments: list[str], line: str
) -> None:
    genkan("init")
    assert genkan("admin", "allow", "192.0.2.0/24").exit_code == 0
    before = rows(tmp_path, "allowed_networks"), rows(tmp_path, "log_entries")
    done = genkan("admin", "allow", *arguments)
    assert (done.exit_code, done.out, done.err) == (2, "", f"genkan: {line}\n")
    assert (rows(tmp_path, "allowed_networks"), rows(tmp_path, "log_entries")) == before


def test_a_network_that_cannot_be_logged_is_not_allowed(genkan: Genkan, tmp_path: Path) -> None:
    genkan("init")
    connection = sqlite3.connect(tmp_path / "var" / "genkan.db")
    connection.execute("DROP TABLE log_entries")
    connection.close()
    done = genkan("admin", "allow", "203.0.113.0/24")
    assert (done.exit_code, done.err.count("\n")) == (2, 1)
    assert rows(tmp_path, "allowed_networks") == []


def test_a_tenant_that_is_not_there_has_no_networks(genkan: Genkan) -> None:
    genkan("init")
    done = genkan("admin", "networks", "--tenant", "nowhere")
    assert (done.exit_code, done.err) == (2, "genkan: --tenant: there is no such tenant\n")


def test_without_a_store_it_says_what_to_do(genkan: Genkan) -> None:
    for arguments in (("allow", "203.0.113.0/24"), ("networks",)):
        done = genkan("admin", *arguments)
        assert (done.exit_code, done.err.count("\n")) == (2, 1)
        assert "genkan init" in done.err
