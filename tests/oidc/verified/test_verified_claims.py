"""verified_claims from the card to the service: who agreed, what was checked, what has changed."""

import json
from collections.abc import Mapping
from importlib.metadata import EntryPoint, EntryPoints
from typing import Any

import httpx2
import pytest
import sqlalchemy as sa

from gateway.card.api import CertificatePath, CertificateType, ValidationContext
from gateway.plugins import installed_plugins
from gateway.residents.model import Resident
from gateway.residents.records import basic_attributes
from gateway.virtual.card import VirtualCard
from tests.login.linking import identity_of
from tests.login.visitor import Visitor, went_on
from tests.oidc.claims.asking import asking, decide, followed, told, userinfo
from tests.oidc.verified.telling import FRAMEWORK, WORDS, telling, verified
from tests.residents.people import register, sign
from tests.support.gateway import ALL_SCOPES, Gateway
from tests.support.relying_party import RelyingParty, payload, redirected
from tests.support.town import HANAKO, Town

pytestmark = pytest.mark.anyio
EVERYTHING = {
    "assurance_level": None,
    "assurance_process": None,
    "time": None,
    "evidence": [
        {
            "type": {"value": "document"},
            "check_details": [{"check_method": None, "time": None}],
            "document_details": {"type": None, "issuer": None, "serial_number": None},
        }
    ],
}
WHOLE = verified(dict.fromkeys(("name", "address", "birthdate", "gender")), **EVERYTHING)
CORE = ["form", "path", "profile", "validity", "signature"]


def methods(*checks: str) -> list[str]:
    return ["vcrypt", *(f"urn:genkan:check:{check}" for check in checks)]


@pytest.mark.usefixtures("agreed")
async def test_the_whole_evidence_is_what_was_done_at_the_registration(
    verifying: Gateway, health: RelyingParty, browser: httpx2.AsyncClient
) -> None:
    verifying.clock.forward(seconds=59)
    found, _ = await told(health, browser, scope="openid", claims=asking(userinfo=WHOLE))
    hour = "2026-11-21T09:00:00Z"
    done = methods(*CORE, "revocation:crl")
    assert found["verified_claims"] == {
        "verification": {
            "trust_framework": FRAMEWORK,
            "assurance_level": "ial-2",
            "assurance_process": {"policy": "hanasaki-2026", "procedure": "card"},
            "time": hour,
            "evidence": [
                {
                    "type": "document",
                    "check_details": [{"check_method": each, "time": hour} for each in done],
                    "document_details": {
                        "type": "jp_individual_number_card",
                        "issuer": {"country": "JP", "country_code": "JPN"},
                    },
                }
            ],
        },
        "claims": {
            "name": HANAKO.name,
            "address": {"formatted": HANAKO.address, "country": "JP", "substituted": False},
            "birthdate": "1985-04-01",
            "gender": "female",
        },
    }


@pytest.mark.usefixtures("agreed")
async def test_nothing_in_it_tells_two_services_that_it_is_the_same_person_but_its_claims(
    verifying: Gateway, health: RelyingParty, browser: httpx2.AsyncClient, resident: Resident
) -> None:
    """No serial number, no identifier of the verification, no time to the second."""
    verifying.clock.forward(seconds=1_500)
    found, token = await told(health, browser, scope="openid", claims=asking(WHOLE, WHOLE))
    assert found["verified_claims"] == token["verified_claims"]
    text = json.dumps(found["verified_claims"])
    for name in ("serial_number", "check_id", "verification_process", resident.common_id):
        assert name not in text
    assert ":00:00Z" in text


async def test_at_rest_there_is_what_was_checked_and_when_and_nothing_off_the_card(
    verifying: Gateway, resident: Resident
) -> None:
    async with verifying.provider.records.reading() as connection:
        kept = (await connection.execute(sa.select(basic_attributes.c.proofing))).scalar_one()
    assert kept == {"at": "2026-11-21T09:00:00Z", "checks": [*CORE, "revocation:crl"]}


class Residency:
    name = "residency"

    def __init__(self, settings: Mapping[str, Any]) -> None:
        pass

    async def validate(self, path: CertificatePath, context: ValidationContext) -> None:
        pass


async def test_the_municipalitys_own_checks_are_named(gateway: Gateway, town: Town) -> None:
    own = EntryPoint("residency", f"{__name__}:Residency", "gateway.certificate_validators")
    installed = EntryPoints([*installed_plugins(), own])
    verifying = await telling(gateway, installed, {"validators": ("residency",)}, **WORDS)
    health = RelyingParty(verifying, await verifying.service("health"))
    visitor = Visitor(verifying, verifying.browser())
    assert went_on(await visitor.register(town.card(HANAKO, verifying.clock())))
    request = {"scope": "openid", "claims": asking(userinfo=WHOLE)}
    page = await followed(visitor.browser, await health.authorize(visitor.browser, **request))
    code = redirected(await decide(visitor.browser, page, "agree"))["code"]
    found = await userinfo(health, (await health.redeem(code)).json()["access_token"])
    (evidence,) = found["verified_claims"]["verification"]["evidence"]
    done = [each["check_method"] for each in evidence["check_details"]]
    assert done == methods(*CORE, "revocation:crl", "validator:residency")
    metadata = (await visitor.browser.get("/.well-known/openid-configuration")).json()
    assert metadata["documents_check_methods_supported"] == done


