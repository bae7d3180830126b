"""What a card verification costs beside what it cannot do without, in the process and over HTTP,
and how long others wait while a national CRL comes in.
`.venv/bin/python -m tests.bench.verification`.
"""

import base64
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated

import httpx2
import typer
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from rich.console import Console

from gateway.clock import system_clock
from gateway.demo.check import free_ports
from gateway.demo.local_http import local_client
from gateway.demo.processes import Part, parts_of, running
from gateway.demo.run import prepare
from gateway.demo.world import Ports, World
from gateway.virtual.authority import DemoAuthority
from gateway.virtual.folder import CardFolder
from gateway.virtual.keys import hash_for, load_private_key
from tests.bench.bare import bare_operations
from tests.bench.cards import AUTHENTICATION_RSA, SIGNATURE_RSA, make_cards
from tests.bench.crl import MILLION, write_list
from tests.bench.measure import Operation, cpu_seconds, interleaved, process_tree, where
from tests.bench.sso import HANAKO

out = Console(soft_wrap=True, highlight=False)
progress = Console(stderr=True, highlight=False)

CALLS = 400
"""Verifications over HTTP a round: the kernel counts CPU time in hundredths of a second."""
QUIET_SECONDS, REFRESH_SECONDS = 20, 45
"""In the second, the list is indexed and then held against all bindings."""
INDEXED = 20
"""Bytes of an index at least, an entry."""


def main(
    rounds: Annotated[int, typer.Option(min=1, help="The figures are medians.")] = 5,
    verifications: Annotated[int, typer.Option(min=10, help="In the process, a round.")] = 2_000,
    entries: Annotated[int, typer.Option(min=1, help="Of the list that comes in.")] = MILLION,
) -> None:
    """Ratios within one run, and the 99th percentile of answers without and with a refresh."""
    now = system_clock()
    with tempfile.TemporaryDirectory(prefix="genkan-verification-") as name:
        folder = Path(name)
        out.print(where(now))
        _in_the_process(folder, now, rounds, verifications)
        world = prepare(folder / "town", Ports(*free_ports(4)), progress)
        look_once_a_second(world)
        _over_http(world, folder, rounds, entries)


def _in_the_process(folder: Path, now: datetime, rounds: int, count: int) -> None:
    cards = make_cards(folder, now)
    anchors = tuple(cards.verifier.anchors)
    for name in (AUTHENTICATION_RSA, SIGNATURE_RSA):
        ours = cards.operation(name, now, count)
        presentations = cards.presentations[name]
        bare = bare_operations(anchors, presentations, count)
        interleaved([ours, *bare.values()], rounds, progress.print)
        for what, operation in bare.items():
            spent = f"{ours.cpu_microseconds:.0f} / {operation.cpu_microseconds:.0f} CPU-us"
            ratio = ours.cpu_microseconds / operation.cpu_microseconds
            out.print(f"{name}, in the process / {what}: {ratio:.2f} ({spent})")


def look_once_a_second(world: World) -> None:
    """The demo looks at its lists at every verification; nobody else does."""
    text = world.settings_file.read_text("utf-8")
    assert "check_seconds = 0" in text
    world.settings_file.write_text(text.replace("check_seconds = 0", "check_seconds = 1"), "utf-8")


def _over_http(world: World, folder: Path, rounds: int, entries: int) -> None:
    answer, port = folder / "answer.json", free_ports(1)[0]
    command = ("-m", "tests.bench.empty_server", str(port), str(answer))
    with running(parts_of(world)[:1]) as gateway, local_client() as http:
        reader = Reader(world, http)
        answer.write_bytes(reader.verify(f"{world.issuer}/card/verifications").content)
        empty = Part("empty", command, f"http://127.0.0.1:{port}/readyz", folder / "empty.log")
        with running([empty]) as other:
            urls = {
                "POST /card/verifications": (gateway, f"{world.issuer}/card/verifications"),
                "an empty endpoint": (other, f"http://127.0.0.1:{port}/card/verifications"),
            }
            operations = [
                Operation(name, reader.batch(process_tree(found[0].process.pid), url), CALLS)
                for name, (found, url) in urls.items()
            ]
            interleaved(operations, rounds, progress.print)
        for operation in operations:
            out.print(f"{operation.name}: {operation.cpu_microseconds:.0f} CPU-us")
        _refresh(world, folder, reader, entries)


