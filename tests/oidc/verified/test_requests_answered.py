"""Each request for something verified is answered by itself, or not at all. The OpenID
Foundation's modules: tests/conformance/test_ekyc.py."""

from typing import Any

import httpx2
import pytest

from tests.oidc.claims.asking import asking, told, userinfo
from tests.oidc.verified.telling import FRAMEWORK, LEVEL, verified
from tests.support.gateway import Gateway
from tests.support.relying_party import RelyingParty, payload
from tests.support.town import HANAKO

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("agreed")]


async def both(
    health: RelyingParty, browser: httpx2.AsyncClient, member: object
) -> list[dict[str, Any]]:
    """The same asked for in both places."""
    claims = asking(userinfo=member, id_token=member)
    return list(await told(health, browser, scope="openid", claims=claims))


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
