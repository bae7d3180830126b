"""Each kind of JWT that goes through here, handed in wherever another kind is expected: what is
made for one thing is worth nothing as another (RFC 8725 §2.8, §3.11)."""

import json
import secrets
from dataclasses import dataclass
from typing import Any

import httpx2
import jwt
import pytest

from gateway.oidc.clients.assertion import ASSERTION_TYPE
from gateway.tenants.initial_tokens import SoftwareIssuer
from tests.oidc.bad_input.place import EVERYTHING, KEY, LOCAL_ID, Place
from tests.oidc.delegation.flows import ACCESS_TOKEN_TYPE, WELFARE_API
from tests.support.certificates import public_jwk
from tests.support.developer import ISSUER as SOFTWARE
from tests.support.developer import developer
from tests.support.gateway import ISSUER, Gateway
from tests.support.logout_receiver import listen, told_at
from tests.support.proofs import ProofMaker
from tests.support.relying_party import RelyingParty, redirected

pytestmark = pytest.mark.anyio
COLUMNS = (
    *("hint", "logout", "whom", "access", "subject", "request", "client", "bearer"),
    *("counter", "statement", "proof"),
)
# Down: what it is. Across: as what it is handed in. o is what it is for, x is refused.
CELLS = """
                  hint logout whom access subject request client bearer counter statement proof
ID token            o    o     o     x       x       x      x      x       x        x       x
access token        x    x     x     o       o       x      x      x       x        x       x
logout token        x    x     x     x       x       x      x      x       x        x       x
userinfo            x    x     x     x       x       x      x      x       x        x       x
introspection       x    x     x     x       x       x      x      x       x        x       x
signed answer       x    x     x     x       x       x      x      x       x        x       x
request object      x    x     x     x       x       o      x      x       x        x       x
client assertion    x    x     x     x       x       x      o      x       x        x       x
bearer assertion    x    x     x     x       x       x      x      o       x        x       x
counter request     x    x     x     x       x       x      x      x       o        x       x
statement           x    x     x     x       x       x      x      x       x        o       x
proof               x    x     x     x       x       x      x      x       x        x       o
"""
KINDS = [line[:17].strip() for line in CELLS.strip().splitlines()[1:]]
"""One key signs all that a service signs."""
JWT = "application/token-introspection+jwt"


def cell(kind: str, column: str) -> str:
    line = CELLS.strip().splitlines()[1 + KINDS.index(kind)]
    return line[17:].split()[COLUMNS.index(column)]


def by_key(gateway: Gateway, typ: str = "", **claims: Any) -> str:
    now = int(gateway.clock().timestamp())
    told = {"iat": now, "nbf": now, "exp": now + 60, "jti": secrets.token_hex(8), **claims}
    return jwt.PyJWS().encode(json.dumps(told).encode(), KEY, "ES256", headers={"typ": typ})


