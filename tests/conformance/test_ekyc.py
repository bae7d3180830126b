"""Modules of ekyc-test-plan-oidccore (OpenID Connect for Identity Assurance), in our own words: a
resident who came with a card, and a municipality that says by which rules it identifies people.

Not mirrored: a purpose that is too long or too short (ekyc-server-*-purpose-invalid-request), which
is no longer in the plan, nor in the specification.
"""

import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest

from tests.login.visitor import Visitor
from tests.oidc.claims.asking import asking, told
from tests.oidc.verified.telling import FRAMEWORK, LEVEL, telling, verified
from tests.support.gateway import ALL_SCOPES, Gateway
from tests.support.relying_party import RelyingParty
from tests.support.town import HANAKO, Town

pytestmark = pytest.mark.anyio
ELEMENT = {"verification": {"trust_framework": FRAMEWORK}, "claims": {"name": HANAKO.name}}
NAME = {"name": None}


@dataclass(slots=True)
class Ekyc:
    service: RelyingParty
    browser: httpx2.AsyncClient

    async def asked(
        self, userinfo: object = None, id_token: object = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """What is told in each of the two places."""
        claims = asking(userinfo=userinfo, id_token=id_token)
        return await told(self.service, self.browser, scope="openid", claims=claims)

    async def both(self, member: object) -> list[dict[str, Any]]:
        """The same asked for in both, as far as there was an answer."""
        return list(await self.asked(member, member))

    async def metadata(self) -> dict[str, Any]:
        answer = await self.browser.get("/.well-known/openid-configuration")
        body: dict[str, Any] = answer.json()
        return body


@pytest.fixture
async def ekyc(gateway: Gateway, town: Town) -> AsyncIterator[Ekyc]:
    verifying = await telling(gateway)
    client = await verifying.service("health")
    async with verifying.browser() as browser:
        visitor = Visitor(verifying, browser)
        await visitor.register(town.card(HANAKO, gateway.clock()))
        session = await visitor.session()
        assert session is not None
        resident = await verifying.provider.residents.get(session.resident_id)
        assert resident is not None
        await verifying.consent(client, resident, f"{ALL_SCOPES} verified_claims")
        yield Ekyc(RelyingParty(verifying, client), browser)


async def test_ekyc_server_happypath(ekyc: Ekyc) -> None:
    """Metadata has all that it has to; each claim that it names is told as verified when it is
    asked for, under a trust framework that it names, and nothing besides."""
    metadata = await ekyc.metadata()
    assert metadata["verified_claims_supported"] is True
    for listed in ("trust_frameworks", "evidence", "documents", "documents_check_methods"):
        assert metadata[f"{listed}_supported"], listed
    for claim in metadata["claims_in_verified_claims_supported"]:
        for found in await ekyc.both(verified({claim: None})):
            element = found["verified_claims"]
            assert element.keys() == {"verification", "claims"}
            assert element["claims"].keys() == {claim}
            framework = element["verification"]["trust_framework"]
            assert framework in metadata["trust_frameworks_supported"]


async def test_ekyc_server_happypath_emptyobject(ekyc: Ekyc) -> None:
    """An empty object is as good as null."""
    for found in await ekyc.both(verified({"name": {}}, trust_framework={})):
        assert found["verified_claims"] == ELEMENT


async def test_ekyc_server_happypath_essentialfalse(ekyc: Ekyc) -> None:
    """What is said not to be essential is told all the same."""
    wish = {"essential": False}
    for found in await ekyc.both(verified({"name": wish}, trust_framework=wish)):
        assert found["verified_claims"] == ELEMENT


async def left_out(ekyc: Ekyc, claim: str, wish: object) -> None:
    """The claim beside it is told; alone, it leaves nothing to tell."""
    for found in await ekyc.both(verified({"name": None, claim: wish})):
        assert found["verified_claims"] == ELEMENT
    for found in await ekyc.both(verified({claim: wish})):
        assert "verified_claims" not in found


async def test_ekyc_server_unknown_claim_omitted(ekyc: Ekyc) -> None:
    """A claim that nobody knows is left out."""
    await left_out(ekyc, secrets.token_hex(8), None)


async def test_ekyc_server_unknown_essential_claim_omitted(ekyc: Ekyc) -> None:
    """Even one that is said to be essential."""
    await left_out(ekyc, secrets.token_hex(8), {"essential": True})


async def test_ekyc_server_unknown_claim_specialchars_omitted(ekyc: Ekyc) -> None:
    """Whatever is in its name."""
    for claim in ("x\u3000'\"<&>\u0001\U0001f600", "name#ja-Kana-JP", "../name"):
        await left_out(ekyc, claim, {"essential": True})


async def test_ekyc_server_one_claim_with_random_value_omitted(ekyc: Ekyc) -> None:
    """A claim that is asked for with another value than it has is left out."""
    random = {"value": secrets.token_hex(16)}
    for found in await ekyc.both(verified({"name": random})):
        assert "verified_claims" not in found
    for found in await ekyc.both(verified({"name": None, "gender": random})):
        assert found["verified_claims"] == ELEMENT


async def test_ekyc_server_request_only_in_idtoken(ekyc: Ekyc) -> None:
    """Asked for in the ID token, it is told there alone."""
    at_userinfo, in_token = await ekyc.asked(id_token=verified(NAME))
    assert in_token["verified_claims"] == ELEMENT
    assert "verified_claims" not in at_userinfo


async def test_ekyc_server_request_only_in_userinfo(ekyc: Ekyc) -> None:
    """Asked for at userinfo, it is told there alone."""
    at_userinfo, in_token = await ekyc.asked(userinfo=verified(NAME))
    assert at_userinfo["verified_claims"] == ELEMENT
    assert "verified_claims" not in in_token


async def test_ekyc_server_testuserprovidedrequest(ekyc: Ekyc) -> None:
    """A request as services write them: values that fit, in a list, with plain claims beside."""
    wanted = {
        "verification": {
            "trust_framework": {"value": FRAMEWORK},
            "assurance_level": {"values": ["x", LEVEL]},
            "evidence": [{"type": {"value": "document"}}],
        },
        "claims": {"name": {"essential": True}, "birthdate": {"purpose": "age"}},
    }
    plain = {"gender": None}
    for found in await ekyc.both({"verified_claims": [wanted], **plain}):
        (element,) = found["verified_claims"]
        assert element["verification"] == {
            "trust_framework": FRAMEWORK,
            "assurance_level": LEVEL,
            "evidence": [{"type": "document"}],
        }
        assert element["claims"] == {"name": HANAKO.name, "birthdate": "1985-04-01"}
        assert found["gender"] == "female"


async def test_ekyc_server_testbasedonuserinfo_defaults(ekyc: Ekyc) -> None:
    """What is known of the resident, asked for by its values, comes as it is; and nothing is told
    as verified that was not asked for so."""
    plain, _ = await told(ekyc.service, ekyc.browser)
    assert "verified_claims" not in plain
    known = {name: plain[name] for name in ("name", "birthdate", "gender")}
    wishes = {name: {"value": value} for name, value in known.items()}
    at_userinfo, _ = await ekyc.asked(userinfo=verified(wishes))
    assert at_userinfo["verified_claims"]["claims"] == known


async def test_ekyc_server_test_userinfo_notfoundinop(ekyc: Ekyc) -> None:
    """Of all that could be asked for, only what metadata names is told: claims, evidence, documents
    and how they were checked."""
    metadata = await ekyc.metadata()
    evidence: dict[str, Any] = {"type": {"value": "document"}, "document_details": {"type": {}}}
    evidence["check_details"] = [{"check_method": None}]
    names = metadata["claims_in_verified_claims_supported"]
    claims = dict.fromkeys([*names, "local_id", "sub", "common_id", "email", "nationalities"])
    for found in await ekyc.both(verified(claims, evidence=[evidence])):
        element = found["verified_claims"]
        assert sorted(element["claims"]) == names
        for each in element["verification"]["evidence"]:
            assert each["type"] in metadata["evidence_supported"]
            assert each["document_details"]["type"] in metadata["documents_supported"]
            done = [check["check_method"] for check in each["check_details"]]
            assert done == metadata["documents_check_methods_supported"]
