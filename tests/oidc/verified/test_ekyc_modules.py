"""What the OpenID Foundation's eKYC plan asserts of a provider, in our words and by our own means.

Each test is named after its module.
"""

import secrets
from typing import Any

import httpx2
import pytest

from tests.oidc.claims.asking import asking, told, userinfo
from tests.oidc.verified.telling import FRAMEWORK, LEVEL, verified
from tests.support.gateway import Gateway
from tests.support.relying_party import RelyingParty, payload
from tests.support.town import HANAKO

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("agreed")]
ELEMENT = {"verification": {"trust_framework": FRAMEWORK}, "claims": {"name": HANAKO.name}}


async def both(
    health: RelyingParty, browser: httpx2.AsyncClient, member: object
) -> list[dict[str, Any]]:
    """The same asked for in both places."""
    claims = asking(userinfo=member, id_token=member)
    return list(await told(health, browser, scope="openid", claims=claims))


async def test_ekyc_server_happypath(
    verifying: Gateway, health: RelyingParty, browser: httpx2.AsyncClient
) -> None:
    metadata = (await browser.get("/.well-known/openid-configuration")).json()
    assert metadata["verified_claims_supported"] is True
    for claim in metadata["claims_in_verified_claims_supported"]:
        for found in await both(health, browser, verified({claim: None})):
            element = found["verified_claims"]
            assert element.keys() == {"verification", "claims"}
            assert element["claims"].keys() == {claim}
            framework = element["verification"]["trust_framework"]
            assert framework in metadata["trust_frameworks_supported"]


async def test_ekyc_server_happypath_emptyobject(
    health: RelyingParty, browser: httpx2.AsyncClient
) -> None:
    for found in await both(health, browser, verified({"name": {}}, trust_framework={})):
        assert found["verified_claims"] == ELEMENT


async def test_ekyc_server_happypath_essential_false(
    health: RelyingParty, browser: httpx2.AsyncClient
) -> None:
    wish = {"essential": False}
    for found in await both(health, browser, verified({"name": wish}, trust_framework=wish)):
        assert found["verified_claims"] == ELEMENT


@pytest.mark.parametrize("wish", [None, {"essential": True}])
@pytest.mark.parametrize("claim", ["msisdn", "x\u3000'\"<&>\u0001\U0001f600", "name#ja-Kana-JP"])
async def test_ekyc_server_unknown_claim_omitted(
    health: RelyingParty, browser: httpx2.AsyncClient, claim: str, wish: object
) -> None:
    for found in await both(health, browser, verified({"name": None, claim: wish})):
        assert found["verified_claims"] == ELEMENT
    for found in await both(health, browser, verified({claim: wish})):
        assert "verified_claims" not in found


async def test_ekyc_server_one_claim_with_random_value_omitted(
    health: RelyingParty, browser: httpx2.AsyncClient
) -> None:
    random = {"value": secrets.token_hex(16)}
    for found in await both(health, browser, verified({"name": random})):
        assert "verified_claims" not in found
    for found in await both(health, browser, verified({"name": None, "gender": random})):
        assert found["verified_claims"] == ELEMENT


async def test_ekyc_server_request_only_in_idtoken(
    health: RelyingParty, browser: httpx2.AsyncClient
) -> None:
    claims = asking(id_token=verified({"name": None}))
    at_userinfo, in_token = await told(health, browser, scope="openid", claims=claims)
    assert in_token["verified_claims"] == ELEMENT
    assert "verified_claims" not in at_userinfo


async def test_ekyc_server_request_only_in_userinfo(
    health: RelyingParty, browser: httpx2.AsyncClient
) -> None:
    claims = asking(userinfo=verified({"name": None}))
    at_userinfo, in_token = await told(health, browser, scope="openid", claims=claims)
    assert at_userinfo["verified_claims"] == ELEMENT
    assert "verified_claims" not in in_token


async def test_ekyc_server_userinfo_defaults(
    health: RelyingParty, browser: httpx2.AsyncClient
) -> None:
    """Without the parameter nothing is told as verified, whatever the scopes."""
    for found in await told(health, browser):
        assert "verified_claims" not in found


async def test_ekyc_server_userinfo_holds_only_what_the_metadata_names(
    health: RelyingParty, browser: httpx2.AsyncClient
) -> None:
    metadata = (await browser.get("/.well-known/openid-configuration")).json()
    evidence = {"type": {"value": "document"}, "check_details": [{"check_method": None}]}
    evidence["document_details"] = {"type": {}}
    names = metadata["claims_in_verified_claims_supported"]
    claims = dict.fromkeys([*names, "local_id", "sub", "common_id"])
    for found in await both(health, browser, verified(claims, evidence=[evidence])):
        element = found["verified_claims"]
        assert sorted(element["claims"]) == names
        for each in element["verification"]["evidence"]:
            assert each["type"] in metadata["evidence_supported"]
            assert each["document_details"]["type"] in metadata["documents_supported"]
            done = [check["check_method"] for check in each["check_details"]]
            assert done == metadata["documents_check_methods_supported"]


async def test_each_request_of_a_list_is_answered_by_itself(
    health: RelyingParty, browser: httpx2.AsyncClient
) -> None:
    def element(claim: str, **verification: object) -> object:
        return verified({claim: None}, **verification)["verified_claims"]

    wanted = [
        element("name", trust_framework={"value": FRAMEWORK}, assurance_level=None),
        element("birthdate", trust_framework={"value": "eidas"}),
        element("gender"),
    ]
    for found in await both(health, browser, {"verified_claims": wanted}):
        assert found["verified_claims"] == [
            {
                "verification": {"trust_framework": FRAMEWORK, "assurance_level": LEVEL},
                "claims": {"name": HANAKO.name},
            },
            {"verification": {"trust_framework": FRAMEWORK}, "claims": {"gender": "female"}},
        ]
    for found in await both(health, browser, {"verified_claims": [wanted[1]]}):
        assert "verified_claims" not in found


@pytest.mark.parametrize(
    ("wish", "is_told"),
    [
        ({"trust_framework": {"value": "jp_aml"}}, False),
        ({"assurance_level": {"values": ["ial-3", LEVEL]}}, True),
        ({"assurance_level": {"value": "ial-3"}}, False),
        ({"time": {"max_age": 86_400}}, True),
        ({"time": {"max_age": 3_599}}, False),
        ({"evidence": [{"type": {"value": "electronic_record"}}]}, False),
    ],
)
async def test_a_verification_that_is_not_as_asked_for_tells_nothing_and_is_no_error(
    verifying: Gateway,
    health: RelyingParty,
    browser: httpx2.AsyncClient,
    *,
    wish: dict[str, object],
    is_told: bool,
) -> None:
    member = verified({"name": None}, **wish)
    code = await health.code(browser, scope="openid", claims=asking(member, member))
    verifying.clock.forward(seconds=50)
    tokens = (await health.redeem(code)).json()
    if "time" in wish:
        request = {"scope": "openid offline_access", "claims": asking(member, member)}
        tokens = await health.tokens(browser, **request)
        verifying.clock.forward(seconds=3_600)
        tokens = (await health.refresh(tokens["refresh_token"])).json()
    for found in (payload(tokens["id_token"]), await userinfo(health, tokens["access_token"])):
        assert ("verified_claims" in found) is is_told
