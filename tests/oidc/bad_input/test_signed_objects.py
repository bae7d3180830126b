"""Every object that is signed for the gateway, with every flaw: the table in `signed_cells.py`."""

import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import httpx2
import pytest

from gateway.oidc.clients.assertion import ASSERTION_TYPE
from gateway.oidc.records import grants
from gateway.tenants.initial_tokens import SoftwareIssuer
from gateway.tenants.protocol import CIBA, JWT_BEARER
from gateway.tenants.records import clients
from tests.oidc.bad_input.flaws import (
    BY_SECRET,
    FLAWS,
    KEY,
    KID,
    NEIGHBOURS_KEY,
    ONCE_MORE,
    Parts,
)
from tests.oidc.bad_input.signed_cells import COLUMNS, cells
from tests.support.certificates import public_jwk
from tests.support.developer import ISSUER as SOFTWARE
from tests.support.developer import Developer, developer
from tests.support.gateway import ISSUER, Gateway
from tests.support.log import count
from tests.support.relying_party import RelyingParty

pytestmark = pytest.mark.anyio
LOCAL_ID = "H-0001"
JWK = {**public_jwk(KEY), "kid": KID}
REFUSED = {
    "request": (400, "invalid_request_object"),
    "private": (401, "invalid_client"),
    "secret": (401, "invalid_client"),
    "bearer": (400, "invalid_grant"),
    "counter": (400, "invalid_request"),
    "statement": (400, "invalid_software_statement"),
    "proof": (400, "invalid_dpop_proof"),
}
UNAPPROVED = (400, "unapproved_software_statement")
"""Nobody can say whose it is, or it is somebody's who is not the one."""
Send = Callable[[str], Awaitable[httpx2.Response]]


@dataclass(slots=True)
class Desk:
    """Where one kind of signed object is handed in."""

    gateway: Gateway
    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    send: Send
    client_secret: str
    signs_with_secret: bool = False

    def parts(self) -> Parts:
        now = int(self.gateway.clock().timestamp())
        times = {"iat": now, "nbf": now, "exp": now + 60, "jti": secrets.token_hex(8)}
        secret = self.client_secret if self.signs_with_secret else None
        return Parts(self.header, {**times, **self.claims}, now, secret)

    def flawed(self, flaw: str) -> str:
        if flaw in BY_SECRET:
            return self.parts().macced(self.client_secret.encode(), flaw.partition(" ")[0])
        return FLAWS[flaw](self.parts())


async def desk_of(gateway: Gateway, column: str) -> Desk:
    """A service with a neighbour, whose key means nothing here."""
    neighbours = {"keys": [public_jwk(NEIGHBOURS_KEY)]}
    await gateway.service("neighbour", jwks=neighbours)
    changes: dict[str, Any] = {"jwks": {"keys": [JWK]}}
    if column in ("private", "secret"):
        method = "private_key_jwt" if column == "private" else "client_secret_jwt"
        changes["token_endpoint_auth_method"] = method
    if column in ("bearer", "counter"):
        changes["grant_types"] = ("authorization_code", "refresh_token", JWT_BEARER, CIBA)
        changes["backchannel_token_delivery_mode"] = "poll"
    if column == "counter":
        changes["backchannel_authentication_request_signing_alg"] = "ES256"
    party = RelyingParty(gateway, await gateway.service("health", **changes))
    secret = gateway.secrets.get("health") or "s" * 32
    told = {"iss": "health", "aud": ISSUER}
    header: dict[str, Any] = {"alg": "ES256", "kid": KID}
    match column:
        case "request":
            claims = {**told, **party.authorization_request()}
            return Desk(gateway, header, claims, partial(_push, party), secret)
        case "private" | "secret":
            own = {**header, "alg": "HS256"} if column == "secret" else header
            claims, by_secret = {**told, "sub": "health"}, column == "secret"
            return Desk(gateway, own, claims, partial(_introspect, gateway), secret, by_secret)
        case "bearer":
            await _give_offline_access(party)
            return Desk(gateway, header, {**told, "sub": LOCAL_ID}, partial(_buy, party), secret)
        case "counter":
            await _give_offline_access(party)
            claims = {**told, "scope": "openid", "login_hint": LOCAL_ID}
            return Desk(gateway, header, claims, partial(_ask, party), secret)
        case "statement":
            software = SoftwareIssuer(SOFTWARE, {"keys": [JWK]})
            by = await developer(gateway, software=software, uses=20)
            return Desk(gateway, header, {"iss": SOFTWARE}, partial(_register, by), secret)
        case _:
            header = {"alg": "ES256", "typ": "dpop+jwt", "jwk": public_jwk(KEY)}
            claims = {"htm": "POST", "htu": f"{ISSUER}/token"}
            return Desk(gateway, header, claims, partial(_prove, party), secret)


