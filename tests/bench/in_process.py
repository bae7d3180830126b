"""Sign-ins without a network: what the application itself spends, with its logs and without."""

import asyncio
import base64
import shutil
import statistics
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.app import make_app
from gateway.assembly import make_provider, make_verifier
from gateway.audit.log import AuditLog
from gateway.audit.model import Entry
from gateway.card.to_be_signed import to_be_signed
from gateway.observation import observing
from gateway.plugins import installed_plugins
from gateway.store.memory import MemoryMoments
from gateway.store.records import open_records
from gateway.virtual.authority import DemoAuthority
from gateway.virtual.card import CardKey
from gateway.virtual.keys import PrivateKey, hash_for, new_rsa_key
from tests.bench.measure import Operation
from tests.login.visitor import Visitor, handover
from tests.support.gateway import ISSUER, NOW, Gateway, MovableClock, make_template, settings_in
from tests.support.relying_party import RelyingParty, redirected
from tests.support.town import HANAKO, Town

SCOPE = "openid profile offline_access"
SSO = "SSO flow in the process, without HTTP"
CARD = "card sign-in in the process, without HTTP"
OFF = ", logs off"
_WARM_UP = 3


class NoLog(AuditLog):
    """What the logs cost is told by a gateway that has none. There is none but here."""

    async def write(self, connection: AsyncConnection, *entries: Entry) -> None:
        pass

    async def record(self, *entries: Entry) -> None:
        pass


@dataclass(slots=True)
class Meter:
    """CPU seconds of this process, the store's thread included, while requests are answered."""

    app: ASGIApp
    seconds: float = 0.0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = time.process_time()
        await self.app(scope, receive, send)
        self.seconds += time.process_time() - began


@dataclass(frozen=True, slots=True)
class Bench:
    """A gateway, a service, and somebody who has a card, is registered and has agreed."""

    meter: Meter
    service: RelyingParty
    resident: Visitor
    card: CardKey
    key: PrivateKey
    """The bare key: the card would hash the PIN each time, and all would wait for it."""

    async def sso(self) -> None:
        """With the session that is there."""
        tokens = await self.service.tokens(self.resident.browser, scope=SCOPE)
        await self._use(tokens["access_token"])

    async def sign_in(self) -> None:
        """From the service to the card and back."""
        browser = self.resident.browser
        # The session that is there is older than this request, and will not do.
        self.service.gateway.clock.forward(seconds=1)
        asked = await self.service.authorize(browser, scope=SCOPE, prompt="login")
        form = handover(await self.resident.open(asked.headers["location"]), "sign_in")
        signed_in = await self.resident.bring(form, self._signed(form.fields))
        done = redirected(await browser.get(signed_in.headers["location"]))
        await self._use((await self.service.redeem(done["code"])).json()["access_token"])

    def _signed(self, asked: Mapping[str, str]) -> dict[str, str]:
        data = to_be_signed(ISSUER, base64.urlsafe_b64decode(asked["challenge"] + "="))
        assert isinstance(self.key, RSAPrivateKey)
        signature = self.key.sign(data, PKCS1v15(), hash_for(self.key))
        return {
            "challenge_id": asked["challenge_id"],
            "outcome": "signed",
            "signature_encoding": "pkcs1",
            "authentication_certificate": base64.b64encode(self.card.certificate).decode(),
            "authentication_signature": base64.b64encode(signature).decode(),
        }

    async def _use(self, access_token: str) -> None:
        answer = await self.service.call("GET", "/userinfo", access_token)
        assert answer.json()["name"] == HANAKO.name, answer.text


@contextmanager
def in_process_operations(folder: Path, count: int) -> Iterator[list[Operation]]:
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        try:
            template, authority = folder / "template", DemoAuthority.create(NOW)
            runner.run(make_template(template, authority))
            benches = []
            for home, logs in ((folder / "with", True), (folder / "without", False)):
                shutil.copytree(template, home)
                benches.append(runner.run(_open(home, authority, stack, logs=logs)))
            yield [
                _operation(runner, name, bench, once, count)
                for what in (SSO, CARD)
                for name, bench in zip((what, what + OFF), benches, strict=True)
                for once in (bench.sso if what is SSO else bench.sign_in,)
            ]
        finally:
            runner.run(stack.aclose())


def rates_kept(operations: list[Operation]) -> dict[str, float]:
    """The rate with the logs on, of 100 with them off: the median over pairs of rounds."""
    spent = {operation.name: operation.cpu_seconds for operation in operations}
    return {
        f"{title}: rate with the logs on, % of off": 100
        * statistics.median(
            off / on for on, off in zip(spent[what], spent[what + OFF], strict=True)
        )
        for title, what in (("SSO flow", SSO), ("card sign-in", CARD))
    }


def _operation(
    runner: asyncio.Runner,
    name: str,
    bench: Bench,
    once: Callable[[], Awaitable[None]],
    count: int,
) -> Operation:
    async def repeat(times: int) -> None:
        for _ in range(times):
            await once()

    def batch(times: int) -> float:
        runner.run(repeat(_WARM_UP))
        bench.meter.seconds = 0.0
        runner.run(repeat(times))
        return bench.meter.seconds

    return Operation(name, batch, count)


async def _open(
    home: Path, authority: DemoAuthority, stack: AsyncExitStack, *, logs: bool
) -> Bench:
    clock, settings = MovableClock(), settings_in(home)
    records, moments = open_records(settings.store.records), MemoryMoments(clock)
    stack.push_async_callback(records.close)
    observation = stack.enter_context(observing(settings, clock)) if logs else None
    provider = await make_provider(settings, records, moments, clock)
    if not logs:
        provider = replace(provider, audit=NoLog(records, provider.keyed_hash))
    verifier = make_verifier(settings, installed_plugins())
    meter = Meter(make_app(provider, verifier, observation))
    gateway = Gateway(meter, provider, clock)
    resident = Visitor(gateway, await stack.enter_async_context(gateway.browser()))
    key = new_rsa_key()
    card = Town(authority, home / "crls").card(HANAKO, NOW, key=key)
    await resident.register(card)
    session, client = await resident.session(), await gateway.service()
    assert session is not None
    await provider.consents.give(client.client_id, session.resident_id, SCOPE.split(), NOW)
    return Bench(meter, RelyingParty(gateway, client), resident, card.authentication, key)
