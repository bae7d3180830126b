"""Two lives: what a dead signature certificate says of name and address."""

from datetime import timedelta

import pytest

from gateway.residents.registry import Residents
from gateway.residents.standing import AttributeStanding, BoundSignature, standing
from tests.residents.people import HANAKO_MOVED, NOW, auth, register, sign

pytestmark = pytest.mark.anyio
CURRENT, CHANGED = AttributeStanding.CURRENT, AttributeStanding.CHANGED
MOVED = "affiliationChanged"


@pytest.mark.parametrize(
    ("reasons", "expected"),
    [
        ((), CURRENT),
        ((None,), CURRENT),
        (("superseded",), CURRENT),
        (("certificateHold",), CURRENT),
        ((MOVED,), CHANGED),
        ((MOVED, None), CURRENT),
        ((MOVED, "superseded"), CURRENT),
        ((None, MOVED), CHANGED),
        ((MOVED, None, MOVED), CHANGED),
    ],
)
def test_only_the_certificate_that_was_bound_last_counts(
    reasons: tuple[str | None, ...], expected: AttributeStanding
) -> None:
    bound = [
        BoundSignature(NOW + timedelta(days=number), reason)
        for number, reason in enumerate(reasons)
    ]
    assert standing(bound) is expected
    assert standing(reversed(bound)) is expected


async def test_a_move_changes_the_standing_until_the_next_signature_certificate(
    residents: Residents,
) -> None:
    resident_id = (await register(residents, 1, 2)).resident.resident_id
    assert await residents.standing(resident_id) is CURRENT
    proven = sign(2)
    at = NOW - timedelta(days=1)
    await residents.learn_revoked(proven.identity, proven.certificate_type, at, MOVED)
    assert await residents.standing(resident_id) is CHANGED
    await residents.register(auth(1), sign(3), HANAKO_MOVED, NOW + timedelta(hours=1))
    assert await residents.standing(resident_id) is CURRENT


async def test_an_authentication_certificate_says_nothing_of_the_address(
    residents: Residents,
) -> None:
    resident_id = (await register(residents, 1, 2)).resident.resident_id
    proven = auth(1)
    await residents.learn_revoked(proven.identity, proven.certificate_type, NOW, MOVED)
    assert await residents.standing(resident_id) is CURRENT


async def test_of_nobody_there_is_nothing_to_doubt(residents: Residents) -> None:
    assert await residents.standing("nobody") is CURRENT
