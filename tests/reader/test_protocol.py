"""Who may ask the agent, and how: one wrong thing each, and what must not happen then."""

from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import httpx2
import pytest

from gateway.errors import SettingsError
from gateway.reader.app import create_reader_app
from gateway.settings import Reader
from gateway.virtual.folder import CardFolder
from gateway.virtual.pins import Pin
from tests.reader.browser import AGENT, GATEWAY, GOOD, PIN, RETURN_TO, Browser, read_page
from tests.reader.conftest import ManualClock

pytestmark = pytest.mark.anyio

ENCODED = {"Origin": GATEWAY, "Content-Type": "application/x-www-form-urlencoded"}


async def test_a_known_site_is_shown_and_asked_for_nothing_yet(browser: Browser) -> None:
    address = await browser.ask()
    page = await browser.open(address)
    assert page.status == 200
    assert GATEWAY in page.text
    assert page.answer is None
    assert "password" not in [attributes.get("type") for _, attributes in page.elements]


@pytest.mark.parametrize(
    "origins",
    [
        [],
        ["null"],
        [""],
        ["https://evil.example"],
        ["http://localhost:8001"],
        ["https://localhost:8000"],
        ["http://localhost:8000/"],
        ["http://LOCALHOST:8000"],
        ["http://localhost:8000.evil.example"],
        [f"{GATEWAY} https://evil.example"],
        [AGENT],
        [GATEWAY, GATEWAY],
        [GATEWAY, "https://evil.example"],
    ],
)
async def test_a_site_that_is_not_in_the_settings_is_refused(
    browser: Browser, origins: list[str]
) -> None:
    headers = [("Origin", origin) for origin in origins]
    response = await browser.client.post("/sign", data=GOOD, headers=headers)
    assert_refused(response, 403)


@pytest.mark.parametrize(
    "return_to",
    [
        "https://evil.example/login/card/return",
        "http://localhost:8001/login/card/return",
        "https://localhost:8000/login/card/return",
        "http://localhost:8000.evil.example/",
        "http://localhost:8000@evil.example/",
        "http://user@localhost:8000/",
        "http://localhost:80001/",
        "http://LOCALHOST:8000/",
        "//localhost:8000/",
        "/login/card/return",
        "http://localhost:8000",
        "http://localhost:8000?x",
        f"{RETURN_TO}#fragment",
        f"{RETURN_TO} ",
        f" {RETURN_TO}",
        f"{RETURN_TO}\r\nX: y",
        f"{RETURN_TO}/花",
        f"{RETURN_TO}?{'x' * 2048}",
        "javascript:alert(1)",
        "",
    ],
)
async def test_the_answer_goes_to_the_asking_site_only(browser: Browser, return_to: str) -> None:
    response = await post(browser, {**GOOD, "return_to": return_to})
    assert_refused(response, 403)
    assert "evil" not in response.text


@pytest.mark.parametrize("rest", ["/", "/return?task=a%20b&x=[1]", "/a//b/../c"])
async def test_any_address_of_the_asking_site_will_do(browser: Browser, rest: str) -> None:
    response = await post(browser, {**GOOD, "return_to": f"{GATEWAY}{rest}"})
    assert response.status_code == 303


