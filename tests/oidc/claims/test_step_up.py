"""An essential acr (OpenID Connect Core §5.5.1.1): it is met, or nobody comes back.

What `acr_values` wishes for stays a wish.
"""

import pytest

from gateway.demo.browser import Page
from gateway.virtual.card import VirtualCard
from tests.login.visitor import Visitor, read
from tests.oidc.claims.asking import asking, bring, followed
from tests.support.gateway import ACR_STRONG, ACR_WEAK, Gateway
from tests.support.relying_party import RelyingParty, payload, redirected
from tests.support.town import HANAKO, Town

pytestmark = pytest.mark.anyio
STRONG = asking(id_token={"acr": {"essential": True, "value": ACR_STRONG}})


@pytest.fixture
def card(gateway: Gateway, town: Town) -> VirtualCard:
    return town.card(HANAKO, gateway.clock())


@pytest.fixture
async def visitor(gateway: Gateway, health: RelyingParty, card: VirtualCard) -> Visitor:
    """Registered some time ago; signed in with the authentication certificate today."""
    async with gateway.browser() as then:
        await Visitor(gateway, then).register(card)
        session = await Visitor(gateway, then).session()
    assert session is not None
    resident = await gateway.provider.residents.get(session.resident_id)
    assert resident is not None
    await gateway.consent(health.client, resident)
    gateway.clock.forward(seconds=60)
    today = Visitor(gateway, gateway.browser())
    await today.sign_in(card)
    gateway.clock.forward(seconds=60)
    return today


def purposes(page: Page) -> set[str]:
    return {form.fields["purpose"] for form in page.forms if "purpose" in form.fields}


async def test_a_weaker_session_is_led_to_the_signature_certificate_and_comes_back(
    gateway: Gateway, health: RelyingParty, visitor: Visitor, card: VirtualCard
) -> None:
    page = await followed(visitor.browser, await health.authorize(visitor.browser, claims=STRONG))
    assert purposes(page) == {"registration"}
    assert "署名用電子証明書での確認が必要です" in page.text
    gateway.clock.forward(seconds=5)
    back = redirected(await bring(visitor, page, card, "registration"))
    tokens = (await health.redeem(back["code"])).json()
    assert payload(tokens["id_token"])["acr"] == ACR_STRONG
    gateway.clock.forward(seconds=5)
    assert "code" in redirected(await health.authorize(visitor.browser, claims=STRONG))


async def test_a_newcomer_is_led_there_too(
    gateway: Gateway, health: RelyingParty, card: VirtualCard
) -> None:
    visitor = Visitor(gateway, gateway.browser())
    page = await followed(visitor.browser, await health.authorize(visitor.browser, claims=STRONG))
    assert purposes(page) == {"registration"}
    asked = read(await bring(visitor, page, card, "registration"))
    assert asked.status in (200, 303)


async def test_whoever_declines_is_not_told(
    health: RelyingParty, visitor: Visitor, card: VirtualCard
) -> None:
    page = await followed(visitor.browser, await health.authorize(visitor.browser, claims=STRONG))
    cancel = next(link for link in page.links if link.endswith("?cancelled=1"))
    back = redirected(await visitor.browser.get(cancel))
    assert (back["error"], "code" in back) == ("access_denied", False)


async def test_whoever_comes_back_weaker_is_refused_and_not_asked_for_ever(
    gateway: Gateway, health: RelyingParty, visitor: Visitor, card: VirtualCard
) -> None:
    led = await health.authorize(visitor.browser, claims=STRONG)
    task = await gateway.provider.login_tasks.get(led.headers["location"].partition("task=")[2])
    assert task is not None
    gateway.clock.forward(seconds=5)
    await visitor.sign_in(card)  # in another window
    back = redirected(await visitor.browser.get(task.return_to))
    assert (back["error"], "code" in back) == ("unmet_authentication_requirements", False)
    assert back["state"]


async def test_a_value_that_is_unknown_here_is_refused_before_anybody_is_asked(
    health: RelyingParty, visitor: Visitor
) -> None:
    claims = asking(id_token={"acr": {"essential": True, "values": ["urn:mace:gold", "aal3"]}})
    for prompt in (None, "none", "login"):
        back = redirected(await health.authorize(visitor.browser, claims=claims, prompt=prompt))
        assert back["error"] == "unmet_authentication_requirements"
    one_known = asking(id_token={"acr": {"essential": True, "values": ["aal3", ACR_WEAK]}})
    assert "code" in redirected(await health.authorize(visitor.browser, claims=one_known))


async def test_prompt_none_is_answered_without_a_page(
    health: RelyingParty, visitor: Visitor
) -> None:
    back = redirected(await health.authorize(visitor.browser, claims=STRONG, prompt="none"))
    assert back["error"] == "login_required"


@pytest.mark.parametrize(
    "wish", [{"acr_values": "aal3"}, {"claims": asking(id_token={"acr": {"value": "aal3"}})}]
)
async def test_what_is_not_essential_stays_a_wish(
    health: RelyingParty, visitor: Visitor, wish: dict[str, str]
) -> None:
    assert "code" in redirected(await health.authorize(visitor.browser, **wish))


@pytest.mark.parametrize(
    "wish",
    [{"acr_values": ACR_STRONG}, {"claims": asking(id_token={"acr": {"value": ACR_STRONG}})}],
)
async def test_a_wish_for_the_signature_certificate_offers_it_and_takes_the_other_too(
    gateway: Gateway,
    health: RelyingParty,
    visitor: Visitor,
    card: VirtualCard,
    wish: dict[str, str],
) -> None:
    page = await followed(visitor.browser, await health.authorize(visitor.browser, **wish))
    assert purposes(page) == {"registration", "sign_in"}
    gateway.clock.forward(seconds=5)
    back = redirected(await bring(visitor, page, card, "sign_in"))
    tokens = (await health.redeem(back["code"])).json()
    assert payload(tokens["id_token"])["acr"] == ACR_WEAK
