"""/approvals: what counters ask the resident who is signed in, and their answers."""

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.login.session import Session
from gateway.login.task import LoginTask
from gateway.oidc.devices import places, waiting
from gateway.oidc.devices.answering import Answering
from gateway.oidc.devices.decision import decision_in
from gateway.oidc.devices.model import Question
from gateway.oidc.provider import Provider
from gateway.oidc.scopes import NEED_CONSENT
from gateway.tenants.model import Client
from gateway.web.errors import PageRoute
from gateway.web.languages import Language
from gateway.web.parameters import form_parameters, query_parameters
from gateway.web.redirect import see_other
from gateway.web.same_origin import check_same_origin

PATH = "/approvals"
_TOLD = frozenset({"agreed", "declined"})


class Approvals:
    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self._answering = Answering(provider)

    def routes(self) -> list[Route]:
        return [
            PageRoute(PATH, self.show, methods=["GET"]),
            PageRoute(f"{PATH}/{{question_id}}", self.resume_or_decide, methods=["GET", "POST"]),
        ]

    async def show(self, http: Request) -> Response:
        provider, now = self._provider, self._provider.clock()
        answers = query_parameters(http)
        session = await provider.sessions.current(http, now)
        if session is None and "cancelled" not in answers:
            return see_other(await self._sign_in())
        told = answers.get("told")
        return provider.pages.render(
            http,
            "oidc/approvals.html",
            signed_in=session is not None,
            waiting=[] if session is None else await self._waiting_for(session),
            told=told if told in _TOLD else None,
            need_consent=NEED_CONSENT,
        )

    async def resume_or_decide(self, http: Request) -> Response:
        return await (self.decide if http.method == "POST" else self.resume)(http)

    async def resume(self, http: Request) -> Response:
        """The browser comes back from sign-in or consent."""
        answers, now = query_parameters(http), self._provider.clock()
        question, client = await self._answering.question(_named_by(http), "counter")
        session = await self._answering.session(http, question, now)
        if session is None:
            return see_other(PATH)
        agreed = await self._answering.came_back(
            question, client, session, declined="declined" in answers
        )
        if agreed is None:
            return see_other(PATH)
        later = await self._answering.conclude(http, question, client, session, now, agreed=agreed)
        return _told(agreed=agreed, later=later)

    async def decide(self, http: Request) -> Response:
        check_same_origin(http)
        agreed, now = decision_in(await form_parameters(http)), self._provider.clock()
        question, client = await self._answering.question(_named_by(http), "counter")
        session = await self._answering.session(http, question, now)
        if session is None:
            return see_other(await self._answering.sign_in(question, client, PATH))
        if agreed:
            path = f"{PATH}/{question.question_id}"
            consent = await self._answering.agree(question, client, session, path, now)
            if consent is not None:
                return see_other(consent)
        later = await self._answering.conclude(http, question, client, session, now, agreed=agreed)
        return _told(agreed=agreed, later=later)

    async def _waiting_for(self, session: Session) -> list[tuple[Question, Client]]:
        """The oldest first; of services that are in use, and only what this resident is asked."""
        provider = self._provider
        found: list[tuple[Question, Client]] = []
        for question_id in await places.questions_of(provider.moments, session.resident_id):
            question = await waiting.find(provider.moments, question_id)
            if question is None or question.resident_id != session.resident_id:
                continue
            client = await provider.clients.find(question.client_id)
            if client is not None:
                found.append((question, client))
        return sorted(found, key=lambda one: one[0].asked_at)

    async def _sign_in(self) -> str:
        say = self._provider.pages.texts.say
        task = LoginTask(
            return_to=PATH,
            client_name_ja=say(Language.JA, "approvals_title"),
            client_name_en=say(Language.EN, "approvals_title"),
            final_origin=None,
        )
        return await self._provider.login_tasks.begin(task)


def _named_by(http: Request) -> str:
    question_id: str = http.path_params["question_id"]
    return question_id


def _told(*, agreed: bool, later: BackgroundTask | None) -> Response:
    response = see_other(f"{PATH}?told={'agreed' if agreed else 'declined'}")
    response.background = later
    return response
