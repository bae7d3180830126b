"""/device: a resident types the code a kiosk shows, sees who asks, and answers (RFC 8628 §3.3)."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.audit.model import Entry, LogKind, Outcome
from gateway.audit.origins import UNKNOWN, origin_of
from gateway.login.browser import Browsers
from gateway.oidc.devices import waiting
from gateway.oidc.devices.answering import Answering
from gateway.oidc.devices.decision import decision_in
from gateway.oidc.devices.device_authorization import question_of
from gateway.oidc.devices.guesses import WINDOW, Guesses
from gateway.oidc.devices.user_code import read_user_code
from gateway.oidc.provider import Provider
from gateway.oidc.scopes import NEED_CONSENT
from gateway.web.arrival import arrival_of
from gateway.web.cookies import Cookies
from gateway.web.errors import PageRoute
from gateway.web.parameters import form_parameters, query_parameters
from gateway.web.redirect import see_other
from gateway.web.same_origin import check_same_origin

DONE = {"agreed": "/device/agreed", "declined": "/device/declined"}


class Device:
    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self._answering = Answering(provider)
        self._guesses = Guesses(provider.moments, provider.keyed_hash)
        self._browsers = Browsers(Cookies(provider.settings.secure_cookies))

    def routes(self) -> list[Route]:
        return [
            PageRoute("/device", self.type_or_look_up, methods=["GET", "POST"]),
            *(PageRoute(path, self.done, methods=["GET"]) for path in DONE.values()),
            PageRoute("/device/{question_id}", self.ask_or_decide, methods=["GET", "POST"]),
        ]

    async def type_or_look_up(self, http: Request) -> Response:
        return await (self.look_up if http.method == "POST" else self.type)(http)

    async def type(self, http: Request) -> Response:
        """A code that came with the address (§3.3.1) is filled in, and still sent by hand."""
        code = read_user_code(query_parameters(http).get("user_code", ""))
        return self._type_page(http, typed=code or "")

    async def look_up(self, http: Request) -> Response:
        check_same_origin(http)
        provider, now = self._provider, self._provider.clock()
        typed = (await form_parameters(http)).get("user_code", "")
        session = await provider.sessions.current(http, now)
        address = arrival_of(http).address
        tried = await self._guesses.begin(session, self._browsers.holder(http), address)
        if tried is None:
            await self._log_guesses(http)
            return self._type_page(http, typed="", problem="wait", status=429)
        code = read_user_code(typed)
        question_id = "" if code is None else question_of(provider, code)
        question = await waiting.find(provider.moments, question_id)
        if question is None or question.way != "device":
            return self._type_page(http, typed=code or "", problem="wrong", status=422)
        await self._guesses.give_back(tried)
        return see_other(f"/device/{question_id}")

    async def ask_or_decide(self, http: Request) -> Response:
        return await (self.decide if http.method == "POST" else self.ask)(http)

    async def ask(self, http: Request) -> Response:
        """Also where the browser comes back to from sign-in and consent."""
        answers, now = query_parameters(http), self._provider.clock()
        if "cancelled" in answers:
            return see_other("/device")
        question, client = await self._answering.question(_named_by(http), "device")
        path = f"/device/{question.question_id}"
        session = await self._answering.session(http, question, now)
        if session is None:
            return see_other(await self._answering.sign_in(question, client, path))
        agreed = await self._answering.came_back(
            question, client, session, declined="declined" in answers
        )
        if agreed is not None:
            await self._answering.conclude(http, question, client, session, now, agreed=agreed)
            return see_other(DONE["agreed" if agreed else "declined"])
        return self._provider.pages.render(
            http,
            "oidc/device_question.html",
            question=question,
            client=client,
            scopes=[scope for scope in question.scopes if scope in NEED_CONSENT],
        )

    async def decide(self, http: Request) -> Response:
        check_same_origin(http)
        agreed, now = decision_in(await form_parameters(http)), self._provider.clock()
        question, client = await self._answering.question(_named_by(http), "device")
        path = f"/device/{question.question_id}"
        session = await self._answering.session(http, question, now)
        if session is None:
            return see_other(await self._answering.sign_in(question, client, path))
        if agreed:
            consent = await self._answering.agree(question, client, session, path, now)
            if consent is not None:
                return see_other(consent)
        await self._answering.conclude(http, question, client, session, now, agreed=agreed)
        return see_other(DONE["agreed" if agreed else "declined"])

    async def done(self, http: Request) -> Response:
        agreed = http.url.path == DONE["agreed"]
        return self._provider.pages.render(http, "oidc/device_done.html", agreed=agreed)

    def _type_page(
        self, http: Request, *, typed: str, problem: str | None = None, status: int = 200
    ) -> Response:
        _, fresh = self._browsers.recognise(http)
        response = self._provider.pages.render(
            http,
            "oidc/device.html",
            status=status,
            typed=typed,
            problem=problem,
            minutes=int(WINDOW.total_seconds()) // 60,
        )
        if fresh is not None:
            self._browsers.remember(response, fresh)
        return response

    async def _log_guesses(self, http: Request) -> None:
        """One line for an address and a while; no code stands in it."""
        guessed = Entry(
            self._provider.clock(),
            LogKind.EVENT,
            "user_code.guessed",
            Outcome.REFUSED,
            origin_of(http, UNKNOWN),
        )
        await self._provider.protection.telling.tell(guessed, once_in=WINDOW)


def _named_by(http: Request) -> str:
    question_id: str = http.path_params["question_id"]
    return question_id
