"""Whatever bytes a responder sends, they say the same as before or nothing, and soon."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.card.api import CertificateStatus, StatusValue
from tests.card.forge import leaves, parse, tlv
from tests.card.world import NOW, Keys, World
from tests.plugins.ocsp_forge import nonce_extension, revoked, wrap
from tests.plugins.ocsp_world import OcspWorld
from tests.support.cpu_time import within

SETTINGS = settings(
    max_examples=300,
    deadline=timedelta(seconds=2),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
"""The fixtures are only read: one town serves all examples."""
NONCE = bytes(range(32))
MEGABYTE = 1_000_000


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory, keys: Keys) -> OcspWorld:
    return OcspWorld(World(tmp_path_factory.mktemp("ocsp"), keys))


def checked(asked: OcspWorld, content: bytes) -> CertificateStatus:
    return asked.check(content, nonce=NONCE)


def good(asked: OcspWorld) -> bytes:
    return replace(asked.response(), extensions=nonce_extension(NONCE)).encode()


def dead(asked: OcspWorld) -> bytes:
    response = replace(asked.response(), extensions=nonce_extension(NONCE))
    return response.with_single(status=revoked(NOW - timedelta(days=1), 1)).encode()


@pytest.mark.parametrize("make", [good, dead])
def test_a_changed_byte_changes_no_answer_into_another(
    asked: OcspWorld, make: Callable[[OcspWorld], bytes]
) -> None:
    original = make(asked)
    answer = checked(asked, original)
    told = 0
    for at in range(len(original)):
        for bit in (0x01, 0x80, 0xFF):
            changed = bytearray(original)
            changed[at] ^= bit
            found = checked(asked, bytes(changed))
            assert found == answer or found.value is StatusValue.UNKNOWN, at
            told += found == answer

    assert answer.value is not StatusValue.UNKNOWN
    # Nothing is without meaning: what is not signed is compared or is the signature itself.
    assert told == 0


def test_a_response_cut_short_or_longer_is_none(asked: OcspWorld) -> None:
    original = good(asked)

    for end in range(len(original)):
        assert checked(asked, original[:end]).value is StatusValue.UNKNOWN
    assert checked(asked, original + b"\x00").value is StatusValue.UNKNOWN


@SETTINGS
@given(content=st.binary(max_size=2_048))
def test_random_bytes_are_no_response(asked: OcspWorld, content: bytes) -> None:
    assert checked(asked, content).value is StatusValue.UNKNOWN
    assert checked(asked, wrap(content)).value is StatusValue.UNKNOWN


@SETTINGS
@given(data=st.data())
def test_any_value_the_responder_itself_signs_raises_nothing(
    asked: OcspWorld, data: st.DataObject
) -> None:
    response = replace(asked.response(), extensions=nonce_extension(NONCE))
    tbs = parse(response.tbs())
    chosen = data.draw(st.sampled_from(list(leaves(tbs))))
    chosen.tag = data.draw(st.sampled_from([chosen.tag, 0x02, 0x04, 0x0A, 0x18, 0x30, 0x80, 0xA1]))
    chosen.content = data.draw(st.one_of(st.binary(max_size=40), st.just(chosen.content)))

    found = asked.check(replace(response, other_tbs=tbs.encode()), nonce=NONCE)
    assert isinstance(found, CertificateStatus)


@pytest.mark.parametrize(
    "element", [b"", b"\x30\x00", tlv(0x30, b"\x30\x00" * 40)], ids=["zeros", "empty", "nested"]
)
def test_a_megabyte_costs_no_time(asked: OcspWorld, element: bytes) -> None:
    filling = (element or b"\x00") * (MEGABYTE // max(1, len(element)))
    many = tlv(0xA0, tlv(0x30, filling))
    response = asked.response()
    signed = response.tbs() + response.algorithm + tlv(0x03, b"\x00" + response.own_signature())
    fillings = [
        filling,
        wrap(filling),
        wrap(tlv(0x30, filling)),
        wrap(tlv(0x30, tlv(0x30, filling) + signed)),
        wrap(tlv(0x30, signed + many)),
        replace(response, extensions=filling).encode(),
        replace(response, signature=filling).encode(),
        replace(response, responder_id=tlv(0xA1, filling)).encode(),
    ]
    for content in fillings:
        with within(0.1):
            found = checked(asked, content)
        assert found.value is StatusValue.UNKNOWN
