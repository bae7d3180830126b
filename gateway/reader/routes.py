"""The agent's pages: receive a request, choose the card, type the PINs, carry the answer back.

The PIN is in the body of one POST to this process and in nothing that this process writes.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from gateway.reader.model import (
    PINS,
    AgentOutcome,
    Answer,
    RefusedError,
    SigningRequest,
    check_site,
    parse_signing_request,
)
from gateway.reader.requests import SigningRequests
from gateway.reader.signing import PinProblem, Problem, TypedPin, hopeless, sign
from gateway.virtual.card import VirtualCard
from gateway.virtual.folder import CardFolder, UnknownCardError
from gateway.virtual.pins import Pin
from gateway.web.errors import Handler, PageRoute
from gateway.web.pages import Pages
from gateway.web.parameters import form_parameters

_log = logging.getLogger(__name__)
_LONGEST_LOCALES = 100


class ReaderPages:
    def __init__(
        self,
        cards: CardFolder,
        requests: SigningRequests,
        pages: Pages,
        *,
        gateway_origins: tuple[str, ...],
        own_origin: str,
    ) -> None:
        self._cards = cards
        self._requests = requests
        self._pages = pages
        self._gateway_origins = gateway_origins
        self._own_origins = (own_origin,)

    def routes(self) -> list[Route]:
        one = "/requests/{request_id}"
        return [
            PageRoute("/sign", self.receive, methods=["POST"]),
            PageRoute(one, self.choose_card, methods=["GET"]),
            PageRoute(f"{one}/cancel", self.cancel, methods=["POST"]),
            PageRoute(f"{one}/cards/{{card_id}}", self.ask_for_pin, methods=["GET"]),
            PageRoute(f"{one}/cards/{{card_id}}", self.sign, methods=["POST"]),
        ]

    async def receive(self, request: Request) -> Response:
        """From the gateway's page. Nothing is read before the site is known."""
        origin = check_site(request.headers.getlist("origin"), self._gateway_origins)
        parameters = await form_parameters(request)
        request_id = await self._requests.begin(parse_signing_request(parameters, origin))
        language = urlencode({"ui_locales": parameters.get("ui_locales", "")[:_LONGEST_LOCALES]})
        return RedirectResponse(f"/requests/{request_id}?{language}", 303)

    async def choose_card(self, request: Request) -> Response:
        signing_request = await self._requests.get(request.path_params["request_id"])
        cards = await run_in_threadpool(self._cards.cards)
        return self._pages.render(
            request,
            "reader/choose.html",
            signing_request=signing_request,
            request_id=request.path_params["request_id"],
            cards=cards,
            card=None,
        )

    async def ask_for_pin(self, request: Request) -> Response:
        signing_request = await self._requests.get(request.path_params["request_id"])
        card = await self._card(request)
        return await self._pin_page(request, signing_request, card, problems=())

    async def sign(self, request: Request) -> Response:
        check_site(request.headers.getlist("origin"), self._own_origins)
        signing_request = await self._requests.get(request.path_params["request_id"])
        card = await self._card(request)
        typed = _typed_pins(await form_parameters(request), PINS[signing_request.purpose])
        result = await run_in_threadpool(sign, card, signing_request, typed)
        if isinstance(result, Answer):
            return await self._answer(request, result)
        return await self._pin_page(request, signing_request, card, result)

    async def cancel(self, request: Request) -> Response:
        check_site(request.headers.getlist("origin"), self._own_origins)
        return await self._answer(request, Answer(AgentOutcome.CANCELLED))

    async def _card(self, request: Request) -> VirtualCard:
        try:
            return await run_in_threadpool(self._cards.load, request.path_params["card_id"])
        except UnknownCardError:
            raise RefusedError("unknown_card", 404) from None

    async def _pin_page(
        self,
        request: Request,
        signing_request: SigningRequest,
        card: VirtualCard,
        problems: Sequence[PinProblem],
    ) -> Response:
        answer = await run_in_threadpool(hopeless, card, signing_request.purpose)
        if answer is not None:
            return self._pages.render(
                request,
                "reader/hopeless.html",
                signing_request=signing_request,
                request_id=request.path_params["request_id"],
                card=card,
                outcome=answer.outcome,
            )
        found = {problem.pin: problem.problem for problem in problems}
        fields = [
            PinField(pin, await run_in_threadpool(card.tries.remaining, pin), found.get(pin))
            for pin in PINS[signing_request.purpose]
        ]
        return self._pages.render(
            request,
            "reader/pin.html",
            status=422 if problems else 200,
            signing_request=signing_request,
            request_id=request.path_params["request_id"],
            card=card,
            fields=fields,
        )

    async def _answer(self, request: Request, answer: Answer) -> Response:
        """The page that carries the answer back. The request is spent: there is no second one."""
        signing_request = await self._requests.take(request.path_params["request_id"])
        told = (signing_request.origin, signing_request.purpose, answer.outcome)
        _log.info("%s asked for %s: %s", *told)
        return self._pages.render(
            request,
            "reader/return.html",
            form_action=[signing_request.origin],
            # The gateway sees which agent answers, and not the request's id.
            referrer_policy="origin",
            return_to=signing_request.return_to,
            outcome=answer.outcome,
            fields=answer.fields(signing_request),
        )


@dataclass(frozen=True, slots=True)
class PinField:
    """One PIN on the page."""

    pin: Pin
    tries: int
    problem: Problem | None


def refused_handler(pages: Pages) -> Handler:
    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, RefusedError)  # noqa: S101 - registered for this class only
        return pages.render(request, "reader/refused.html", status=error.status, why=error.why)

    return refused


def _typed_pins(parameters: Mapping[str, str], pins: Sequence[Pin]) -> dict[Pin, TypedPin]:
    return {
        pin: TypedPin(
            value=parameters.get(f"{pin}_pin", ""),
            tries_seen=_tries(parameters.get(f"{pin}_tries", "")),
            last_try_confirmed=parameters.get(f"{pin}_last_try") == "confirmed",
        )
        for pin in pins
    }


def _tries(text: str) -> int | None:
    """One digit, as the page wrote it; anything else is no number the person saw."""
    return int(text) if text in tuple("12345") else None
