"""Through the whole verifier: alone, and with the lists of revoked certificates in either order."""

import pytest

from gateway.card.api import CertificateStatus, Reason, RevocationSource, StatusValue
from gateway.card.model import Outcome, Verification
from gateway.card.plugin_calls import ask_sources
from tests.card.world import NOW
from tests.plugins.crl_world import CONTEXT, CrlWorld
from tests.plugins.service_world import ServiceWorld, good, revoked
from tests.support.fake_verification_service import Asked

pytestmark = [pytest.mark.anyio, pytest.mark.servers]

ORDERS = pytest.mark.parametrize(
    "order", [("crl", "verification_service"), ("verification_service", "crl")]
)


async def verified(service: ServiceWorld, kind: str = "sign") -> Verification:
    verifier = service.world.verifier(sources=[service.plugin()])
    return await verifier.verify(service.world.present(service.issued[kind].certificate), NOW)


@pytest.mark.parametrize("kind", ["sign", "auth"])
async def test_a_good_certificate_is_accepted(service: ServiceWorld, kind: str) -> None:
    found = await verified(service, kind)

    assert found.outcome is Outcome.ACCEPTED
    assert found.status is not None
    assert found.status.source == "verification_service"


async def test_a_revoked_certificate_is_refused(service: ServiceWorld) -> None:
    service.knows(service.identity("sign"), revoked())
    found = await verified(service)

    assert (found.outcome, found.reason) == (Outcome.REFUSED, Reason.REVOKED)
    assert found.status is not None
    assert found.status.revocation_reason == "affiliationChanged"


async def test_what_could_not_be_told_is_undetermined(service: ServiceWorld) -> None:
    service.knows(service.identity("sign"), {"value": "unknown"})
    found = await verified(service)

    assert (found.outcome, found.reason) == (Outcome.UNDETERMINED, Reason.STATUS_UNKNOWN)


async def test_an_answer_out_of_date_is_undetermined(service: ServiceWorld) -> None:
    service.knows(service.identity("sign"), good(next_update="2026-11-20T02:00:00Z"))
    found = await verified(service)

    assert (found.outcome, found.reason) == (Outcome.UNDETERMINED, Reason.STATUS_STALE)


async def asked(service: ServiceWorld, crls: CrlWorld, order: tuple[str, ...]) -> CertificateStatus:
    crls.issued = service.issued["auth"]
    sources: dict[str, RevocationSource] = {
        "crl": crls.source,
        "verification_service": service.plugin(),
    }
    return await ask_sources([sources[name] for name in order], crls.path(), CONTEXT)


@ORDERS
async def test_the_first_that_knows_is_the_answer(
    service: ServiceWorld, crls: CrlWorld, order: tuple[str, ...]
) -> None:
    crls.write(crls.crl())
    status = await asked(service, crls, order)

    assert (status.value, status.source) == (StatusValue.GOOD, order[0])
    assert len(service.fake.asked) == (0 if order[0] == "crl" else 1)


@ORDERS
async def test_without_a_list_the_service_is_the_answer(
    service: ServiceWorld, crls: CrlWorld, order: tuple[str, ...]
) -> None:
    service.knows(service.identity("auth"), revoked("superseded"))
    status = await asked(service, crls, order)

    assert (status.value, status.source) == (StatusValue.REVOKED, "verification_service")


@ORDERS
async def test_without_the_service_the_list_is_the_answer(
    service: ServiceWorld, crls: CrlWorld, order: tuple[str, ...]
) -> None:
    async def down(_: Asked, writer: object) -> None:
        """The connection is closed."""

    crls.write(crls.crl())
    service.fake.fault = down
    status = await asked(service, crls, order)

    assert (status.value, status.source) == (StatusValue.GOOD, "crl")


@ORDERS
async def test_with_neither_nothing_is_known(
    service: ServiceWorld, crls: CrlWorld, order: tuple[str, ...]
) -> None:
    service.fake.certificates.clear()

    assert (await asked(service, crls, order)).value is StatusValue.UNKNOWN
