"""/jwks: the keys our signatures are checked with, and the one to encrypt for (RFC 7517)."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.oidc.provider import Provider
from gateway.web.json import json_response


class Jwks:
    def __init__(self, provider: Provider) -> None:
        self._provider = provider

    def routes(self) -> list[Route]:
        return [Route("/jwks", self.show, methods=["GET"], name="jwks")]

    async def show(self, _: Request) -> Response:
        keys = await self._provider.keys.jwks(self._provider.clock())
        # The next key is published long before it signs, so a short cache never misses one.
        return json_response(keys, headers={"Cache-Control": "public, max-age=300"})
