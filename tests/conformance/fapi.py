"""A service held to FAPI 2.0, whichever way it proves itself and whatever its tokens are bound to:
every step can be changed."""

import json
import secrets
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import httpx2
import jwt
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

from gateway.oidc.clients.assertion import ASSERTION_TYPE
from gateway.tenants.model import Client
from tests.oidc.clients.conftest import PROXY
from tests.support.certificates import in_client_cert, new_certificate, public_jwk
from tests.support.gateway import ALL_SCOPES, ISSUER, Gateway
from tests.support.proofs import ProofMaker
from tests.support.relying_party import RelyingParty, redirected
from tests.support.service_keys import checked

PROFILES = ("fapi2_security", "fapi2_message_signing")


class How(NamedTuple):
    """How a client proves itself, and what its tokens are bound to."""

    auth: str = "private_key_jwt"
    bound: str = "dpop"


COMBINATIONS = [
    How(auth, bound)
    for auth in ("private_key_jwt", "tls_client_auth", "self_signed_tls_client_auth")
    for bound in ("dpop", "mtls")
]


@dataclass(slots=True)
class FapiClient:
    gateway: Gateway
    client: Client
    how: How
    maker: ProofMaker
    certificate: x509.Certificate
    key: Any = field(repr=False)

    @property
    def party(self) -> RelyingParty:
        return RelyingParty(self.gateway, self.client, "v" * 43)

    def signed(self, claims: dict[str, Any], key: Any = None, alg: str = "ES256") -> str:
        """Of None a claim is left out."""
        told = {name: value for name, value in claims.items() if value is not None}
        return jwt.PyJWS().encode(json.dumps(told).encode(), key or self.key, alg)

    def assertion(self, key: Any = None, alg: str = "ES256", **changes: Any) -> str:
        me, now = self.client.client_id, int(self.gateway.clock().timestamp())
        good = {"iss": me, "sub": me, "aud": ISSUER, "iat": now, "exp": now + 60}
        return self.signed({**good, "jti": secrets.token_hex(8), **changes}, key, alg)

    def request_object(self, key: Any = None, alg: str = "ES256", **changes: Any) -> str:
        now = int(self.gateway.clock().timestamp())
        about = {"iss": self.client.client_id, "aud": ISSUER, "nbf": now, "exp": now + 300}
        asked = self.party.authorization_request(response_mode="jwt")
        return self.signed({**asked, **about, **changes}, key, alg)

    async def post(
        self,
        path: str,
        form: dict[str, str],
        *,
        without: Collection[str] = (),
        assertion: str | None = None,
        proof: str | None = None,
        certificate: x509.Certificate | None = None,
    ) -> httpx2.Response:
        """With what proves the client and its key, but for what is given; `without` some of
        "assertion", "proof", "certificate"."""
        sent, headers = {"client_id": self.client.client_id, **form}, self._beside(without)
        if "Client-Cert" in headers and certificate is not None:
            headers["Client-Cert"] = in_client_cert(certificate)
        if self.how.auth == "private_key_jwt" and "assertion" not in without:
            sent["client_assertion_type"] = ASSERTION_TYPE
            sent["client_assertion"] = assertion or self.assertion()
        if self.how.bound == "dpop" and "proof" not in without:
            headers["DPoP"] = proof or self.maker.proof("POST", path)
        async with self.gateway.browser(PROXY) as http:
            answer = await http.post(path, data=sent, headers=headers)
        if proof is None and self._learned(answer):
            again = assertion and self.assertion()
            return await self.post(
                path, form, without=without, assertion=again, certificate=certificate
            )
        return answer

    def _beside(self, without: Collection[str]) -> dict[str, str]:
        """What the proxy says."""
        headers = {"X-Forwarded-For": "198.51.100.7"}
        shows = self.how.bound == "mtls" or self.how.auth.endswith("tls_client_auth")
        if shows and "certificate" not in without:
            headers["Client-Cert"] = in_client_cert(self.certificate)
        return headers

    def _learned(self, answer: httpx2.Response) -> bool:
        """A nonce, that was needed (RFC 9449 §8)."""
        self.maker.nonce = answer.headers.get("dpop-nonce", self.maker.nonce)
        return answer.status_code in (400, 401) and answer.json()["error"] == "use_dpop_nonce"

    @property
    def signs_messages(self) -> bool:
        return self.client.metadata.security_profile == "fapi2_message_signing"

    async def push(self, **changes: Any) -> httpx2.Response:
        """As its profile has it."""
        if self.signs_messages:
            return await self.post("/par", {"request": self.request_object(**changes)})
        return await self.post("/par", self.party.authorization_request(**changes))

    async def pushed(self, **changes: Any) -> str:
        """The request_uri."""
        answer = await self.push(**changes)
        assert answer.status_code == 201, answer.text
        request_uri: str = answer.json()["request_uri"]
        return request_uri

    async def visit(
        self, browser: httpx2.AsyncClient, request_uri: str, **beside: str
    ) -> httpx2.Response:
        query = {"client_id": self.client.client_id, "request_uri": request_uri, **beside}
        return await browser.get("/authorize", params=query)

    async def told(self, answer: httpx2.Response) -> dict[str, Any]:
        """An authorization answer, opened where it is a JWT (JARM §4.4)."""
        parameters: dict[str, Any] = redirected(answer)
        if not self.signs_messages:
            assert parameters["iss"] == ISSUER
            return parameters
        assert parameters.keys() == {"response"}
        _, claims = await checked(self.gateway, parameters["response"], "ES256")
        assert (claims["iss"], claims["aud"]) == (ISSUER, self.client.client_id)
        return claims

    async def code(self, browser: httpx2.AsyncClient, **changes: Any) -> str:
        answer = await self.told(await self.visit(browser, await self.pushed(**changes)))
        code: str = answer["code"]
        return code

    def redemption(self, code: str, **changes: str | None) -> dict[str, str]:
        good = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.client.redirect_uris[0],
            "code_verifier": "v" * 43,
        }
        return {name: text for name, text in {**good, **changes}.items() if text is not None}

    async def redeem(self, code: str, **shown: Any) -> httpx2.Response:
        return await self.post("/token", self.redemption(code), **shown)

    async def refresh(self, refresh_token: str, **shown: Any) -> httpx2.Response:
        form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        return await self.post("/token", form, **shown)

    async def tokens(self, browser: httpx2.AsyncClient, **changes: Any) -> dict[str, Any]:
        answer = await self.redeem(await self.code(browser, **changes))
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    async def userinfo(
        self,
        access_token: str,
        *,
        without: Collection[str] = (),
        scheme: str | None = None,
        proofs: Collection[str] | None = None,
        header: str = "DPoP",
    ) -> httpx2.Response:
        headers = [*self._beside(without).items()]
        bound = self.how.bound == "dpop"
        scheme = scheme or ("DPoP" if bound else "Bearer")
        headers.append(("Authorization", f"{scheme} {access_token}"))
        if bound and "proof" not in without:
            own = [self.use(access_token)] if proofs is None else proofs
            headers += [(header, proof) for proof in own]
        async with self.gateway.browser(PROXY) as http:
            return await http.get("/userinfo", headers=headers)

    def use(self, access_token: str, **changes: Any) -> str:
        """A proof for it."""
        return self.maker.proof("GET", "/userinfo", access_token=access_token, **changes)


