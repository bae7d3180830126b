"""Modules of oidcc-dynamic-certification-test-plan, in our own words. What an OpenID provider may
leave out (fetching what a service names) is refused here by name, and the test says so."""

from datetime import timedelta
from typing import Any

import jwt
import pytest

from tests.support.developer import Developer, developer, new_key
from tests.support.gateway import ISSUER, Gateway
from tests.support.relying_party import RelyingParty, payload, redirected

pytestmark = pytest.mark.anyio
CALLBACK = "https://booking.example.test/callback"
SCOPE = "openid profile"


@pytest.fixture
async def by(gateway: Gateway) -> Developer:
    return await developer(gateway)


async def party(by: Developer, **members: Any) -> RelyingParty:
    """A service that registered itself just now."""
    told = await by.registered(**members)
    client = await by.gateway.provider.clients.find(told["client_id"])
    assert client is not None
    by.gateway.secrets[client.client_id] = told.get("client_secret", "")
    return RelyingParty(by.gateway, client)


async def signed_in(service: RelyingParty, name: str = "花咲　花子") -> dict[str, Any]:
    gateway, resident = service.gateway, await service.gateway.resident(name)
    await gateway.consent(service.client, resident, SCOPE)
    async with gateway.browser() as browser:
        await gateway.sign_in(browser, resident)
        return await service.tokens(browser, scope=SCOPE)


async def redirected_with(service: RelyingParty, redirect_uri: str | None) -> Any:
    gateway, resident = service.gateway, await service.gateway.resident()
    await gateway.consent(service.client, resident, SCOPE)
    async with gateway.browser() as browser:
        await gateway.sign_in(browser, resident)
        return await service.authorize(browser, scope=SCOPE, redirect_uri=redirect_uri)


async def test_oidcc_discovery_endpoint_verification(gateway: Gateway) -> None:
    """The document names itself as issuer, and /register as the place to register at."""
    async with gateway.browser() as browser:
        told = (await browser.get("/.well-known/openid-configuration")).json()
    assert told["issuer"] == ISSUER
    assert told["registration_endpoint"] == f"{ISSUER}/register"
    assert told["subject_types_supported"] == ["pairwise"]
    for name in ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"):
        assert told[name].startswith(f"{ISSUER}/")


async def test_oidcc_server(by: Developer) -> None:
    """A service that registered itself signs a resident in and reads userinfo."""
    service = await party(by)
    tokens = await signed_in(service)
    userinfo = await service.call("GET", "/userinfo", tokens["access_token"])
    assert userinfo.json()["sub"] == payload(tokens["id_token"])["sub"]


async def test_oidcc_server_client_secret_post(by: Developer) -> None:
    """Registered for the secret in the form, it is let in by that and not by the header."""
    service = await party(by, token_endpoint_auth_method="client_secret_post")
    gateway, resident = by.gateway, await by.gateway.resident()
    await gateway.consent(service.client, resident, SCOPE)
    async with gateway.browser() as browser:
        await gateway.sign_in(browser, resident)
        code = await service.code(browser, scope=SCOPE)
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": service.redirect_uri,
            "code_verifier": service.verifier,
        }
        refused = await service.token(form)
        assert refused.json()["error"] == "invalid_client"
        named = dict(zip(("client_id", "client_secret"), service.credentials, strict=True))
        assert (await browser.post("/token", data={**form, **named})).status_code == 200


async def test_oidcc_idtoken_rs256(by: Developer) -> None:
    """Registered for RS256, its ID token is signed so, by a published key."""
    service = await party(by, id_token_signed_response_alg="RS256")
    id_token = (await signed_in(service))["id_token"]
    header = jwt.get_unverified_header(id_token)
    async with by.gateway.browser() as browser:
        keys = (await browser.get("/jwks")).json()["keys"]
    (key,) = [one for one in keys if one["kid"] == header["kid"]]
    assert (header["alg"], key["kty"]) == ("RS256", "RSA")
    jwt.PyJWS().decode(id_token, jwt.PyJWK(key), ["RS256"])


