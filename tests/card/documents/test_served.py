"""The process that reads documents under the real server: one for a worker, and gone with it."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import pytest
from rich.console import Console

from gateway.demo.check import free_ports
from gateway.demo.local_http import local_client
from gateway.demo.processes import Running, parts_of, running
from gateway.demo.run import prepare
from gateway.demo.town import RESIDENTS
from gateway.demo.world import Ports, World
from gateway.virtual.folder import CardFolder
from gateway.virtual.keys import load_private_key
from tests.card.documents.cms_maker import Signer, make_cms
from tests.card.documents.counter import encode
from tests.card.documents.desk import CONTENT

pytestmark = pytest.mark.servers

PROGRAM = "gateway.card.documents.apart_process"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> World:
    return prepare(tmp_path_factory.mktemp("served"), Ports(*free_ports(4)), Console(quiet=True))


@pytest.fixture
def gateway(town: World) -> Iterator[Running]:
    with running(parts_of(town)[:1]) as (process,):
        yield process


def verified(town: World, document: bytes) -> httpx2.Response:
    with local_client() as http:
        answer = http.post(
            f"{town.issuer}/token",
            data={"grant_type": "client_credentials"},
            auth=("hanasaki-counter", town.secrets["counter"]),
        )
        headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
        body = {"format": "cms", "document": encode(document)}
        return http.post(f"{town.issuer}/card/signatures", headers=headers, json=body)


def signed(town: World, content: bytes = CONTENT) -> bytes:
    card = CardFolder(town.cards).load(RESIDENTS[0].card_id)
    assert card.signature is not None
    return make_cms(
        content, Signer(card.signature.certificate, load_private_key(card.signature.private_key))
    )


def children(process: int) -> list[int]:
    listed = Path(f"/proc/{process}/task").glob("*/children")
    direct = [int(child) for file in listed for child in file.read_text().split()]
    return [*direct, *(below for child in direct for below in children(child))]


def readers(gateway: Running) -> list[int]:
    return [
        process
        for process in children(gateway.process.pid)
        if PROGRAM in Path(f"/proc/{process}/cmdline").read_text()
    ]


def comes_true(told: Callable[[], bool], seconds: float = 10) -> bool:
    until = time.monotonic() + seconds
    while not (found := told()) and time.monotonic() < until:
        time.sleep(0.05)
    return found


def test_documents_are_read_by_one_process_that_ends_with_the_gateway(
    town: World, gateway: Running
) -> None:
    assert readers(gateway) == []
    for content in (CONTENT, b"", bytes(5_000_000)):
        answer = verified(town, signed(town, content))
        assert (answer.status_code, answer.json()["outcome"]) == (200, "accepted")
    (reader,) = readers(gateway)
    gateway.process.send_signal(signal.SIGTERM)
    gateway.process.wait(20)
    assert comes_true(lambda: not Path(f"/proc/{reader}").exists())
    assert "apart" not in gateway.part.log.read_text("utf-8")


def test_it_ends_with_a_worker_that_was_killed(town: World, gateway: Running) -> None:
    assert verified(town, signed(town)).json()["outcome"] == "accepted"
    (reader,) = readers(gateway)
    worker = next(each for each in children(gateway.process.pid) if reader in children(each))
    os.kill(worker, signal.SIGKILL)
    assert comes_true(lambda: not Path(f"/proc/{reader}").exists())
