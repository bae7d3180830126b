"""What the parts of the OpenID provider cost beside the plain flow: python -m tests.bench.provider

In the process, without HTTP: the gateway's own CPU time, while requests are answered.
"""

import asyncio
import secrets
import statistics
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.hashes import SHA256
from rich.console import Console
from rich.table import Table

from gateway.app import create_app
from gateway.assembly import make_provider
from gateway.clock import system_clock
from gateway.oidc.clients.assertion import ASSERTION_TYPE
from gateway.store.memory import MemoryMoments
from gateway.store.records import open_records
from gateway.virtual.authority import DemoAuthority
from tests.bench.in_process import Meter
from tests.bench.measure import Operation, interleaved, own_cpu, where
from tests.bench.tenants import looking
from tests.oidc.authorization.asking import KEY, KEYS, request_claims, signed
from tests.support.gateway import ISSUER, NOW, Gateway, MovableClock, make_template, settings_in
from tests.support.proofs import ProofMaker
from tests.support.relying_party import RelyingParty, redirected

SCOPE = "openid profile offline_access"
SERVICES = 100_000
SIGNATURE = "a bare ES256 check"
PLAIN, SIGNED, PUSHED = "authorize", "authorize, signed request (JAR)", "PAR and authorize"
BY_SECRET = "token, client_secret_basic"
BY_KEY = "token, private_key_jwt"
WITH_PROOF = "token, client_secret_basic and DPoP"

out = Console(soft_wrap=True, highlight=False)
progress = Console(stderr=True, highlight=False)


def main(
    rounds: Annotated[int, typer.Option(min=1, help="The table shows their medians.")] = 7,
    count: Annotated[int, typer.Option(min=10, help="Operations a round.")] = 200,
    services: Annotated[int, typer.Option(min=1, help="Registered, at the look-up.")] = SERVICES,
) -> None:
    """CPU-µs of requests that are pushed, signed and bound, and what they cost more."""
    with (
        tempfile.TemporaryDirectory(prefix="genkan-bench-") as name,
        asyncio.Runner() as runner,
        ExitStack() as stack,
    ):
        folder = Path(name)
        bench = runner.run(_open(folder))
        progress.print(f"registering {services:,} services ...")
        looks = [
            Operation(
                f"client look-up, {number:,} registered",
                stack.enter_context(looking(runner, folder / str(number), number)),
                2_000,
            )
            for number in (1, services)
        ]
        operations = [*_operations(runner, bench, count), *looks]
        interleaved(operations, rounds, progress.print)
        runner.run(bench.stack.aclose())
    _print(operations, looks)


@dataclass(frozen=True, slots=True)
class Bench:
    stack: AsyncExitStack
    meter: Meter
    browser: Any
    by_secret: RelyingParty
    by_key: RelyingParty
    maker: ProofMaker

    async def authorize(self, party: RelyingParty, parameters: Mapping[str, str]) -> str:
        answer = await self.browser.get("/authorize", params=dict(parameters))
        return redirected(answer)["code"]

    async def plain(self) -> None:
        party = self.by_secret
        await self.authorize(party, party.authorization_request(scope=SCOPE))

    async def signed(self) -> None:
        party = self.by_key
        request = signed(request_claims(party, scope=SCOPE))
        await self.authorize(party, {"client_id": party.client.client_id, "request": request})

    async def pushed(self) -> None:
        party = self.by_secret
        pushed = await party.post("/par", party.authorization_request(scope=SCOPE))
        request_uri = pushed.json()["request_uri"]
        named = {"client_id": party.client.client_id, "request_uri": request_uri}
        await self.authorize(party, named)

    async def token_by_secret(self) -> float:
        return await self._redeemed(self.by_secret, auth=self.by_secret.credentials)

    async def token_by_key(self) -> float:
        client_id, now = self.by_key.client.client_id, int(NOW.timestamp())
        claims = {"iss": client_id, "sub": client_id, "aud": ISSUER, "exp": now + 60}
        assertion = signed(claims | {"jti": secrets.token_hex(16)}, typ="JWT")
        form = {"client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion}
        return await self._redeemed(self.by_key, form)

    async def token_with_proof(self) -> float:
        headers = {"DPoP": self.maker.proof()}
        auth = self.by_secret.credentials
        return await self._redeemed(self.by_secret, auth=auth, headers=headers)

    async def _redeemed(
        self, party: RelyingParty, more: Mapping[str, str] | None = None, **how: Any
    ) -> float:
        """The CPU seconds of the token request alone."""
        code = await self.authorize(party, party.authorization_request(scope=SCOPE))
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": party.redirect_uri,
            "code_verifier": party.verifier,
            **(more or {}),
        }
        before = self.meter.seconds
        answer = await self.browser.post("/token", data=form, **how)
        assert answer.status_code == 200, answer.text
        return self.meter.seconds - before


