"""Which OCSP responses of a line count, and what they decide, alone and beside CRLs."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.card.batch.desk import ACCEPTED, Line, base64, card_line, crl, verdict
from tests.card.batch.test_crls import HOUR, REVOKED, SECOND, STALE, UNKNOWN, revoke
from tests.card.world import NOW, World
from tests.plugins import ocsp_forge as forge
from tests.plugins.ocsp_forge import ResponseTemplate
from tests.plugins.ocsp_world import NEXT_UPDATE, PRODUCED, OcspWorld

pytestmark = pytest.mark.anyio

Change = Callable[[ResponseTemplate], ResponseTemplate]
HOLD = 6

UNUSABLE: Mapping[str, Change] = {
    "without nextUpdate": lambda made: made.with_single(next_update=None),
    "of the future": lambda made: made.with_single(this_update=NOW + SECOND),
    "of another serial number": lambda made: made.with_single(
        certificate_id=replace(made.single.certificate_id, serial=1)
    ),
    "of another CA's key": lambda made: made.with_single(
        certificate_id=replace(made.single.certificate_id, key_hash=bytes(32))
    ),
    "of another CA's name": lambda made: made.with_single(
        certificate_id=replace(made.single.certificate_id, name_hash=bytes(32))
    ),
    "badly signed": lambda made: replace(made, signature=bytes(256)),
    "without its responder's certificate": lambda made: replace(made, certificates=()),
}


@pytest.fixture
def ocsp(world: World) -> OcspWorld:
    return OcspWorld(world)


def line(ocsp: OcspWorld, *responses: ResponseTemplate, **others: object) -> Line:
    given = [base64(each.encode()) for each in responses]
    crls = others.pop("crls", [])
    return card_line(ocsp.world, ocsp.leaf, "auth", crls=crls, ocsp=given, **others)


def revoked(response: ResponseTemplate, reason: int | None = None) -> ResponseTemplate:
    return response.with_single(status=forge.revoked(NOW - HOUR, reason))


async def test_a_good_answer_is_enough(ocsp: OcspWorld) -> None:
    assert await verdict(line(ocsp, ocsp.response())) == ACCEPTED
    assert await verdict(line(ocsp, ocsp.by_the_ca())) == ACCEPTED


@pytest.mark.parametrize("reason", [None, 1, HOLD])
async def test_a_revoked_one_refuses_and_a_hold_is_final(
    ocsp: OcspWorld, reason: int | None
) -> None:
    assert await verdict(line(ocsp, revoked(ocsp.response(), reason))) == REVOKED


async def test_a_responder_that_does_not_know_it_proves_nothing(ocsp: OcspWorld) -> None:
    unknown = ocsp.response().with_single(status=forge.UNKNOWN)

    assert await verdict(line(ocsp, unknown)) == UNKNOWN


@pytest.mark.parametrize("name", UNUSABLE)
async def test_one_that_is_unusable_proves_nothing_good_or_bad(ocsp: OcspWorld, name: str) -> None:
    good, change = ocsp.response(), UNUSABLE[name]

    for unusable in (change(good), change(revoked(good))):
        assert await verdict(line(ocsp, unusable)) == UNKNOWN
        assert await verdict(line(ocsp, unusable, good)) == ACCEPTED
        assert await verdict(line(ocsp, unusable, revoked(good))) == REVOKED


async def test_both_bounds_of_its_time_belong_to_it(ocsp: OcspWorld) -> None:
    response = ocsp.response()

    for at, expected in (
        (PRODUCED - SECOND, UNKNOWN),
        (PRODUCED, ACCEPTED),
        (NEXT_UPDATE, ACCEPTED),
        (NEXT_UPDATE + SECOND, STALE),
    ):
        assert await verdict(line(ocsp, response, at=at)) == expected
    assert await verdict(line(ocsp, revoked(response), at=NEXT_UPDATE + SECOND)) == STALE


async def test_when_it_was_produced_is_no_matter(ocsp: OcspWorld) -> None:
    """Evidence may be collected after the time that is asked about."""
    later = replace(ocsp.response(), produced_at=NOW + timedelta(days=1))

    assert await verdict(line(ocsp, later)) == ACCEPTED


async def test_a_delegate_of_another_ca_proves_nothing(ocsp: OcspWorld) -> None:
    other = ocsp.world.authority.issuer("jpki-sign", 2)

    response = ocsp.delegated_by(ocsp.delegate_template(authority=other))

    assert await verdict(line(ocsp, response)) == UNKNOWN


async def test_a_crl_that_says_good_is_outweighed(ocsp: OcspWorld) -> None:
    lists = [crl(ocsp.world)]

    assert await verdict(line(ocsp, ocsp.response(), crls=lists)) == ACCEPTED
    assert await verdict(line(ocsp, revoked(ocsp.response()), crls=lists)) == REVOKED


async def test_an_answer_that_says_good_is_outweighed(ocsp: OcspWorld) -> None:
    revoke(ocsp.world, ocsp.leaf)

    assert await verdict(line(ocsp, ocsp.response(), crls=[crl(ocsp.world)])) == REVOKED


async def test_either_alone_is_enough_where_the_other_is_unusable(ocsp: OcspWorld) -> None:
    stale = crl(ocsp.world, next_update=NOW)
    late = NOW + SECOND

    assert await verdict(line(ocsp, ocsp.response(), crls=[stale], at=late)) == ACCEPTED
    assert await verdict(line(ocsp, crls=[stale], at=late)) == STALE
    bad = replace(ocsp.response(), signature=b"")
    assert await verdict(line(ocsp, bad, crls=[crl(ocsp.world)])) == ACCEPTED
