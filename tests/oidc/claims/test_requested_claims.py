"""Claims that a service asks for by name: what it is told, where, and with whose consent."""

import httpx2
import pytest

from gateway.card.api import CertificateType
from gateway.residents.model import Resident
from tests.oidc.claims.asking import asking, decide, followed, told, userinfo
from tests.residents.people import HANAKO, register, sign
from tests.support.gateway import ALL_SCOPES, WITH_COMMON_ID, Gateway
from tests.support.relying_party import RelyingParty, payload, redirected

pytestmark = pytest.mark.anyio
ABOUT_THE_PERSON = {"name", "name_substituted", "address", "birthdate", "gender"}


@pytest.fixture
async def resident(gateway: Gateway) -> Resident:
    return (await register(gateway.provider.residents, 1, 2, now=gateway.clock())).resident


@pytest.fixture
async def browser(gateway: Gateway, resident: Resident) -> httpx2.AsyncClient:
    browser = gateway.browser()
    await gateway.sign_in(browser, resident)
    return browser


@pytest.fixture
async def agreed(gateway: Gateway, health: RelyingParty, resident: Resident) -> None:
    await gateway.consent(health.client, resident)


@pytest.mark.usefixtures("agreed")
async def test_each_goes_where_it_was_asked_for_and_nowhere_else(
    health: RelyingParty, browser: httpx2.AsyncClient
) -> None:
    claims = asking(userinfo={"name": None}, id_token={"birthdate": {"essential": True}})
    at_userinfo, in_token = await told(health, browser, scope="openid", claims=claims)
    assert at_userinfo.keys() & ABOUT_THE_PERSON == {"name"}
    assert at_userinfo["name"] == HANAKO.name
    assert in_token.keys() & ABOUT_THE_PERSON == {"birthdate"}
    assert in_token["birthdate"] == "1985-04-12"


@pytest.mark.usefixtures("agreed")
async def test_claims_come_on_top_of_what_the_scopes_tell(
    health: RelyingParty, browser: httpx2.AsyncClient
) -> None:
    claims = asking(userinfo={"gender": None}, id_token={"name": None})
    at_userinfo, in_token = await told(health, browser, scope="openid profile", claims=claims)
    assert at_userinfo.keys() & ABOUT_THE_PERSON == {"name", "name_substituted", "gender"}
    assert in_token.keys() & ABOUT_THE_PERSON == {"name"}


@pytest.mark.usefixtures("agreed")
async def test_without_the_parameter_the_id_token_tells_nothing_of_the_person(
    health: RelyingParty, browser: httpx2.AsyncClient
) -> None:
    _, in_token = await told(health, browser)
    assert not in_token.keys() & (ABOUT_THE_PERSON | {"verified_claims"})


@pytest.mark.usefixtures("agreed")
@pytest.mark.parametrize(
    ("wish", "is_told"),
    [
        ({"value": "1985-04-12"}, True),
        ({"values": ["1900-01-01", "1985-04-12"]}, True),
        ({"value": "1900-01-01"}, False),
        ({"value": "1900-01-01", "essential": True}, False),
        ({"values": [None]}, False),
        ({"value": 19850412}, False),
    ],
)
async def test_another_value_than_the_one_asked_for_is_not_told(
    health: RelyingParty, browser: httpx2.AsyncClient, *, wish: object, is_told: bool
) -> None:
    claims = asking(userinfo={"birthdate": wish}, id_token={"birthdate": wish})
    for each in await told(health, browser, scope="openid", claims=claims):
        assert ("birthdate" in each) is is_told


@pytest.mark.usefixtures("agreed")
async def test_true_is_no_number(health: RelyingParty, browser: httpx2.AsyncClient) -> None:
    for value, is_told in ((False, True), (0, False), ("false", False)):
        claims = asking(userinfo={"name_substituted": {"value": value}})
        found, _ = await told(health, browser, scope="openid", claims=claims)
        assert ("name_substituted" in found) is is_told


async def test_what_the_service_is_not_registered_for_is_neither_asked_nor_told(
    gateway: Gateway, browser: httpx2.AsyncClient
) -> None:
    shy = RelyingParty(gateway, await gateway.service("shy", scope="openid birthdate"))
    wishes = {claim: {"essential": True} for claim in ABOUT_THE_PERSON | {"email", "common_id"}}
    request = {"scope": "openid", "claims": asking(userinfo=wishes, id_token=wishes)}
    page = await followed(browser, await shy.authorize(browser, **request))
    assert "生年月日" in page.text
    for words in ("氏名(", "住所(", "性別"):
        assert words not in page.text
    code = redirected(await decide(browser, page, "agree"))["code"]
    tokens = (await shy.redeem(code)).json()
    found = await userinfo(shy, tokens["access_token"])
    assert found.keys() == {"sub", "birthdate"}
    assert payload(tokens["id_token"]).keys() & wishes.keys() == {"birthdate"}


async def test_a_claim_is_asked_for_like_its_scope(
    gateway: Gateway, health: RelyingParty, browser: httpx2.AsyncClient, resident: Resident
) -> None:
    await gateway.consent(health.client, resident, "profile")
    request = {"scope": "openid", "claims": asking(id_token={"name": None, "address": None})}
    silent = redirected(await health.authorize(browser, prompt="none", **request))
    assert silent["error"] == "consent_required"
    page = await followed(browser, await health.authorize(browser, **request))
    assert "住所" in page.text
    declined = redirected(await decide(browser, page, "decline"))
    assert (declined["error"], "code" in declined) == ("access_denied", False)
    page = await followed(browser, await health.authorize(browser, **request))
    assert "code" in redirected(await decide(browser, page, "agree"))
    assert "code" in redirected(await health.authorize(browser, prompt="none", **request))


