"""A service that signs and pushes its requests: every part can be made wrong."""

import json
import secrets
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import jwt
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from jwt.algorithms import ECAlgorithm

from tests.support.gateway import ISSUER, Gateway
from tests.support.relying_party import RelyingParty

KEY = generate_private_key(SECP256R1())
OTHER_KEY = generate_private_key(SECP256R1())


def public_jwk(key: Any = KEY) -> dict[str, Any]:
    jwk = ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return {name: jwk[name] for name in ("kty", "crv", "x", "y")}


KEYS: dict[str, Any] = {"jwks": {"keys": [public_jwk()]}}
"""What a service registers that signs."""


def signed(
    claims: Mapping[str, Any] | bytes, key: Any = KEY, alg: str = "ES256", **header: Any
) -> str:
    """Whatever it is; a `typ` of None leaves the member out."""
    payload = claims if isinstance(claims, bytes) else json.dumps(claims).encode()
    told = {"typ": "oauth-authz-req+jwt", **header}
    # PyJWT leaves out a `typ` that is empty.
    return jwt.PyJWS().encode(payload, key, alg, headers={**told, "typ": told["typ"] or ""})


def request_claims(party: RelyingParty, **changes: Any) -> dict[str, Any]:
    """A good request object's; a change of None leaves the claim out."""
    now = int(party.gateway.clock().timestamp())
    good = {
        **party.authorization_request(),
        "iss": party.client.client_id,
        "aud": ISSUER,
        "nbf": now,
        "iat": now,
        "exp": now + 300,
        "jti": secrets.token_hex(8),
    }
    return {name: value for name, value in {**good, **changes}.items() if value is not None}


def request_object(party: RelyingParty, **changes: Any) -> str:
    return signed(request_claims(party, **changes))


async def pushed(party: RelyingParty, **changes: str | None) -> str:
    """The request_uri of a good request."""
    answer = await party.post("/par", party.authorization_request(**changes))
    assert answer.status_code == 201, answer.text
    request_uri: str = answer.json()["request_uri"]
    return request_uri


async def authorize_with(
    browser: httpx2.AsyncClient, party: RelyingParty, **parameters: str
) -> httpx2.Response:
    """Only what is given, and who asks."""
    named = {"client_id": party.client.client_id, **parameters}
    return await browser.get("/authorize", params=named)


async def signed_in(gateway: Gateway, party: RelyingParty) -> httpx2.AsyncClient:
    """The browser of a resident who has agreed to all that the service may have."""
    resident = await gateway.resident()
    await gateway.consent(party.client, resident)
    browser = gateway.browser()
    await gateway.sign_in(browser, resident)
    return browser


def in_fragment(answer: httpx2.Response) -> dict[str, str]:
    assert answer.status_code == 303, answer.text
    parts = urlsplit(answer.headers["location"])
    assert parts.query == ""
    found = parse_qs(parts.fragment, strict_parsing=True)
    return {name: values[0] for name, values in found.items()}


class _Form(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.action: str | None = None
        self.method: str | None = None
        self.fields: dict[str, str] = {}
        self.scripts: list[str] = []
        self._is_ours = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "form" and "data-submit" in told:
            self._is_ours = True
            self.action, self.method = told["action"], told["method"]
        elif tag == "input" and self._is_ours:
            self.fields[told["name"]] = told["value"]
        elif tag == "script":
            self.scripts.append(told.get("src", "inline"))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._is_ours = False


def posted_form(answer: httpx2.Response) -> _Form:
    """What the page would post, and where."""
    assert answer.status_code == 200, answer.text
    form = _Form()
    form.feed(answer.text)
    return form
