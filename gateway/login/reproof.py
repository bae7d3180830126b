"""After a move or a change of name: the new signature certificate is asked for, never demanded."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.audit.origins import RESIDENT, origin_of
from gateway.card.challenge import Purpose
from gateway.clock import Clock
from gateway.login.browser import Browsers
from gateway.login.handover import Handover, task_query
from gateway.login.session import Session, Sessions
from gateway.login.sign_in_log import SignInLog
from gateway.login.task import LoginTask, LoginTasks
from gateway.web.errors import PageRoute
from gateway.web.pages import Pages
from gateway.web.parameters import form_parameters, query_parameters
from gateway.web.redirect import see_other
from gateway.web.same_origin import check_same_origin

_PATH = "/login/reproof"


@dataclass(frozen=True, slots=True)
class Reproof:
    """For somebody who is signed in. Whether and how they go on, `/authorize` decides as ever."""

    clock: Clock
    pages: Pages
    sessions: Sessions
    tasks: LoginTasks
    browsers: Browsers
    handover: Handover
    log: SignInLog

    def routes(self) -> list[Route]:
        return [PageRoute(_PATH, self.ask_or_go_on, methods=["GET", "POST"])]

    async def session(self, request: Request, task: LoginTask) -> Session | None:
        """The one the task opened, where this browser still has it."""
        session = await self.sessions.current(request, self.clock())
        opened = session is not None and session.session_id == task.session_id
        return session if opened else None

    async def ask_or_go_on(self, request: Request) -> Response:
        return await (self.go_on if request.method == "POST" else self.ask)(request)

    async def ask(self, request: Request) -> Response:
        """Two ways: the new certificate, or on without it."""
        task_id, task = await self.tasks.named_by(query_parameters(request))
        if await self.session(request, task) is None:
            return see_other(f"/login?{task_query(request, task_id)}")
        holder, fresh = self.browsers.recognise(request)
        fields = await self.handover.fields(request, task_id, holder, Purpose.REGISTRATION)
        response = self.pages.render(
            request,
            "login/reproof.html",
            form_action=self.handover.form_action(task),
            referrer_policy="origin",
            task=task,
            task_id=task_id,
            agent=self.handover.agent,
            registration=fields,
        )
        if fresh is not None:
            self.browsers.remember(response, fresh)
        return response

    async def go_on(self, request: Request) -> Response:
        """Without the new certificate. It is asked for again at the next sign-in."""
        check_same_origin(request)
        task_id, task = await self.tasks.named_by(await form_parameters(request))
        session = await self.session(request, task)
        if session is not None:
            origin = origin_of(request, RESIDENT)
            await self.log.put_off(origin, session.resident_id, self.clock())
        await self.tasks.finish(task_id)
        return see_other(task.return_to)


def page_of(request: Request, task_id: str) -> str:
    return f"{_PATH}?{task_query(request, task_id)}"
