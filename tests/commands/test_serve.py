"""`genkan serve`: what stops it stops it with one line, and its log keeps secrets to itself."""

import contextlib
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest

from tests.commands.conftest import Served

# Blocked sockets are for what runs in this process; the commands run in one of their own.
pytestmark = pytest.mark.servers


def serve(**environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "gateway.cli", "serve", "--config", "genkan.toml"],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )


@pytest.mark.parametrize(
    ("environment", "says"),
    [
        ({"GENKAN_SERVER__LISTEN_PORT": "70000"}, "server.listen_port"),
        ({"GENKAN_SERVER__LISTEN_HOST": "192.0.2.1"}, "192.0.2.1"),
        ({"GENKAN_SERVER__LISTEN_HOST": "host.invalid"}, "host.invalid"),
        ({"GENKAN_SERVER__ISSUER": "http://id.example.test"}, "server.issuer"),
        ({"GENKAN_SERVER__NONSENSE": "1"}, "nonsense"),
        ({"GENKAN_STORE__RECORDS": "sqlite:///elsewhere.db"}, "genkan init"),
        ({"GENKAN_STORE__RECORDS": "postgresql://u:hush@127.0.0.1:1/x"}, "store.records"),
        ({"GENKAN_STORE__MOMENTS": "redis://:hush@127.0.0.1:1"}, "store.moments"),
        ({"GENKAN_KEYS__MASTER_KEY_FILE": "nowhere"}, "genkan init"),
        ({"GENKAN_CARD__TRUST": "production"}, "card.anchors_dir"),
        ({"GENKAN_CARD__REVOCATION_SOURCES": "tea-leaves"}, "tea-leaves"),
    ],
)
def test_what_stops_the_start_is_one_line(
    ready: None, environment: dict[str, str], says: str
) -> None:
    done = serve(**environment)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    assert says in done.stderr
    assert "hush" not in done.stderr + done.stdout


def test_without_anchors_it_does_not_start_and_says_which_command_adds_them(
    ready: None, tmp_path: Path
) -> None:
    shutil.rmtree(tmp_path / "var" / "anchors" / "jpki-auth")
    done = serve()
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "no anchor for jpki-auth" in done.stderr
    assert "genkan card anchors add" in done.stderr


def test_an_unknown_key_of_the_file_is_named(ready: None, tmp_path: Path) -> None:
    with (tmp_path / "genkan.toml").open("a", encoding="utf-8") as file:
        file.write("[oidc]\ncode_second = 60\n")
    done = serve()
    assert done.returncode == 2
    assert done.stderr == "genkan: oidc.code_second: there is no such setting\n"


def test_another_stores_master_key_is_one_line_without_the_key(ready: None, tmp_path: Path) -> None:
    other = "c2V2ZW4gc2VjcmV0IHdvcmRzIG9mIDMyIGJ5dGVzISE="
    done = serve(GENKAN_KEYS__MASTER_KEY=other)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "master key" in done.stderr
    assert other not in done.stderr


def test_a_port_in_use_is_one_line(ready: None) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = serve(GENKAN_SERVER__LISTEN_PORT=str(port))
    assert done.returncode == 2
    assert done.stderr == f"genkan: 127.0.0.1:{port}: Address already in use\n"


def test_no_secret_of_a_request_reaches_the_log(served: Served) -> None:
    with httpx2.Client(base_url=served.url, trust_env=False) as http:
        http.post("/token", data={"grant_type": "authorization_code", "code": "hush-code"},
                  auth=("library", "hush-secret"))  # fmt: skip
        http.get("/authorize", params={"client_id": "library", "state": "hush-state"})
        http.get("/userinfo", headers={"Authorization": "Bearer hush-token"})
        http.get("/nowhere", headers={"Cookie": "genkan_session=hush-session"})
    assert "hush" not in served.log.read_text("utf-8")


def test_a_failure_half_way_through_a_request_leaves_none_of_its_secrets_in_the_log(
    served: Served,
) -> None:
    with contextlib.closing(sqlite3.connect(served.database)) as database:
        database.execute("DROP TABLE clients")
    secrets = {"client_id": "library", "client_secret": "hush-secret"}
    with httpx2.Client(base_url=served.url, trust_env=False) as http:
        for grant in (
            {"grant_type": "authorization_code", "code": "hush-code"},
            {"grant_type": "refresh_token", "refresh_token": "hush-token"},
        ):
            assert http.post("/token", data={**grant, **secrets}).status_code == 500
    log = served.log.read_text("utf-8")
    assert log.count("Traceback") >= 2
    assert "hush" not in log


def test_an_unexpected_failure_leaves_its_traceback_under_the_number_the_caller_got(
    served: Served,
) -> None:
    with contextlib.closing(sqlite3.connect(served.database)) as database:
        database.execute("DROP TABLE clients")
    with httpx2.Client(base_url=served.url, trust_env=False) as http:
        answer = http.get("/authorize", params={"client_id": "library"})
    assert answer.status_code == 500
    log = served.log.read_text("utf-8")
    numbers = [part for part in log.split() if len(part) >= 8 and part in answer.text]
    assert len(numbers) == 1
    assert log.count(" ERROR ") == 1
    assert "Traceback" in log
    assert "Traceback" not in answer.text


@pytest.mark.parametrize(
    ("path", "kind", "sent"),
    [
        ("/token", "application/x-www-form-urlencoded", "Content-Length: 99\r\n\r\ncode=hush"),
        ("/card/challenges", "application/json", "Transfer-Encoding: chunked\r\n\r\n9\r\nhush"),
    ],
)
def test_a_request_that_breaks_off_is_no_failure_of_ours(
    served: Served, path: str, kind: str, sent: str
) -> None:
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {kind}\r\n{sent}"
    with socket.create_connection(("127.0.0.1", urlsplit(served.url).port or 80)) as sender:
        sender.settimeout(5)
        sender.sendall(head.encode())
        sender.shutdown(socket.SHUT_WR)
        with contextlib.suppress(ConnectionResetError):
            assert b" 500 " not in sender.recv(4096)
    assert httpx2.get(f"{served.url}/healthz", trust_env=False).status_code == 200
    assert " ERROR " not in served.log.read_text("utf-8")
