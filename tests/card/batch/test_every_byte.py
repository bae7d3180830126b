"""Every byte of a good certificate and of a good CRL, changed: nothing that differs is accepted,
nothing is raised, and nothing takes long."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.card.batch.line import read_line
from gateway.card.batch.request import Request
from gateway.card.model import Outcome
from plugins.crl import CrlChecker
from tests.card.batch.desk import CHECKER, card_line
from tests.card.conftest import keys
from tests.card.forge import parse, sign_bytes, tlv
from tests.card.negatives.lists import revoking
from tests.card.negatives.town import Town
from tests.card.world import NOW, Keys, World
from tests.support.cpu_time import within

__all__ = ["keys"]

pytestmark = [
    pytest.mark.anyio,
    # cryptography will refuse this one day; until then it is the path that does.
    pytest.mark.filterwarnings("ignore:Parsed a serial number which wasn't positive"),
]

LONG = 0.1
MANY = settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
OTHER_BYTES = 0x00, 0x30, 0x80, 0xFF
"""The least, a tag, an indefinite length, the greatest."""


@dataclass(frozen=True)
class Desk:
    """A request that is accepted, and its pieces."""

    town: Town
    request: Request

    @property
    def certificate(self) -> bytes:
        return self.request.unverified_certificate

    @property
    def crl(self) -> bytes:
        return self.request.crls[0]

    async def certificate_is(self, changed: bytes) -> Outcome:
        return await self._found(replace(self.request, unverified_certificate=changed))

    async def with_crl(self, changed: bytes) -> Outcome:
        leaf, issuer = self.town.leaf, self.town.anchor.certificate
        with within(LONG):
            CrlChecker({}).check(changed, leaf, issuer, NOW)  # its caller would bear an exception
        return await self._found(replace(self.request, crls=(changed,)))

    async def _found(self, request: Request) -> Outcome:
        with within(LONG):
            found = await CHECKER.check(request)
        assert found.accepted == (found.reason is None)
        assert found.accepted or found.basic_attributes is None
        return found.outcome


def open_desk(world: World, kind: str) -> Desk:
    town = Town(world, kind)
    return Desk(town, read_line(json.dumps(card_line(world, town.leaf, kind)).encode()))


@pytest.fixture(scope="module")
def desks(tmp_path_factory: pytest.TempPathFactory, keys: Keys) -> Mapping[str, Desk]:
    world = World(tmp_path_factory.mktemp("bytes"), keys)
    return {kind: open_desk(world, kind) for kind in ("auth", "sign")}


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory, keys: Keys) -> Mapping[str, Desk]:
    """Their CA signs on a curve, so that it can sign thousands of them again."""
    on_a_curve = replace(keys, authority=(keys.p256,) * 4)  # type: ignore[arg-type]
    world = World(tmp_path_factory.mktemp("quick"), on_a_curve)
    return {kind: open_desk(world, kind) for kind in ("auth", "sign")}


def flips(good: bytes) -> Iterator[bytes]:
    """Each bit of it, alone."""
    for at, octet in enumerate(good):
        for bit in range(8):
            yield good[:at] + bytes([octet ^ 1 << bit]) + good[at + 1 :]


def cuts(good: bytes) -> Iterator[bytes]:
    """Ended before each byte, and each byte left out or doubled."""
    for at in range(len(good)):
        yield good[:at]
        yield good[:at] + good[at + 1 :]
        yield good[: at + 1] + good[at:]


def others(good: bytes) -> Iterator[bytes]:
    for at in range(len(good)):
        for octet in OTHER_BYTES:
            yield good[:at] + bytes([octet]) + good[at + 1 :]


@pytest.mark.parametrize("kind", ["auth", "sign"])
async def test_the_untouched_request_is_accepted(
    desks: Mapping[str, Desk], quick: Mapping[str, Desk], kind: str
) -> None:
    for desk in (desks[kind], quick[kind]):
        assert await desk.certificate_is(desk.certificate) is Outcome.ACCEPTED
        assert await desk.with_crl(desk.crl) is Outcome.ACCEPTED
        assert await desk.with_crl(revoking(desk.town)) is Outcome.REFUSED


@pytest.mark.parametrize("kind", ["auth", "sign"])
async def test_a_certificate_with_any_bit_changed_is_refused(
    desks: Mapping[str, Desk], kind: str
) -> None:
    desk = desks[kind]
    for changed in flips(desk.certificate):
        assert await desk.certificate_is(changed) is Outcome.REFUSED


async def test_a_certificate_with_any_byte_lost_or_doubled_is_refused(
    desks: Mapping[str, Desk],
) -> None:
    desk = desks["auth"]
    for changed in cuts(desk.certificate):
        assert changed == desk.certificate or (
            await desk.certificate_is(changed) is Outcome.REFUSED
        )


async def test_a_crl_with_any_bit_changed_proves_nothing_good_or_bad(
    desks: Mapping[str, Desk],
) -> None:
    desk = desks["auth"]
    for good in (desk.crl, revoking(desk.town)):
        for changed in flips(good):
            assert await desk.with_crl(changed) is Outcome.UNDETERMINED


async def test_a_crl_with_any_byte_lost_or_doubled_proves_nothing(
    desks: Mapping[str, Desk],
) -> None:
    desk = desks["auth"]
    for changed in cuts(desk.crl):
        assert changed == desk.crl or await desk.with_crl(changed) is Outcome.UNDETERMINED


def signed_again(desk: Desk, good: bytes) -> Iterator[bytes]:
    """With each byte of what is signed changed by the CA itself."""
    tbs, algorithm, signature = parse(good).children
    for changed in others(tbs.encode()):
        signed = b"\0" + sign_bytes(desk.town.anchor.private_key, changed)
        yield tlv(0x30, changed + algorithm.encode() + tlv(signature.tag, signed))


@pytest.mark.parametrize("kind", ["auth", "sign"])
async def test_whatever_byte_the_ca_itself_changes_in_a_certificate_is_judged(
    quick: Mapping[str, Desk], kind: str
) -> None:
    """It may be accepted: another serial number is another certificate."""
    desk = quick[kind]
    found = [await desk.certificate_is(each) for each in signed_again(desk, desk.certificate)]

    assert found.count(Outcome.REFUSED) > len(found) / 2


async def test_whatever_byte_the_ca_itself_changes_in_a_crl_is_judged(
    quick: Mapping[str, Desk],
) -> None:
    desk = quick["auth"]
    found = [await desk.with_crl(each) for each in signed_again(desk, revoking(desk.town))]

    assert set(found) <= set(Outcome)
    assert found.count(Outcome.UNDETERMINED) > len(found) / 2


@MANY
@given(data=st.data())
async def test_nothing_spliced_of_a_crl_is_evidence(
    desks: Mapping[str, Desk], data: st.DataObject
) -> None:
    desk = desks["auth"]
    good = data.draw(st.sampled_from([desk.crl, revoking(desk.town)]))
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(good))] * 2)))
    piece = data.draw(st.one_of(st.binary(max_size=40), st.just(good), st.just(good[start:end])))
    changed = good[:start] + piece + good[end:]

    found = await desk.with_crl(changed)

    assert changed == good or found is Outcome.UNDETERMINED


@MANY
@given(data=st.data())
async def test_nothing_spliced_of_a_certificate_is_accepted(
    desks: Mapping[str, Desk], data: st.DataObject
) -> None:
    desk = desks[data.draw(st.sampled_from(["auth", "sign"]))]
    good = desk.certificate
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(good))] * 2)))
    piece = data.draw(st.one_of(st.binary(max_size=40), st.just(good), st.just(good[start:end])))
    changed = good[:start] + piece + good[end:]

    found = await desk.certificate_is(changed)

    assert changed == good or found is Outcome.REFUSED
