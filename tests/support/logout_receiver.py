"""A service's own address for sign-outs: keeps what it is sent, and answers as the test says."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import anyio
import sqlalchemy as sa
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from gateway.oidc.logout.back_channel import BackChannel
from gateway.oidc.logout.logout_token import LOGOUT_TOKEN
from gateway.oidc.records import logout_deliveries
from tests.support.gateway import Gateway

PATIENCE_SECONDS = 10


@dataclass(slots=True)
class LogoutReceiver:
    """An ASGI application."""

    status: int = 200
    tokens: list[str] = field(default_factory=list, repr=False)
    forms: list[dict[str, Any]] = field(default_factory=list, repr=False)
    may_answer: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.may_answer.set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        form = dict(await request.form())
        self.forms.append({"path": request.url.path, "method": request.method, **form})
        self.tokens.append(str(form["logout_token"]))
        await self.may_answer.wait()
        await Response(status_code=self.status)(scope, receive, send)

    async def got(self, number: int = 1) -> list[str]:
        """The tokens, once there are so many."""
        await until(lambda: len(self.tokens) >= number)
        return self.tokens


def listen(gateway: Gateway, *client_ids: str) -> list[LogoutReceiver]:
    """At the hosts of these services."""
    receivers = [LogoutReceiver() for _ in client_ids]
    for client_id, receiver in zip(client_ids, receivers, strict=True):
        gateway.hosts.at[f"{client_id}.example.test"] = receiver
    return receivers


def told_at(client_id: str) -> dict[str, str]:
    """The metadata of a service that wants to be told."""
    return {"backchannel_logout_uri": f"https://{client_id}.example.test/sign-out"}


async def verified(gateway: Gateway, token: str) -> dict[str, Any]:
    """What a logout token says, by our own keys, as one that is in time."""
    return await gateway.provider.keys.verify(token, typ=LOGOUT_TOKEN, now=gateway.clock())


async def waiting(gateway: Gateway) -> int:
    """How many have yet to be told."""
    query = sa.select(sa.func.count()).select_from(logout_deliveries)
    async with gateway.provider.records.reading() as connection:
        return (await connection.execute(query)).scalar_one()


async def nobody_waits(gateway: Gateway, but: int = 0) -> None:
    """Returns once all have been told, or given up, `but` so many."""
    with anyio.fail_after(PATIENCE_SECONDS):
        while await waiting(gateway) > but:  # noqa: ASYNC110 - the store tells nobody
            await anyio.sleep(0.01)


def another_worker(gateway: Gateway) -> BackChannel:
    """Of another process, over the same store."""
    own = gateway.provider.sign_out.back_channel
    return BackChannel(
        own.records, own.clients, own.keys, own.audit, own.outgoing, own.clock, own.issuer
    )


async def until(so: Callable[[], bool]) -> None:
    with anyio.fail_after(PATIENCE_SECONDS):
        while not so():  # noqa: ASYNC110 - it may be so without anybody telling
            await anyio.sleep(0.01)
