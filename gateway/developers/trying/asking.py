"""Requests of the try-out's client to the gateway it is part of: the same doors and the same checks
as for any program, without a network in between."""

import json
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request

from gateway.developers.trying.visit import Exchange
from gateway.web.arrival import Arrivals, arrival_of
from gateway.web.networks import Networks

TIMEOUT_SECONDS = 10.0


class Asking:
    async def post(self, http: Request, step: str, url: str, form: Mapping[str, str]) -> Exchange:
        return await self._send(http, step, "POST", url, form, data=dict(form))

    async def get(
        self, http: Request, step: str, url: str, access_token: str | None = None
    ) -> Exchange:
        headers = {} if access_token is None else {"Authorization": f"Bearer {access_token}"}
        return await self._send(http, step, "GET", url, headers, headers=headers)

    async def _send(
        self,
        http: Request,
        step: str,
        method: str,
        url: str,
        sent: Mapping[str, str],
        **arguments: Any,
    ) -> Exchange:
        """From the address of whoever tries it out: limits and logs are theirs."""
        import httpx2  # noqa: PLC0415 - most gateways have no try-out

        door = Arrivals(http.app, Networks([]))
        client = (arrival_of(http).address or "", 0)
        transport = httpx2.ASGITransport(door, raise_app_exceptions=False, client=client)
        async with httpx2.AsyncClient(transport=transport, timeout=TIMEOUT_SECONDS) as program:
            answer = await program.request(method, url, **arguments)
        return Exchange(step, method, url, sent, answer.status_code, _members(answer.text))


def _members(text: str) -> Mapping[str, Any]:
    """An answer is an object, or nothing (RFC 7009 §2.2)."""
    if not text:
        return {}
    members: Mapping[str, Any] = json.loads(text)
    return members
