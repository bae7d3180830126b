"""The sloppy service served, and the settings of its gateway in a file; nobody conforms yet."""

import asyncio
import contextlib
import json
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from gateway.clock import system_clock
from tests.conform.sloppy_world import SloppyWorld, registered, serving


@dataclass(frozen=True)
class Place:
    world: SloppyWorld
    config: Path

    @property
    def arguments(self) -> tuple[str, ...]:
        asked = self.world.order.asked
        return ("conform", "sloppy", "--config", str(self.config), "--start", asked.start)


@pytest.fixture
def place(tmp_path: Path, template: Path) -> Iterator[Place]:
    shutil.copytree(template, tmp_path, dirs_exist_ok=True)
    world = asyncio.run(registered(tmp_path, system_clock()))
    config = tmp_path / "genkan.toml"
    config.write_text(written(world), "utf-8")
    with service_served(world):
        yield Place(world, config)


def written(world: SloppyWorld) -> str:
    settings = world.settings
    tables: dict[str, dict[str, object]] = {
        "server": {"issuer": settings.server.issuer, "listen_port": settings.server.listen_port},
        "store": {"records": settings.store.records},
        "keys": {"master_key_file": settings.keys.master_key_file},
        "card": {"trust": "demo", "anchors_dir": settings.card.anchors_dir},
        "audit": {"directory": settings.audit.directory},
        "plugins.crl": settings.plugins["crl"],
    }
    return "\n".join(
        f"[{name}]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in table.items())
        for name, table in tables.items()
    )


@contextlib.contextmanager
def service_served(world: SloppyWorld) -> Iterator[None]:
    """By a thread of its own: the command has the main one."""
    loop, over, ready = asyncio.new_event_loop(), asyncio.Event(), threading.Event()

    async def live() -> None:
        async with serving(world):
            ready.set()
            await over.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(live()))
    thread.start()
    assert ready.wait(30)
    try:
        yield
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(30)
        loop.close()
