"""A service's side of the protocol, with a proof beside every request."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx2

from gateway.tenants.model import Client
from tests.support.gateway import Gateway
from tests.support.proofs import ProofMaker
from tests.support.relying_party import RelyingParty

Headers = Sequence[tuple[str, str]]


@dataclass(slots=True)
class ProvingParty:
    gateway: Gateway
    client: Client
    maker: ProofMaker
    browser: httpx2.AsyncClient

    @property
    def party(self) -> RelyingParty:
        party = RelyingParty(self.gateway, self.client)
        party.verifier = "v" * 43
        return party

    async def code(self, **changes: str | None) -> str:
        return await self.party.code(self.browser, **changes)

    async def token(self, form: Mapping[str, str], headers: Headers) -> httpx2.Response:
        party = self.party
        public = self.client.token_endpoint_auth_method == "none"
        named = {"client_id": self.client.client_id} if public else {}
        auth = httpx2.USE_CLIENT_DEFAULT if public else party.credentials
        async with self.gateway.browser() as http:
            data = {**form, **named}
            return await http.post("/token", data=data, auth=auth, headers=list(headers))

    async def redeem(self, code: str, *proofs: str, **changes: str) -> httpx2.Response:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.client.redirect_uris[0],
            "code_verifier": "v" * 43,
        }
        return await self.token({**form, **changes}, [("DPoP", proof) for proof in proofs])

    async def refresh(self, refresh_token: str, *proofs: str) -> httpx2.Response:
        form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        return await self.token(form, [("DPoP", proof) for proof in proofs])

    async def tokens(self) -> dict[str, Any]:
        answer = await self.redeem(await self.code(), self.maker.proof())
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    async def userinfo(
        self, access_token: str, *proofs: str, scheme: str = "DPoP"
    ) -> httpx2.Response:
        headers = [("Authorization", f"{scheme} {access_token}")]
        headers += [("DPoP", proof) for proof in proofs]
        async with self.gateway.browser() as http:
            return await http.get("/userinfo", headers=headers)

    def use(self, access_token: str, path: str = "/userinfo", **changes: Any) -> str:
        """A proof for using the token."""
        return self.maker.proof("GET", path, access_token=access_token, **changes)