@pytest.mark.parametrize(
    "change",
    [
        {"challenge": ""},
        {"challenge": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHg"},  # 31 bytes
        {"challenge": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g"},  # 33 bytes
        {"challenge": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="},
        {"challenge": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9"},  # left-over bits
        {"challenge": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdH/+"},
        {"challenge": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh\n"},
        {"challenge": "ＡAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"},
        {"challenge_id": ""},
        {"challenge_id": "a b"},
        {"challenge_id": "x" * 129},
        {"challenge_id": '"><script>'},
        {"purpose": ""},
        {"purpose": "verification"},
        {"purpose": "SIGN_IN"},
    ],
)
async def test_a_malformed_request_is_refused(browser: Browser, change: dict[str, str]) -> None:
    assert_refused(await post(browser, {**GOOD, **change}), 400)


@pytest.mark.parametrize("name", sorted(set(GOOD) - {"ui_locales"}))
async def test_a_missing_parameter_is_refused(browser: Browser, name: str) -> None:
    response = await post(browser, {key: value for key, value in GOOD.items() if key != name})
    assert_refused(response, 403 if name == "return_to" else 400)


@pytest.mark.parametrize("name", sorted(GOOD))
async def test_a_repeated_parameter_is_refused(browser: Browser, name: str) -> None:
    body = str(httpx2.QueryParams([*GOOD.items(), (name, GOOD[name])]))
    response = await browser.client.post("/sign", content=body, headers=ENCODED)
    assert_refused(response, 400)


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", b"{}"),
        ("text/plain", str(httpx2.QueryParams(GOOD)).encode()),
        ("multipart/form-data; boundary=x", b"--x--"),
        ("application/x-www-form-urlencoded", b"challenge_id=%ff"),
        ("application/x-www-form-urlencoded", b"\xff"),
    ],
)
async def test_a_body_that_is_no_form_is_refused(
    browser: Browser, content_type: str, body: bytes
) -> None:
    headers = {"Origin": GATEWAY, "Content-Type": content_type}
    assert_refused(await browser.client.post("/sign", content=body, headers=headers), 400)


async def test_a_body_over_the_limit_is_refused(browser: Browser) -> None:
    response = await post(browser, {**GOOD, "more": "x" * 20_000})
    assert_refused(response, 413)


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8765",
        "127.0.0.1",
        "127.0.0.1:8766",
        "localhost:8765",
        "127.0.0.1:8765.evil.example",
        "",
    ],
)
@pytest.mark.parametrize("path", ["/sign", "/requests/x", "/static/genkan.css", "/"])
async def test_a_name_that_only_resolves_to_this_computer_is_refused(
    browser: Browser, host: str, path: str
) -> None:
    headers = {"Host": host, "Origin": GATEWAY}
    response = await browser.client.request(
        "POST" if path == "/sign" else "GET", path, headers=headers
    )
    assert_refused(response, 421)


async def test_a_second_host_header_is_refused(browser: Browser) -> None:
    headers = [("Host", "127.0.0.1:8765"), ("Host", "evil.example"), ("Origin", GATEWAY)]
    assert_refused(await browser.client.post("/sign", data=GOOD, headers=headers), 421)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS"])
async def test_only_a_form_post_begins_a_request(browser: Browser, method: str) -> None:
    response = await browser.client.request(method, "/sign", headers={"Origin": GATEWAY})
    assert_refused(response, 405)
    assert not [name for name in response.headers if name.startswith("access-control")]


@pytest.mark.parametrize("path", ["", "/cards/hanako"])
async def test_a_request_nobody_made_has_no_page(browser: Browser, path: str) -> None:
    page = await browser.open(f"/requests/{'x' * 43}{path}")
    assert page.status == 404
    assert page.answer is None


async def test_a_request_lives_for_its_time_only(
    browser: Browser, folder: CardFolder, clock: ManualClock
) -> None:
    address = await browser.ask()
    clock.advance(299)
    assert (await browser.open(address)).status == 200
    clock.advance(2)
    assert (await browser.open(address)).status == 404
    data = {"authentication_pin": PIN, "authentication_tries": "3"}
    page = await browser.send(f"{address}/cards/hanako", data)
    assert (page.status, page.answer) == (404, None)


@pytest.mark.parametrize(
    "path", ["/cards/unknown", "/cards/..%2Fhanako", "/cards/HANAKO", "/cards/a.b"]
)
async def test_a_card_that_is_not_there_is_a_plain_page(browser: Browser, path: str) -> None:
    address = await browser.ask()
    assert (await browser.open(f"{address}{path}")).status == 404
    page = await browser.send(f"{address}{path}", {"authentication_pin": PIN})
    assert (page.status, page.answer) == (404, None)


@pytest.mark.parametrize("origin", [None, "null", GATEWAY, "https://evil.example", f"{AGENT}/"])
@pytest.mark.parametrize("path", ["/cards/hanako", "/cancel"])
async def test_the_pin_form_is_taken_from_the_agents_own_page_only(
    browser: Browser, folder: CardFolder, origin: str | None, path: str
) -> None:
    address = await browser.ask()
    data = {"authentication_pin": "0000", "authentication_tries": "3"}
    page = await browser.send(f"{address}{path}", data, origin)
    assert (page.status, page.answer) == (403, None)
    assert folder.load("hanako").tries.remaining(Pin.AUTHENTICATION) == 3
    assert (await browser.open(address)).status == 200


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "reader.example", ""])  # noqa: S104
def test_the_agent_does_not_start_where_others_could_reach_it(
    tmp_path: Path, clock: ManualClock, host: str
) -> None:
    with pytest.raises(SettingsError, match=r"reader\.listen_host"):
        create_reader_app(Reader(listen_host=host), CardFolder(tmp_path), clock)


@pytest.mark.parametrize(
    ("listen_host", "listen_port", "authority"),
    [("127.0.0.1", 80, "127.0.0.1"), ("::1", 9000, "[::1]:9000"), ("localhost", 1, "localhost:1")],
)
async def test_the_agents_address_is_what_a_browser_calls_it(
    tmp_path: Path, clock: ManualClock, listen_host: str, listen_port: int, authority: str
) -> None:
    settings = Reader(listen_host=listen_host, listen_port=listen_port, gateway_origins=(GATEWAY,))
    app = create_reader_app(settings, CardFolder(tmp_path), clock)
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url=f"http://{authority}") as client:
        asked = await client.post("/sign", data=GOOD, headers={"Origin": GATEWAY})
        address = asked.headers["location"].partition("?")[0]
        headers = {"Origin": f"http://{authority}"}
        cancelled = await client.post(f"{address}/cancel", headers=headers, data={})
    assert read_page(cancelled).answer == {
        "challenge_id": "a-challenge_1",
        "outcome": "cancelled",
    }


async def test_the_agent_starts_and_stops_as_its_server_tells_it(
    tmp_path: Path, clock: ManualClock
) -> None:
    told = iter(["lifespan.startup", "lifespan.shutdown"])
    heard = []

    async def receive() -> dict[str, str]:
        return {"type": next(told)}

    async def send(message: MutableMapping[str, Any]) -> None:
        heard.append(message["type"])

    app = create_reader_app(Reader(), CardFolder(tmp_path), clock)
    await app({"type": "lifespan", "state": {}}, receive, send)
    assert heard == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


async def post(browser: Browser, parameters: dict[str, str]) -> httpx2.Response:
    return await browser.client.post("/sign", data=parameters, headers={"Origin": GATEWAY})


def assert_refused(response: httpx2.Response, status: int) -> None:
    assert response.status_code == status
    assert "location" not in response.headers
    assert "set-cookie" not in response.headers
    assert read_page(response).answer is None
