"""The first operator's link, and the way back in when nobody can sign in any more."""

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.commands.conftest import Finished, Genkan

LINK = re.compile(r"^http://localhost:8000/admin/invitations/([A-Za-z0-9_-]{43})$", re.MULTILINE)


def token_in(done: Finished) -> str:
    (token,) = LINK.findall(done.out)
    assert isinstance(token, str)
    return token


def rows(folder: Path, query: str) -> list[Any]:
    with closing(sqlite3.connect(folder / "var" / "genkan.db")) as database:
        return database.execute(query).fetchall()


def log(folder: Path) -> list[tuple[str, str, dict[str, str]]]:
    entries = rows(
        folder,
        "SELECT deed, actor, detail FROM log_entries WHERE kind = 'operation' ORDER BY entry_id",
    )
    return [(deed, actor, json.loads(detail)) for deed, actor, detail in entries]


def test_it_prints_the_first_operators_link_once(genkan: Genkan, tmp_path: Path) -> None:
    first = genkan("init", GENKAN_ADMIN__INVITATION_HOURS="48")
    token = token_in(first)
    assert "administrator" in first.out
    assert "48 hours" in first.out
    assert rows(tmp_path, "SELECT login_name, role, state, tenant_id FROM operators") == [
        ("administrator", "administrator", "invited", None)
    ]
    again = genkan("init")
    assert (again.exit_code, LINK.search(again.out)) == (0, None)
    other = genkan("init", "--operator", "other")
    assert (other.exit_code, LINK.search(other.out)) == (0, None)
    assert rows(tmp_path, "SELECT count(*) FROM operators") == [(1,)]
    assert rows(tmp_path, "SELECT count(*) FROM invitations") == [(1,)]
    with closing(sqlite3.connect(tmp_path / "var" / "genkan.db")) as database:
        assert token not in "\n".join(database.iterdump())


def test_the_first_operator_has_the_name_that_was_given(genkan: Genkan, tmp_path: Path) -> None:
    genkan("init", "--operator", "Hanako@Hanasaki.example", "--operator-name", "花咲　花子")
    assert rows(tmp_path, "SELECT login_name, name FROM operators") == [
        ("hanako@hanasaki.example", "花咲　花子")
    ]


@pytest.mark.parametrize(
    ("option", "text", "says"),
    [("--operator", "hana ko", "login_name"), ("--operator-name", "", "name")],
)
def test_a_name_that_is_none_invites_nobody(
    genkan: Genkan, tmp_path: Path, option: str, text: str, says: str
) -> None:
    done = genkan("init", option, text)
    assert (done.exit_code, done.err.count("\n")) == (2, 1)
    assert done.err.startswith(f"genkan: {says}: ")
    assert rows(tmp_path, "SELECT count(*) FROM operators") == [(0,)]
    assert log(tmp_path) == []
    token_in(genkan("init"))


def test_the_invitation_is_in_the_log_and_the_link_is_not(genkan: Genkan, tmp_path: Path) -> None:
    token = token_in(genkan("init"))
    token += token_in(genkan("admin", "invite", "administrator"))
    entries = log(tmp_path)
    assert [(deed, actor) for deed, actor, _ in entries] == [
        ("operator.invited", "host"),
        ("operator.reinvited", "host"),
    ]
    ((operator_id,),) = rows(tmp_path, "SELECT operator_id FROM operators")
    for _, _, detail in entries:
        assert (detail["operator"], detail["role"]) == (operator_id, "administrator")
        assert not any(value in token for value in detail.values())


def test_a_new_link_ends_the_one_before(genkan: Genkan, tmp_path: Path) -> None:
    first = token_in(genkan("init"))
    second = token_in(genkan("admin", "invite", "ADMINISTRATOR"))
    assert first != second
    assert rows(tmp_path, "SELECT count(*) FROM invitations") == [(1,)]
    assert rows(tmp_path, "SELECT count(*) FROM operators") == [(1,)]


def test_another_administrator_needs_a_name(genkan: Genkan, tmp_path: Path) -> None:
    genkan("init")
    done = genkan("admin", "invite", "hanako")
    assert (done.exit_code, done.out) == (2, "")
    assert done.err == "genkan: there is no operator hanako; --name makes a new one\n"
    assert rows(tmp_path, "SELECT count(*) FROM operators") == [(1,)]
    token_in(genkan("admin", "invite", "hanako", "--name", "花咲　花子"))
    assert rows(tmp_path, "SELECT role, tenant_id FROM operators WHERE name = '花咲　花子'") == [
        ("administrator", None)
    ]


@pytest.mark.parametrize("state", ["suspended", "deleted"])
def test_whoever_was_shut_out_gets_no_link(genkan: Genkan, tmp_path: Path, state: str) -> None:
    genkan("init")
    with closing(sqlite3.connect(tmp_path / "var" / "genkan.db")) as database:
        database.execute("UPDATE operators SET state = ?", (state,))
        database.commit()
    for command in (("admin", "invite", "administrator"), ("init",)):
        done = genkan(*command)
        assert (done.exit_code, done.err.count("\n")) == (2, 1)
        assert "choose another login name" in done.err
        assert LINK.search(done.out) is None
    assert rows(tmp_path, "SELECT state FROM operators") == [(state,)]
    token_in(genkan("init", "--operator", "second"))


def test_a_network_is_allowed_once_however_often(genkan: Genkan, tmp_path: Path) -> None:
    for _ in range(2):
        done = genkan("init", "--allow", "203.0.113.7", "--allow", "2001:db8::/48")
        assert done.exit_code == 0
        assert "203.0.113.7/32" in done.out
    assert rows(tmp_path, "SELECT network, tenant_id FROM allowed_networks ORDER BY 1") == [
        ("2001:db8::/48", None),
        ("203.0.113.7/32", None),
    ]
    assert [deed for deed, *_ in log(tmp_path)].count("network.added") == 2


def test_a_network_that_is_none_is_refused_before_anybody_is_invited(
    genkan: Genkan, tmp_path: Path
) -> None:
    done = genkan("init", "--allow", "203.0.113.0/33")
    assert (done.exit_code, done.err.count("\n")) == (2, 1)
    assert "network" in done.err
    assert rows(tmp_path, "SELECT count(*) FROM operators") == [(0,)]
    assert rows(tmp_path, "SELECT count(*) FROM allowed_networks") == [(0,)]
