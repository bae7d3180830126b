"""Each value that an authorization request may have is asked for; and one that is not told is
refused, or passed over where the specification says so."""

import json
from typing import Any
from urllib.parse import urlsplit

import httpx2
from joserfc import jwe

from tests.oidc.authorization.asking import in_fragment, posted_form
from tests.oidc.delegation.flows import DATA, MAY_CALL, WELFARE_API, flow
from tests.oidc.discovery.walk import Uses, Walk, jwks, ok
from tests.support.gateway import ACR_STRONG, ACR_WEAK, ALL_SCOPES, ISSUER
from tests.support.relying_party import RelyingParty, payload, redirected
from tests.support.service_keys import checked, key_to_encrypt_for


async def response_types(walk: Walk, value: Any) -> None:
    for kind in value:
        party = await walk.party(response_types=(kind,))
        answer = await party.authorize(walk.browser, response_type=kind)
        told = redirected(answer) if kind == "code" else in_fragment(answer)
        assert set(kind.split()) == told.keys() & {"code", "id_token", "token"}
    party = await walk.party(response_types=tuple(value))
    others = {"token", "id_token", "id_token token", "code token", "none"} - {*value}
    for kind in others:
        told = redirected(await party.authorize(walk.browser, response_type=kind))
        assert told["error"] == "unsupported_response_type"


async def response_modes(walk: Walk, value: Any) -> None:
    party = await walk.party()
    for mode in value:
        answer = await party.authorize(walk.browser, response_mode=mode)
        told = carried(answer, mode)
        if mode.endswith("jwt"):
            _, told = await checked(walk.gateway, told["response"], "ES256")
        assert "code" in told, mode
    for mode in {"web_message", "web_message.jwt", "cookie"} - {*value}:
        told = redirected(await party.authorize(walk.browser, response_mode=mode))
        assert told["error"] == "invalid_request"


def carried(answer: httpx2.Response, mode: str) -> dict[str, Any]:
    if mode.startswith("form_post"):
        return posted_form(answer).fields
    return in_fragment(answer) if mode.startswith("fragment") else redirected(answer)


async def scopes(walk: Walk, value: Any) -> None:
    by = {"may_see_common_id": True, "decision_document_number": "第12号"}
    party = await walk.party(scope=" ".join(value), **by)
    for scope in value:
        asked = scope if scope == "openid" else f"openid {scope}"
        assert (await party.tokens(walk.browser, scope=asked))["scope"] == asked
    other = await party.tokens(walk.browser, scope="openid email phone")
    assert set(other["scope"].split()) <= {*value}


async def challenges(walk: Walk, value: Any) -> None:
    party = await walk.party()
    for method in ("S256", "plain", "S512"):
        answer = redirected(await party.authorize(walk.browser, code_challenge_method=method))
        assert ("code" in answer) is (method in value), method
    assert (await party.redeem(await party.code(walk.browser))).status_code == 200


PROMPTED = {"none": "", "login": "/login", "select_account": "/login", "consent": "/consent"}


async def prompts(walk: Walk, value: Any) -> None:
    party = await walk.party()
    walk.gateway.clock.forward(seconds=1)
    for prompt in value:
        answer = await party.authorize(walk.browser, prompt=prompt)
        if PROMPTED[prompt]:
            assert urlsplit(answer.headers["location"]).path == PROMPTED[prompt]
        else:
            assert "code" in redirected(answer)
    for prompt in {*PROMPTED, "create"} - {*value}:
        told = redirected(await party.authorize(walk.browser, prompt=prompt))
        assert told["error"] == "invalid_request"


async def acrs(walk: Walk, value: Any) -> None:
    assert value == [ACR_WEAK, ACR_STRONG]
    party = await walk.party()
    for acr in value:
        await walk.gateway.sign_in(walk.browser, walk.resident, acr)
        essential = {"id_token": {"acr": {"essential": True, "value": acr}}}
        for asked in ({"acr_values": acr}, {"claims": json.dumps(essential)}):
            tokens = await party.tokens(walk.browser, **asked)
            assert payload(tokens["id_token"])["acr"] == acr
    unknown = {"id_token": {"acr": {"essential": True, "value": "urn:unknown"}}}
    told = redirected(await party.authorize(walk.browser, claims=json.dumps(unknown)))
    assert told["error"] == "unmet_authentication_requirements"


async def languages(walk: Walk, value: Any) -> None:
    party = await walk.party()
    for language in value:
        async with walk.gateway.browser() as browser:
            answer = await party.authorize(browser, ui_locales=language)
            page = await browser.get(answer.headers["location"])
        assert f'<html lang="{language}"' in page.text


