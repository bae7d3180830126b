"""Each address in the metadata is called as it stands there."""

from typing import Any

import jwt

from tests.oidc.devices.parts import COUNTER, KIOSK, LOCAL_ID
from tests.oidc.discovery.walk import Uses, Walk, ok
from tests.support.developer import developer, members
from tests.support.gateway import ISSUER
from tests.support.relying_party import payload, redirected


async def issuer(walk: Walk, value: Any) -> None:
    tokens = await (await walk.party()).tokens(walk.browser)
    assert payload(tokens["id_token"])["iss"] == value
    assert (await walk.browser.get(f"{value}/.well-known/openid-configuration")).json() == walk.told


async def authorize(walk: Walk, value: Any) -> None:
    query = (await walk.party()).authorization_request()
    assert "code" in redirected(await walk.browser.get(value, params=query))


async def push(walk: Walk, value: Any) -> None:
    party = await walk.party()
    pushed = ok(await walk.call(party, value, party.authorization_request()), 201)
    named = {"client_id": party.client.client_id, "request_uri": pushed["request_uri"]}
    assert "code" in redirected(await walk.browser.get("/authorize", params=named))


async def token(walk: Walk, value: Any) -> None:
    party = await walk.party()
    form = {
        "grant_type": "authorization_code",
        "code": await party.code(walk.browser),
        "redirect_uri": party.redirect_uri,
        "code_verifier": party.verifier,
    }
    assert "id_token" in ok(await walk.call(party, value, form))


async def userinfo(walk: Walk, value: Any) -> None:
    party = await walk.party()
    tokens = await party.tokens(walk.browser)
    told = ok(await party.call("GET", value, tokens["access_token"]))
    assert told["sub"] == payload(tokens["id_token"])["sub"]


async def introspect(walk: Walk, value: Any) -> None:
    party = await walk.party()
    tokens = await party.tokens(walk.browser)
    assert ok(await walk.call(party, value, {"token": tokens["access_token"]}))["active"] is True


async def revoke(walk: Walk, value: Any) -> None:
    party = await walk.party()
    tokens = await party.tokens(walk.browser)
    assert (await walk.call(party, value, {"token": tokens["refresh_token"]})).status_code == 200
    assert ok(await party.post("/introspect", {"token": tokens["access_token"]})) == {
        "active": False
    }


async def end_session(walk: Walk, value: Any) -> None:
    party = await walk.party()
    hint = (await party.tokens(walk.browser))["id_token"]
    back = party.client.metadata.post_logout_redirect_uris[0]
    query = {"id_token_hint": hint, "post_logout_redirect_uri": back}
    assert (await walk.browser.get(value, params=query)).headers["location"] == back
    silent = redirected(await party.authorize(walk.browser, prompt="none"))
    assert silent["error"] == "login_required"


async def check_session(walk: Walk, value: Any) -> None:
    answer = redirected(await (await walk.party()).authorize(walk.browser))
    assert "." in answer["session_state"]
    frame = await walk.browser.get(value)
    assert frame.status_code == 200
    script = frame.text.partition('src="')[2].partition('"')[0]
    assert (await walk.browser.get(script)).status_code == 200


async def keys(walk: Walk, value: Any) -> None:
    token = (await (await walk.party()).tokens(walk.browser))["id_token"]
    header = jwt.get_unverified_header(token)
    published = ok(await walk.browser.get(value))["keys"]
    (key,) = [one for one in published if one["kid"] == header["kid"]]
    jwt.PyJWS().decode(token, jwt.PyJWK(key), [header["alg"]])
    assert {"sig", "enc"} == {one["use"] for one in published}


async def ask_by_device(walk: Walk, value: Any) -> None:
    told = ok(await walk.call(await walk.party(**KIOSK), value, {"scope": "openid"}))
    page = await walk.browser.get(told["verification_uri_complete"])
    assert page.status_code in (200, 303)
    assert told["verification_uri"].startswith(ISSUER)


async def ask_at_counter(walk: Walk, value: Any) -> None:
    party = await walk.party(**COUNTER)
    resident_id, now = walk.resident.resident_id, walk.gateway.clock()
    await walk.gateway.provider.links.put(party.client.client_id, resident_id, LOCAL_ID, now)
    form = {"scope": "openid", "login_hint": LOCAL_ID}
    assert "auth_req_id" in ok(await walk.call(party, value, form))


async def register(walk: Walk, value: Any) -> None:
    by = await developer(walk.gateway)
    path = value.removeprefix(ISSUER)
    assert "client_id" in ok(await by.call("POST", path, by.token, json=members()), 201)


async def resources(walk: Walk, value: Any) -> None:
    for resource in value:
        told = ok(await walk.browser.get(f"{resource}/.well-known/oauth-protected-resource"))
        assert told["resource"] == resource
        assert walk.told["issuer"] in told["authorization_servers"]


USES: Uses = {
    "issuer": issuer,
    "authorization_endpoint": authorize,
    "pushed_authorization_request_endpoint": push,
    "token_endpoint": token,
    "userinfo_endpoint": userinfo,
    "introspection_endpoint": introspect,
    "revocation_endpoint": revoke,
    "end_session_endpoint": end_session,
    "check_session_iframe": check_session,
    "jwks_uri": keys,
    "device_authorization_endpoint": ask_by_device,
    "backchannel_authentication_endpoint": ask_at_counter,
    "registration_endpoint": register,
    "protected_resources": resources,
}