@dataclass(slots=True)
class Confused:
    """Who mixes everything up."""

    town: Place

    @property
    def gateway(self) -> Gateway:
        return self.town.gateway

    def assertion(self) -> dict[str, str]:
        told = {"iss": "health", "sub": "health", "aud": ISSUER}
        proof = by_key(self.gateway, **told)
        return {"client_assertion_type": ASSERTION_TYPE, "client_assertion": proof}

    async def post(self, path: str, headers: Any = None, **form: str) -> httpx2.Response:
        self.town.tries += 1
        async with self.gateway.browser(f"10.2.0.{self.town.tries}") as http:
            return await http.post(path, data={**self.assertion(), **form}, headers=headers)

    async def tokens(self, **changes: str) -> dict[str, Any]:
        health = self.town.health
        code = await health.code(self.town.browser, **changes)
        form = {"code": code, "redirect_uri": health.redirect_uri}
        form |= {"grant_type": "authorization_code", "code_verifier": health.verifier}
        body: dict[str, Any] = (await self.post("/token", **form)).json()
        return body

    async def get(self, path: str, token: str) -> httpx2.Response:
        async with self.gateway.browser() as http:
            return await http.get(path, headers={"Authorization": f"Bearer {token}"})

    async def make(self, kind: str) -> str:
        told, gateway = {"iss": "health", "aud": ISSUER}, self.gateway
        match kind:
            case "request object":
                wanted = self.town.health.authorization_request(login_hint=LOCAL_ID)
                return by_key(gateway, "oauth-authz-req+jwt", **told, **wanted)
            case "client assertion":
                return self.assertion()["client_assertion"]
            case "bearer assertion":
                return by_key(gateway, **told, sub=LOCAL_ID)
            case "counter request":
                return by_key(gateway, **told, scope="openid", login_hint=LOCAL_ID)
            case "statement":
                return by_key(gateway, iss=SOFTWARE)
            case "proof":
                return ProofMaker(gateway.clock, KEY).proof()
        return await self._made_here(kind)

    async def _made_here(self, kind: str) -> str:
        tokens = await self.tokens()
        match kind:
            case "userinfo":
                return (await self.get("/userinfo", tokens["access_token"])).text
            case "introspection":
                token, accept = tokens["access_token"], {"Accept": JWT}
                return (await self.post("/introspect", headers=accept, token=token)).text
            case "signed answer":
                health, browser = self.town.health, self.town.browser
                return redirected(await health.authorize(browser, response_mode="jwt"))["response"]
            case "logout token":
                (at_health,) = listen(gateway := self.gateway, "health")
                stranger = gateway.browser()
                await gateway.sign_in(stranger, self.town.resident)
                self.town.browser, kept = stranger, self.town.browser
                await self.tokens()
                self.town.browser = kept
                await stranger.post("/logout", data={"confirmed": "yes"})
                return (await at_health.got())[0]
        made: str = tokens["id_token" if kind == "ID token" else "access_token"]
        return made

    async def hand_in(self, column: str, made: str) -> httpx2.Response:
        wanted = self.town.health.authorization_request()
        match column:
            case "hint":
                return await self.post("/par", **wanted, id_token_hint=made)
            case "logout":
                async with self.gateway.browser() as http:
                    return await http.get("/logout", params={"id_token_hint": made})
            case "whom" | "counter":
                asked = {"request": made}
                if column == "whom":
                    asked = {"request": await self._asked_about(made)}
                return await self.post("/bc-authorize", **asked)
            case "access":
                return await self.get("/userinfo", made)
            case "subject":
                form = {"subject_token": made, "subject_token_type": ACCESS_TOKEN_TYPE}
                return await self.exchange(resource=WELFARE_API, **form)
            case "request":
                return await self.post("/par", request=made)
            case "client":
                form = {"client_assertion_type": ASSERTION_TYPE, "client_assertion": made}
                return await self.post("/introspect", token="x", **form)
            case "bearer":
                grant_type = "urn:ietf:params:oauth:grant-type:jwt-bearer"
                return await self.post("/token", grant_type=grant_type, assertion=made)
            case "statement":
                software = SoftwareIssuer(SOFTWARE, {"keys": [public_jwk(KEY)]})
                return await (await developer(self.gateway, software=software)).register(
                    software_statement=made
                )
        form = {"grant_type": "refresh_token", "refresh_token": "x"}
        answer = await self.post("/token", headers={"DPoP": made}, **form)
        if answer.json()["error"] == "invalid_grant":
            return httpx2.Response(200)  # the proof was good, and the token is none
        return answer

    async def _asked_about(self, hint: str) -> str:
        told = {"iss": "health", "aud": ISSUER, "scope": "openid", "id_token_hint": hint}
        return by_key(self.gateway, **told)

    async def exchange(self, **form: str) -> httpx2.Response:
        grant_type = "urn:ietf:params:oauth:grant-type:token-exchange"
        return await self.post("/token", grant_type=grant_type, **form)


@pytest.fixture
async def confused(place: Place) -> Confused:
    changes: dict[str, Any] = {
        **EVERYTHING,
        **told_at("health"),
        "token_endpoint_auth_method": "private_key_jwt",
        "backchannel_authentication_request_signing_alg": "ES256",
        "userinfo_signed_response_alg": "ES256",
    }
    place.health = RelyingParty(place.gateway, await place.gateway.service("health", **changes))
    confused = Confused(place)
    await confused.tokens()  # offline access, too
    return confused


@pytest.mark.parametrize("kind", KINDS)
async def test_one_kind_is_not_another(confused: Confused, kind: str) -> None:
    wrong = []
    for column in COLUMNS:
        confused.gateway.clock.forward(minutes=6)  # no more than a few wait for a resident
        made = await confused.make(kind)
        answer = await confused.hand_in(column, made)
        assert answer.status_code < 500
        found = "o" if answer.status_code in (200, 201, 303) else "x"
        if found != cell(kind, column):
            wrong.append(f"as {column}: {answer.status_code} {answer.text[:200]}")
    assert not wrong, "\n".join(wrong)


def test_every_cell_is_filled_in() -> None:
    assert {cell(kind, column) for kind in KINDS for column in COLUMNS} == {"o", "x"}
