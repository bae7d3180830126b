"""A platform operator's service for revocation and linking both, asked through the gateway."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from gateway.card.api import CertificateType
from gateway.plugins import installed_plugins
from gateway.residents.records import binding_reviews, certificates, residents
from gateway.virtual.card import CardKey, VirtualCard
from tests.login.linking import identity_of, leave, long_number, resident_of, started_again
from tests.login.visitor import Visitor, failure, went_on
from tests.support.fake_verification_service import (
    BASE_PATH,
    FakeVerificationService,
    Known,
    serving,
)
from tests.support.gateway import NOW, Gateway
from tests.support.log import count, log_text, logged
from tests.support.throwaway_ca import ThrowawayCa, pem
from tests.support.token_endpoint import TokenEndpoint
from tests.support.town import HANAKO, TARO, Town
from tests.support.untouched import nothing_changes

pytestmark = [pytest.mark.anyio, pytest.mark.servers]
NAME, CLIENT_ID = "verification_service", "genkan"
AUTH, SIGN = CertificateType.AUTHENTICATION, CertificateType.SIGNATURE
COULD_NOT_ASK = ("could_not_ask", 503)
STATUS, SAME_HOLDER, PREDECESSORS = (
    f"{BASE_PATH}/v1/{call}" for call in ("certificate-status", "same-holder", "predecessors")
)


@dataclass(frozen=True, slots=True)
class Service:
    fake: FakeVerificationService
    table: dict[str, Any]

    @property
    def tokens(self) -> TokenEndpoint:
        assert self.fake.tokens is not None
        return self.fake.tokens

    @property
    def calls(self) -> list[str]:
        return [asked.path for asked in self.fake.asked]

    def knows(self, card: VirtualCard, holder: str) -> None:
        self.knows_one(card.authentication, AUTH, holder)
        self.knows_one(card.signature, SIGN, holder)

    def knows_one(
        self, key: CardKey | None, kind: CertificateType, holder: str, *older: CardKey | None
    ) -> None:
        identities = tuple(identity_of(each, kind) for each in older)
        self.fake.certificates[identity_of(key, kind)] = Known(status("good"), holder, identities)

    def revokes(self, key: CardKey | None, kind: CertificateType) -> None:
        found = self.fake.certificates[identity_of(key, kind)]
        told = {**status("revoked"), "revocation_reason": "superseded"}
        told["revoked_at"] = told["this_update"]
        self.fake.certificates[identity_of(key, kind)] = replace(found, status=told)


def status(value: str) -> dict[str, Any]:
    this_update, next_update = NOW - timedelta(minutes=1), NOW + timedelta(minutes=14)
    return {
        "value": value,
        "evidence": "ocsp",
        "this_update": this_update.isoformat().replace("+00:00", "Z"),
        "next_update": next_update.isoformat().replace("+00:00", "Z"),
    }


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Service]:
    """It demands an access token, of which each plugin of its own would want one of its own."""
    ca, key = ThrowawayCa(tmp_path / "service"), ec.generate_private_key(ec.SECP256R1())
    key_file = tmp_path / "service" / "gateway.key"
    key_file.write_bytes(pem(key))
    fake = FakeVerificationService(tokens=TokenEndpoint(CLIENT_ID, key.public_key(), NOW))
    async with serving(ca, fake):
        assert fake.tokens is not None
        table = {
            "base_url": fake.base_url,
            "ca_file": str(ca.ca_file),
            "client_auth": "private_key_jwt",
            "client_key_file": str(key_file),
            "client_id": CLIENT_ID,
            "token_url": fake.tokens.url,
            "cache_seconds": 0,
        }
        yield Service(fake, table)


@pytest.fixture
async def linked(gateway: Gateway, town: Town, service: Service) -> Gateway:
    """It has nobody else to ask: no list of revoked certificates is there."""
    town.withdraw_lists()
    named = {"revocation_sources": (NAME,), "linking": NAME}
    return await started_again(gateway, {NAME: service.table}, installed_plugins(), **named)


@pytest.fixture
async def visitor(linked: Gateway) -> AsyncIterator[Visitor]:
    async with linked.browser() as browser:
        yield Visitor(linked, browser)


@pytest.fixture
def card(gateway: Gateway, town: Town, service: Service) -> VirtualCard:
    made = town.card(HANAKO, gateway.clock(), customise=long_number)
    service.knows(made, "Hanako")
    return made


@pytest.fixture
def renewed(gateway: Gateway, town: Town, service: Service, card: VirtualCard) -> VirtualCard:
    """The same card, its authentication certificate renewed."""
    new = town.card(HANAKO, gateway.clock(), customise=long_number).authentication
    service.knows_one(new, AUTH, "Hanako", card.authentication)
    return replace(card, authentication=new)


async def test_a_registration_asks_of_both_certificates_and_whether_they_are_one_persons(
    linked: Gateway, visitor: Visitor, service: Service, card: VirtualCard
) -> None:
    assert went_on(await visitor.register(card))
    assert sorted(service.calls) == sorted(
        [STATUS, STATUS, SAME_HOLDER, PREDECESSORS, PREDECESSORS]
    )
    assert (await count(linked, residents), await count(linked, certificates)) == (1, 2)
    (entry,) = await logged(linked)
    assert entry.deed == "resident.registered"


async def test_named_for_both_it_is_one_plugin_with_one_token(
    visitor: Visitor, service: Service, card: VirtualCard
) -> None:
    assert went_on(await visitor.register(card))
    assert {STATUS, SAME_HOLDER} <= set(service.calls)
    assert len(service.tokens.good_tokens) == 1


async def test_a_renewed_authentication_certificate_signs_in_as_the_one_before(
    linked: Gateway,
    visitor: Visitor,
    service: Service,
    card: VirtualCard,
    renewed: VirtualCard,
) -> None:
    await visitor.register(card)
    resident_id = await resident_of(visitor)
    await leave(visitor)
    service.revokes(card.authentication, AUTH)
    assert failure(await visitor.sign_in(card)) == ("revoked", 403)

    assert went_on(await visitor.sign_in(renewed))
    assert await resident_of(visitor) == resident_id
    assert await count(linked, residents) == 1
    assert await count(linked, binding_reviews) == 0
    last = (await logged(linked))[-1]
    assert (last.deed, last.detail["renewed"]) == ("resident.signed_in", "authentication")


async def test_two_peoples_certificates_are_refused(
    linked: Gateway, town: Town, visitor: Visitor, service: Service, card: VirtualCard
) -> None:
    taro = town.card(TARO, linked.clock(), customise=long_number)
    service.knows(taro, "Taro")
    both = replace(card, authentication=taro.authentication)
    async with nothing_changes(linked):
        assert failure(await visitor.register(both)) == ("other_holder", 403)
    assert await visitor.session() is None
    assert PREDECESSORS not in service.calls
    assert went_on(await visitor.register(card))


@pytest.mark.parametrize(
    "down", [{STATUS, SAME_HOLDER, PREDECESSORS}, {SAME_HOLDER}, {PREDECESSORS}]
)
async def test_while_it_does_not_answer_nobody_is_registered(
    linked: Gateway,
    visitor: Visitor,
    service: Service,
    card: VirtualCard,
    down: set[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """All of it, or one of its calls alone."""
    service.fake.out_of_order = down
    async with nothing_changes(linked):
        assert failure(await visitor.register(card)) == COULD_NOT_ASK
    assert await visitor.session() is None
    assert await count(linked, certificates) == 0
    assert "verification service" in caplog.text
    text = await log_text(linked) + caplog.text
    for key, kind in ((card.authentication, AUTH), (card.signature, SIGN)):
        number = identity_of(key, kind).serial_number
        assert str(number) not in text
        assert f"{number:x}" not in text

    service.fake.out_of_order = set()
    assert went_on(await visitor.register(card))


async def test_while_it_does_not_answer_a_renewed_certificate_is_bound_to_nobody(
    linked: Gateway, visitor: Visitor, service: Service, card: VirtualCard, renewed: VirtualCard
) -> None:
    await visitor.register(card)
    await leave(visitor)
    service.fake.out_of_order = {PREDECESSORS}
    async with nothing_changes(linked):
        assert failure(await visitor.sign_in(renewed)) == COULD_NOT_ASK
    assert await visitor.session() is None
