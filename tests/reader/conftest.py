"""An agent in this process, with three cards in its folder, and a browser to talk to it."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest

from gateway.reader.app import create_reader_app
from gateway.settings import Reader
from gateway.virtual.authority import DemoAuthority
from gateway.virtual.card import VirtualCard
from gateway.virtual.folder import CardFolder
from gateway.virtual.issue import issue_card
from gateway.virtual.keys import new_p384_key, new_rsa_key
from tests.reader.browser import AGENT, GATEWAY, PASSWORD, PIN, Browser
from tests.support.town import HANAKO


class ManualClock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture(scope="session")
def issued_cards() -> list[VirtualCard]:
    """An adult's card, a child's, and one of the next generation. Their keys are slow to make."""
    now = ManualClock().now
    authority = DemoAuthority.create(now, new_key=new_p384_key)
    key = new_rsa_key()
    adult = issue_card(
        authority,
        HANAKO,
        now,
        signature_password=PASSWORD,
        authentication_pin=PIN,
        card_id="hanako",
        new_key=lambda: key,
    )
    child = replace(adult, card_id="child", holder_name="花咲　つぼみ", signature=None)
    newest = issue_card(
        authority,
        replace(HANAKO, name="花咲　太郎"),
        now,
        signature_password=PASSWORD,
        authentication_pin=PIN,
        card_id="taro",
        new_key=new_p384_key,
    )
    return [adult, child, newest]


@pytest.fixture
def folder(tmp_path: Path, issued_cards: list[VirtualCard]) -> CardFolder:
    folder = CardFolder(tmp_path / "cards")
    for card in issued_cards:
        folder.save(card)
    return folder


@pytest.fixture
async def browser(folder: CardFolder, clock: ManualClock) -> AsyncIterator[Browser]:
    app = create_reader_app(Reader(gateway_origins=(GATEWAY,)), folder, clock)
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url=AGENT) as client:
        yield Browser(client)
