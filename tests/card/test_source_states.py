"""What is told of anchors and revocation sources, whatever a plugin does when it is asked."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest

from gateway.card.api import (
    Anchor,
    CertificatePath,
    CertificateStatus,
    Evidence,
    StatusValue,
    ValidationContext,
)
from gateway.card.readiness import anchor_states, source_states
from tests.support.gateway import NOW
from tests.support.town import Town

DAY = timedelta(days=1)


class Asked:
    """A source that keeps nothing."""

    name = "asked"

    def __init__(self, settings: Mapping[str, object]) -> None: ...

    async def status(self, path: CertificatePath, context: ValidationContext) -> CertificateStatus:
        return CertificateStatus(StatusValue.UNKNOWN, self.name)


class Keeping(Asked):
    name = "keeping"

    async def evidence(self, now: datetime) -> Evidence:
        return Evidence(fresh=2, stale=1, next_due=now + DAY, as_of=now - DAY)


class Broken(Asked):
    name = "broken"

    async def evidence(self, now: datetime) -> Evidence:
        raise RuntimeError("the disk is gone")


@pytest.mark.anyio
async def test_a_source_that_fails_is_told_of_and_hides_no_other(
    caplog: pytest.LogCaptureFixture,
) -> None:
    states = await source_states([Broken({}), Asked({}), Keeping({})], NOW)
    assert [(state.name, state.failed, state.evidence is None) for state in states] == [
        ("broken", True, True),
        ("asked", False, True),
        ("keeping", False, False),
    ]
    assert states[2].evidence == Evidence(2, 1, NOW + DAY, NOW - DAY)
    assert "broken does not tell" in caplog.text


def test_the_anchor_that_expires_first_is_told_of_first(town: Town) -> None:
    made = [Anchor(certificate, name, "") for name, certificate in town.authority.anchors()]
    states = anchor_states(made)
    assert len(states) == 4
    ends = [state.not_valid_after for state in states]
    assert ends == sorted(ends)
    assert {state.anchor_set for state in states} == {"jpki-auth", "jpki-sign"}
    assert all(state.name for state in states)