async def test_oidcc_idtoken_unsigned(by: Developer) -> None:
    """An ID token without a signature cannot be registered for."""
    answer = await by.register(id_token_signed_response_alg="none")
    assert answer.json()["error"] == "invalid_client_metadata"


async def test_oidcc_userinfo_rs256(by: Developer) -> None:
    """Registered for signed userinfo, it gets a JWT of this issuer, for this service."""
    service = await party(by, userinfo_signed_response_alg="RS256")
    tokens = await signed_in(service)
    userinfo = await service.call("GET", "/userinfo", tokens["access_token"])
    assert userinfo.headers["content-type"] == "application/jwt"
    assert jwt.get_unverified_header(userinfo.text)["alg"] == "RS256"
    said = payload(userinfo.text)
    assert (said["iss"], said["aud"]) == (ISSUER, service.client.client_id)
    assert said["sub"] == payload(tokens["id_token"])["sub"]


async def test_oidcc_ensure_redirect_uri_in_authorization_request(by: Developer) -> None:
    """Without the address to come back to there is no way back: a page tells so."""
    answer = await redirected_with(await party(by), None)
    assert answer.status_code == 400
    assert "location" not in answer.headers


@pytest.mark.parametrize("query", ["?a=1", "?a=1&b=2"])
async def test_oidcc_redirect_uri_query_ok(by: Developer, query: str) -> None:
    """A registered query stays as it is, and the answer is added to it."""
    service = await party(by, redirect_uris=[CALLBACK + query])
    answer = await redirected_with(service, CALLBACK + query)
    assert answer.headers["location"].startswith(f"{CALLBACK}{query}&")
    assert "code" in redirected(answer)


@pytest.mark.parametrize("query", ["?a=2", "", "?b=1", "?a=1&"])
async def test_oidcc_redirect_uri_query_mismatch(by: Developer, query: str) -> None:
    """Another query than the registered one is another address."""
    service = await party(by, redirect_uris=[f"{CALLBACK}?a=1"])
    answer = await redirected_with(service, CALLBACK + query)
    assert answer.status_code == 400
    assert "location" not in answer.headers


async def test_oidcc_redirect_uri_query_added(by: Developer) -> None:
    """A query that was not registered is another address too."""
    answer = await redirected_with(await party(by), f"{CALLBACK}?foo=bar")
    assert answer.status_code == 400
    assert "location" not in answer.headers


@pytest.mark.parametrize("uri", [f"{CALLBACK}#foobar", f"{CALLBACK}#"])
async def test_oidcc_redirect_uri_regfrag(by: Developer, uri: str) -> None:
    """An address with a fragment is not registered."""
    answer = await by.register(redirect_uris=[uri])
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_redirect_uri")


@pytest.mark.parametrize("member", ["policy_uri", "tos_uri", "client_uri"])
async def test_oidcc_registration_policy_uri_and_tos_uri(by: Developer, member: str) -> None:
    """Pages of the service's own are shown to nobody here, and so not kept: residents read the
    purpose, which is needed."""
    told = await by.registered(**{member: f"https://booking.example.test/{member}"})
    assert member not in told


async def test_oidcc_registration_logo_uri(by: Developer) -> None:
    """No image is fetched from elsewhere: an operator uploads it."""
    answer = await by.register(logo_uri="https://booking.example.test/logo.png")
    assert answer.json()["error"] == "invalid_client_metadata"
    assert answer.json()["error_description"].startswith("logo_uri: ")


