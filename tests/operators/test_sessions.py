"""An operator's session: how long it lasts, what freshens it, and what ends it."""

from datetime import timedelta

import pytest
from starlette.responses import Response

from gateway.operators.half_session import HalfSession, HalfSessions
from gateway.operators.sessions import Method, OperatorSession, OperatorSessions
from gateway.settings import Admin
from gateway.store.memory import MemoryMoments
from gateway.web.cookies import Cookies
from tests.operators.door import request_with
from tests.support.gateway import MovableClock

HANAKO, TARO = "a" * 32, "b" * 32


class Desk:
    def __init__(self) -> None:
        self.clock = MovableClock()
        self.moments = MemoryMoments(self.clock)
        self.sessions = OperatorSessions(self.moments, Cookies(secure=True), Admin())
        self.halves = HalfSessions(self.moments, Cookies(secure=True))

    async def sign_in(self, operator_id: str = HANAKO) -> Response:
        response = Response()
        await self.sessions.open(
            request_with(), response, operator_id, Method.PASSKEY, self.clock.now
        )
        return response

    async def current(self, browser: Response) -> OperatorSession | None:
        return await self.sessions.current(request_with(browser), self.clock.now)

    async def reauthenticate(self, browser: Response) -> tuple[OperatorSession | None, Response]:
        response = Response()
        session = await self.sessions.reauthenticated(
            request_with(browser), response, Method.PASSWORD_TOTP, self.clock.now
        )
        return session, response


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.mark.anyio
async def test_a_session_tells_who_signed_in_when_and_how(desk: Desk) -> None:
    browser = await desk.sign_in()
    session = await desk.current(browser)
    assert session is not None
    assert (session.operator_id, session.method) == (HANAKO, Method.PASSKEY)
    assert session.signed_in_at == session.authenticated_at == desk.clock.now
    cookie = browser.headers["set-cookie"]
    assert cookie.startswith("__Host-genkan_operator=")
    for word in ("HttpOnly", "Secure", "SameSite=lax", "Path=/"):
        assert word in cookie
    assert "Domain" not in cookie


@pytest.mark.anyio
async def test_the_browsers_value_is_kept_nowhere(desk: Desk) -> None:
    browser = await desk.sign_in()
    value = browser.headers["set-cookie"].partition("=")[2].partition(";")[0]
    session = await desk.current(browser)
    assert value not in repr(vars(desk.moments))
    assert session is not None
    assert session.session_id not in repr(session)


@pytest.mark.anyio
async def test_nobody_is_signed_in_without_a_cookie_of_ours(desk: Desk) -> None:
    await desk.sign_in()
    made_up = Response()
    Cookies(secure=True).set(made_up, "genkan_operator", "made-up")
    assert await desk.sessions.current(request_with(), desk.clock.now) is None
    assert await desk.current(made_up) is None


@pytest.mark.anyio
async def test_a_session_ends_after_a_quarter_of_an_hour_without_use(desk: Desk) -> None:
    browser = await desk.sign_in()
    for _ in range(3):
        desk.clock.forward(seconds=899)
        assert await desk.current(browser) is not None
    desk.clock.forward(seconds=900)
    assert await desk.current(browser) is None


@pytest.mark.anyio
async def test_a_session_ends_after_eight_hours_of_use(desk: Desk) -> None:
    browser = await desk.sign_in()
    for _ in range(47):
        desk.clock.forward(minutes=10)
        assert await desk.current(browser) is not None
    desk.clock.forward(minutes=10)
    assert await desk.current(browser) is None


@pytest.mark.anyio
async def test_a_sign_in_leaves_the_session_before_it_worth_nothing(desk: Desk) -> None:
    planted = await desk.sign_in(TARO)
    response = Response()
    await desk.sessions.open(
        request_with(planted), response, HANAKO, Method.PASSKEY, desk.clock.now
    )
    assert await desk.current(planted) is None
    session = await desk.current(response)
    assert session is not None
    assert session.operator_id == HANAKO


