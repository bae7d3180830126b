"""Ways in that an attacker would try, each against two rules that have to hold together."""

import json

import httpx2
import pytest

from gateway.consent.records import consents
from gateway.oidc.records import grants
from gateway.tenants.protocol import JWT_BEARER
from tests.oidc.authorization.asking import pushed
from tests.oidc.bad_input.place import LOCAL_ID, Place, signed
from tests.oidc.devices.parts import OWN_FORM, AtHome
from tests.support.gateway import ISSUER, Gateway
from tests.support.log import count, logged
from tests.support.proofs import ProofMaker
from tests.support.relying_party import RelyingParty, payload, redirected

pytestmark = pytest.mark.anyio
BY_NAME = json.dumps({"userinfo": {"name": None, "address": None}})


async def bought(place: Place) -> httpx2.Response:
    assertion = signed(place.gateway, sub=LOCAL_ID)
    return await place.health.token({"grant_type": JWT_BEARER, "assertion": assertion})


async def test_a_claim_by_name_is_not_told_once_its_scope_is_agreed_to_no_more(
    place: Place,
) -> None:
    """Asking for the claim is no way around asking for the scope."""
    await place.tokens(scope="openid offline_access link", claims=BY_NAME)
    token = (await bought(place)).json()["access_token"]
    assert "name" in (await place.health.call("GET", "/userinfo", token)).json()
    async with place.gateway.provider.records.writing() as connection:
        mine = consents.update().where(consents.c.client_id == "health")
        await connection.execute(mine.values(scopes=["offline_access", "link", "profile"]))
    refused = await bought(place)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")


async def test_a_claim_by_name_is_consented_to_like_its_scope(gateway: Gateway) -> None:
    health = RelyingParty(gateway, await gateway.service("health"))
    resident = await gateway.resident()
    await gateway.consent(health.client, resident, "link")
    async with gateway.browser() as browser:
        await gateway.sign_in(browser, resident)
        asked = {"scope": "openid", "prompt": "none", "claims": BY_NAME}
        answer = redirected(await health.authorize(browser, **asked))
    assert answer["error"] == "consent_required"


async def test_a_pushed_request_is_its_clients_whatever_stands_beside_it(place: Place) -> None:
    """Mix-up: the client beside a request_uri is another, or the address is."""
    request_uri = await pushed(place.health)
    for client_id in ("welfare", "nobody", ""):
        params = {"client_id": client_id, "request_uri": request_uri}
        answer = await place.browser.get("/authorize", params=params)
        assert (answer.status_code, "location" in answer.headers) == (400, False)
    params = {
        "client_id": "health",
        "request_uri": request_uri,
        "redirect_uri": "https://evil.example.test/",
        "state": "evil",
        "scope": "openid",
        "response_mode": "fragment",
    }
    told = redirected(await place.browser.get("/authorize", params=params))
    assert told["state"] == place.health.authorization_request()["state"]
    assert "code" in told


async def test_no_answer_is_signed_for_an_address_that_is_not_proven(place: Place) -> None:
    for mode in ("jwt", "query.jwt", "fragment.jwt", "form_post.jwt", "form_post"):
        answer = await place.health.authorize(
            place.browser, redirect_uri="https://evil.example.test/", response_mode=mode
        )
        assert (answer.status_code, "location" in answer.headers) == (400, False)
        assert "evil.example.test" not in answer.text


async def test_a_code_in_place_of_anothers_buys_nothing(gateway: Gateway) -> None:
    """Each is bound to the verifier of the browser that began (RFC 9700 §4.5.3)."""
    victim = RelyingParty(gateway, await gateway.service("health"))
    attacker = RelyingParty(gateway, victim.client)
    resident, other = await gateway.resident(), await gateway.resident("花咲　太郎")
    codes = []
    for party, who in ((victim, resident), (attacker, other)):
        await gateway.consent(victim.client, who)
        async with gateway.browser() as browser:
            await gateway.sign_in(browser, who)
            codes.append(await party.code(browser))
    swapped = await victim.redeem(codes[1])
    assert (swapped.status_code, swapped.json()["error"]) == (400, "invalid_grant")
    assert await count(gateway, grants) == 0


async def test_a_bound_token_opens_no_door_as_a_plain_one(place: Place) -> None:
    maker = ProofMaker(place.gateway.clock)
    form = dict(await place.code())
    async with place.gateway.browser() as http:
        headers = {"DPoP": maker.proof()}
        credentials = place.health.credentials
        answer = await http.post("/token", data=form, auth=credentials, headers=headers)
        token = answer.json()["access_token"]
        assert "jkt" in payload(token)["cnf"]
        for method, path in (
            ("GET", "/userinfo"),
            ("POST", "/userinfo"),
            ("GET", "/link"),
            ("PUT", "/link"),
            ("DELETE", "/link"),
            ("POST", "/card/challenges"),
            ("POST", "/card/verifications"),
        ):
            shown = await http.request(method, path, headers={"Authorization": f"Bearer {token}"})
            assert (shown.status_code, shown.json()["error"]) == (401, "invalid_token"), path
        shown = await http.post("/userinfo", data={"access_token": token})
        assert (shown.status_code, shown.json()["error"]) == (401, "invalid_token")
        # In the query it is no token at all.
        shown = await http.get("/userinfo", params={"access_token": token})
        assert shown.status_code == 401


async def test_another_residents_browser_decides_nothing_for_who_is_asked(place: Place) -> None:
    await place.health.post("/bc-authorize", {"scope": "openid", "login_hint": LOCAL_ID})
    page = (await place.browser.get("/approvals")).text
    path = "/approvals/" + page.partition('action="/approvals/')[2].partition('"')[0]
    other = await place.gateway.resident("花咲　太郎")
    async with place.gateway.browser() as browser:
        await place.gateway.sign_in(browser, other)
        for decision in ("agree", "decline"):
            data = {"decision": decision}
            answer = await browser.post(path, data=data, headers=OWN_FORM)
            assert answer.status_code == 400
        assert (await browser.get(f"{path}?declined=1")).status_code == 400
    assert (await AtHome(place.gateway, place.browser, place.resident).decide(path)).is_redirect


async def test_another_site_signs_nobody_out_and_decides_nothing(place: Place) -> None:
    user_code = (await place.health.post("/device_authorization", {"scope": "openid"})).json()
    path = await AtHome(place.gateway, place.browser, place.resident).find(user_code["user_code"])
    foreign = {"Origin": "https://evil.example.test", "Sec-Fetch-Site": "cross-site"}
    for target, data in (
        (path, {"decision": "agree"}),
        ("/logout/everywhere", {}),
        ("/device", {"user_code": user_code["user_code"]}),
    ):
        answer = await place.browser.post(target, data=data, headers=foreign)
        assert answer.status_code in (400, 403), target
    assert (await place.browser.get("/logout/everywhere")).status_code == 200
    assert await logged(place.gateway, "question.agreed") == []


async def test_a_forged_hint_signs_nobody_out_unasked(place: Place) -> None:
    """Another sign-in's ID token, of the same resident at the same service."""
    async with place.gateway.browser() as elsewhere:
        await place.gateway.sign_in(elsewhere, place.resident)
        hint = (await place.health.tokens(elsewhere))["id_token"]
    asked = await place.browser.get("/logout", params={"id_token_hint": hint})
    assert (asked.status_code, "confirmed" in asked.text) == (200, True)
    assert (await place.browser.get("/logout/everywhere")).status_code == 200
    assert payload(hint)["iss"] == ISSUER
