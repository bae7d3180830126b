"""Modules of oidcc-basic-certification-test-plan, in our own words: answers, ID tokens, userinfo,
scopes. oidcc-formpost-basic-certification-test-plan has the same ones with response_mode=form_post:
each is run for both. What a request may say is next door (test_basic_requests.py).

Not mirrored: `oidcc-alternate-happy-flow` (the plan of an older version; `oidcc-server` and
`oidcc-server-client-secret-post` say the same). Email and telephone number are on no card: their
scopes are not offered, and the two modules show that asking for them does no harm.
"""

import jwt
import msgspec
import pytest

from gateway.tenants.metadata import ClientMetadata, as_stored
from tests.conformance.visit import Visit
from tests.oidc.authorization.asking import posted_form
from tests.support.gateway import ACR_WEAK, ALL_SCOPES, ISSUER
from tests.support.relying_party import RelyingParty, payload, redirected
from tests.support.service_keys import checked

pytestmark = pytest.mark.anyio


async def test_oidcc_server(visit: Visit) -> None:
    """A code comes back with the state; it buys a bearer token and an ID token that is signed, of
    this issuer, for this client alone, fresh, with the nonce and the hash of the access token; and
    userinfo tells of the same person."""
    told = await visit.told()
    assert (told["state"], set(told)) == ("af0ifjsldkj", {"code", "state", "iss"})
    answer = await visit.service.redeem(told["code"])
    assert answer.headers["cache-control"] == "no-store"
    tokens = answer.json()
    assert (tokens["token_type"], tokens["expires_in"] > 0) == ("Bearer", True)
    _, said = await checked(visit.gateway, tokens["id_token"], "ES256")
    now = int(visit.gateway.clock().timestamp())
    assert (said["iss"], said["aud"], said["nonce"]) == (ISSUER, "health", "n-0S6_WzA2Mj")
    assert said["iat"] == now < said["exp"]
    assert {"sub", "at_hash", "auth_time"} <= said.keys()
    assert len(said["sub"]) <= 255
    assert said["sub"].isascii()
    assert (await visit.userinfo(tokens))["sub"] == said["sub"]


async def test_oidcc_response_type_missing(visit: Visit) -> None:
    """Without a response_type there is no code."""
    told = await visit.told(response_type=None)
    assert (told["error"], told["state"]) == ("invalid_request", "af0ifjsldkj")
    assert "code" not in told


async def test_oidcc_idtoken_signature(visit: Visit) -> None:
    """Its header names the key, which is published, and no other verifies it."""
    token = (await visit.tokens())["id_token"]
    header = jwt.get_unverified_header(token)
    keys = (await visit.browser.get("/jwks")).json()["keys"]
    good = []
    for key in keys:
        if key["use"] == "sig" and key["alg"] == header["alg"]:
            try:
                jwt.PyJWS().decode(token, jwt.PyJWK(key), [header["alg"]])
            except jwt.InvalidSignatureError:
                continue
            good.append(key["kid"])
    assert good == [header["kid"]]


async def test_oidcc_idtoken_unsigned(visit: Visit) -> None:
    """An ID token is never unsigned: that is not offered, and nobody is registered for it."""
    told = (await visit.browser.get("/.well-known/openid-configuration")).json()
    assert "none" not in told["id_token_signing_alg_values_supported"]
    registered = as_stored(visit.service.client.metadata)
    with pytest.raises(msgspec.ValidationError, match="id_token_signed_response_alg"):
        msgspec.convert({**registered, "id_token_signed_response_alg": "none"}, ClientMetadata)


async def test_oidcc_userinfo_get(visit: Visit) -> None:
    """The access token in the header of a GET."""
    tokens = await visit.tokens()
    assert (await visit.userinfo(tokens))["name"] == "花咲　花子"


async def test_oidcc_userinfo_post_header(visit: Visit) -> None:
    """The access token in the header of a POST."""
    tokens = await visit.tokens()
    assert await visit.userinfo(tokens, "POST") == await visit.userinfo(tokens)


