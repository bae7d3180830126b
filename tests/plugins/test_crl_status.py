"""What CRLs say of a certificate, how fresh they must be, and that none goes back."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from cryptography import x509

from gateway.card.api import StatusValue, ValidationContext
from gateway.virtual.revocation_list import CustomiseCrl
from gateway.virtual.template import RevokedEntry
from tests.card.forge import Node, extensions, find_extension, set_value
from tests.card.world import NOW
from tests.plugins.crl_world import CONTEXT, NEXT_UPDATE, PUBLISHED, CrlWorld

pytestmark = pytest.mark.anyio

GOOD, REVOKED, UNKNOWN = StatusValue.GOOD, StatusValue.REVOKED, StatusValue.UNKNOWN
SECOND = timedelta(seconds=1)


def at(now: datetime) -> ValidationContext:
    return replace(CONTEXT, now=now)


def _numbered(number: int) -> CustomiseCrl:
    return lambda crl: crl.with_extension(x509.CRLNumber(number))


async def test_a_certificate_on_no_fresh_list_is_good(crls: CrlWorld) -> None:
    crls.write(crls.crl())

    status = await crls.status()

    assert status.value is GOOD
    assert status.source == "crl"
    assert status.this_update == PUBLISHED
    assert status.next_update == NEXT_UPDATE


@pytest.mark.parametrize(
    "reason", [each for each in x509.ReasonFlags if each is not x509.ReasonFlags.remove_from_crl]
)
async def test_a_certificate_on_the_list_is_revoked_and_the_reason_is_told(
    crls: CrlWorld, reason: x509.ReasonFlags
) -> None:
    crls.revoke(reason)
    crls.write(crls.crl())

    status = await crls.status()

    assert status.value is REVOKED
    assert status.revocation_reason == reason.value
    assert status.revoked_at == PUBLISHED
    assert status.this_update == PUBLISHED


async def test_an_entry_without_a_reason_is_unspecified(crls: CrlWorld) -> None:
    crls.revoke(x509.ReasonFlags.unspecified)
    crls.write(crls.crl())

    assert (await crls.status()).revocation_reason == "unspecified"


async def test_a_neighbours_revocation_is_not_ones_own(crls: CrlWorld) -> None:
    neighbour = crls.world.issue("auth")
    crls.revoke(issued=neighbour)
    crls.write(crls.crl())

    assert (await crls.status()).value is GOOD
    assert (await crls.status(neighbour)).value is REVOKED


async def test_a_list_of_ten_thousand_is_read(crls: CrlWorld) -> None:
    entries = tuple(RevokedEntry(serial, PUBLISHED) for serial in range(1_000, 11_000))
    own = RevokedEntry(crls.issued.certificate.serial_number, PUBLISHED)

    assert await crls.value(crls.crl(lambda crl: replace(crl, revoked=entries))) is GOOD
    assert await crls.value(crls.crl(lambda crl: replace(crl, revoked=(*entries, own)))) is REVOKED


async def test_without_a_list_it_could_not_tell(crls: CrlWorld) -> None:
    status = await crls.status()

    assert status.value is UNKNOWN
    assert not status.stale
    assert status.detail == "no CRL covers the certificate's distribution point"


async def test_each_generation_needs_a_list_of_its_own(crls: CrlWorld) -> None:
    """Their lists have the same name and the same scope."""
    old = crls.world.issue("auth", generation=1)
    crls.write(crls.crl(generation=2), "second.crl")
    assert (await crls.status()).value is GOOD
    assert (await crls.status(old)).value is UNKNOWN

    crls.write(crls.crl(generation=1), "first.crl")
    assert (await crls.status()).value is GOOD
    assert (await crls.status(old)).value is GOOD


async def test_another_issuers_entry_for_the_same_number_does_not_count(crls: CrlWorld) -> None:
    """Signed by the sibling generation, in the same scope: it speaks of its own certificates."""
    own = RevokedEntry(crls.issued.certificate.serial_number, PUBLISHED)
    crls.write(crls.crl(lambda crl: replace(crl, revoked=(own,)), generation=1), "first.crl")
    crls.write(crls.crl(generation=2), "second.crl")

    assert (await crls.status()).value is GOOD


async def test_any_usable_evidence_of_revocation_wins(crls: CrlWorld) -> None:
    """A newer list without the entry lies beside the one with it."""
    crls.write(crls.crl(_numbered(9)), "a.crl")
    crls.revoke()
    crls.write(crls.crl(_numbered(5)), "b.crl")

    assert (await crls.status()).value is REVOKED


async def test_a_serial_number_listed_twice_is_revoked(crls: CrlWorld) -> None:
    own = RevokedEntry(crls.issued.certificate.serial_number, PUBLISHED)

    assert await crls.value(crls.crl(lambda crl: replace(crl, revoked=(own, own)))) is REVOKED


@pytest.mark.parametrize("offset", [timedelta(days=30), -timedelta(days=3_650)])
async def test_the_date_of_an_entry_does_not_undo_it(crls: CrlWorld, offset: timedelta) -> None:
    """A revocation of tomorrow, and one before the certificate was made."""
    own = RevokedEntry(crls.issued.certificate.serial_number, NOW + offset)

    assert await crls.value(crls.crl(lambda crl: replace(crl, revoked=(own,)))) is REVOKED


@pytest.mark.parametrize(
    ("now", "value"),
    [
        (PUBLISHED - SECOND, UNKNOWN),
        (PUBLISHED, GOOD),
        (NEXT_UPDATE, GOOD),
        (NEXT_UPDATE + SECOND, UNKNOWN),
    ],
)
async def test_a_list_is_fresh_from_its_first_second_to_its_last(
    crls: CrlWorld, now: datetime, value: StatusValue
) -> None:
    crls.write(crls.crl())

    assert (await crls.status(context=at(now))).value is value


async def test_a_stale_list_is_told_apart_from_none(crls: CrlWorld) -> None:
    crls.write(crls.crl())

    status = await crls.status(context=at(NEXT_UPDATE + SECOND))

    assert status.value is UNKNOWN
    assert status.stale
    assert status.next_update == NEXT_UPDATE


async def test_a_stale_list_still_proves_a_revocation(crls: CrlWorld) -> None:
    """Nothing is ever taken back."""
    crls.revoke()
    crls.write(crls.crl())

    assert (await crls.status(context=at(NEXT_UPDATE + SECOND))).value is REVOKED


async def test_a_fresh_list_makes_up_for_a_stale_one(crls: CrlWorld) -> None:
    crls.write(crls.crl(lambda crl: replace(crl, next_update=NOW - SECOND)), "old.crl")
    assert (await crls.status()).stale

    crls.write(crls.crl(_numbered(2**60)), "new.crl")
    assert (await crls.status()).value is GOOD


async def test_a_list_of_the_future_proves_nothing(crls: CrlWorld) -> None:
    crls.write(crls.crl(lambda crl: replace(crl, this_update=NOW + SECOND)))

    status = await crls.status()

    assert status.value is UNKNOWN
    assert status.detail == "its CRL begins in the future"


async def test_a_list_of_the_future_does_not_spoil_todays(crls: CrlWorld) -> None:
    tomorrow = crls.crl(
        lambda crl: _numbered(2**60)(replace(crl, this_update=NOW + timedelta(hours=9)))
    )
    crls.write(tomorrow, "tomorrow.crl")
    crls.write(crls.crl(), "today.crl")

    assert (await crls.status()).value is GOOD


async def test_a_list_without_next_update_is_unusable(crls: CrlWorld) -> None:
    def change(tbs: Node) -> None:
        del tbs.children[4]

    assert await crls.value(crls.forged(lambda tbs: None)) is GOOD
    assert await crls.value(crls.forged(change)) is UNKNOWN


async def test_an_older_list_in_the_place_of_a_newer_one_is_not_believed(crls: CrlWorld) -> None:
    crls.write(crls.crl(_numbered(7)))
    assert (await crls.status()).value is GOOD

    crls.write(crls.crl(_numbered(6)))
    rolled_back = await crls.status()
    assert rolled_back.value is UNKNOWN
    assert not rolled_back.stale

    crls.write(crls.crl(_numbered(8)))
    assert (await crls.status()).value is GOOD


@pytest.mark.parametrize("number", [b"", b"\x02\x01\xff", b"\x02\x15\x01" + bytes(20)])
async def test_a_list_without_a_number_as_it_should_be_is_unusable(
    crls: CrlWorld, number: bytes
) -> None:
    """Nobody could tell which of two of them is the newer one."""

    def change(tbs: Node) -> None:
        found = find_extension(tbs, "2.5.29.20")
        if not number:
            return extensions(tbs).remove(found)
        return set_value(found, number)

    assert await crls.value(crls.forged(change)) is UNKNOWN
    assert await crls.value(crls.forged(lambda tbs: None)) is GOOD
