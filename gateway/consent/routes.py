"""The consent page: what the service would learn, in plain words, and two equal buttons."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.audit.log import AuditLog
from gateway.audit.model import Entry, LogKind, Outcome
from gateway.audit.origins import RESIDENT, origin_of
from gateway.clock import Clock
from gateway.consent.consents import Consents
from gateway.consent.task import ConsentTask, ConsentTasks
from gateway.errors import InvalidRequest
from gateway.store.api import Records
from gateway.tenants.client_records import find_client_record
from gateway.tenants.logos import find_logo
from gateway.web.errors import PageRoute
from gateway.web.pages import Pages
from gateway.web.parameters import form_parameters, query_parameters
from gateway.web.redirect import see_other
from gateway.web.same_origin import check_same_origin

CurrentResident = Callable[[Request], Awaitable[str | None]]
_GONE = "this question has expired or is answered; start again"


@dataclass(frozen=True, slots=True)
class ConsentPage:
    clock: Clock
    pages: Pages
    consents: Consents
    tasks: ConsentTasks
    audit: AuditLog
    records: Records
    current_resident: CurrentResident

    def routes(self) -> list[Route]:
        return [
            PageRoute("/consent", self.ask_or_decide, methods=["GET", "POST"]),
            Route("/consent/logo", self.logo, methods=["GET"]),
        ]

    async def ask_or_decide(self, request: Request) -> Response:
        return await (self.decide if request.method == "POST" else self.ask)(request)

    async def ask(self, request: Request) -> Response:
        parameters = query_parameters(request)
        task = await self._own(request, await self.tasks.get(parameters.get("task", "")))
        async with self.records.reading() as connection:
            service = await find_client_record(connection, task.tenant_id, task.client_id)
        return self.pages.render(
            request,
            "consent/ask.html",
            form_action=() if task.final_origin is None else (task.final_origin,),
            task=task,
            task_id=parameters["task"],
            registered=service.metadata,
            has_logo=service.has_logo,
        )

    async def logo(self, request: Request) -> Response:
        """For the page that asks, and whoever is asked."""
        parameters = query_parameters(request)
        task = await self._own(request, await self.tasks.get(parameters.get("task", "")))
        async with self.records.reading() as connection:
            logo = await find_logo(connection, task.tenant_id, task.client_id)
        headers = {"Cache-Control": "private, max-age=300", "X-Content-Type-Options": "nosniff"}
        return Response(logo.image, headers=headers, media_type=logo.media_type)

    async def decide(self, request: Request) -> Response:
        """The task's id is in the resident's own page only, SameSite=Lax keeps the session out of
        a cross-site POST, and the browser says where the form was: nobody else agrees in the
        resident's place."""
        check_same_origin(request)
        parameters = await form_parameters(request)
        decision = _decision(parameters)
        task_id = parameters.get("task", "")
        await self._own(request, await self.tasks.get(task_id))
        task = await self._own(request, await self.tasks.take(task_id))
        now = self.clock()
        if decision == "decline":
            await self.audit.record(self._entry(request, task, "consent.declined", now))
            return see_other(f"{task.return_to}?declined=1")
        given = self._entry(request, task, "consent.given", now)
        await self.consents.give(
            task.client_id,
            task.resident_id,
            task.scopes,
            now,
            also=lambda connection, _: self.audit.write(connection, given),
            details=[asked.agreed for asked in task.details],
        )
        return see_other(task.return_to)

    def _entry(self, request: Request, task: ConsentTask, deed: str, now: datetime) -> Entry:
        return Entry(
            now,
            LogKind.EVENT,
            deed,
            Outcome.DONE,
            origin_of(request, RESIDENT),
            tenant_id=task.tenant_id,
            client_id=task.client_id,
            resident=self.audit.pseudonym(task.resident_id),
            detail=_told(task),
        )

    async def _own(self, request: Request, task: ConsentTask | None) -> ConsentTask:
        """Only the resident who is asked sees the question and answers it."""
        if task is None or await self.current_resident(request) != task.resident_id:
            raise InvalidRequest(_GONE)
        return task


def _told(task: ConsentTask) -> Mapping[str, str]:
    """Of a data flow the log holds both ends; what flows stands in the consent."""
    told = {"scopes": " ".join(task.scopes)}
    if task.details:
        told["providers"] = " ".join(sorted({one.agreed.provider_id for one in task.details}))
    return told


def _decision(parameters: Mapping[str, str]) -> str:
    decision = parameters.get("decision")
    if decision not in ("agree", "decline"):
        raise InvalidRequest("decision must be agree or decline")
    return decision