async def fapi_client(
    gateway: Gateway,
    profile: str = "fapi2_security",
    how: How = How(),  # noqa: B008 - it is frozen
    client_id: str = "fapi",
    **changes: Any,
) -> FapiClient:
    key = generate_private_key(SECP256R1())
    certificate = new_certificate(f"CN={client_id},O=Hanasaki,C=JP", key=key)
    names = {"tls_client_auth_subject_dn": f"CN={client_id},O=Hanasaki,C=JP"}
    binding = "dpop" if how.bound == "dpop" else "tls_client_certificate"
    signing = {
        "require_signed_request_object": True,
        "introspection_signed_response_alg": "ES256",
    }
    registered: dict[str, Any] = {
        "security_profile": profile,
        "token_endpoint_auth_method": how.auth,
        "jwks": {"keys": [public_jwk(key)]},
        "require_pushed_authorization_requests": True,
        f"{binding}_bound_access_tokens": True,
        **(names if how.auth == "tls_client_auth" else {}),
        **(signing if profile == "fapi2_message_signing" else {}),
        **changes,
    }
    client = await gateway.service(client_id, **registered)
    return FapiClient(gateway, client, how, ProofMaker(gateway.clock), certificate, key)


async def signed_in(gateway: Gateway, *fapi: FapiClient) -> httpx2.AsyncClient:
    """The browser of somebody who has agreed to all that these may have."""
    resident, browser = await gateway.resident(), gateway.browser()
    for each in fapi:
        await gateway.consent(each.client, resident, ALL_SCOPES)
    await gateway.sign_in(browser, resident)
    return browser


def refused(answer: httpx2.Response, *errors: str) -> bool:
    """As RFC 6749 §5.2 has it, and nothing was given out."""
    body = answer.json()
    plain = answer.headers["content-type"].startswith("application/json")
    status = 401 if body.get("error") == "invalid_client" else 400
    given = {"access_token", "refresh_token", "id_token", "request_uri"} & body.keys()
    assert plain, answer.text
    assert not given
    return body["error"] in errors and answer.status_code == status
