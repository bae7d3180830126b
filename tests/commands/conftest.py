"""The command as somebody types it: in a folder of its own, with an environment of its own."""

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from gateway.cli import main
from gateway.demo.check import free_ports
from gateway.demo.processes import Part, running
from tests.support.town import Town

CLIENTS = """
[[tenants]]
tenant_id = "hanasaki"
name_ja = "花咲町"
name_en = "Hanasaki Town"

[[clients]]
client_id = "library"
tenant_id = "hanasaki"
kind = "service"
client_name_ja = "図書館"
client_name_en = "Library"
purpose_ja = "貸し出しのため"
purpose_en = "To lend books"
redirect_uris = ["https://library.example.test/callback"]
token_endpoint_auth_method = "client_secret_basic"
grant_types = ["authorization_code"]
scope = "openid"
"""


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
