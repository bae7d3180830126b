"""The demo's services: a stock client at the front door, and a plain word for all that may fail."""

from collections.abc import AsyncIterator

import httpx2
import pytest

from gateway.demo.services import create_service
from gateway.demo.stock_client import ServiceSettings
from gateway.demo.town import HEALTH, POINTS, SERVICES, DemoService
from tests.demo.visit import ADDRESSES, Visit, page_of, visiting
from tests.support.gateway import Gateway

pytestmark = pytest.mark.anyio


@pytest.fixture
async def visit(gateway: Gateway) -> AsyncIterator[Visit]:
    async with visiting(gateway, HEALTH, await gateway.resident()) as visit:
        yield visit


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
async def test_each_service_signs_in_in_its_own_way(gateway: Gateway, service: DemoService) -> None:
    async with visiting(gateway, service, await gateway.resident("花咲　花子")) as visit:
        page = await visit.sign_in()
    assert page.marks["name"] == "花咲　花子"
    assert page.marks["birthdate"] == "1985-04-12"
    assert page.marks["address"] == "花園県花咲町桜台一丁目２番３号"
    assert (page.marks["name_substituted"], page.marks["address_substituted"]) == ("false", "false")
    assert len(page.marks["sub"]) == 43
    assert "local_id" not in page.marks


async def test_two_services_are_told_two_subjects(gateway: Gateway) -> None:
    hanako = await gateway.resident()
    subjects = set()
    for service in SERVICES:
        async with visiting(gateway, service, hanako) as visit:
            subjects.add((await visit.sign_in()).marks["sub"])
    assert len(subjects) == 2


async def test_nobody_is_signed_in_before_the_front_door_says_so(visit: Visit) -> None:
    page = await visit.open("/")
    assert page.links[-1] == "/signin"
    assert "sub" not in page.marks
    for path in ("/link", "/refresh", "/signout"):
        assert (await visit.send(path, local_id="H-1")).status == 303
    assert "sub" not in (await visit.open("/")).marks


async def test_a_linked_id_comes_back_as_a_claim(visit: Visit) -> None:
    await visit.sign_in()
    page = await visit.send("/link", local_id="H-0001")
    assert (page.status, page.marks["local_id"]) == (200, "H-0001")
    assert (await visit.open("/")).marks["local_id"] == "H-0001"


async def test_an_id_of_somebody_else_is_told_apart_from_one_that_cannot_be(visit: Visit) -> None:
    other = await visit.gateway.resident("邊見　三郎")
    await visit.gateway.provider.links.put(
        HEALTH.client_id, other.resident_id, "H-0001", visit.gateway.clock()
    )
    await visit.sign_in()
    taken = await visit.send("/link", local_id="H-0001")
    assert (taken.status, taken.marks["notice"]) == (409, "service_link_taken")
    for impossible in ("", "x" * 256, "123456789018"):
        page = await visit.send("/link", local_id=impossible)
        assert (page.status, page.marks["notice"]) == (400, "service_link_refused")
    assert "local_id" not in (await visit.open("/")).marks


async def test_refreshing_keeps_the_resident_signed_in(visit: Visit) -> None:
    before = await visit.sign_in()
    for _ in range(3):
        page = await visit.send("/refresh")
        assert (page.status, page.marks["notice"]) == (200, "service_refreshed")
    assert page.marks["sub"] == before.marks["sub"]


async def test_a_token_that_the_library_renewed_by_itself_is_kept(hasty_gateway: Gateway) -> None:
    async with visiting(hasty_gateway, POINTS, await hasty_gateway.resident()) as visit:
        await visit.sign_in()
        for _ in range(2):
            page = await visit.send("/link", local_id="P-0001")
            assert (page.status, page.marks["local_id"]) == (200, "P-0001")
        assert (await visit.send("/refresh")).status == 200