async def test_oidcc_registration_jwks(by: Developer) -> None:
    """With its keys handed in, it proves itself by a signature."""
    key, jwk = new_key()
    service = await party(by, token_endpoint_auth_method="private_key_jwt", jwks={"keys": [jwk]})
    gateway, resident = by.gateway, await by.gateway.resident()
    await gateway.consent(service.client, resident, SCOPE)
    now, client_id = gateway.clock(), service.client.client_id
    said = {"iss": client_id, "sub": client_id, "aud": ISSUER, "jti": "one", "iat": now}
    assertion = jwt.encode({**said, "exp": now + timedelta(minutes=1)}, key, "ES256")
    async with gateway.browser() as browser:
        await gateway.sign_in(browser, resident)
        form = {
            "grant_type": "authorization_code",
            "code": await service.code(browser, scope=SCOPE),
            "redirect_uri": service.redirect_uri,
            "code_verifier": service.verifier,
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": assertion,
        }
        assert (await browser.post("/token", data=form)).status_code == 200


async def test_oidcc_registration_jwks_uri(by: Developer) -> None:
    """Keys are handed in and not fetched; it is said which member to use."""
    answer = await by.register(
        token_endpoint_auth_method="private_key_jwt",
        jwks_uri="https://booking.example.test/jwks.json",
    )
    assert answer.json()["error"] == "invalid_client_metadata"
    assert answer.json()["error_description"].startswith("jwks_uri: keys are registered in jwks")


async def test_oidcc_registration_sector_uri_and_sector_bad(by: Developer) -> None:
    """A sector is named by an operator, whatever stands at an address; and addresses of two hosts
    are not registered without one."""
    answer = await by.register(sector_identifier_uri="https://booking.example.test/sector.json")
    assert answer.json()["error"] == "invalid_client_metadata"
    two = await by.register(redirect_uris=[CALLBACK, "https://other.example.test/callback"])
    assert two.json()["error"] == "invalid_client_metadata"


async def test_oidcc_server_rotate_keys(by: Developer) -> None:
    """After our keys were rotated the next ID token is signed by another one, which is published;
    so is the one before."""
    gateway, service = by.gateway, await party(by)
    first = jwt.get_unverified_header((await signed_in(service))["id_token"])["kid"]
    await gateway.provider.keys.rotate(gateway.clock(), "ES256")
    gateway.clock.forward(minutes=6)
    later = await signed_in(service, "湊　太郎")
    second = jwt.get_unverified_header(later["id_token"])["kid"]
    async with gateway.browser() as browser:
        published = {one["kid"] for one in (await browser.get("/jwks")).json()["keys"]}
    assert first != second
    assert {first, second} <= published


async def test_oidcc_refresh_token_rp_key_rotation(by: Developer) -> None:
    """A service exchanges its keys by a change of its registration; the old one counts no more."""
    old, old_jwk = new_key()
    new, new_jwk = new_key()
    told = await by.registered(
        token_endpoint_auth_method="private_key_jwt", jwks={"keys": [old_jwk]}
    )
    changed = await by.change(told, jwks={"keys": [new_jwk]})
    assert changed.status_code == 200, changed.text
    now, client_id = by.gateway.clock(), told["client_id"]
    statuses = []
    async with by.gateway.browser() as browser:
        for number, key in enumerate((old, new)):
            said = {"iss": client_id, "sub": client_id, "aud": ISSUER, "jti": f"{number}"}
            assertion = jwt.encode({**said, "exp": now + timedelta(minutes=1)}, key, "ES256")
            form = {
                "token": "none-of-ours",
                "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                "client_assertion": assertion,
            }
            statuses.append((await browser.post("/revoke", data=form)).status_code)
    assert statuses == [401, 200]


async def test_oidcc_request_uri(by: Developer) -> None:
    """A request that stands somewhere else is not fetched: that is an error of its own."""
    service = await party(by)
    async with by.gateway.browser() as browser:
        answer = await service.authorize(
            browser, scope=SCOPE, request_uri="https://booking.example.test/request.jwt"
        )
    assert redirected(answer)["error"] in ("request_uri_not_supported", "invalid_request_uri")
