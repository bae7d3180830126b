"""From a question to its answer: the steps a kiosk's page and a counter's have in common.

Sign-in and consent lead back to the question's own path; nothing is agreed to on the way there.
"""

import secrets
from dataclasses import replace
from datetime import datetime, timedelta

from starlette.background import BackgroundTask
from starlette.requests import Request

from gateway.audit.model import Entry, LogKind, Outcome
from gateway.audit.origins import RESIDENT, origin_of
from gateway.consent.task import ConsentTask
from gateway.errors import InvalidRequest
from gateway.login.session import Session
from gateway.login.task import LoginTask
from gateway.oidc.authorization.next_step import satisfies_acr
from gateway.oidc.codes import family_lifetime
from gateway.oidc.devices import places, waiting
from gateway.oidc.devices.model import Question, Way
from gateway.oidc.devices.ping import ping
from gateway.oidc.model import Grant
from gateway.oidc.provider import Provider
from gateway.oidc.scopes import NEED_CONSENT, still_allowed
from gateway.tenants.model import Client

AGREED = "agreed-question"
_GONE = "this question has expired or is answered; start again"


class Answering:
    def __init__(self, provider: Provider) -> None:
        self._provider = provider

    async def question(self, question_id: str, way: Way) -> tuple[Question, Client]:
        """With whoever asks. Raises InvalidRequest, which is a page."""
        question = await waiting.find(self._provider.moments, question_id)
        client = None
        if question is not None and question.way == way:
            client = await self._provider.clients.find(question.client_id)
        if question is None or client is None:
            raise InvalidRequest(_GONE)
        return as_registered(question, client), client

    async def session(self, http: Request, question: Question, now: datetime) -> Session | None:
        """Of a resident who may answer; None: they have to sign in first. Raises InvalidRequest
        where somebody else is asked."""
        provider = self._provider
        session = await provider.sessions.current(http, now)
        if session is None:
            return None
        if question.resident_id not in (None, session.resident_id):
            raise InvalidRequest(_GONE)
        if not await provider.residents.is_in_force(session.resident_id, session.auth_time):
            return None  # the door was closed to them after they had come in
        if session.auth_time >= question.asked_at:
            return session  # signed in for this very question: asking again could not end
        if question.max_age is not None:
            longest = timedelta(seconds=question.max_age)
            if now - session.auth_time > longest:
                return None
        fits = satisfies_acr(session.acr, question.acr_values, provider.acr_order)
        return session if fits else None

    async def sign_in(self, question: Question, client: Client, return_to: str) -> str:
        """The path of the page that does it."""
        task = LoginTask(
            return_to=return_to,
            client_name_ja=client.client_name_ja,
            client_name_en=client.client_name_en,
            final_origin=None,
            acr_values=question.acr_values,
        )
        return await self._provider.login_tasks.begin(task)

    async def agree(
        self, question: Question, client: Client, session: Session, return_to: str, now: datetime
    ) -> str | None:
        """The path of the consent page, where there is something to consent to yet."""
        missing = await self._missing(question, client, session)
        if not missing:
            return None
        left = question.expires_at - now
        await self._provider.moments.put(AGREED, _agreed(question, session), b"", left)
        task = ConsentTask(
            return_to=return_to,
            client_id=client.client_id,
            tenant_id=client.tenant_id,
            resident_id=session.resident_id,
            client_name_ja=client.client_name_ja,
            client_name_en=client.client_name_en,
            purpose_ja=client.purpose_ja,
            purpose_en=client.purpose_en,
            scopes=missing,
            final_origin=None,
        )
        return await self._provider.consent_tasks.begin(task)

    async def came_back(
        self, question: Question, client: Client, session: Session, *, declined: bool
    ) -> bool | None:
        """From the consent page: whether they consented; None: they were not sent there."""
        key = _agreed(question, session)
        if await self._provider.moments.get(AGREED, key) is None:
            return None
        if not declined and await self._missing(question, client, session):
            return None
        await self._provider.moments.drop(AGREED, key)
        return not declined

    async def conclude(
        self,
        http: Request,
        question: Question,
        client: Client,
        session: Session,
        now: datetime,
        *,
        agreed: bool,
    ) -> BackgroundTask | None:
        """Once, whoever answers at the same moment; what has still to be done when the resident
        has their page. The log comes first: without it nothing is agreed to."""
        provider = self._provider
        taken = await waiting.take(provider.moments, question.question_id)
        if taken is None:
            raise InvalidRequest(_GONE)
        await provider.audit.record(self._entry(http, taken, client, session, now, agreed=agreed))
        grant = self._grant(taken, client, session, now) if agreed else None
        await waiting.answer(provider.moments, provider.settings.oidc, taken, grant, now)
        await places.leave(provider.moments, taken.places)
        return None if taken.ping is None else BackgroundTask(ping, provider, client, taken.ping)

    async def _missing(
        self, question: Question, client: Client, session: Session
    ) -> tuple[str, ...]:
        given = await self._provider.consents.given(
            client.client_id, session.resident_id, since=session.auth_time
        )
        wanted = still_allowed(question.scopes, client.scope)
        agreed = frozenset[str]() if given is None else given.scopes
        return tuple(scope for scope in wanted if scope in NEED_CONSENT and scope not in agreed)

    def _grant(self, question: Question, client: Client, session: Session, now: datetime) -> Grant:
        """It belongs to the sign-in it was given in: whoever signs out of that one leaves a kiosk
        signed in nowhere."""
        scopes = still_allowed(question.scopes, client.scope)
        return Grant(
            grant_id=secrets.token_hex(16),
            client_id=client.client_id,
            resident_id=session.resident_id,
            scopes=scopes,
            auth_time=session.auth_time,
            acr=session.acr,
            amr=session.amr,
            nonce=None,
            created_at=now,
            expires_at=now + family_lifetime(self._provider.settings.oidc, scopes),
            session_id=session.visit_id,
        )

    def _entry(
        self,
        http: Request,
        question: Question,
        client: Client,
        session: Session,
        now: datetime,
        *,
        agreed: bool,
    ) -> Entry:
        return Entry(
            now,
            LogKind.EVENT,
            "question.agreed" if agreed else "question.declined",
            Outcome.DONE,
            origin_of(http, RESIDENT),
            tenant_id=client.tenant_id,
            client_id=client.client_id,
            resident=self._provider.audit.pseudonym(session.resident_id),
            detail={"way": question.way, "scopes": " ".join(question.scopes)},
        )


def as_registered(question: Question, client: Client) -> Question:
    """With what the service demands of every sign-in (OpenID Connect Dynamic Registration §2)."""
    wanted = client.metadata
    acr_values = question.acr_values or wanted.default_acr_values
    return replace(question, acr_values=acr_values, max_age=wanted.default_max_age)


def _agreed(question: Question, session: Session) -> str:
    return f"{question.question_id}/{session.session_id}"
