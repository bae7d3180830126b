"""/link: a service says which of its own IDs the signed-in resident has (ID連携).

PUT, GET and DELETE with the resident's access token; one local ID is one resident, both ways.
"""

from datetime import datetime

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.audit.model import Entry, LogKind, Outcome
from gateway.audit.origins import client_actor, origin_of
from gateway.audit.parties import note_client
from gateway.errors import BadRequest, InvalidToken, NoSuchThing
from gateway.oidc.provider import Provider
from gateway.oidc.tokens.bearer import ResidentToken, presented_resident_token
from gateway.residents.links import LinkConflict
from gateway.residents.model import Link
from gateway.web.json import json_body, json_response

MAX_LOCAL_ID = 255


class LinkBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    local_id: str


class LinkEndpoint:
    def __init__(self, provider: Provider) -> None:
        self._provider = provider

    def routes(self) -> list[Route]:
        return [
            Route("/link", self.put, methods=["PUT"], name="link"),
            Route("/link", self.get, methods=["GET"]),
            Route("/link", self.delete, methods=["DELETE"]),
        ]

    async def put(self, http: Request) -> Response:
        token, now = await self._token(http), self._provider.clock()
        local_id = check_local_id((await json_body(http, LinkBody)).local_id)
        made = self._entry(http, token, "link.made", now)
        try:
            link = await self._provider.links.put(
                token.client.client_id,
                token.grant.resident_id,
                local_id,
                now,
                also=lambda connection, _: self._provider.audit.write(connection, made),
            )
        except LinkConflict as cause:
            raise BadRequest(
                "this local_id is another resident's, or this resident has another local_id", 409
            ) from cause
        except NoSuchThing as cause:
            raise InvalidToken("the resident is no longer known here") from cause
        return json_response(_shown(link, token))

    async def get(self, http: Request) -> Response:
        token = await self._token(http)
        link = await self._provider.links.get(token.client.client_id, token.grant.resident_id)
        if link is None:
            raise BadRequest("this resident is not linked", 404)
        return json_response(_shown(link, token))

    async def delete(self, http: Request) -> Response:
        token, now = await self._token(http), self._provider.clock()
        ended = self._entry(http, token, "link.ended", now)
        found = await self._provider.links.end(
            token.client.client_id,
            token.grant.resident_id,
            now,
            also=lambda connection, _: self._provider.audit.write(connection, ended),
        )
        if not found:
            raise BadRequest("this resident is not linked", 404)
        return Response(status_code=204)

    def _entry(self, http: Request, token: ResidentToken, deed: str, now: datetime) -> Entry:
        """The local ID is the service's own affair, and stands in no log."""
        client = token.client
        return Entry(
            now,
            LogKind.EVENT,
            deed,
            Outcome.DONE,
            origin_of(http, client_actor(client.client_id)),
            tenant_id=client.tenant_id,
            client_id=client.client_id,
            resident=self._provider.audit.pseudonym(token.grant.resident_id),
        )

    async def _token(self, http: Request) -> ResidentToken:
        provider = self._provider
        now = provider.clock()
        token = await presented_resident_token(provider, http, "link", now)
        note_client(http, token.client.client_id, token.client.tenant_id)
        return token


def is_local_id(text: str) -> bool:
    return 1 <= len(text) <= MAX_LOCAL_ID and text.isprintable()


def check_local_id(local_id: str) -> str:
    if not is_local_id(local_id):
        raise BadRequest("local_id must be 1 to 255 printable characters")
    if local_id.isascii() and local_id.isdigit() and len(local_id) == 12 and is_my_number(local_id):
        # The Individual Number has no place anywhere (行政手続番号利用法 §9).
        raise BadRequest("local_id has the form of an Individual Number, which must not be used")
    return local_id


def is_my_number(digits: str) -> bool:
    """The check digit of 総務省令第85号 (2014) §5: eleven digits weighted 2-7, 2-6, modulo 11."""
    weights = (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
    remainder = sum(int(d) * w for d, w in zip(digits[:11], weights, strict=True)) % 11
    return int(digits[11]) == (0 if remainder <= 1 else 11 - remainder)


def _shown(link: Link, token: ResidentToken) -> dict[str, object]:
    return {
        "local_id": link.local_id,
        "sub": token.sub,
        "linked_at": link.linked_at.isoformat(timespec="seconds"),
    }
