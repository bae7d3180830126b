"""A certificate is revoked while somebody is at the door: nothing begun meanwhile stays."""

from dataclasses import replace

import pytest

from gateway.card.api import CertificateStatus, CertificateType, StatusValue
from gateway.residents.model import Resident
from gateway.virtual.card import VirtualCard
from tests.login.asked import STATUS, Meanwhile, with_linking, with_status
from tests.login.linking import identity_of
from tests.login.visitor import Visitor, failure, went_on
from tests.support.gateway import Gateway
from tests.support.relying_party import RelyingParty
from tests.support.town import HANAKO, Town

pytestmark = pytest.mark.anyio
AUTHENTICATION = CertificateType.AUTHENTICATION
REVOKED = CertificateStatus(StatusValue.REVOKED, STATUS, revocation_reason="keyCompromise")


@pytest.fixture
def card(gateway: Gateway, town: Town) -> VirtualCard:
    return town.card(HANAKO, gateway.clock())


async def resident_of(visitor: Visitor) -> Resident:
    session = await visitor.session()
    assert session is not None
    resident = await visitor.gateway.provider.residents.get(session.resident_id)
    assert resident is not None
    return resident


async def is_let_in(visitor: Visitor) -> bool:
    session = await visitor.session()
    assert session is not None
    given = visitor.gateway.provider.consents.given
    return await given("health", session.resident_id, since=session.auth_time) is not None


async def test_codes_and_sessions_begun_while_a_card_was_being_refused_end_with_the_rest(
    gateway: Gateway, card: VirtualCard
) -> None:
    meanwhile = Meanwhile()
    gateway = await with_status(gateway, meanwhile)
    health = RelyingParty(gateway, await gateway.service())
    async with gateway.browser() as browser, gateway.browser() as other:
        visitor, thief = Visitor(gateway, browser), Visitor(gateway, other)
        assert went_on(await visitor.register(card))
        resident, codes = await resident_of(visitor), []
        await gateway.consent(health.client, resident)

        async def go_on_signing_in() -> None:
            gateway.clock.forward(seconds=2)
            codes.append(await health.code(visitor.browser))
            await gateway.sign_in(visitor.browser, resident)
            gateway.clock.forward(seconds=2)

        gateway.clock.forward(seconds=60)
        meanwhile.answer, meanwhile.happens = REVOKED, go_on_signing_in
        assert failure(await thief.sign_in(card)) == ("revoked", 403)
        assert not await is_let_in(visitor)
        answer = await health.redeem(codes[0])
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize("is_revoked", [True, False])
async def test_nobody_is_let_in_by_a_certificate_that_was_found_revoked_while_they_waited(
    gateway: Gateway, card: VirtualCard, *, is_revoked: bool
) -> None:
    meanwhile = Meanwhile()
    gateway = await with_linking(gateway, meanwhile)
    residents = gateway.provider.residents
    async with gateway.browser() as browser:
        visitor = Visitor(gateway, browser)
        assert went_on(await visitor.register(card))

        async def learn() -> None:
            gateway.clock.forward(seconds=2)
            if is_revoked:
                identity = identity_of(card.authentication, AUTHENTICATION)
                assert await residents.learn_revoked(
                    identity, AUTHENTICATION, None, "keyCompromise"
                )
            gateway.clock.forward(seconds=2)

        gateway.clock.forward(seconds=60)
        meanwhile.happens = learn
        await visitor.register(card)
        assert await is_let_in(visitor) is not is_revoked


async def test_a_revocation_that_tells_no_reason_is_learned_as_any_other(
    gateway: Gateway, card: VirtualCard
) -> None:
    meanwhile = Meanwhile()
    gateway = await with_status(gateway, meanwhile)
    async with gateway.browser() as browser, gateway.browser() as other:
        visitor, stranger = Visitor(gateway, browser), Visitor(gateway, other)
        assert went_on(await visitor.register(card))
        gateway.clock.forward(seconds=60)
        meanwhile.answer = replace(REVOKED, revocation_reason=None)
        assert failure(await stranger.sign_in(card)) == ("revoked", 403)
        assert not await is_let_in(visitor)
