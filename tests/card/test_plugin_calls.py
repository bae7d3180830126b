"""Plugins in the pipeline: whatever one does against its contract, the answer is not yes."""

from dataclasses import replace

import pytest

from gateway.card.api import (
    BasicAttributes,
    CertificateError,
    CertificatePath,
    CertificateStatus,
    Reason,
    RevocationSource,
    StatusValue,
    ValidationContext,
)
from gateway.card.model import (
    Check,
    CheckOutcome,
    Outcome,
    Verification,
)
from gateway.card.verify import CardVerifier
from plugins.jpki.auth import AuthProfile
from tests.card.world import NOW, Known, World, good_source

pytestmark = pytest.mark.anyio

PASSED, REFUSED = CheckOutcome.PASSED, CheckOutcome.REFUSED
UNDETERMINED, NOT_DONE = CheckOutcome.UNDETERMINED, CheckOutcome.NOT_DONE


def outcomes(found: Verification) -> list[CheckOutcome]:
    assert [check.name for check in found.checks] == list(Check)
    return [check.outcome for check in found.checks]


async def verify(world: World, verifier: CardVerifier, kind: str = "auth") -> Verification:
    return await verifier.verify(world.present(world.issue(kind).certificate), NOW)


class Raising(RevocationSource):
    name = "raising"

    def __init__(self) -> None: ...

    async def status(self, path: CertificatePath, context: ValidationContext) -> CertificateStatus:
        raise ConnectionError(f"no answer for {path.leaf.subject}")


class Silent(RevocationSource):
    """Returns what no source may return."""

    name = "silent"

    def __init__(self, answer: object) -> None:
        self._answer = answer

    async def status(self, path: CertificatePath, context: ValidationContext) -> CertificateStatus:
        return self._answer  # type: ignore[return-value]


async def test_revoked_is_refused(world: World) -> None:
    found = await verify(world, world.verifier(sources=[Known(StatusValue.REVOKED)]))

    assert found.outcome is Outcome.REFUSED
    assert found.reason is Reason.REVOKED
    assert outcomes(found) == [PASSED] * 5 + [REFUSED, NOT_DONE]


async def test_unknown_is_undetermined(world: World) -> None:
    found = await verify(world, world.verifier(sources=[Known(StatusValue.UNKNOWN)]))

    assert found.outcome is Outcome.UNDETERMINED
    assert not found.accepted
    assert found.reason is Reason.STATUS_UNKNOWN
    assert found.identity is None
    assert outcomes(found) == [PASSED] * 5 + [UNDETERMINED, NOT_DONE]


async def test_stale_is_undetermined_and_told_apart_from_unknown(world: World) -> None:
    sources = [Known(StatusValue.UNKNOWN), Known(StatusValue.UNKNOWN, "old", stale=True)]

    found = await verify(world, world.verifier(sources=sources))

    assert found.outcome is Outcome.UNDETERMINED
    assert found.reason is Reason.STATUS_STALE
    assert found.status is not None
    assert found.status.source == "old"


