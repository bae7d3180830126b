"""The SSO session: a new id at each sign-in, an idle and an absolute end, nothing to guess."""

import hashlib
from collections.abc import Sequence
from datetime import timedelta

import pytest
from starlette.requests import Request
from starlette.responses import Response

from gateway.login.session import COOKIE, KIND, Session, Sessions
from gateway.settings import Login
from gateway.store.memory import MemoryMoments
from gateway.web.cookies import Cookies
from tests.login.visitor import Visitor, went_on
from tests.support.gateway import NOW, Gateway, MovableClock
from tests.support.town import HANAKO, TARO, Town

pytestmark = pytest.mark.anyio
NAME = f"__Host-{COOKIE}"


class House:
    """Sessions of half an hour's idleness and eight hours at most."""

    def __init__(self) -> None:
        self.clock = MovableClock()
        self.moments = MemoryMoments(self.clock)
        settings = Login(session_idle_seconds=1_800, session_absolute_seconds=28_800)
        self.sessions = Sessions(self.moments, Cookies(secure=True), settings)

    async def open(self, cookie: str | None = None, resident_id: str = "r1") -> tuple[str, Session]:
        """The cookie's new value and the session."""
        response = Response()
        session = await self.sessions.open(
            request(cookie),
            response,
            resident_id=resident_id,
            acr="a",
            amr=("sc", "pin"),
            now=self.clock(),
        )
        (set_cookie,) = cookies_of(response)
        return set_cookie.partition(";")[0].partition("=")[2], session

    async def current(self, cookie: str | None) -> Session | None:
        return await self.sessions.current(request(cookie), self.clock())


@pytest.fixture
def house() -> House:
    return House()


def request(cookie: str | None) -> Request:
    headers = [] if cookie is None else [(b"cookie", f"{NAME}={cookie}".encode("latin-1"))]
    return Request({"type": "http", "headers": headers})


def cookies_of(response: Response) -> Sequence[str]:
    return response.headers.getlist("set-cookie")


async def test_a_session_says_who_signed_in_when_and_how(house: House) -> None:
    cookie, session = await house.open()
    assert await house.current(cookie) == session
    assert (session.resident_id, session.acr, session.amr) == ("r1", "a", ("sc", "pin"))
    assert session.auth_time == session.started_at == NOW


async def test_the_store_holds_the_cookies_hash_and_never_the_cookie(house: House) -> None:
    cookie, session = await house.open()
    assert len(cookie) >= 43
    assert session.session_id == hashlib.sha256(cookie.encode()).hexdigest()
    assert await house.moments.get(KIND, cookie) is None
    stored = await house.moments.get(KIND, session.session_id)
    assert stored is not None
    assert cookie.encode() not in stored
    assert session.session_id not in repr(session)


@pytest.mark.parametrize("cookie", [None, "", "guess", "é", "x" * 5_000])
async def test_nobody_is_signed_in_by_a_guess(house: House, cookie: str | None) -> None:
    _, session = await house.open()
    assert await house.current(cookie) is None
    assert await house.current(session.session_id) is None


async def test_a_planted_id_is_worth_nothing_after_the_sign_in(house: House) -> None:
    planted, attackers = await house.open(resident_id="attacker")
    cookie, session = await house.open(planted, resident_id="victim")
    assert cookie != planted
    assert session.session_id != attackers.session_id
    assert await house.current(planted) is None
    assert await house.current(cookie) == session


async def test_an_idle_session_ends(house: House) -> None:
    cookie, _ = await house.open()
    house.clock.forward(seconds=1_799)
    assert await house.current(cookie) is not None
    house.clock.forward(seconds=1_799)
    assert await house.current(cookie) is not None
    house.clock.forward(seconds=1_800)
    assert await house.current(cookie) is None


async def test_a_used_session_ends_as_well(house: House) -> None:
    cookie, _ = await house.open()
    for _ in range(28_800 // 1_200 - 1):
        house.clock.forward(seconds=1_200)
        assert await house.current(cookie) is not None
    house.clock.forward(seconds=1_199)
    assert await house.current(cookie) is not None
    house.clock.forward(seconds=1)
    assert await house.current(cookie) is None


async def test_an_ended_session_is_gone_and_its_cookie_with_it(house: House) -> None:
    cookie, session = await house.open()
    other, others = await house.open(resident_id="r2")
    response = Response()
    await house.sessions.end(request(cookie), response)
    assert await house.current(cookie) is None
    assert await house.moments.get(KIND, session.session_id) is None
    assert cookies_of(response)[0].startswith(f'{NAME}="";')
    assert await house.current(other) == others


async def test_ending_without_a_cookie_changes_nothing(house: House) -> None:
    cookie, _ = await house.open()
    response = Response()
    await house.sessions.end(request(None), response)
    assert cookies_of(response) == []
    assert await house.current(cookie) is not None


async def test_a_session_that_ends_while_it_is_used_stays_ended(house: House) -> None:
    """`current` writes down when it was seen; that must not bring an ended one back."""
    cookie, session = await house.open()
    house.clock.forward(seconds=600)

    class EndsInBetween(MemoryMoments):
        async def get(self, kind: str, key: str) -> bytes | None:
            found = await house.moments.get(kind, key)
            await house.moments.drop(kind, key)
            return found

        async def replace(self, kind: str, key: str, value: bytes, lifetime: timedelta) -> bool:
            return await house.moments.replace(kind, key, value, lifetime)

    racing = Sessions(EndsInBetween(house.clock), Cookies(secure=True), Login())
    await racing.current(request(cookie), house.clock())
    assert await house.moments.get(KIND, session.session_id) is None
    assert await house.current(cookie) is None


async def test_signing_in_again_takes_a_new_id_and_drops_the_old_one(
    gateway: Gateway, town: Town, visitor: Visitor
) -> None:
    card = town.card(HANAKO, gateway.clock())
    assert went_on(await visitor.register(card))
    before = visitor.browser.cookies[NAME]
    gateway.clock.forward(seconds=60)
    assert went_on(await visitor.sign_in(card))
    assert visitor.browser.cookies[NAME] != before
    session = await visitor.session()
    assert session is not None
    assert session.auth_time == gateway.clock()
    visitor.browser.cookies.set(NAME, before, domain="id.example.test")
    assert await visitor.session() is None


async def test_another_resident_at_the_same_browser_replaces_the_first(
    gateway: Gateway, town: Town, visitor: Visitor
) -> None:
    await visitor.register(town.card(HANAKO, gateway.clock()))
    first = await visitor.session()
    await visitor.register(town.card(TARO, gateway.clock()))
    second = await visitor.session()
    assert first is not None
    assert second is not None
    assert first.resident_id != second.resident_id


async def test_a_failed_sign_in_leaves_the_session_as_it_was(
    gateway: Gateway, town: Town, visitor: Visitor
) -> None:
    await visitor.register(town.card(HANAKO, gateway.clock()))
    before = await visitor.session()
    assert not went_on(await visitor.sign_in(town.card(TARO, gateway.clock())))
    assert await visitor.session() == before
