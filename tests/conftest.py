"""Shared by all tests: asyncio only, and no socket but to this machine's own test servers."""

import pytest
from pytest_socket import disable_socket, enable_socket

pytest_plugins = ["tests.support.servers", "tests.support.fixtures"]


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