async def test_the_consent_page_says_that_it_is_confirmed_and_nothing_is_told_without_it(
    verifying: Gateway, health: RelyingParty, browser: httpx2.AsyncClient, resident: Resident
) -> None:
    await verifying.consent(health.client, resident)
    request = {"scope": "openid", "claims": asking(WHOLE, WHOLE)}
    silent = redirected(await health.authorize(browser, prompt="none", **request))
    assert silent["error"] == "consent_required"
    page = await followed(browser, await health.authorize(browser, **request))
    for words in ("マイナンバーカードで確認した情報", "氏名", "住所", "生年月日", "性別"):
        assert words in page.text
    declined = redirected(await decide(browser, page, "decline"))
    assert (declined["error"], "code" in declined) == ("access_denied", False)
    plain = await told(health, browser, scope=ALL_SCOPES)
    assert not any("verified_claims" in each for each in plain)
    page = await followed(browser, await health.authorize(browser, **request))
    code = redirected(await decide(browser, page, "agree"))["code"]
    tokens = (await health.redeem(code)).json()
    assert "verified_claims" in payload(tokens["id_token"])
    assert "code" in redirected(await health.authorize(browser, prompt="none", **request))


async def test_a_request_without_it_says_nothing_of_it(
    verifying: Gateway, health: RelyingParty, browser: httpx2.AsyncClient, resident: Resident
) -> None:
    page = await followed(browser, await health.authorize(browser))
    assert "氏名" in page.text
    assert "カードで確認した情報" not in page.text


@pytest.mark.usefixtures("agreed")
async def test_what_has_changed_since_is_not_told_as_verified(
    verifying: Gateway, health: RelyingParty, browser: httpx2.AsyncClient, card: VirtualCard
) -> None:
    """Not even what a move does not change: which of it has, nobody says."""
    request = {"scope": "openid offline_access", "claims": asking(WHOLE, WHOLE)}
    tokens = await health.tokens(browser, **request)
    assert "verified_claims" in payload(tokens["id_token"])
    kind = CertificateType.SIGNATURE
    moved = identity_of(card.signature, kind), kind, verifying.clock(), "affiliationChanged"
    assert await verifying.provider.residents.learn_revoked(*moved)
    renewed = (await health.refresh(tokens["refresh_token"])).json()
    at_userinfo = await userinfo(health, renewed["access_token"])
    for found in (at_userinfo, payload(renewed["id_token"])):
        assert "verified_claims" not in found


@pytest.mark.usefixtures("agreed")
async def test_whoever_was_registered_before_is_told_as_verified_from_the_next_visit_on(
    verifying: Gateway, health: RelyingParty, browser: httpx2.AsyncClient, card: VirtualCard
) -> None:
    async with verifying.provider.records.writing() as connection:
        # As schema 0003 has left it.
        await connection.execute(basic_attributes.update().values(proofing=sa.null()))
    request = {"scope": "openid profile", "claims": asking(WHOLE, WHOLE)}
    at_userinfo, in_token = await told(health, browser, **request)
    assert "name" in at_userinfo
    assert not {"verified_claims"} & (at_userinfo.keys() | in_token.keys())
    verifying.clock.forward(hours=1)
    await Visitor(verifying, browser).register(card)
    for found in await told(health, browser, **request):
        assert found["verified_claims"]["verification"]["time"] == "2026-11-21T10:00:00Z"


async def test_a_resident_whose_proof_nobody_kept_is_not_told_as_verified(
    verifying: Gateway, health: RelyingParty
) -> None:
    registered = await register(verifying.provider.residents, 1, 2, now=verifying.clock())
    assert sign(2).proofing is None
    browser = verifying.browser()
    await verifying.sign_in(browser, registered.resident)
    consented = f"{ALL_SCOPES} verified_claims"
    await verifying.consent(health.client, registered.resident, consented)
    for found in await told(health, browser, scope="openid", claims=asking(WHOLE, WHOLE)):
        assert "verified_claims" not in found


async def test_without_a_trust_framework_nothing_is_advertised_asked_or_told(
    gateway: Gateway, town: Town
) -> None:
    health = RelyingParty(gateway, await gateway.service("health"))
    visitor = Visitor(gateway, gateway.browser())
    await visitor.register(town.card(HANAKO, gateway.clock()))
    session = await visitor.session()
    assert session is not None
    resident = await gateway.provider.residents.get(session.resident_id)
    assert resident is not None
    await gateway.consent(health.client, resident)
    request = {"scope": "openid", "claims": asking(WHOLE, WHOLE)}
    for found in await told(health, visitor.browser, **request):
        assert "verified_claims" not in found
    metadata = (await visitor.browser.get("/.well-known/openid-configuration")).json()
    told_of = ("verified", "evidence", "trust_framework", "documents", "attachments")
    assert not [name for name in metadata if any(word in name for word in told_of)]
    assert "verified_claims" not in metadata["claims_supported"]


@pytest.mark.usefixtures("agreed")
async def test_what_was_granted_ends_with_the_municipalitys_words(
    verifying: Gateway, health: RelyingParty, browser: httpx2.AsyncClient
) -> None:
    request = {"scope": "openid", "claims": asking(WHOLE, WHOLE)}
    tokens = await health.tokens(browser, **request)
    assert "verified_claims" in await userinfo(health, tokens["access_token"])
    silent = await telling(verifying, verified_claims_trust_framework="")
    again = RelyingParty(silent, health.client)
    assert "verified_claims" not in await userinfo(again, tokens["access_token"])
