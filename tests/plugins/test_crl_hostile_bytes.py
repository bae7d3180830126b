"""Whatever bytes lie in the folder, they are a list or unusable; nothing else is raised."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plugins.crl.entries import read_entries
from plugins.crl.errors import UnusableError
from plugins.crl.outline import read_outline
from plugins.crl.revocation_list import read_facts
from plugins.crl.row import key_of
from plugins.crl.signed_by import read_signature
from tests.card.forge import Node, forge, leaves
from tests.card.world import Keys, World
from tests.plugins.crl_world import CrlWorld

SETTINGS = settings(
    max_examples=300,
    deadline=timedelta(seconds=2),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
"""The fixtures are only read: one town serves all examples."""


@pytest.fixture(scope="module")
def lists(tmp_path_factory: pytest.TempPathFactory, keys: Keys) -> CrlWorld:
    made = CrlWorld(World(tmp_path_factory.mktemp("crls"), keys))
    made.revoke()
    return made


@pytest.fixture(scope="module")
def good(lists: CrlWorld) -> bytes:
    return lists.crl()


def parse(content: bytes) -> bytes | None:
    """The rows of what would be indexed, were it signed."""
    try:
        outline = read_outline(content)
        read_facts(outline)
        read_signature(content, outline)
        return b"".join(read_entries(content, *outline.entries).blocks())
    except UnusableError:
        return None


def test_the_untouched_list_is_read(lists: CrlWorld, good: bytes) -> None:
    read = parse(good)

    assert read is not None
    assert read.startswith(key_of(lists.issued.certificate.serial_number))


@SETTINGS
@given(content=st.binary(max_size=2_048))
def test_random_bytes_are_no_list(content: bytes) -> None:
    assert parse(content) is None


@SETTINGS
@given(data=st.data())
def test_a_changed_byte_raises_nothing(good: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(good) - 1))
    byte = data.draw(st.integers(0, 255))
    rest = data.draw(st.sampled_from([good[at + 1 :], good[at:], b""]))

    parse(good[:at] + bytes([byte]) + rest)


@SETTINGS
@given(data=st.data())
def test_any_value_the_ca_itself_signs_raises_nothing(
    lists: CrlWorld, good: bytes, data: st.DataObject
) -> None:
    def change(tbs: Node) -> None:
        chosen = data.draw(st.sampled_from(list(leaves(tbs))))
        chosen.tag = data.draw(st.sampled_from([chosen.tag, 0x02, 0x04, 0x0A, 0x18, 0x30]))
        chosen.content = data.draw(st.one_of(st.binary(max_size=40), st.just(chosen.content)))

    parse(forge(good, lists.world.ca_key(), change))