@pytest.mark.anyio
async def test_a_session_remembers_when_its_operator_last_proved_who_they_are(desk: Desk) -> None:
    browser, signed_in_at = await desk.sign_in(), desk.clock.now
    desk.clock.forward(seconds=300)
    session = await desk.current(browser)
    assert session is not None
    assert session.authenticated_at == signed_in_at
    again, browser = await desk.reauthenticate(browser)
    assert again is not None
    assert again.authenticated_at == desk.clock.now
    assert await desk.current(browser) == again


@pytest.mark.anyio
async def test_a_proof_freshens_no_stolen_cookie_and_prolongs_nothing(desk: Desk) -> None:
    stolen = await desk.sign_in()
    desk.clock.forward(minutes=10)
    session, browser = await desk.reauthenticate(stolen)
    assert await desk.current(stolen) is None
    assert session is not None
    assert desk.clock.now - session.signed_in_at == timedelta(minutes=10)
    assert session.method is Method.PASSWORD_TOTP
    for _ in range(46):
        desk.clock.forward(minutes=10)
        assert await desk.current(browser) is not None
    desk.clock.forward(minutes=10)
    assert await desk.current(browser) is None


@pytest.mark.anyio
async def test_a_proof_brings_no_session_back(desk: Desk) -> None:
    browser = await desk.sign_in()
    await desk.sessions.end(request_with(browser), Response())
    session, response = await desk.reauthenticate(browser)
    assert session is None
    assert "set-cookie" not in response.headers
    ended = await desk.sign_in()
    desk.clock.forward(seconds=1)
    await desk.sessions.end_all(HANAKO, desk.clock.now)
    assert (await desk.reauthenticate(ended))[0] is None


@pytest.mark.anyio
async def test_signing_out_ends_this_session_only(desk: Desk) -> None:
    here, there = await desk.sign_in(), await desk.sign_in()
    response = Response()
    await desk.sessions.end(request_with(here), response)
    assert "Max-Age=0" in response.headers["set-cookie"]
    assert await desk.current(here) is None
    assert await desk.current(there) is not None
    forged = Response()
    await desk.sessions.end(request_with(), forged)
    assert "set-cookie" not in forged.headers


@pytest.mark.anyio
async def test_all_of_an_operators_sessions_end_at_once_and_nobody_elses(desk: Desk) -> None:
    here, there, taro = await desk.sign_in(), await desk.sign_in(), await desk.sign_in(TARO)
    desk.clock.forward(seconds=1)
    await desk.sessions.end_all(HANAKO, desk.clock.now)
    assert await desk.current(here) is None
    assert await desk.current(there) is None
    assert await desk.current(taro) is not None
    assert await desk.current(await desk.sign_in()) is not None


@pytest.mark.anyio
async def test_a_session_that_was_opened_by_a_sign_in_of_before_is_ended_too(desk: Desk) -> None:
    """Somebody was suspended between the password and the session."""
    began = desk.clock.now
    desk.clock.forward(seconds=1)
    await desk.sessions.end_all(HANAKO, desk.clock.now)
    response = Response()
    await desk.sessions.open(request_with(), response, HANAKO, Method.PASSKEY, began)
    assert await desk.current(response) is None


@pytest.mark.anyio
async def test_a_half_session_lasts_five_minutes_in_one_browser(desk: Desk) -> None:
    response = Response()
    await desk.halves.begin(response, HalfSession(HANAKO))
    assert "__Host-genkan_operator_half=" in response.headers["set-cookie"]
    assert await desk.halves.current(request_with()) is None
    desk.clock.forward(seconds=299)
    assert await desk.halves.current(request_with(response)) == HalfSession(HANAKO)
    assert await desk.current(response) is None
    desk.clock.forward(seconds=1)
    assert await desk.halves.current(request_with(response)) is None


@pytest.mark.anyio
async def test_a_half_session_ends_with_the_sign_in(desk: Desk) -> None:
    response, answer = Response(), Response()
    await desk.halves.begin(response, HalfSession(HANAKO))
    await desk.halves.end(request_with(response), answer)
    assert "Max-Age=0" in answer.headers["set-cookie"]
    assert await desk.halves.current(request_with(response)) is None
