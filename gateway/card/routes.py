"""POST /card/challenges and POST /card/verifications: JSON in, JSON out; decides nothing."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.card.api import CertificateError
from gateway.card.certificate import read_outline
from gateway.card.challenge import Challenges
from gateway.card.messages import (
    ChallengeRequest,
    VerificationRequest,
    challenge_answer,
    verification_answer,
)
from gateway.card.model import Presentation, Verification
from gateway.card.to_be_signed import to_be_signed
from gateway.card.verify import Verifier
from gateway.clock import Clock
from gateway.errors import BadRequest, InvalidToken
from gateway.web.json import json_body, json_response


@dataclass(frozen=True, slots=True)
class Holder:
    """Who asks, and for which origin the card is to sign."""

    holder: str = field(repr=False)
    origin: str


Identify = Callable[[Request], Awaitable[Holder | None]]
Conclude = Callable[[Request, Verification], Awaitable[Mapping[str, object] | None]]
"""Puts what was found into the log; says what may be told of whom. Nothing is answered before."""


def card_routes(
    verifier: Verifier,
    challenges: Challenges,
    identify: Identify,
    conclude: Conclude,
    clock: Clock,
) -> list[Route]:
    """`identify` says who asks; None: nobody we know."""

    async def known_holder(request: Request) -> Holder:
        holder = await identify(request)
        if holder is None:
            raise InvalidToken("sign in, or use the access token of a registered reader")
        return holder

    async def challenge(request: Request) -> Response:
        holder = await known_holder(request)
        asked = ChallengeRequest()
        if await request.body():
            asked = await json_body(request, ChallengeRequest)
        issued = await challenges.issue(holder.holder, asked.purpose, holder.origin, clock())
        return json_response(challenge_answer(issued, challenges.lifetime))

    async def verification(request: Request) -> Response:
        holder = await known_holder(request)
        asked = await json_body(request, VerificationRequest)
        _check_form(asked)
        taken = await challenges.take(asked.challenge_id, holder.holder, asked.purpose)
        if taken is None:
            raise BadRequest("the challenge is unknown, expired or used", status=409)
        presentation = Presentation(
            unverified_certificate=asked.certificate,
            signature=asked.signature,
            signature_encoding=asked.signature_encoding,
            to_be_signed=to_be_signed(taken.origin, taken.value),
        )
        found = await verifier.verify(presentation, clock())
        resident = await conclude(request, found)
        return json_response(verification_answer(found, resident))

    return [
        Route("/card/challenges", challenge, methods=["POST"]),
        Route("/card/verifications", verification, methods=["POST"]),
    ]


def _check_form(asked: VerificationRequest) -> None:
    """What is no certificate at all is a bad request, and spends no challenge."""
    try:
        read_outline(asked.certificate)
    except CertificateError as error:
        raise BadRequest("certificate: not the DER of one X.509 certificate") from error
