"""`genkan serve`: what stops it stops it with one line, and its log keeps secrets to itself."""

import contextlib
import json
import os
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

from gateway.demo.check import free_ports
from gateway.demo.processes import Part, running
from tests.commands.conftest import Genkan
from tests.commands.test_init import CLIENTS
from tests.support.town import Town

# Blocked sockets are for what runs in this process; the commands run in one of their own.
pytestmark = pytest.mark.servers


@dataclass(frozen=True)
class Served:
    url: str
    log: Path
    database: Path


@pytest.fixture
def ready(genkan: Genkan, town: Town, tmp_path: Path) -> None:
    """A folder in which `genkan serve` would start."""
    (tmp_path / "clients.toml").write_text(CLIENTS, "utf-8")
    town.authority.write_anchors(tmp_path / "var" / "anchors")
    port = free_ports(1)[0]
    settings: dict[str, dict[str, object]] = {
        "server": {"issuer": f"http://localhost:{port}", "listen_port": port},
        "card": {"trust": "demo"},
        "plugins.crl": {"directory": str(tmp_path / "crls")},
    }
    lines = [
        f"[{name}]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in table.items())
        for name, table in settings.items()
    ]
    (tmp_path / "genkan.toml").write_text("".join(lines), "utf-8")
    assert genkan("init", "--clients", "clients.toml", GENKAN_CONFIG="genkan.toml").exit_code == 0


@pytest.fixture
def served(ready: None, tmp_path: Path) -> Iterator[Served]:
    port = int((tmp_path / "genkan.toml").read_text().partition("localhost:")[2].partition('"')[0])
    url, log = f"http://localhost:{port}", tmp_path / "logs" / "gateway.log"
    arguments = ("-m", "gateway.cli", "serve", "--config", "genkan.toml")
    with running([Part("gateway", arguments, f"{url}/readyz", log)]):
        yield Served(url, log, tmp_path / "var" / "genkan.db")


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
    assert numbers
    assert "Traceback" in log
    assert "Traceback" not in answer.text
