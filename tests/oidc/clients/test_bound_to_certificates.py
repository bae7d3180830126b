"""Tokens that are bound to a TLS certificate are used with it alone (RFC 8705 §3 and §4)."""

import base64
import hashlib
from collections.abc import Mapping
from typing import Any

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from gateway.oidc.records import grants
from tests.oidc.clients.conftest import PROXY
from tests.support.certificates import in_client_cert, new_certificate
from tests.support.gateway import Gateway
from tests.support.log import count
from tests.support.relying_party import RelyingParty, payload

pytestmark = pytest.mark.anyio
OURS, OTHER = new_certificate(), new_certificate()
BOUND: Mapping[str, Any] = {"tls_client_certificate_bound_access_tokens": True}


def thumbprint(certificate: x509.Certificate) -> str:
    raw = hashlib.sha256(certificate.public_bytes(Encoding.DER)).digest()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def handed_on(certificate: x509.Certificate | None) -> dict[str, str]:
    headers = {"X-Forwarded-For": "198.51.100.7"}
    return (
        headers if certificate is None else {**headers, "Client-Cert": in_client_cert(certificate)}
    )


async def redeem(
    gateway: Gateway, party: RelyingParty, certificate: x509.Certificate | None
) -> httpx2.Response:
    resident = await gateway.resident()
    await gateway.consent(party.client, resident)
    async with gateway.browser() as browser:
        await gateway.sign_in(browser, resident)
        code = await party.code(browser)
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": party.redirect_uri,
        "code_verifier": party.verifier,
        "client_id": "health",
    }
    return await token(gateway, party, form, certificate)


async def token(
    gateway: Gateway,
    party: RelyingParty,
    form: Mapping[str, str],
    certificate: x509.Certificate | None,
) -> httpx2.Response:
    public = party.client.token_endpoint_auth_method == "none"
    auth = httpx2.USE_CLIENT_DEFAULT if public else party.credentials
    async with gateway.browser(PROXY) as http:
        return await http.post("/token", data=form, auth=auth, headers=handed_on(certificate))


async def userinfo(
    gateway: Gateway,
    access_token: str,
    certificate: x509.Certificate | None,
    address: str = PROXY,
) -> httpx2.Response:
    headers = {"Authorization": f"Bearer {access_token}", **handed_on(certificate)}
    async with gateway.browser(address) as http:
        return await http.get("/userinfo", headers=headers)


async def test_they_say_so_and_are_used_with_it_alone(proxied: Gateway) -> None:
    party = RelyingParty(proxied, await proxied.service("health", **BOUND))
    tokens = (await redeem(proxied, party, OURS)).json()
    bound = {"x5t#S256": thumbprint(OURS)}
    assert tokens["token_type"] == "Bearer"
    assert payload(tokens["access_token"])["cnf"] == bound
    told = await party.post("/introspect", {"token": tokens["access_token"]})
    assert told.json()["cnf"] == bound
    assert (await userinfo(proxied, tokens["access_token"], OURS)).status_code == 200
    for certificate, address in ((OTHER, PROXY), (None, PROXY), (OURS, "198.51.100.7")):
        answer = await userinfo(proxied, tokens["access_token"], certificate, address)
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_token")


async def test_who_is_registered_so_gets_nothing_without(proxied: Gateway) -> None:
    party = RelyingParty(proxied, await proxied.service("health", **BOUND))
    answer = await redeem(proxied, party, None)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert await count(proxied, grants) == 0


async def test_who_is_not_gets_tokens_that_are_bound_to_none(proxied: Gateway) -> None:
    party = RelyingParty(proxied, await proxied.service("health"))
    tokens = (await redeem(proxied, party, OURS)).json()
    assert "cnf" not in payload(tokens["access_token"])
    assert (await userinfo(proxied, tokens["access_token"], None)).status_code == 200


async def test_a_public_clients_refresh_tokens_are_bound_too(proxied: Gateway) -> None:
    client = await proxied.service("health", token_endpoint_auth_method="none", **BOUND)
    party = RelyingParty(proxied, client)
    tokens = (await redeem(proxied, party, OURS)).json()
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    form["client_id"] = "health"
    answer = await token(proxied, party, form, OTHER)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert (await token(proxied, party, form, OURS)).status_code == 200