async def _give_offline_access(party: RelyingParty) -> None:
    gateway = party.gateway
    resident = await gateway.resident()
    await gateway.consent(party.client, resident)
    await gateway.provider.links.put("health", resident.resident_id, LOCAL_ID, gateway.clock())
    async with gateway.browser() as browser:
        await gateway.sign_in(browser, resident)
        await party.tokens(browser)


async def _push(party: RelyingParty, jwt: str) -> httpx2.Response:
    return await party.post("/par", {"request": jwt})


async def _introspect(gateway: Gateway, jwt: str) -> httpx2.Response:
    form = {"token": "x", "client_assertion_type": ASSERTION_TYPE, "client_assertion": jwt}
    async with gateway.browser(f"10.{secrets.randbelow(250)}.{secrets.randbelow(250)}.9") as http:
        return await http.post("/introspect", data=form)


async def _buy(party: RelyingParty, jwt: str) -> httpx2.Response:
    return await party.token({"grant_type": JWT_BEARER, "assertion": jwt})


async def _ask(party: RelyingParty, jwt: str) -> httpx2.Response:
    return await party.post("/bc-authorize", {"request": jwt})


async def _register(by: Developer, jwt: str) -> httpx2.Response:
    return await by.register(software_statement=jwt)


async def _prove(party: RelyingParty, jwt: str) -> httpx2.Response:
    """Whoever is told that there is no such code has brought a good proof."""
    form = {"grant_type": "refresh_token", "refresh_token": "x"}
    async with party.gateway.browser() as http:
        headers = [(b"DPoP", jwt.encode())]
        return await http.post("/token", data=form, auth=party.credentials, headers=headers)


def cell_of(column: str, answer: httpx2.Response) -> str:
    told = answer.status_code, answer.json().get("error")
    if told == REFUSED[column] or (column == "statement" and told == UNAPPROVED):
        return "x"
    good = told[0] in (200, 201) or (column == "proof" and told == (400, "invalid_grant"))
    return "o" if good else str(told)


@pytest.mark.parametrize("column", COLUMNS)
async def test_each_flaw(gateway: Gateway, caplog: pytest.LogCaptureFixture, column: str) -> None:
    desk, table, wrong = await desk_of(gateway, column), cells(), []
    before = await count(gateway, grants)
    for flaw in (*FLAWS, *BY_SECRET):
        expected = table[flaw, column]
        if expected != "-":
            gateway.clock.forward(minutes=6)  # no more than a few wait for a resident
            registered = await count(gateway, clients)
            found = cell_of(column, await desk.send(desk.flawed(flaw)))
            if found != expected:
                wrong.append(f"{flaw}: {found}, not {expected}")
            if found != "o":
                assert await count(gateway, clients) == registered
    again = desk.parts().signed()
    first, second = [cell_of(column, await desk.send(again)) for _ in range(2)]
    assert first == "o"
    if second != table[ONCE_MORE, column]:
        wrong.append(f"{ONCE_MORE}: {second}")
    assert not wrong, "\n".join(wrong)
    assert await count(gateway, grants) == before
    assert "Traceback" not in caplog.text


def test_every_cell_is_filled_in() -> None:
    flaws = {*FLAWS, *BY_SECRET, ONCE_MORE}
    assert cells().keys() == {(flaw, column) for flaw in flaws for column in COLUMNS}