async def issuer_in_answers(walk: Walk, value: Any) -> None:
    party = await walk.party()
    for asked in ({}, {"scope": "none"}):
        told = redirected(await party.authorize(walk.browser, **asked))
        assert (told.get("iss") == ISSUER) is value


async def details(walk: Walk, value: Any) -> None:
    welfare = await walk.party(resources=(WELFARE_API,), datatypes=DATA)
    for kind in value:
        registered = {**MAY_CALL, "authorization_details_types": (kind,)}
        party = await walk.party(allowed_resources=(WELFARE_API,), **registered)
        asked = json.dumps([{**flow(WELFARE_API), "type": kind}])
        answer = await party.authorize(walk.browser, authorization_details=asked)
        page = await walk.browser.get(answer.headers["location"])
        assert welfare.client.client_name_ja in page.text
    party = await walk.party(allowed_resources=(WELFARE_API,), **MAY_CALL)
    unknown = json.dumps([{**flow(WELFARE_API), "type": "urn:unknown"}])
    told = redirected(await party.authorize(walk.browser, authorization_details=unknown))
    assert told["error"] == "invalid_authorization_details"


def object_of(walk: Walk, party: RelyingParty, alg: str) -> str:
    claims = {**party.authorization_request(), **walk.about(party.client.client_id)}
    return walk.signed(alg, claims)


async def answered(walk: Walk, party: RelyingParty, request: str) -> dict[str, str]:
    return redirected(await party.authorize(walk.browser, request=request))


async def request_parameter(walk: Walk, value: Any) -> None:
    party = await walk.party(**jwks("ES256"))
    assert ("code" in await answered(walk, party, object_of(walk, party, "ES256"))) is value


async def request_algorithms(walk: Walk, value: Any) -> None:
    for alg in value:
        party = await walk.party(**jwks(), request_object_signing_alg=alg)
        assert "code" in await answered(walk, party, object_of(walk, party, alg)), alg
    party = await walk.party(**jwks())
    unsigned = object_of(walk, party, "ES256").split(".")[1]
    for header in ("eyJhbGciOiJub25lIn0", "eyJhbGciOiJIUzI1NiJ9"):
        told = await answered(walk, party, f"{header}.{unsigned}.")
        assert told["error"] == "invalid_request_object"


async def request_encryption(walk: Walk, _: Any) -> None:
    key = await key_to_encrypt_for(walk.gateway)
    party = await walk.party(**jwks("ES256"))
    for alg in walk.told["request_object_encryption_alg_values_supported"]:
        for enc in walk.told["request_object_encryption_enc_values_supported"]:
            header, inner = {"alg": alg, "enc": enc}, object_of(walk, party, "ES256")
            sent = jwe.encrypt_compact(header, inner, key, [alg, enc])
            assert "code" in await answered(walk, party, sent), (alg, enc)


async def request_uris(walk: Walk, value: Any) -> None:
    party = await walk.party()
    asked = {"request_uri": "https://walker-1.example.test/request.jwt"}
    told = redirected(await party.authorize(walk.browser, **asked))
    assert (told["error"] == "request_uri_not_supported") is not value


async def subjects(walk: Walk, value: Any) -> None:
    assert value == ["pairwise"]
    one, other = await walk.party(), await walk.party()
    subs = [
        payload((await party.tokens(walk.browser))["id_token"])["sub"]
        for party in (one, other, one)
    ]
    assert subs[0] == subs[2] != subs[1]


async def claims_parameter(walk: Walk, value: Any) -> None:
    party = await walk.party(scope=ALL_SCOPES)
    asked = json.dumps({"userinfo": {"name": None}})
    tokens = await party.tokens(walk.browser, scope="openid", claims=asked)
    told = ok(await party.call("GET", "/userinfo", tokens["access_token"]))
    assert ("name" in told) is value


USES: Uses = {
    "response_types_supported": response_types,
    "response_modes_supported": response_modes,
    "scopes_supported": scopes,
    "code_challenge_methods_supported": challenges,
    "prompt_values_supported": prompts,
    "acr_values_supported": acrs,
    "ui_locales_supported": languages,
    "authorization_response_iss_parameter_supported": issuer_in_answers,
    "authorization_details_types_supported": details,
    "request_parameter_supported": request_parameter,
    "request_object_signing_alg_values_supported": request_algorithms,
    "request_object_encryption_alg_values_supported": request_encryption,
    "request_object_encryption_enc_values_supported": request_encryption,
    "request_uri_parameter_supported": request_uris,
    "subject_types_supported": subjects,
    "claims_parameter_supported": claims_parameter,
}
