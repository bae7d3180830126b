"""The same SSO flow without a network: what the application itself spends, client not counted."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.virtual.authority import DemoAuthority
from gateway.virtual.keys import new_p384_key
from tests.bench.measure import Operation
from tests.support.gateway import NOW, Gateway, make_template, open_gateway
from tests.support.relying_party import RelyingParty

SCOPE = "openid profile offline_access"


@dataclass(slots=True)
class Spent:
    """CPU seconds of this process, the store's thread included, while requests were answered."""

    seconds: float = 0.0


class Meter:
    def __init__(self, app: ASGIApp, spent: Spent) -> None:
        self._app = app
        self._spent = spent

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = time.process_time()
        await self._app(scope, receive, send)
        self._spent.seconds += time.process_time() - began


@contextmanager
def in_process_operation(folder: Path, count: int) -> Iterator[Operation]:
    spent = Spent()
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        try:
            service, browser = runner.run(_open(folder, spent, stack))

            def batch(times: int) -> float:
                spent.seconds = 0.0
                runner.run(_flows(service, browser, times))
                return spent.seconds

            yield Operation("SSO flow in the process, without HTTP", batch, count)
        finally:
            runner.run(stack.aclose())


async def _open(
    folder: Path, spent: Spent, stack: AsyncExitStack
) -> tuple[RelyingParty, httpx2.AsyncClient]:
    """Somebody who is signed in and has agreed, and the service they use."""
    template = folder / "template"
    await make_template(template, DemoAuthority.create(NOW, new_key=new_p384_key))
    gateway: Gateway = await stack.enter_async_context(open_gateway(folder / "gateway", template))
    gateway.app.add_middleware(Meter, spent=spent)
    browser = await stack.enter_async_context(gateway.browser())
    client, resident = await gateway.service(), await gateway.resident()
    await gateway.consent(client, resident)
    await gateway.sign_in(browser, resident)
    return RelyingParty(gateway, client), browser


async def _flows(service: RelyingParty, browser: httpx2.AsyncClient, times: int) -> None:
    for _ in range(times):
        tokens = await service.tokens(browser, scope=SCOPE)
        answer = await service.call("GET", "/userinfo", tokens["access_token"])
        assert answer.json()["name"], answer.text
