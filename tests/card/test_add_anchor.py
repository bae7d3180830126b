"""Adding an anchor: only what a profile publishes."""

from pathlib import Path

import pytest
from cryptography import x509

from gateway.card.anchors import add_anchor, load_anchors
from gateway.errors import SettingsError
from tests.card.forge import der
from tests.card.publishing import Publishing, fingerprint
from tests.card.world import World, profiles


@pytest.fixture
def generations(world: World) -> tuple[x509.Certificate, x509.Certificate]:
    first, second = (world.authority.issuer("jpki-auth", each).certificate for each in (1, 2))
    return first, second


def test_adding_puts_a_published_anchor_into_its_set(
    tmp_path: Path, generations: tuple[x509.Certificate, x509.Certificate]
) -> None:
    file = tmp_path / "authca02.cer"
    file.write_bytes(der(generations[0]))
    profile = Publishing(*generations)

    added = add_anchor(file, tmp_path / "anchors", [profile])

    assert added.anchor_set == "jpki-auth"
    (loaded,) = load_anchors(tmp_path / "anchors", [profile], "production")
    assert loaded.fingerprint == added.fingerprint == fingerprint(generations[0])


def test_adding_twice_leaves_one(
    tmp_path: Path, generations: tuple[x509.Certificate, x509.Certificate]
) -> None:
    file = tmp_path / "authca02.cer"
    file.write_bytes(der(generations[0]))
    profile = Publishing(*generations)

    for _ in range(2):
        add_anchor(file, tmp_path / "anchors", [profile])

    assert len(list((tmp_path / "anchors" / "jpki-auth").iterdir())) == 1


def test_what_nobody_has_published_is_not_added(
    tmp_path: Path, generations: tuple[x509.Certificate, x509.Certificate]
) -> None:
    file = tmp_path / "authca02.cer"
    file.write_bytes(der(generations[0]))

    with pytest.raises(SettingsError, match="no profile publishes this certificate"):
        add_anchor(file, tmp_path / "anchors", profiles())

    assert not (tmp_path / "anchors").exists()


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"missing\.cer: No such file"):
        add_anchor(tmp_path / "missing.cer", tmp_path, profiles())