@pytest.mark.usefixtures("agreed")
async def test_what_is_taken_from_the_service_is_taken_from_its_claims(
    gateway: Gateway, health: RelyingParty, browser: httpx2.AsyncClient
) -> None:
    claims = asking(userinfo={"name": None}, id_token={"name": None})
    tokens = await health.tokens(browser, scope="openid offline_access", claims=claims)
    assert "name" in await userinfo(health, tokens["access_token"])
    await gateway.service("health", scope="openid offline_access")
    renewed = (await health.refresh(tokens["refresh_token"])).json()
    for token in (tokens, renewed):
        assert "name" not in await userinfo(health, token["access_token"])
    assert "name" not in payload(renewed["id_token"])


@pytest.mark.usefixtures("agreed")
async def test_a_refreshed_token_tells_what_was_asked_for_as_it_is_now(
    gateway: Gateway, health: RelyingParty, browser: httpx2.AsyncClient
) -> None:
    member = {"name": None, "gender": None}
    request = {"scope": "openid offline_access", "claims": asking(member, member)}
    tokens = await health.tokens(browser, **request)
    assert payload(tokens["id_token"])["name"] == HANAKO.name
    identity, kind = sign(2).identity, CertificateType.SIGNATURE
    await gateway.provider.residents.learn_revoked(
        identity, kind, gateway.clock(), "affiliationChanged"
    )
    renewed = (await health.refresh(tokens["refresh_token"])).json()
    for found in (
        payload(renewed["id_token"]),
        await userinfo(health, renewed["access_token"]),
    ):
        assert found.keys() & (ABOUT_THE_PERSON | {"attributes_changed"}) == {
            "gender",
            "attributes_changed",
        }


async def test_the_local_id_may_be_asked_for_by_name_and_the_common_id_at_userinfo_only(
    gateway: Gateway, browser: httpx2.AsyncClient, resident: Resident
) -> None:
    service = RelyingParty(gateway, await gateway.service("welfare", **WITH_COMMON_ID))
    await gateway.consent(service.client, resident, f"{ALL_SCOPES} common_id")
    await gateway.provider.links.put("welfare", resident.resident_id, "W-1", gateway.clock())
    member = {"local_id": None, "common_id": None}
    claims = asking(userinfo=member, id_token=member)
    at_userinfo, in_token = await told(service, browser, scope="openid", claims=claims)
    assert at_userinfo == {
        "sub": at_userinfo["sub"],
        "local_id": "W-1",
        "common_id": resident.common_id,
    }
    assert in_token["local_id"] == "W-1"
    assert "common_id" not in in_token


@pytest.mark.usefixtures("agreed")
async def test_the_sub_that_is_asked_for_is_the_only_one_who_comes_back(
    gateway: Gateway, health: RelyingParty, browser: httpx2.AsyncClient
) -> None:
    own = (await told(health, browser, scope="openid"))[1]["sub"]
    gateway.clock.forward(seconds=5)
    for member in ("userinfo", "id_token"):
        mine = asking(**{member: {"sub": {"value": own}}})
        assert "code" in redirected(await health.authorize(browser, claims=mine))
        request = {"claims": asking(**{member: {"sub": {"value": "somebody-else"}}})}
        silent = redirected(await health.authorize(browser, prompt="none", **request))
        assert silent["error"] == "login_required"
        led = await health.authorize(browser, **request)
        assert led.headers["location"].startswith("/login?")


async def test_somebody_else_who_signs_in_for_it_is_not_told(
    gateway: Gateway, health: RelyingParty, browser: httpx2.AsyncClient
) -> None:
    request = {"claims": asking(id_token={"sub": {"value": "somebody-else"}})}
    gateway.clock.forward(seconds=5)
    led = await health.authorize(browser, **request)
    task = await gateway.provider.login_tasks.get(led.headers["location"].partition("task=")[2])
    assert task is not None
    await gateway.sign_in(browser, (await gateway.resident("花咲　太郎")))
    back = redirected(await browser.get(task.return_to))
    assert (back["error"], "code" in back) == ("login_required", False)


async def test_a_malformed_parameter_goes_back_to_the_service_as_invalid_request(
    health: RelyingParty, browser: httpx2.AsyncClient
) -> None:
    for claims in ("{", "[]", '{"userinfo": {"name": 1}}', '{"id_token": {}, "id_token": {}}'):
        back = redirected(await health.authorize(browser, claims=claims))
        assert (back["error"], "code" in back) == ("invalid_request", False)
        assert back["state"]


@pytest.mark.usefixtures("agreed")
async def test_the_metadata_says_that_the_parameter_is_read(gateway: Gateway) -> None:
    async with gateway.browser() as http:
        found = (await http.get("/.well-known/openid-configuration")).json()
    assert found["claims_parameter_supported"] is True
    assert found["claims_supported"] == list(dict.fromkeys(found["claims_supported"]))
    # Nothing is told as verified until the municipality says under which rules.
    assert not [name for name in found if "verified" in name or "evidence" in name]


@pytest.mark.usefixtures("agreed")
async def test_a_pushed_request_may_ask_by_name_too(
    health: RelyingParty, browser: httpx2.AsyncClient
) -> None:
    claims = asking(id_token={"birthdate": None})
    pushed = await health.post("/par", health.authorization_request(claims=claims))
    assert pushed.status_code == 201
    query = {"client_id": "health", "request_uri": pushed.json()["request_uri"]}
    code = redirected(await browser.get("/authorize", params=query))["code"]
    tokens = (await health.redeem(code)).json()
    assert payload(tokens["id_token"])["birthdate"] == "1985-04-12"
    refused = await health.post("/par", health.authorization_request(claims="{"))
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_request")