def _operations(runner: asyncio.Runner, bench: Bench, count: int) -> list[Operation]:
    whole = {PLAIN: bench.plain, SIGNED: bench.signed, PUSHED: bench.pushed}
    timed = {
        BY_SECRET: bench.token_by_secret,
        BY_KEY: bench.token_by_key,
        WITH_PROOF: bench.token_with_proof,
    }
    return [
        *(
            Operation(name, partial(_metered, runner, bench, once), count)
            for name, once in whole.items()
        ),
        *(Operation(name, partial(_summed, runner, once), count) for name, once in timed.items()),
        Operation(SIGNATURE, _bare_checks, count),
    ]


def _metered(
    runner: asyncio.Runner, bench: Bench, once: Callable[[], Awaitable[None]], times: int
) -> float:
    async def repeat() -> float:
        before = bench.meter.seconds
        for _ in range(times):
            await once()
        return bench.meter.seconds - before

    return runner.run(repeat())


def _summed(runner: asyncio.Runner, once: Callable[[], Awaitable[float]], times: int) -> float:
    async def repeat() -> float:
        return sum([await once() for _ in range(times)])

    return runner.run(repeat())


def _bare_checks(times: int) -> float:
    data, public = bytes(600), KEY.public_key()
    signature = KEY.sign(data, ECDSA(SHA256()))

    def check() -> None:
        for _ in range(times):
            public.verify(signature, data, ECDSA(SHA256()))

    return own_cpu(check)


async def _open(folder: Path) -> Bench:
    home, stack = folder / "gateway", AsyncExitStack()
    await make_template(home, DemoAuthority.create(NOW))
    clock, settings = MovableClock(), settings_in(home)
    records, moments = open_records(settings.store.records), MemoryMoments(clock)
    stack.push_async_callback(records.close)
    meter = Meter(await create_app(settings, records, moments, clock))
    gateway = Gateway(meter, await make_provider(settings, records, moments, clock), clock)
    browser = await stack.enter_async_context(gateway.browser())
    resident = await gateway.resident()
    await gateway.sign_in(browser, resident)
    by_secret = RelyingParty(gateway, await gateway.service("health"))
    by_key = RelyingParty(
        gateway,
        await gateway.service("points", token_endpoint_auth_method="private_key_jwt", **KEYS),
    )
    for party in (by_secret, by_key):
        await gateway.consent(party.client, resident, SCOPE)
    return Bench(stack, meter, browser, by_secret, by_key, ProofMaker(clock))


def _print(operations: list[Operation], looks: list[Operation]) -> None:
    spent = {operation.name: operation.cpu_seconds for operation in operations}

    def ratio(more: str, less: str) -> float:
        pairs = zip(spent[more], spent[less], strict=True)
        return statistics.median(one / other for one, other in pairs)

    costs = {operation.name: operation.cpu_microseconds for operation in operations}
    table = Table("operation", "CPU-µs", box=None)
    for name, cost in costs.items():
        table.add_row(name, f"{cost:,.0f}")
    for name, more, less in (
        ("a signed request costs more, beside one check", SIGNED, PLAIN),
        ("private_key_jwt costs more, beside one check", BY_KEY, BY_SECRET),
        ("DPoP costs more, beside one check", WITH_PROOF, BY_SECRET),
    ):
        table.add_row(name, f"{costs[more] - costs[less] - costs[SIGNATURE]:,.0f}")
    table.add_row("PAR and authorize, of authorize", f"{ratio(PUSHED, PLAIN):.2f}")
    table.add_row("look-up among many, of one", f"{ratio(looks[1].name, looks[0].name):.2f}")
    out.print(where(system_clock()))
    out.print(table)


if __name__ == "__main__":
    typer.run(main)
