"""A third party's validator, as the README shows it: from its own package into the verifier."""

import sys
from collections.abc import Iterator
from importlib.metadata import EntryPoints, entry_points
from pathlib import Path

import pytest

from gateway.card.api import CertificateValidator, Reason
from gateway.plugins import load_plugins
from tests.card.conftest import keys, world
from tests.card.world import NOW, World

__all__ = ["keys", "world"]

VALIDATORS = "gateway.certificate_validators"
README = (Path(__file__).parents[1] / "README.md").read_text("utf-8")
THIRD_PARTY = README.partition("```python\n")[2].partition("```")[0]
"""What the README shows is what runs here."""


@pytest.fixture
def third_party(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[EntryPoints]:
    """An installed distribution: one module and its metadata, as an installer leaves them."""
    (tmp_path / "acme_validators.py").write_text(THIRD_PARTY)
    metadata = tmp_path / "acme_issuance-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-issuance\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(
        f"[{VALIDATORS}]\nacme_issuance = acme_validators:IssuedAfter\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    yield entry_points(group=VALIDATORS)
    sys.modules.pop("acme_validators", None)


def test_the_readmes_validator_is_twenty_lines() -> None:
    assert "class IssuedAfter" in THIRD_PARTY
    assert len(THIRD_PARTY.splitlines()) <= 20
    assert 'acme_issuance = "acme_validators:IssuedAfter"' in README


@pytest.mark.anyio
async def test_a_third_partys_validator_is_loaded_and_refuses(
    world: World, third_party: EntryPoints
) -> None:
    validators = load_plugins(VALIDATORS, ["acme_issuance"], {}, CertificateValidator, third_party)
    verifier = world.verifier(validators=validators)
    issued_in = world.issue().certificate.not_valid_before_utc.year

    found = await verifier.verify(world.present(world.issue().certificate), NOW)
    assert found.accepted
    assert issued_in > 2025

    found = await verifier.verify(world.present(world.issue_in(2025).certificate), NOW)
    assert found.reason is Reason.REFUSED_BY_PLUGIN
    assert not found.accepted


@pytest.mark.anyio
async def test_installed_is_not_active(world: World, third_party: EntryPoints) -> None:
    validators = load_plugins(VALIDATORS, [], {}, CertificateValidator, third_party)

    found = await world.verifier(validators=validators).verify(
        world.present(world.issue_in(2025).certificate), NOW
    )

    assert found.accepted
