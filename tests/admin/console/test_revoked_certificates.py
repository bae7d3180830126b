"""A resident's page says how each certificate stands: in force, expired, or revoked and why."""

import re
from datetime import timedelta

import httpx2
import pytest
from cryptography.x509 import ReasonFlags

from gateway.operators.model import Operator, Role
from gateway.residents.model import Resident
from gateway.web.languages import Language
from gateway.web.pages import Pages
from tests.residents.people import HANAKO_MOVED, NOT_AFTER, register, sign
from tests.support.operators import Office

pytestmark = pytest.mark.anyio
TEXTS = Pages(["gateway.admin"]).texts


@pytest.fixture
async def hanako(office: Office) -> Resident:
    residents = office.gateway.provider.residents
    return (await register(residents, 1, 2, now=office.gateway.clock())).resident


@pytest.fixture
async def clerk(office: Office) -> Operator:
    return await office.operator(Role.CLERK)


async def revoke(office: Office, reason: str, *, dated: bool = True) -> None:
    identity, kind, now = sign(2).identity, sign(2).certificate_type, office.gateway.clock()
    at = now - timedelta(days=2) if dated else None
    assert await office.gateway.provider.residents.learn_revoked(identity, kind, at, reason)


async def page_of(
    office: Office, clerk: Operator, resident: Resident, language: str = "en"
) -> httpx2.Response:
    async with office.at_desk(clerk) as desk:
        path = f"/admin/residents/{resident.resident_id}"
        return await desk.get(path, headers={"Accept-Language": language})


def rows(page: httpx2.Response) -> dict[str, str]:
    """Of each certificate, the cell behind its kind, in plain words."""
    table = page.text.partition("<caption>Certificates bound")[2].partition("</table>")[0]
    found = re.findall(r'<th scope="row".*?>(.*?)</th>.*?<td.*?>(.*?)</td>', table, re.DOTALL)
    return {kind: " ".join(re.sub(r"<[^>]+>", " ", cell).split()) for kind, cell in found}


async def test_each_certificate_says_how_it_stands(
    office: Office, clerk: Operator, hanako: Resident
) -> None:
    good = rows(await page_of(office, clerk, hanako))
    assert good == {"Signature certificate": "In force", "Authentication certificate": "In force"}
    await revoke(office, "affiliationChanged")
    moved = rows(await page_of(office, clerk, hanako))
    assert moved == {
        "Signature certificate": "Revoked name or address changed since Nov 19, 2026",
        "Authentication certificate": "In force",
    }


async def test_a_certificate_past_its_end_is_expired(
    office: Office, clerk: Operator, hanako: Resident
) -> None:
    office.gateway.clock.now = NOT_AFTER
    assert set(rows(await page_of(office, clerk, hanako)).values()) == {"Expired"}


async def test_where_nobody_said_since_when_it_is_told_when_it_was_found(
    office: Office, clerk: Operator, hanako: Resident
) -> None:
    await revoke(office, "unspecified", dated=False)
    told = rows(await page_of(office, clerk, hanako))["Signature certificate"]
    assert told == "Revoked no reason given found on Nov 21, 2026"


async def test_that_name_or_address_changed_stands_above_the_attributes(
    office: Office, clerk: Operator, hanako: Resident
) -> None:
    changed = "/admin/manual/platform#moving"
    assert changed not in (await page_of(office, clerk, hanako)).text
    await revoke(office, "affiliationChanged")
    page = (await page_of(office, clerk, hanako, "ja")).text
    assert page.index(changed) < page.index('id="attributes"')
    assert "名前か住所が変わり" in page
    office.gateway.clock.forward(days=1)
    now = office.gateway.clock()
    await register(office.gateway.provider.residents, 1, 3, HANAKO_MOVED, now)
    assert changed not in (await page_of(office, clerk, hanako)).text


@pytest.mark.parametrize("reason", ReasonFlags)
def test_every_reason_a_certificate_may_be_revoked_for_has_words(reason: ReasonFlags) -> None:
    for language in Language:
        assert TEXTS.say(language, f"revocation_{reason.value}")
