"""Bound certificates that are revoked, as the API tells of them: what, why, since when."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography.x509 import ReasonFlags

from gateway.card.api import CertificateType
from gateway.operators.model import Role
from gateway.residents.model import ProvenCertificate, Resident
from tests.residents.people import HANAKO_MOVED, auth, register, sign
from tests.support.gateway import NOW
from tests.support.log import log_text
from tests.support.operators import API, Office

pytestmark = pytest.mark.anyio
AN_HOUR_AGO = NOW - timedelta(hours=1)
REVOKED = ("revoked_at", "revocation_reason", "found_revoked_at")


@pytest.fixture
async def hanako(office: Office) -> Resident:
    residents = office.gateway.provider.residents
    return (await register(residents, 1, 2, now=office.gateway.clock())).resident


async def revoke(
    office: Office, proven: ProvenCertificate, reason: str, *, dated: bool = True
) -> None:
    """An hour before these tests by the CA's word, where it is `dated`."""
    at = AN_HOUR_AGO if dated else None
    residents = office.gateway.provider.residents
    assert await residents.learn_revoked(proven.identity, proven.certificate_type, at, reason)


async def shown(office: Office, resident: Resident) -> dict[str, Any]:
    """To a clerk. Asked once in a test."""
    async with office.at_desk(await office.operator(Role.CLERK)) as desk:
        body: dict[str, Any] = (await desk.get(f"{API}/residents/{resident.resident_id}")).json()
    return body


def written(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


def of_type(resident: dict[str, Any], kind: CertificateType) -> list[tuple[object, ...]]:
    """What is told against each certificate of a kind."""
    return [
        tuple(one[name] for name in REVOKED)
        for one in resident["certificates"]
        if one["certificate_type"] == kind
    ]


async def test_nothing_is_told_against_a_certificate_nothing_is_known_against(
    office: Office, hanako: Resident
) -> None:
    resident = await shown(office, hanako)
    assert resident["attributes_changed"] is False
    for kind in CertificateType:
        assert of_type(resident, kind) == [(None, None, None)]


async def test_a_move_is_told_with_its_reason_and_both_times(
    office: Office, hanako: Resident
) -> None:
    await revoke(office, sign(2), "affiliationChanged")
    resident = await shown(office, hanako)
    told = ("2026-11-21T08:00:00Z", "affiliationChanged", written(office.gateway.clock()))
    assert of_type(resident, CertificateType.SIGNATURE) == [told]
    assert of_type(resident, CertificateType.AUTHENTICATION) == [(None, None, None)]
    assert (resident["attributes_changed"], resident["state"]) == (True, "active")


async def test_the_new_certificate_stands_beside_the_former_one(
    office: Office, hanako: Resident
) -> None:
    await revoke(office, sign(2), "affiliationChanged")
    office.gateway.clock.forward(days=1)
    now = office.gateway.clock()
    await register(office.gateway.provider.residents, 1, 3, HANAKO_MOVED, now)
    resident = await shown(office, hanako)
    reasons = [reason for _, reason, _ in of_type(resident, CertificateType.SIGNATURE)]
    assert (reasons, resident["attributes_changed"]) == (["affiliationChanged", None], False)


@pytest.mark.parametrize(
    ("proven", "reason"),
    [(sign(2), "superseded"), (auth(1), "keyCompromise"), (auth(1), "affiliationChanged")],
)
async def test_another_revocation_says_nothing_of_the_attributes(
    office: Office, hanako: Resident, proven: ProvenCertificate, reason: str
) -> None:
    await revoke(office, proven, reason)
    resident = await shown(office, hanako)
    assert of_type(resident, proven.certificate_type)[0][1] == reason
    assert resident["attributes_changed"] is False


async def test_since_when_is_left_open_where_nobody_said(office: Office, hanako: Resident) -> None:
    await revoke(office, sign(2), ReasonFlags.unspecified.value, dated=False)
    ((at, reason, found),) = of_type(await shown(office, hanako), CertificateType.SIGNATURE)
    assert (at, reason, found) == (None, "unspecified", written(office.gateway.clock()))
    assert hanako.resident_id not in await log_text(office.gateway)
