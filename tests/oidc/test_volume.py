"""Nobody takes up a whole worker: whoever sends too much is told when to come again."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import msgspec
import pytest

from gateway.settings import Limits, Settings
from tests.support.gateway import UNLIMITED, Gateway, open_gateway
from tests.support.log import logged
from tests.support.relying_party import RelyingParty

pytestmark = pytest.mark.anyio
BURST = 5
HERE, THERE = "192.0.2.1", "198.51.100.9"
PAGE = {"Accept": "text/html,application/xhtml+xml"}


def narrow(settings: Settings) -> Settings:
    """Next to nothing comes again within a test."""
    limits = Limits(
        requests_per_minute_per_address=1,
        burst_per_address=BURST,
        requests_per_minute_per_client=1,
        burst_per_client=BURST - 2,
    )
    return msgspec.structs.replace(settings, limits=limits)


def narrow_for_clients(settings: Settings) -> Settings:
    limits = msgspec.structs.replace(
        UNLIMITED, requests_per_minute_per_client=1, burst_per_client=BURST
    )
    return msgspec.structs.replace(settings, limits=limits)


@pytest.fixture
async def narrow_gateway(tmp_path: Path, template: Path) -> AsyncIterator[Gateway]:
    async with open_gateway(tmp_path, template, narrow) as gateway:
        yield gateway


async def get(gateway: Gateway, path: str, times: int, address: str = HERE) -> list[int]:
    async with gateway.browser(address) as http:
        return [(await http.get(path)).status_code for _ in range(times)]


async def test_a_program_is_told_in_json_when_to_come_again(narrow_gateway: Gateway) -> None:
    # Some programs say they accept pages (java.net.HttpURLConnection).
    async with narrow_gateway.browser(HERE) as http:
        for _ in range(BURST):
            assert (await http.post("/token", headers=PAGE)).status_code == 400
        refused = await http.post("/token", headers=PAGE)
    assert refused.status_code == 429
    assert refused.json()["error"] == "temporarily_unavailable"
    assert refused.headers["retry-after"] == "60"
    assert refused.headers["cache-control"] == "no-store"
    assert "x-request-id" in refused.headers


@pytest.mark.parametrize(
    ("language", "words"),
    [("ja", ("少しお待ちください", "60秒ほど待って")), ("en", ("Please wait", "about 60 seconds"))],
)
async def test_a_person_is_told_on_a_page_what_to_do_and_when(
    narrow_gateway: Gateway, language: str, words: tuple[str, str]
) -> None:
    async with narrow_gateway.browser(HERE) as http:
        headers = {**PAGE, "Accept-Language": language}
        for path in ("/", "/authorize", "/login", "/device", "/"):
            assert (await http.get(path, headers=headers)).status_code != 429
        refused = await http.get("/authorize", headers=headers)
    assert refused.status_code == 429
    assert refused.headers["retry-after"] == "60"
    assert refused.headers["content-language"] == language
    for word in words:
        assert word in refused.text
    assert "default-src 'none'" in refused.headers["content-security-policy"]


async def test_whoever_is_somewhere_else_goes_on(narrow_gateway: Gateway) -> None:
    assert 429 in await get(narrow_gateway, "/", BURST + 1)
    assert await get(narrow_gateway, "/", BURST, THERE) == [200] * BURST


async def test_a_subscriber_with_a_whole_64_is_one(narrow_gateway: Gateway) -> None:
    found = [await get(narrow_gateway, "/", 1, f"2001:db8::{number}") for number in range(BURST)]
    assert found == [[200]] * BURST
    assert await get(narrow_gateway, "/", 1, "2001:db8::ffff:1") == [429]
    assert await get(narrow_gateway, "/", 1, "2001:db8:0:1::1") == [200]


@pytest.mark.parametrize(
    "path",
    [
        *("/healthz", "/jwks", "/.well-known/openid-configuration", "/static/genkan.css"),
        "/.well-known/oauth-authorization-server",
    ],
)
async def test_what_is_the_same_for_everybody_is_never_too_much(
    narrow_gateway: Gateway, path: str
) -> None:
    await get(narrow_gateway, "/", BURST + 1)
    assert set(await get(narrow_gateway, path, 3 * BURST)) == {200}


async def test_the_operators_door_is_the_gates_alone(narrow_gateway: Gateway) -> None:
    await get(narrow_gateway, "/", BURST + 1)
    assert set(await get(narrow_gateway, "/admin", BURST + 1)) == {403}
    assert 429 in await get(narrow_gateway, "/administration", BURST + 1)


async def test_a_flood_is_an_entry_a_minute(narrow_gateway: Gateway) -> None:
    await get(narrow_gateway, "/", 4 * BURST)
    [entry] = await logged(narrow_gateway, "limit.reached")
    assert (entry.origin.actor, entry.origin.address) == ("unknown", HERE)
    assert entry.detail == {"limit": "address"}
    narrow_gateway.clock.forward(seconds=60)
    await get(narrow_gateway, "/", BURST)
    assert len(await logged(narrow_gateway, "limit.reached")) == 2


async def test_a_client_that_asks_too_much_waits_wherever_it_is(
    tmp_path: Path, template: Path
) -> None:
    async with open_gateway(tmp_path, template, narrow_for_clients) as gateway:
        health = RelyingParty(gateway, await gateway.service("health"))
        points = RelyingParty(gateway, await gateway.service("points"))

        async def ask(service: RelyingParty, address: str) -> httpx2.Response:
            async with gateway.browser(address) as http:
                form = {"token": "x"}
                return await http.post("/introspect", data=form, auth=service.credentials)

        for address in (HERE, THERE, HERE, THERE, HERE):
            assert (await ask(health, address)).status_code == 200
        refused = await ask(health, "203.0.113.5")
        assert refused.status_code == 429
        assert int(refused.headers["retry-after"]) in (59, 60)
        assert (await ask(points, HERE)).status_code == 200
        [entry] = await logged(gateway, "limit.reached")
        assert (entry.client_id, entry.detail) == ("health", {"limit": "client"})


async def test_nobody_uses_up_a_clients_room_without_its_proof(
    tmp_path: Path, template: Path
) -> None:
    async with open_gateway(tmp_path, template, narrow_for_clients) as gateway:
        health = RelyingParty(gateway, await gateway.service("health"))
        await gateway.service("app", token_endpoint_auth_method="none")

        async def knock(address: str) -> int:
            """As the app, which anybody may say they are."""
            async with gateway.browser(address) as http:
                form = {"client_id": "app", "token": "x"}
                return (await http.post("/revoke", data=form)).status_code

        async with gateway.browser(THERE) as http:
            for _ in range(2 * BURST):
                await http.post("/introspect", data={"token": "x"}, auth=("health", "wrong"))
        assert (await health.post("/introspect", {"token": "x"})).status_code == 200
        assert [await knock(THERE) for _ in range(BURST + 1)] == [200] * BURST + [429]
        assert await knock(HERE) == 200