async def test_when_the_grant_is_gone_the_resident_signs_in_again(
    hasty_gateway: Gateway,
) -> None:
    resident = await hasty_gateway.resident()
    async with visiting(hasty_gateway, HEALTH, resident) as visit:
        for path in ("/refresh", "/link"):
            await hasty_gateway.sign_in(visit.at_gateway, resident)
            await visit.sign_in()
            hasty_gateway.clock.forward(days=31)
            page = await visit.send(path, local_id="H-0001")
            assert (page.status, page.marks["error"]) == (400, "invalid_grant")
            assert "sub" not in page.marks
            assert "sub" not in (await visit.open("/")).marks
            hasty_gateway.clock.forward(days=-31)


async def test_signing_out_ends_it_here_and_at_the_front_door(visit: Visit) -> None:
    await visit.sign_in()
    answer = await visit.at_service.post("/signout")
    assert "sub" not in (await visit.open("/")).marks
    answer = await visit.at_gateway.get(answer.headers["location"])
    assert (answer.status_code, answer.headers["location"]) == (303, f"{ADDRESSES['health']}/")
    answer = await visit.at_gateway.get(await visit.to_the_gateway())
    assert answer.headers["location"].startswith("/login?task=")


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda url: url.copy_set_param("state", "another"), "mismatching_state"),
        (lambda url: url.copy_remove_param("state"), "mismatching_state"),
        (lambda url: url.copy_set_param("iss", "https://evil.example"), "mismatching_issuer"),
        (lambda url: url.copy_remove_param("iss"), "mismatching_issuer"),
        (lambda url: url.copy_set_param("code", "another"), "invalid_grant"),
        (lambda url: url.copy_set_param("error", "access_denied"), "access_denied"),
    ],
)
async def test_an_answer_with_one_thing_wrong_signs_nobody_in(
    visit: Visit, change: object, error: str
) -> None:
    assert callable(change)
    page = page_of(await visit.at_service.get(change(httpx2.URL(await visit.back()))))
    assert (page.status, page.marks["error"]) == (400, error)
    assert "sub" not in (await visit.open("/")).marks


async def test_somebody_elses_answer_signs_nobody_in(gateway: Gateway, visit: Visit) -> None:
    """Login CSRF: a code of the attacker's, in the resident's browser."""
    attacker = await gateway.resident("悪田　一郎")
    async with visiting(gateway, HEALTH, attacker) as theirs:
        planted = await theirs.back()
    await visit.to_the_gateway()
    page = page_of(await visit.at_service.get(planted))
    assert (page.status, page.marks["error"]) == (400, "mismatching_state")


async def test_a_front_door_that_does_not_answer_is_said_so() -> None:
    def fail(_: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("nobody there")

    settings = ServiceSettings(
        HEALTH, "http://localhost:1", ADDRESSES["health"], "x", httpx2.MockTransport(fail)
    )
    transport = httpx2.ASGITransport(create_service(settings))
    async with httpx2.AsyncClient(transport=transport, base_url=settings.address) as browser:
        page = page_of(await browser.get("/signin"))
    assert (page.status, page.marks["notice"]) == (502, "service_unreachable")


@pytest.mark.parametrize(
    ("language", "title"), [("ja", "花咲町 健康アプリ"), ("en", "Hanasaki Health")]
)
async def test_the_pages_speak_both_languages(visit: Visit, language: str, title: str) -> None:
    page = await visit.open(f"/?lang={language}")
    assert f"<h1>{title}</h1>" in page.text
    assert f'lang="{language}"' in page.text
    assert f"ui_locales={language}" in await visit.to_the_gateway()


async def test_services_on_one_host_do_not_share_a_cookie(gateway: Gateway) -> None:
    names = set()
    for service in SERVICES:
        async with visiting(gateway, service, await gateway.resident(service.name)) as visit:
            await visit.sign_in()
            assert all(cookie.value != "" for cookie in visit.at_service.cookies.jar)
            names |= {cookie.name for cookie in visit.at_service.cookies.jar}
    assert names == {"health_session", "points_session"}


async def test_no_token_stands_in_a_cookie_or_on_a_page(visit: Visit) -> None:
    page = await visit.sign_in()
    cookies = "".join(str(cookie.value) for cookie in visit.at_service.cookies.jar)
    assert "eyJ" not in page.text
    assert len(cookies) < 200
