"""What the developers' page shows to be copied and says was run, is run: the text itself, with the
town's address in it, signs Hanako in."""

import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from gateway.demo.check import free_ports
from gateway.demo.processes import Part, Running, stop, wait_until_ready
from gateway.developers.snippets import REGISTRATION, STACKS, Place, Stack, snippet, snippets
from gateway.developers.trying.wishes import challenge_of
from tests.witnesses.front_door import MODULES, apache
from tests.witnesses.person import HANAKO
from tests.witnesses.town import NODE, NODE_PROGRAM, WitnessTown

pytestmark = pytest.mark.servers

NAME = HANAKO.person.name
READY_SECONDS = 20
SITE = Path(__file__).parent / "python" / "snippet_site.py"
_APACHE = """
SSLEngine on
SSLCertificateFile {certificate}
SSLCertificateKeyFile {key}
OIDCCABundlePath {ca}
TypesConfig /dev/null
DocumentRoot {folder}/pages
<Directory {folder}/pages>
  Options +Includes
  AddOutputFilter INCLUDES .html
  AddType text/html .html
</Directory>
"""


def written(town: WitnessTown, folder: Path, name: str, address: str) -> tuple[Stack, Place]:
    """The stack's files, as somebody copies them, and its registration as the page says it."""
    stack = next(stack for stack in STACKS if stack.name == name)
    known = town.register(
        f"copied-{name}",
        redirect_uris=[address + stack.redirect_path],
        sector_identifier=f"{name}.example.test",
        **stack.needs,
    )
    place = Place(town.issuer, address, str(known["client_id"]), str(known["client_secret"]))
    for file, text in snippets(stack, place):
        (folder / file).write_text(text)
    return stack, place


@contextmanager
def process(town: WitnessTown, folder: Path, address: str, *command: str) -> Iterator[None]:
    log = folder / "program.log"
    ca = str(town.ca.ca_file)
    trust = {"SSL_CERT_FILE": ca, "REQUESTS_CA_BUNDLE": ca, "NODE_EXTRA_CA_CERTS": ca}
    with log.open("wb") as said:
        started = subprocess.Popen(  # noqa: S603
            command, cwd=folder, env=trust, stdout=said, stderr=said, process_group=0
        )
    running = Running(Part(command[0], (), address, log), started)
    try:
        wait_until_ready(running.part, [running], time.monotonic() + READY_SECONDS)
        yield
    finally:
        stop([running])


def begins_at(town: WitnessTown, url: str) -> str:
    """What the page says once Hanako has come through."""
    with town.person() as hanako:
        return hanako.go_on(hanako.open(url)).text


def authlib(town: WitnessTown, folder: Path) -> str:
    (port,) = free_ports(1)
    address = f"http://localhost:{port}"
    server = str(Path(sys.executable).with_name("granian"))
    written(town, folder, "authlib", address)
    command = (server, "--interface", "asgi", f"--port={port}", "app:app")
    with process(town, folder, address, *command):
        return begins_at(town, f"{address}/signin")


def node(town: WitnessTown, folder: Path) -> str:
    (port,) = free_ports(1)
    address = f"http://localhost:{port}"
    (folder / "node_modules").symlink_to(NODE / "node_modules")
    written(town, folder, "node", address)
    with process(town, folder, address, str(NODE_PROGRAM), "server.mjs"):
        return begins_at(town, f"{address}/signin")


def django(town: WitnessTown, folder: Path) -> str:
    (port,) = free_ports(1)
    address = f"http://localhost:{port}"
    written(town, folder, "django", address)
    with process(town, folder, address, sys.executable, str(SITE), str(port), str(folder)):
        return begins_at(town, f"{address}/oidc/authenticate/")


def mod_auth_openidc(town: WitnessTown, folder: Path) -> str:
    (port,) = free_ports(1)
    address = f"https://localhost:{port}"
    (folder / "pages").mkdir()
    page = '<!--#config encoding="none" --><!--#echo var="OIDC_CLAIM_name" -->'
    (folder / "pages" / "index.html").write_text(page)
    party = town.ca.server("localhost")
    own = _APACHE.format(
        folder=folder,
        certificate=party.certificate_file,
        key=party.key_file,
        ca=town.ca.ca_file,
    )
    modules = (*MODULES, "authn_core", "authz_user", "auth_openidc", "mime", "include")
    written(town, folder, "apache", address)
    body = own + (folder / "site.conf").read_text()
    with apache(folder / "apache", port, body, modules):
        return begins_at(town, f"{address}/index.html")


def curl(town: WitnessTown, folder: Path) -> str:
    verifier = secrets.token_urlsafe(32)
    stack, place = written(town, folder, "curl", "https://copied.example.test")
    redirect_uri = place.address + stack.redirect_path
    query = {
        "response_type": "code",
        "client_id": place.client_id,
        "redirect_uri": redirect_uri,
        "scope": "openid profile",
        "code_challenge": challenge_of(verifier),
        "code_challenge_method": "S256",
    }
    with town.person() as hanako:
        answer = hanako.visit(f"{town.issuer}/authorize?{urlencode(query)}", redirect_uri)
    code = parse_qs(urlsplit(answer.url).query)["code"][0]
    return shell(town, folder, "sign-in.sh", CODE=code, CODE_VERIFIER=verifier)


def shell(town: WitnessTown, folder: Path, file: str, **environment: str) -> str:
    said = subprocess.run(  # noqa: S603
        ["/bin/sh", "-eu", file],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "CURL_CA_BUNDLE": str(town.ca.ca_file), **environment},
        capture_output=True,
        check=True,
        text=True,
    )
    return said.stdout


RUNS: dict[str, Callable[[WitnessTown, Path], str]] = {
    "authlib": authlib,
    "django": django,
    "node": node,
    "apache": mod_auth_openidc,
    "curl": curl,
}


@pytest.mark.parametrize("name", RUNS)
def test_what_is_copied_signs_a_resident_in(town: WitnessTown, tmp_path: Path, name: str) -> None:
    assert NAME in RUNS[name](town, tmp_path)


def test_what_the_page_says_was_run_is_run_here() -> None:
    assert {stack.name for stack in STACKS if stack.run} == RUNS.keys()


def test_a_service_is_registered_as_the_page_shows_it(town: WitnessTown, tmp_path: Path) -> None:
    text = snippet(
        REGISTRATION, Place(town.issuer), registration_endpoint=f"{town.issuer}/register"
    )
    (tmp_path / "register.sh").write_text(text)
    token = town.initial_access_token("openid profile")
    said = shell(town, tmp_path, "register.sh", INITIAL_ACCESS_TOKEN=token)
    assert '"client_secret"' in said
    assert '"registration_access_token"' in said


def test_at_an_issuer_of_plain_http_the_node_program_says_so_and_is_one(tmp_path: Path) -> None:
    text = snippet("node/server.mjs", Place("http://localhost:8000"), redirect_uri="http://a/b")
    assert "allowInsecureRequests" in text
    (tmp_path / "server.mjs").write_text(text)
    subprocess.run([NODE_PROGRAM, "--check", tmp_path / "server.mjs"], check=True)  # noqa: S603
