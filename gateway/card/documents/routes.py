"""POST /card/signatures: JSON in, JSON out; decides nothing."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.card.documents.messages import DocumentRequest, Residents, document_answer
from gateway.card.documents.model import UnverifiedDocument
from gateway.card.documents.places import Places
from gateway.card.documents.verify import DocumentVerifier, VerifiedDocument
from gateway.clock import Clock
from gateway.errors import InvalidToken
from gateway.web.json import json_body, json_response
from gateway.web.limits import allow_body

Identify = Callable[[Request], Awaitable[str | None]]
"""The client_id of the registered reader that asks; None: nobody we know."""
Conclude = Callable[[Request, str, UnverifiedDocument, VerifiedDocument], Awaitable[Residents]]
"""Puts what was found into the log; says what may be told of whom. Nothing is answered before."""


def document_routes(
    verifier: DocumentVerifier,
    identify: Identify,
    conclude: Conclude,
    clock: Clock,
    limit_bytes: int,
) -> list[Route]:
    places = Places()

    async def signatures(request: Request) -> Response:
        reader_id = await identify(request)
        if reader_id is None:
            raise InvalidToken("use the access token of a registered reader")
        with places.of(reader_id):
            # Nothing of the body was read before; of nobody else's is more read than of any other.
            allow_body(request, limit_bytes)
            document = (await json_body(request, DocumentRequest)).unverified()
            found = await verifier.verify(document, clock())
        residents = await conclude(request, reader_id, document, found)
        return json_response(document_answer(found, residents))

    return [Route("/card/signatures", signatures, methods=["POST"])]
