"""`genkan health`: what a container's health check is told."""

import socket

import pytest

from gateway.demo.check import free_ports
from tests.commands.conftest import Genkan, Served

pytestmark = pytest.mark.servers


def test_a_gateway_that_is_ready_is_0(genkan: Genkan, served: Served) -> None:
    done = genkan("health", f"{served.url}/readyz")
    assert (done.exit_code, done.out, done.err) == (0, "ready\n", "")


def test_the_networks_proxy_is_not_asked(genkan: Genkan, served: Served) -> None:
    nobody = f"http://127.0.0.1:{free_ports(1)[0]}"
    done = genkan("health", f"{served.url}/readyz", http_proxy=nobody, HTTP_PROXY=nobody)
    assert done.exit_code == 0


def test_another_page_than_a_ready_one_is_1(genkan: Genkan, served: Served) -> None:
    assert genkan("health", f"{served.url}/nowhere").exit_code == 1


@pytest.mark.parametrize("url", ["nonsense", "ftp://localhost/", "http://[::1", "http://[::1]:x/"])
def test_what_is_no_address_is_1(genkan: Genkan, url: str) -> None:
    done = genkan("health", url)
    assert (done.exit_code, done.out, done.err) == (1, "not ready\n", "")


def test_a_server_that_never_answers_is_1(genkan: Genkan) -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        done = genkan("health", f"http://127.0.0.1:{deaf.getsockname()[1]}/readyz")
    assert (done.exit_code, done.out) == (1, "not ready\n")
