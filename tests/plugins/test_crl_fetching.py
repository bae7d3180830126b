"""Lists that are added and fetched: verified before they take the place of the one before them."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import anyio
import pytest
from cryptography import x509

from gateway.card.api import StatusValue
from gateway.virtual.revocation_list import CustomiseCrl
from plugins.crl.errors import UnusableError
from plugins.crl.operation import CrlOperation
from plugins.crl.refresher import FIRST_PAUSE, SourceState
from plugins.crl.settings import read_settings
from tests.card.world import NOW
from tests.plugins.crl_world import CONTEXT, NEXT_UPDATE, CrlWorld

pytestmark = [pytest.mark.anyio, pytest.mark.servers]

GOOD, REVOKED = StatusValue.GOOD, StatusValue.REVOKED
HOUR = timedelta(hours=1)


class Publisher:
    """A CA's web server: what it answers is what a test says."""

    def __init__(self) -> None:
        self.status, self.body = 200, b""
        self.headers: dict[str, str] = {}
        self.paths: list[str] = []
        publisher = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                publisher.paths.append(self.path)
                first = len(publisher.paths) == 1 or self.path == "/list"
                self.send_response(publisher.status if first else 200)
                for name, value in publisher.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(publisher.body)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/list"


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    made = Publisher()
    thread = threading.Thread(target=made.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield made
    made.server.shutdown()
    thread.join()
    made.server.server_close()


def operation(crls: CrlWorld, publisher: Publisher | None = None, **table: object) -> CrlOperation:
    sources = [] if publisher is None else [publisher.url]
    settings = {"directory": str(crls.folder), "sources": sources, **table}
    return CrlOperation(settings, list(crls.anchors().values()))


def numbered(number: int) -> CustomiseCrl:
    return lambda crl: crl.with_extension(x509.CRLNumber(number))


async def refresh(lists: CrlOperation, publisher: Publisher) -> None:
    await lists.refresh(publisher.url, NOW, lambda _, __: None)


async def test_a_list_that_is_added_is_in_use_and_takes_the_place_of_the_last(
    crls: CrlWorld, tmp_path: Path
) -> None:
    lists, file = operation(crls), tmp_path / "today.crl"
    file.write_bytes(crls.crl(numbered(7)))

    line = lists.add(file, NOW)

    assert (line.number, line.entries, line.next_update) == (7, 0, NEXT_UPDATE)
    assert (await crls.status()).value is GOOD
    crls.revoke()
    file.write_bytes(crls.crl(numbered(8)))
    lists.add(file, NOW)
    assert (await crls.status()).value is REVOKED
    assert len(lists.lists(NOW)) == 1


async def test_a_list_older_than_the_last_is_refused_and_told(
    crls: CrlWorld, tmp_path: Path
) -> None:
    lists, file = operation(crls), tmp_path / "a.crl"
    file.write_bytes(crls.crl(numbered(7)))
    lists.add(file, NOW)
    file.write_bytes(crls.crl(numbered(6)))

    with pytest.raises(UnusableError, match="older than one that was here before"):
        lists.add(file, NOW)

    assert (await crls.status()).value is GOOD
    assert [line.number for line in lists.lists(NOW)] == [7]


async def test_a_list_of_the_future_or_of_nobody_is_not_added(
    crls: CrlWorld, tmp_path: Path
) -> None:
    lists, file = operation(crls), tmp_path / "a.crl"
    file.write_bytes(crls.crl())
    with pytest.raises(UnusableError, match="it begins in the future"):
        lists.add(file, NOW - timedelta(days=1))

    file.write_bytes(crls.crl(generation=1))
    with pytest.raises(UnusableError):
        lists.add(file, NOW)

    assert [path.name for path in crls.folder.iterdir()] == [".index"]


async def test_the_lists_are_told_with_their_states(crls: CrlWorld) -> None:
    lists = operation(crls)
    crls.write(crls.crl(numbered(7)), "a.crl")
    crls.write(b"<html>", "b.crl")

    good, bad = sorted(lists.lists(NOW), key=lambda line: line.file)

    assert (good.number, good.state) == (7, "fresh")
    assert bad.state.startswith("not used: not a CRL in DER")
    assert [line.state for line in lists.lists(NEXT_UPDATE + HOUR) if line.number] == ["stale"]


async def test_a_fetched_list_is_in_use(crls: CrlWorld, publisher: Publisher) -> None:
    lists, told = operation(crls, publisher), []
    publisher.body = crls.crl(numbered(7))
    publisher.headers["Content-Length"] = str(len(publisher.body))

    line = await lists.refresh(publisher.url, NOW, lambda *sizes: told.append(sizes))

    assert line.number == 7
    assert told[-1] == (len(publisher.body), len(publisher.body))
    assert (await crls.status()).value is GOOD
    assert lists.source_state(publisher.url) == SourceState(NOW)


@pytest.mark.parametrize(
    ("status", "headers", "body", "problem"),
    [
        (404, {}, b"", "HTTP 404"),
        (503, {}, b"<html>", "HTTP 503"),
        (200, {}, b"<html>come back later</html>", "not a CRL in DER"),
        (200, {}, bytes(20_001), "larger than max_file_bytes"),
        (302, {"Location": "http://localhost:9/list"}, b"", "redirects to another host"),
        (302, {"Location": "https://127.0.0.1/list"}, b"", "redirects to another host"),
        (302, {"Location": "/list"}, b"", "redirects too often"),
        (200, {"Content-Length": "9"}, b"<html>", "cannot be fetched"),
    ],
)
async def test_what_cannot_be_fetched_leaves_what_is_there(
    crls: CrlWorld,
    publisher: Publisher,
    status: int,
    headers: dict[str, str],
    body: bytes,
    problem: str,
) -> None:
    lists = operation(crls, publisher, max_file_bytes=20_000)
    publisher.body = crls.crl()
    await refresh(lists, publisher)
    publisher.status, publisher.headers, publisher.body = status, headers, body

    with pytest.raises(UnusableError, match=problem):
        await refresh(lists, publisher)

    assert (await crls.status()).value is GOOD
    assert lists.source_state(publisher.url).failures == 1
    assert not list(crls.folder.glob(".partial*"))


async def test_a_redirect_within_the_host_is_followed(crls: CrlWorld, publisher: Publisher) -> None:
    publisher.status, publisher.headers = 302, {"Location": "/elsewhere"}
    publisher.body = crls.crl()

    await refresh(operation(crls, publisher), publisher)

    assert publisher.paths == ["/list", "/elsewhere"]
    assert (await crls.status()).value is GOOD


def test_the_pause_grows_while_an_address_fails_and_never_past_the_interval() -> None:
    pauses = [SourceState(NOW, failures).next_at(HOUR) for failures in (1, 2, 3, 60)]

    assert pauses == [NOW + FIRST_PAUSE, NOW + 2 * FIRST_PAUSE, NOW + 4 * FIRST_PAUSE, NOW + HOUR]
    assert SourceState(NOW).next_at(HOUR) == NOW + HOUR
    assert SourceState().is_due(HOUR, NOW)
    assert SourceState(NOW + timedelta(days=400)).is_due(HOUR, NOW)


async def test_while_the_gateway_runs_lists_are_fetched_and_read_unasked(
    crls: CrlWorld, publisher: Publisher
) -> None:
    crls.revoke()
    publisher.body = crls.crl()
    source = crls.remake(sources=[publisher.url])

    source.trust(list(crls.anchors().values()))

    async with source.kept(lambda: NOW):
        for _ in range(200):
            if (await source.evidence(NOW)).fresh:
                break
            await anyio.sleep(0.02)
        assert (await source.status(crls.path(), CONTEXT)).value is REVOKED

    assert publisher.paths == ["/list"]


@pytest.mark.parametrize(
    ("sources", "problem"),
    [
        (["ftp://example.test/a.crl"], r"^programs\.ftp: a program is needed"),
        (["https://name:word@example.test/a.crl"], "without a user"),
        (["https://:word@example.test/a.crl"], "without a user"),
        (["https://example.test/a crl"], "is not an address"),
        (["https:///a.crl"], "names no host"),
        (["http://example.test:port/"], "is not an address"),
        (["https://example.test/", "https://example.test/"], "twice"),
        ("https://example.test/", "a list of addresses"),
        ([5], "a list of addresses"),
    ],
)
def test_an_address_that_cannot_be_fetched_stops_the_start(sources: object, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        read_settings({"sources": sources})
