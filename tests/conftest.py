"""Shared by all tests: asyncio only, and no socket but to this machine's own test servers."""

import pytest
from pytest_socket import disable_socket, enable_socket

from tests.witnesses.features import Proofs

pytest_plugins = ["tests.support.servers", "tests.support.fixtures"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--write-features",
        action="store_true",
        help="write README's table of what witnesses proved in this run",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Proofs())


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def _no_network(request: pytest.FixtureRequest) -> None:
    """Sockets are blocked; only tests marked `servers` or `browser` may open one."""
    if request.node.get_closest_marker("servers") or request.node.get_closest_marker("browser"):
        enable_socket()
    else:
        disable_socket(allow_unix_socket=True)
