"""What was learned of a certificate first stays; that somebody has moved is learned late too."""

import pytest

from gateway.residents.registry import Residents
from gateway.residents.standing import AttributeStanding
from gateway.store.api import Records
from tests.residents.people import auth, register, sign
from tests.residents.revoking import REVOKED_AT, Lists, bindings, sweep_over
from tests.support.log import logged_in

pytestmark = pytest.mark.anyio
AUTH, SIGN, MOVED = "authentication", "signature", "affiliationChanged"


@pytest.fixture
async def hanako(residents: Residents) -> str:
    return (await register(residents, 1, 2)).resident.resident_id


async def learn(residents: Residents, number: int, reason: str) -> bool:
    proven = sign(number) if number == 2 else auth(number)
    return await residents.learn_revoked(proven.identity, proven.certificate_type, None, reason)


@pytest.mark.parametrize("first", ["unspecified", "certificateHold"])
async def test_a_move_that_a_list_tells_after_another_source_told_no_reason_changes_the_standing(
    records: Records, residents: Residents, hanako: str, first: str
) -> None:
    assert await learn(residents, 2, first)
    assert await residents.standing(hanako) is AttributeStanding.CURRENT
    lists = Lists()
    lists.publish("jpki-sign", 2, reason=MOVED)
    lists.publish("jpki-sign", 2, reason=MOVED)
    await sweep_over(records, lists).once()
    assert await residents.standing(hanako) is AttributeStanding.CHANGED
    assert (await bindings(records))[hanako, SIGN] == (REVOKED_AT, MOVED)
    told = [entry.detail["reason"] for entry in await logged_in(records, "certificate.revoked")]
    assert told == [first, MOVED]


async def test_a_move_that_is_seen_at_the_door_after_a_list_gave_no_reason_is_learned(
    records: Records, residents: Residents, hanako: str
) -> None:
    lists = Lists()
    lists.publish("jpki-sign", 2, reason="unspecified")
    await sweep_over(records, lists).once()
    assert await learn(residents, 2, MOVED)
    assert not await learn(residents, 2, MOVED)
    assert await residents.standing(hanako) is AttributeStanding.CHANGED
    assert (await bindings(records))[hanako, SIGN] == (REVOKED_AT, MOVED)


async def test_no_later_reason_takes_a_move_back(
    records: Records, residents: Residents, hanako: str
) -> None:
    assert await learn(residents, 2, MOVED)
    assert not await learn(residents, 2, "superseded")
    assert await residents.standing(hanako) is AttributeStanding.CHANGED
    assert len(await logged_in(records)) == 1


async def test_an_authentication_certificate_has_no_address_to_change(
    records: Records, residents: Residents, hanako: str
) -> None:
    assert await learn(residents, 1, "certificateHold")
    assert not await learn(residents, 1, MOVED)
    assert (await bindings(records))[hanako, AUTH] == (None, "certificateHold")
    assert len(await logged_in(records)) == 1
