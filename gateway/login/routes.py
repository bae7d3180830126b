"""The sign-in pages. They hand over to the reader agent and take its answer; decide nothing."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.audit.model import Origin
from gateway.audit.origins import RESIDENT, origin_of
from gateway.card.challenge import Purpose
from gateway.clock import Clock
from gateway.login.answer import Declined, carried, parse_answer, parse_purpose
from gateway.login.browser import Browsers
from gateway.login.card_sign_in import CardSignIn, SignedIn
from gateway.login.failure import Failure
from gateway.login.handover import Handover, task_query
from gateway.login.reproof import Reproof, page_of
from gateway.login.session import Session, Sessions
from gateway.login.sign_in_log import Attempt
from gateway.login.task import LoginTask, LoginTasks
from gateway.residents.registry import Residents
from gateway.settings import Settings
from gateway.web.errors import PageRoute
from gateway.web.pages import Pages
from gateway.web.parameters import form_parameters, query_parameters
from gateway.web.redirect import see_other
from gateway.web.same_origin import check_same_origin

EndSession = Callable[[Session, Origin, datetime], Awaitable[object]]
"""Ends what services got in it, and has them told; a room above, so it is handed in."""


@dataclass(frozen=True, slots=True)
class Login:
    settings: Settings
    clock: Clock
    pages: Pages
    sessions: Sessions
    tasks: LoginTasks
    browsers: Browsers
    handover: Handover
    card: CardSignIn
    reproof: Reproof
    residents: Residents
    replaced: EndSession

    def routes(self) -> list[Route]:
        return [
            PageRoute("/", self.welcome, methods=["GET"]),
            PageRoute("/login", self.offer, methods=["GET"]),
            PageRoute("/login/card/return", self.carry_over, methods=["POST"]),
            PageRoute("/login/card", self.sign_in, methods=["POST"]),
            *self.reproof.routes(),
        ]

    async def welcome(self, request: Request) -> Response:
        """For somebody who comes by without a service."""
        signed_in = await self._signed_in(request, self.clock()) is not None
        return self.pages.render(request, "login/welcome.html", signed_in=signed_in)

    async def offer(self, request: Request) -> Response:
        """Sign in or register: two forms that go straight to the resident's reader agent."""
        query = query_parameters(request)
        if "task" not in query:
            return await self.welcome(request)
        task_id, task = await self.tasks.named_by(query)
        holder, fresh = self.browsers.recognise(request)
        fields = self.handover.fields
        response = self.pages.render(
            request,
            "login/offer.html",
            form_action=self.handover.form_action(task),
            # The agent has to see which site asks; under another policy the browser hides it.
            referrer_policy="origin",
            task=task,
            agent=self.handover.agent,
            sign_in=None
            if task.signature_needed
            else await fields(request, task_id, holder, Purpose.SIGN_IN),
            registration=await fields(request, task_id, holder, Purpose.REGISTRATION),
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
        task_id, task = await self.tasks.named_by(query)
        purpose = parse_purpose(query.get("purpose"))
        answer = carried(await form_parameters(request))
        parse_answer(answer, purpose)
        return self.pages.render(
            request,
            "login/carry_over.html",
            form_action=self.handover.form_action(task),
            action=f"/login/card?{task_query(request, task_id, purpose=purpose)}",
            fields=answer,
        )

    async def sign_in(self, request: Request) -> Response:
        check_same_origin(request)
        query = query_parameters(request)
        task_id, task = await self.tasks.named_by(query)
        purpose = parse_purpose(query.get("purpose"))
        answer = parse_answer(await form_parameters(request), purpose)
        holder, origin = self.browsers.holder(request), origin_of(request, RESIDENT)
        now = self.clock()
        result = await self.card.complete(answer, Attempt(holder, origin, purpose, now))
        if isinstance(result, Failure):
            tries = answer.tries_remaining if isinstance(answer, Declined) else None
            return await self._failed(request, task_id, task, result, tries)
        return await self._open_session(request, task_id, task, result, now)

    async def _open_session(
        self,
        request: Request,
        task_id: str,
        task: LoginTask,
        signed_in: SignedIn,
        now: datetime,
    ) -> Response:
        """As of `now`, when the card came: what was learned of it since ends the session too. The
        resident's own session in this browser goes on; another's is over, for its services too."""
        before = await self._signed_in(request, now)
        if before is not None and before.resident_id != signed_in.resident.resident_id:
            await self.replaced(before, origin_of(request, RESIDENT), now)
        changed = signed_in.attributes_changed
        response = see_other(page_of(request, task_id) if changed else task.return_to)
        session = await self.sessions.open(
            request,
            response,
            resident_id=signed_in.resident.resident_id,
            acr=signed_in.acr,
            amr=self.settings.login.amr_card,
            now=now,
            before=before,
        )
        if changed:
            await self.tasks.keep_open(task_id, task, session)
        else:
            await self.tasks.finish(task_id)
        return response

    async def _signed_in(self, request: Request, now: datetime) -> Session | None:
        """The session, where nothing has ended it from elsewhere."""
        session = await self.sessions.current(request, now)
        if session is None:
            return None
        holds = await self.residents.is_in_force(session.resident_id, session.auth_time)
        return session if holds else None

    async def _failed(
        self,
        request: Request,
        task_id: str,
        task: LoginTask,
        failure: Failure,
        tries: int | None,
    ) -> Response:
        signed_in = await self.reproof.session(request, task) is not None
        start = f"/login?{task_query(request, task_id)}"
        return self.pages.render(
            request,
            "login/failure.html",
            status=failure.status,
            failure=failure,
            tries=tries,
            form_action=self.handover.form_action(task),
            again=page_of(request, task_id) if signed_in else start,
            cancel=f"{task.return_to}?cancelled=1",
            signed_in=signed_in,
            task_id=task_id,
            task=task,
        )
