"""花咲町 on this machine, and headless Chromium in front of it."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright
from pytest_socket import enable_socket
from rich.console import Console

from gateway.demo.check import free_ports
from gateway.demo.processes import parts_of, running
from gateway.demo.run import prepare
from gateway.demo.world import Ports, World
from tests.browser.operator import OperatorAtScreen
from tests.browser.resident import ResidentAtScreen

# Chromium's own traffic has no place in a test, and its sandbox none in a container.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]

AtScreen = Callable[..., ResidentAtScreen]
AtDesk = Callable[[], OperatorAtScreen]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    enable_socket()
    world = prepare(
        tmp_path_factory.mktemp("town"), Ports(*free_ports(4)), Console(stderr=True, quiet=True)
    )
    with running(parts_of(world)):
        yield world


@pytest.fixture(scope="module")
def chromium(world: World) -> Iterator[Browser]:
    """After the world: while Playwright runs, this thread has an event loop already."""
    path = shutil.which("chromium")
    assert path is not None, "chromium is not installed; tests/run says how"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=Path(path), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def at_screen(chromium: Browser, world: World) -> Iterator[AtScreen]:
    """Somebody with a fresh browser; at the end nothing may have been wrong behind the pages."""
    with ExitStack() as opened:

        def sit_down(
            card_id: str = "hanako", width: int = 1280, **options: Any
        ) -> ResidentAtScreen:
            context = chromium.new_context(
                viewport={"width": width, "height": 800}, **{"locale": "ja-JP", **options}
            )
            opened.callback(context.close)
            resident = ResidentAtScreen(world, card_id, context.new_page())
            opened.callback(resident.check_nothing_was_wrong)
            return resident

        yield sit_down


@pytest.fixture
def at_desk(chromium: Browser, world: World) -> Iterator[AtDesk]:
    """An operator with a fresh browser; at the end nothing may have been wrong behind the pages."""
    with ExitStack() as opened:

        def sit_down() -> OperatorAtScreen:
            context = chromium.new_context(locale="ja-JP")
            opened.callback(context.close)
            operator = OperatorAtScreen(world, context.new_page())
            opened.callback(operator.check_nothing_was_wrong)
            return operator

        yield sit_down
