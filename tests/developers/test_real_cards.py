"""Where cards are real, the guide is there and the try-out is not."""

import msgspec
import pytest

from gateway.app import make_app
from gateway.assembly import make_provider, make_verifier
from gateway.plugins import installed_plugins
from tests.support.gateway import Gateway

pytestmark = pytest.mark.anyio


@pytest.fixture
async def production(gateway: Gateway) -> Gateway:
    """On the same stores; the demo's anchors would not be loaded there."""
    before = gateway.provider.settings
    card = msgspec.structs.replace(before.card, trust="production")
    settings = msgspec.structs.replace(before, card=card)
    provider = await make_provider(
        settings, gateway.provider.records, gateway.provider.moments, gateway.clock
    )
    verifier = make_verifier(before, installed_plugins())
    return Gateway(make_app(provider, verifier), provider, gateway.clock)


async def test_nobody_is_offered_a_try_out(production: Gateway) -> None:
    async with production.browser() as browser:
        browser.headers["Accept-Language"] = "en"
        guide = await browser.get("/developers")
        assert guide.status_code == 200
        assert "/developers/try" not in guide.text
        page = await browser.get("/developers/try")
        assert page.status_code == 200
        assert "for test installations with virtual cards" in page.text
        assert '<form method="post"' not in page.text


async def test_none_of_its_doors_is_there(production: Gateway) -> None:
    async with production.browser() as browser:
        for path in ("request", "send", "step", "end"):
            answer = await browser.post(f"/developers/try/{path}", data={"step": "token"})
            assert answer.status_code == 404, path
        for path in ("callback?code=x", "walk"):
            assert (await browser.get(f"/developers/try/{path}")).status_code == 404, path


async def test_the_guide_stands_at_the_residents_door_only(gateway: Gateway) -> None:
    before = gateway.provider.settings
    server = msgspec.structs.replace(before.server, doors=("operators",))
    provider = await make_provider(
        msgspec.structs.replace(before, server=server),
        gateway.provider.records,
        gateway.provider.moments,
        gateway.clock,
    )
    app = make_app(provider, make_verifier(before, installed_plugins()))
    async with Gateway(app, provider, gateway.clock).browser() as browser:
        assert (await browser.get("/developers")).status_code == 404