async def test_a_source_that_raises_has_not_said_good(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    found = await verify(world, world.verifier(sources=[Raising()]))

    assert found.outcome is Outcome.UNDETERMINED
    assert found.reason is Reason.STATUS_UNKNOWN
    assert "raising failed: ConnectionError" in caplog.text
    assert "CN=" not in caplog.text


@pytest.mark.parametrize("answer", [None, True, "good", StatusValue.GOOD])
async def test_a_source_that_returns_no_status_has_not_said_good(
    world: World, answer: object
) -> None:
    found = await verify(world, world.verifier(sources=[Silent(answer)]))

    assert found.outcome is Outcome.UNDETERMINED
    assert found.reason is Reason.STATUS_UNKNOWN


async def test_the_next_source_is_asked_when_one_cannot_tell(world: World) -> None:
    """The slot of a third party's OCSP source: behind the CRLs, or before them."""
    ocsp = Known(StatusValue.GOOD, "ocsp")

    found = await verify(world, world.verifier(sources=[Raising(), world.crl_source(), ocsp]))

    assert found.accepted
    assert found.status is not None
    assert found.status.source == "ocsp"
    assert ocsp.asked == 1


async def test_the_first_answer_stands(world: World) -> None:
    revoked, good = Known(StatusValue.REVOKED), Known(StatusValue.GOOD)

    found = await verify(world, world.verifier(sources=[revoked, good]))

    assert found.reason is Reason.REVOKED
    assert good.asked == 0


async def test_nobody_is_asked_about_a_certificate_whose_holder_did_not_sign(world: World) -> None:
    source = good_source()
    presentation = replace(world.present(world.issue().certificate), signature=bytes(256))

    await world.verifier(sources=[source]).verify(presentation, NOW)

    assert source.asked == 0


class Validator:
    """Does what it is told to, and counts how often it was called."""

    def __init__(self, behaviour: object = None, name: str = "town") -> None:
        self.name = name
        self.called = 0
        self._behaviour = behaviour

    async def validate(self, path: CertificatePath, context: ValidationContext) -> None:
        self.called += 1
        if isinstance(self._behaviour, Exception):
            raise self._behaviour
        return self._behaviour  # type: ignore[return-value]


async def test_a_validator_may_agree(world: World) -> None:
    validator = Validator()

    found = await verify(world, world.verifier(validators=[validator]))

    assert found.accepted
    assert validator.called == 1


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (CertificateError(Reason.REFUSED_BY_PLUGIN, "not here"), Reason.REFUSED_BY_PLUGIN),
        (CertificateError(Reason.EXPIRED, "older than we like"), Reason.EXPIRED),
        (ValueError("花咲　太郎"), Reason.REFUSED_BY_PLUGIN),
        (KeyError("missing"), Reason.REFUSED_BY_PLUGIN),
        (CertificateError("fine", "no reason of ours"), Reason.REFUSED_BY_PLUGIN),  # type: ignore[arg-type]
    ],
)
async def test_a_validator_that_raises_refuses(
    world: World, caplog: pytest.LogCaptureFixture, error: Exception, expected: Reason
) -> None:
    behind = Validator()

    found = await verify(world, world.verifier(validators=[Validator(error), behind]), "sign")

    assert found.outcome is Outcome.REFUSED
    assert found.reason is expected
    assert found.basic_attributes is None
    assert behind.called == 0
    assert "花咲" not in caplog.text


@pytest.mark.parametrize("answer", [False, True, "ok"])
async def test_a_validator_that_returns_something_refuses(world: World, answer: object) -> None:
    """Somebody may have meant False as a no."""
    found = await verify(world, world.verifier(validators=[Validator(answer)]))

    assert found.reason is Reason.REFUSED_BY_PLUGIN


async def test_a_validator_may_say_that_it_could_not_tell(world: World) -> None:
    error = CertificateError(Reason.STATUS_UNKNOWN, "the register does not answer")

    found = await verify(world, world.verifier(validators=[Validator(error)]))

    assert found.outcome is Outcome.UNDETERMINED


async def test_no_validator_is_asked_before_revocation_is_settled(world: World) -> None:
    validator = Validator()
    verifier = world.verifier(sources=[Known(StatusValue.UNKNOWN)], validators=[validator])

    await verify(world, verifier)

    assert validator.called == 0


class Profile(AuthProfile):
    """An authentication profile whose check does what it is told to."""

    def __init__(self, behaviour: object) -> None:
        super().__init__({})
        self._behaviour = behaviour

    def check(self, path: CertificatePath) -> None:
        if isinstance(self._behaviour, Exception):
            raise self._behaviour
        return self._behaviour  # type: ignore[return-value]


@pytest.mark.parametrize(
    "behaviour", [RuntimeError("花咲　太郎"), False, {"name": "x"}, "花咲　太郎"]
)
async def test_a_profile_that_breaks_refuses(
    world: World, caplog: pytest.LogCaptureFixture, behaviour: object
) -> None:
    found = await verify(world, world.verifier(card_profiles=[Profile(behaviour)]))

    assert found.reason is Reason.REFUSED_BY_PLUGIN
    assert "花咲" not in caplog.text


async def test_a_profile_may_return_attributes(world: World) -> None:
    attributes = BasicAttributes("a", None, None, None, None, None)

    found = await verify(world, world.verifier(card_profiles=[Profile(attributes)]))

    assert found.basic_attributes == attributes
