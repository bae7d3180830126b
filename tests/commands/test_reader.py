"""`genkan reader serve`: what stops it is one line, and its log never holds a PIN."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

from gateway.demo.check import free_ports
from gateway.demo.processes import Part, running
from tests.commands.conftest import Genkan
from tests.commands.test_card import PIN, new_card

pytestmark = pytest.mark.servers
GATEWAY = "http://localhost:8000"
SIGN_IN = {
    "challenge_id": "c1",
    "challenge": "A" * 43,
    "purpose": "sign_in",
    "return_to": f"{GATEWAY}/login/card/return",
    "ui_locales": "en",
}


@dataclass(frozen=True)
class Agent:
    url: str
    log: Path


@pytest.fixture
def agent(genkan: Genkan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Agent]:
    assert new_card(genkan).exit_code == 0
    port = free_ports(1)[0]
    monkeypatch.setenv("GENKAN_READER__LISTEN_PORT", str(port))
    url, log = f"http://127.0.0.1:{port}", tmp_path / "logs" / "reader.log"
    arguments = ("-m", "gateway.cli", "reader", "serve", "--virtual", "cards")
    with running([Part("reader agent", arguments, url, log)]):
        yield Agent(url, log)


def type_pin(agent: Agent, pin: str) -> httpx2.Response:
    with httpx2.Client(base_url=agent.url, trust_env=False) as browser:
        asked = browser.post("/sign", data=SIGN_IN, headers={"Origin": GATEWAY})
        page = asked.headers["location"].partition("?")[0] + "/cards/hanako"
        typed = {"authentication_pin": pin, "authentication_tries": "3"}
        return browser.post(page, data=typed, headers={"Origin": agent.url})


def test_a_folder_that_is_not_there_is_one_line(genkan: Genkan) -> None:
    done = genkan("reader", "serve", "--virtual", "nowhere")
    assert (done.exit_code, done.err.count("\n")) == (2, 1)
    assert "nowhere" in done.err
    assert "genkan card new" in done.err


def test_it_serves_this_computer_only(genkan: Genkan, tmp_path: Path) -> None:
    (tmp_path / "cards").mkdir()
    done = genkan("reader", "serve", "--virtual", "cards", GENKAN_READER__LISTEN_HOST="0.0.0.0")  # noqa: S104 - refused
    assert (done.exit_code, done.err.count("\n")) == (2, 1)
    assert "reader.listen_host" in done.err


def test_what_was_done_is_logged_and_the_pins_are_not(agent: Agent) -> None:
    assert type_pin(agent, "91827").status_code == 422
    assert 'value="signed"' in type_pin(agent, PIN).text
    assert type_pin(agent, "9182").status_code == 422
    log = agent.log.read_text("utf-8")
    assert f"INFO gateway.reader.routes: {GATEWAY} asked for sign_in: signed\n" in log
    assert not re.search(rf"(?<!\d)(9182|91827|{PIN})(?!\d)", log)


def test_a_failure_leaves_a_traceback_without_the_pin(agent: Agent, tmp_path: Path) -> None:
    lock = tmp_path / "cards" / ".lock"
    lock.unlink()
    lock.mkdir()
    answer = type_pin(agent, "9182")
    log = agent.log.read_text("utf-8")
    assert answer.status_code == 500
    assert "Traceback" in log
    assert not re.search(r"(?<!\d)9182(?!\d)", log + answer.text)
