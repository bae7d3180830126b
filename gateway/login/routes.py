"""The sign-in pages. They hand over to the reader agent and take its answer; decide nothing."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.audit.origins import RESIDENT, origin_of
from gateway.card.challenge import Challenges, Purpose
from gateway.clock import Clock
from gateway.errors import InvalidRequest
from gateway.login.answer import Declined, carried, parse_answer, parse_purpose
from gateway.login.browser import Browsers
from gateway.login.card_sign_in import CardSignIn, SignedIn
from gateway.login.failure import Failure
from gateway.login.session import Sessions
from gateway.login.sign_in_log import Attempt
from gateway.login.task import LoginTask, LoginTasks
from gateway.settings import Settings
from gateway.web.errors import PageRoute
from gateway.web.languages import choose_language
from gateway.web.pages import Pages
from gateway.web.parameters import form_parameters, query_parameters
from gateway.web.redirect import see_other
from gateway.web.same_origin import check_same_origin


@dataclass(frozen=True, slots=True)
class Login:
    settings: Settings
    clock: Clock
    pages: Pages
    sessions: Sessions
    tasks: LoginTasks
    browsers: Browsers
    challenges: Challenges
    card: CardSignIn

    def routes(self) -> list[Route]:
        return [
            PageRoute("/", self.welcome, methods=["GET"]),
            PageRoute("/login", self.offer, methods=["GET"]),
            PageRoute("/login/card/return", self.carry_over, methods=["POST"]),
            PageRoute("/login/card", self.sign_in, methods=["POST"]),
        ]

    async def welcome(self, request: Request) -> Response:
        """For somebody who comes by without a service."""
        session = await self.sessions.current(request, self.clock())
        return self.pages.render(request, "login/welcome.html", signed_in=session is not None)

    async def offer(self, request: Request) -> Response:
        """Sign in or register: two forms that go straight to the resident's reader agent."""
        query = query_parameters(request)
        if "task" not in query:
            return await self.welcome(request)
        task_id, task = await self._task(query)
        holder, fresh = self.browsers.recognise(request)
        response = self.pages.render(
            request,
            "login/offer.html",
            form_action=self._form_action(task),
            # The agent has to see which site asks; under another policy the browser hides it.
            referrer_policy="origin",
            task=task,
            agent=self.settings.card.reader_agent,
            sign_in=await self._request(request, task_id, holder, Purpose.SIGN_IN),
            registration=await self._request(request, task_id, holder, Purpose.REGISTRATION),
            register_first=self.settings.login.acr_signature_certificate in task.acr_values,
            cancel=f"{task.return_to}?cancelled=1",
        )
        if fresh is not None:
            self.browsers.remember(response, fresh)
        return response

    async def carry_over(self, request: Request) -> Response:
        """The agent's answer comes from another site, without our cookies (SameSite=Lax). The same
        fields go on from a page of ours."""
        query = query_parameters(request)
        task_id, task = await self._task(query)
        purpose = parse_purpose(query.get("purpose"))
        answer = carried(await form_parameters(request))
        parse_answer(answer, purpose)
        return self.pages.render(
            request,
            "login/carry_over.html",
            form_action=self._form_action(task),
            action=f"/login/card?{self._query(request, task_id, purpose)}",
            fields=answer,
        )

    async def sign_in(self, request: Request) -> Response:
        check_same_origin(request)
        query = query_parameters(request)
        task_id, task = await self._task(query)
        purpose = parse_purpose(query.get("purpose"))
        answer = parse_answer(await form_parameters(request), purpose)
        holder, origin = self.browsers.holder(request), origin_of(request, RESIDENT)
        result = await self.card.complete(answer, Attempt(holder, origin, purpose, self.clock()))
        if isinstance(result, Failure):
            tries = answer.tries_remaining if isinstance(answer, Declined) else None
            return self._failed(request, task_id, task, result, tries)
        return await self._open_session(request, task_id, task, result)

    async def _open_session(
        self, request: Request, task_id: str, task: LoginTask, signed_in: SignedIn
    ) -> Response:
        response = see_other(task.return_to)
        await self.sessions.open(
            request,
            response,
            resident_id=signed_in.resident.resident_id,
            acr=signed_in.acr,
            amr=self.settings.login.amr_card,
            now=self.clock(),
        )
        await self.tasks.finish(task_id)
        return response

    async def _task(self, query: Mapping[str, str]) -> tuple[str, LoginTask]:
        task_id = query.get("task")
        task = None if task_id is None else await self.tasks.get(task_id)
        if task_id is None or task is None:
            raise InvalidRequest("this sign-in has expired or is finished; start again")
        return task_id, task

    async def _request(
        self, request: Request, task_id: str, holder: str, purpose: Purpose
    ) -> Mapping[str, str]:
        """The fields the reader agent gets."""
        issuer = self.settings.server.issuer
        challenge = await self.challenges.issue(holder, purpose, issuer, self.clock())
        value = base64.urlsafe_b64encode(challenge.value).rstrip(b"=").decode("ascii")
        return {
            "challenge_id": challenge.challenge_id,
            "challenge": value,
            "purpose": purpose,
            "return_to": f"{issuer}/login/card/return?{self._query(request, task_id, purpose)}",
            "ui_locales": choose_language(request),
        }

    def _failed(
        self,
        request: Request,
        task_id: str,
        task: LoginTask,
        failure: Failure,
        tries: int | None,
    ) -> Response:
        language = choose_language(request)
        return self.pages.render(
            request,
            "login/failure.html",
            status=failure.status,
            failure=failure,
            tries=tries,
            again=f"/login?{urlencode({'task': task_id, 'ui_locales': language})}",
            cancel=f"{task.return_to}?cancelled=1",
            task=task,
        )

    def _form_action(self, task: LoginTask) -> tuple[str, ...]:
        final = () if task.final_origin is None else (task.final_origin,)
        return (self.settings.card.reader_agent, *final)

    def _query(self, request: Request, task_id: str, purpose: Purpose) -> str:
        language = choose_language(request)
        return urlencode({"task": task_id, "purpose": purpose, "ui_locales": language})