def _refresh(world: World, folder: Path, reader: "Reader", entries: int) -> None:
    progress.print(f"a list of {entries:,} ...")
    authority = DemoAuthority.load(world.folder / "authority")
    made = folder / "national.crl"
    write_list(authority, made, entries)
    quiet = reader.latencies(QUIET_SECONDS)
    made.replace(world.crls / "national.crl")
    during = reader.latencies(REFRESH_SECONDS)
    indices = (world.crls / ".index").glob("*.index")
    assert any(file.stat().st_size > INDEXED * entries for file in indices), "it was not taken"
    for name, found in (("quiet", quiet), ("while it comes in", during)):
        median, late = statistics.median(found) * 1e3, percentile(found, 99) * 1e3
        out.print(f"{name}: median {median:.1f} ms, p99 {late:.1f} ms of {len(found)}")
    moved = (percentile(during, 99) - percentile(quiet, 99)) * 1e3
    out.print(f"p99 moved by {moved:.1f} ms by a list of {entries:,} (<= 50)")


def percentile(found: list[float], hundredth: int) -> float:
    return statistics.quantiles(found, n=100)[hundredth - 1]


class Reader:
    """A registered reader with Hanako's authentication certificate."""

    def __init__(self, world: World, http: httpx2.Client) -> None:
        self._issuer, self._http = world.issuer, http
        self._card = CardFolder(world.cards).load(HANAKO.card_id)
        # The bare key, and its encoding once: the card would hash the PIN and load the key each
        # time, and the server would grow cold meanwhile.
        self._encoding = self._card.signature_encoding
        self._key = load_private_key(self._card.authentication.private_key)
        answer = http.post(
            f"{world.issuer}/token",
            data={"grant_type": "client_credentials"},
            auth=("hanasaki-counter", world.secrets["counter"]),
        )
        self._headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}

    def body(self) -> dict[str, str]:
        asked = self._http.post(f"{self._issuer}/card/challenges", headers=self._headers).json()
        message = base64.urlsafe_b64decode(asked["to_be_signed"] + "==")
        assert isinstance(self._key, RSAPrivateKey)
        signature = self._key.sign(message, PKCS1v15(), hash_for(self._key))
        return {
            "challenge_id": asked["challenge_id"],
            "certificate": base64.b64encode(self._card.authentication.certificate).decode(),
            "signature": base64.b64encode(signature).decode(),
            "signature_encoding": self._encoding,
        }

    def verify(self, url: str, body: dict[str, str] | None = None) -> httpx2.Response:
        answer = self._http.post(url, headers=self._headers, json=body or self.body())
        assert answer.json()["outcome"] == "accepted", answer.text
        return answer

    def batch(self, server: list[int], url: str) -> Callable[[int], float]:
        """The server's CPU seconds for so many verifications; challenges are asked for before."""

        def verify(times: int) -> float:
            bodies = [self.body() for _ in range(times)]
            before = cpu_seconds(server)
            for body in bodies:
                self.verify(url, body)
            return cpu_seconds(server) - before

        return verify

    def latencies(self, seconds: float) -> list[float]:
        """Of verifications one after another, with their challenges."""
        found, until = [], time.monotonic() + seconds
        while time.monotonic() < until:
            body, began = self.body(), time.monotonic()
            self.verify(f"{self._issuer}/card/verifications", body)
            found.append(time.monotonic() - began)
        return found


if __name__ == "__main__":
    typer.run(main)