async def test_oidcc_userinfo_post_body(visit: Visit) -> None:
    """The access token in a form."""
    tokens = await visit.tokens()
    form = {"access_token": tokens["access_token"]}
    answer = await visit.browser.post("/userinfo", data=form)
    assert answer.json() == await visit.userinfo(tokens)


async def test_oidcc_ensure_request_without_nonce_succeeds_for_code_flow(visit: Visit) -> None:
    """None is sent, and the ID token has none."""
    assert "nonce" not in payload((await visit.tokens(nonce=None))["id_token"])


async def scoped(visit: Visit, scope: str, *claims: str) -> None:
    """With this scope userinfo tells these of the person, and the ID token none of them."""
    tokens = await visit.tokens(scope=f"openid {scope}")
    assert tokens["scope"].split() == ["openid", *scope.split()]
    userinfo = await visit.userinfo(tokens)
    assert userinfo.keys() == {"sub", *claims}
    assert not payload(tokens["id_token"]).keys() & set(claims)


async def test_oidcc_scope_profile(visit: Visit) -> None:
    """The name on the card, and whether it is written with other characters there. Birth date and
    gender, which the specification has in this scope, have scopes of their own."""
    await scoped(visit, "profile", "name", "name_substituted")


async def test_oidcc_scope_address(visit: Visit) -> None:
    """An object, with the address in one piece."""
    await scoped(visit, "address", "address")
    address = (await visit.userinfo(await visit.tokens()))["address"]
    assert address["formatted"] == "花園県花咲町桜台一丁目２番３号"


@pytest.mark.parametrize("scope", ["email"])
async def test_oidcc_scope_email(visit: Visit, scope: str) -> None:
    """It is not offered: the rest of the request is granted, and said to be what was granted."""
    await not_offered(visit, scope)


@pytest.mark.parametrize("scope", ["phone"])
async def test_oidcc_scope_phone(visit: Visit, scope: str) -> None:
    """It is not offered: the rest of the request is granted, and said to be what was granted."""
    await not_offered(visit, scope)


async def not_offered(visit: Visit, scope: str) -> None:
    told = (await visit.browser.get("/.well-known/openid-configuration")).json()
    assert scope not in told["scopes_supported"]
    tokens = await visit.tokens(scope=f"openid {scope}")
    assert tokens["scope"] == "openid"
    assert (await visit.userinfo(tokens)).keys() == {"sub"}


async def test_oidcc_scope_all(visit: Visit) -> None:
    """All that are offered to every service, in one request."""
    tokens = await visit.tokens(scope=ALL_SCOPES)
    assert set(tokens["scope"].split()) == set(ALL_SCOPES.split())
    told = await visit.userinfo(tokens)
    assert {"name", "address", "birthdate", "gender"} <= told.keys()


async def test_oidcc_ensure_other_scope_order_succeeds(visit: Visit) -> None:
    """openid need not come first."""
    tokens = await visit.tokens(scope="profile openid")
    assert "id_token" in tokens
    assert "name" in await visit.userinfo(tokens)


async def test_oidcc_server_client_secret_post(visit: Visit) -> None:
    """A client that is registered for it sends its secret in the form."""
    client = await visit.gateway.service("post", token_endpoint_auth_method="client_secret_post")
    service = RelyingParty(visit.gateway, client)
    await visit.gateway.consent(client, visit.resident)
    answer = await service.authorize(visit.browser, response_mode=visit.mode)
    told = redirected(answer) if visit.mode is None else posted_form(answer).fields
    named = {"client_id": "post", "client_secret": visit.gateway.secrets["post"]}
    form = {
        "grant_type": "authorization_code",
        "code": told["code"],
        "redirect_uri": service.redirect_uri,
        "code_verifier": service.verifier,
    }
    tokens = (await visit.browser.post("/token", data={**form, **named})).json()
    assert payload(tokens["id_token"])["acr"] == ACR_WEAK
