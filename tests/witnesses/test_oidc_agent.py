"""oidc-agent: it keeps Hanako's tokens for what she runs on her own computer."""

import os
import pty
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from gateway.demo.check import free_ports
from gateway.demo.processes import Part, Running, stop
from gateway.tenants.protocol import DEVICE_CODE
from tests.witnesses.features import Feature, Witness, proves
from tests.witnesses.person import HANAKO, trusting_client
from tests.witnesses.town import WitnessTown

pytestmark = pytest.mark.servers

PATIENCE_SECONDS = 30
SCOPE = "openid profile offline_access"
ACCOUNT = "hanako"
PASSWORD_IN = "OIDC_ENCRYPTION_PW"
_HIGHEST_PORT = 49_151
"""That it takes for itself."""
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


def proven(*features: Feature) -> pytest.MarkDecorator:
    return proves(Witness.OIDC_AGENT, *features)


@dataclass(frozen=True, slots=True)
class Agent:
    town: WitnessTown
    environment: dict[str, str]

    def join(self, known: dict[str, Any], flow: str, shows: str, deed: Callable[..., None]) -> None:
        """`deed`: what she does with the parts of what it `shows` her."""
        own = {
            "iss": self.town.issuer,
            "client-id": known["client_id"],
            "client-secret": known["client_secret"],
            "redirect-uri": known["redirect_uri"],
            "scope": SCOPE,
            "flow": flow,
            "cert-path": self.town.ca.ca_file,
            "prompt": "none",
        }
        options = [f"--{name}={value}" for name, value in own.items()]
        with self._spoken("oidc-gen", ACCOUNT, "--no-url-call", *options) as (process, heard):
            deed(*heard(shows).groups())
            heard("success|set ?up correctly")
            assert process.wait(PATIENCE_SECONDS) == 0

    def ask(self, *arguments: str) -> str:
        return self._said("oidc-token", *arguments, ACCOUNT).strip()

    def forget(self) -> None:
        self._said("oidc-gen", "--delete", ACCOUNT, f"--pw-env={PASSWORD_IN}", "--confirm-yes")

    def _said(self, *command: str) -> str:
        done = subprocess.run(  # noqa: S603
            command,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    @contextmanager
    def _spoken(
        self, *command: str
    ) -> Iterator[tuple[subprocess.Popen[bytes], Callable[[str], re.Match[str]]]]:
        """At a terminal, where it says at once what it has to say."""
        shown, its_own = pty.openpty()
        process = subprocess.Popen(  # noqa: S603
            [*command, f"--pw-env={PASSWORD_IN}", "--confirm-default"],
            env=self.environment,
            stdin=its_own,
            stdout=its_own,
            stderr=its_own,
        )
        os.close(its_own)
        said = ""

        def heard(words: str) -> re.Match[str]:
            nonlocal said
            deadline = time.monotonic() + PATIENCE_SECONDS
            while (found := re.search(words, said)) is None:
                assert time.monotonic() < deadline, said
                try:
                    said += _COLOURS.sub("", os.read(shown, 65_536).decode("utf-8", "replace"))
                except OSError as cause:  # it has ended
                    raise AssertionError(said) from cause
            return found

        try:
            yield process, heard
        finally:
            process.kill()
            process.wait()
            os.close(shown)


@pytest.fixture
def agent(town: WitnessTown, tmp_path: Path) -> Iterator[Agent]:
    socket, log = tmp_path / "agent.sock", tmp_path / "agent.log"
    (tmp_path / ".oidc-agent").mkdir()
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "OIDC_SOCK": str(socket),
        PASSWORD_IN: "of this test only",
    }
    options = ["--console", "--no-autoload", "--always-allow-idtoken", f"--socket-path={socket}"]
    with log.open("wb") as said:
        process = subprocess.Popen(  # noqa: S603
            ["/usr/bin/oidc-agent", *options],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            process_group=0,
        )
    try:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not socket.exists():
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.02)
        yield Agent(town, environment)
    finally:
        stop([Running(Part("oidc-agent", (), "", log), process)])


def registered(town: WitnessTown, client_id: str) -> dict[str, Any]:
    port = next(each for (each,) in iter(lambda: free_ports(1), []) if each <= _HIGHEST_PORT)
    return town.register(
        client_id,
        redirect_uris=[f"http://localhost:{port}"],
        grant_types=["authorization_code", DEVICE_CODE, "refresh_token"],
        scope=SCOPE,
    )


def userinfo(town: WitnessTown, access_token: str) -> httpx2.Response:
    with trusting_client(town.ca.ca_file) as http:
        headers = {"Authorization": f"Bearer {access_token}"}
        return http.get(f"{town.issuer}/userinfo", headers=headers)


@proven(Feature.DEVICE, Feature.REFRESH, Feature.REVOKE)
def test_hanako_confirms_the_code_that_her_terminal_shows(town: WitnessTown, agent: Agent) -> None:
    def confirm(address: str, code: str) -> None:
        with town.person() as hanako:
            hanako.answer_device(f"{address}?user_code={code}")

    known = registered(town, "oidc-agent-device")
    agent.join(known, "device", rf"({town.issuer}/device)\s+And enter the code: (\S+)\s", confirm)
    first = agent.ask()
    assert userinfo(town, first).json()["name"] == HANAKO.person.name
    second = agent.ask("--force-new")
    assert second != first
    assert userinfo(town, second).json()["name"] == HANAKO.person.name
    agent.forget()
    assert userinfo(town, second).status_code == 401


@proven(Feature.CODE)
def test_hanako_signs_in_for_what_runs_on_her_own_computer(town: WitnessTown, agent: Agent) -> None:
    known = registered(town, "oidc-agent-code")

    def sign_in(address: str) -> None:
        with town.person() as hanako:
            hanako.open(hanako.visit(address, known["redirect_uri"]).url)

    agent.join(known, "code", rf"({town.issuer}/authorize\S+)\s", sign_in)
    assert userinfo(town, agent.ask()).json()["name"] == HANAKO.person.name
    assert agent.ask("--id-token").count(".") == 2
