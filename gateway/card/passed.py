"""What an accepted verification rests on, in words that may be kept and told: none of them says
whose certificate it was."""

from collections.abc import Iterable

from gateway.card.model import Check, CheckOutcome, Verification

_BY_ITSELF = (Check.FORM, Check.PATH, Check.PROFILE, Check.VALIDITY, Check.SIGNATURE)


def passed_checks(verification: Verification) -> tuple[str, ...]:
    """Those that were done and passed, in their order. Revocation names the source whose answer
    stood; of the validators each is named, and where there are none nothing is."""
    passed = {each.name for each in verification.checks if each.outcome is CheckOutcome.PASSED}
    status = verification.status
    asked = () if status is None or Check.REVOCATION not in passed else (status.source,)
    itself = [check for check in _BY_ITSELF if check in passed]
    return (*itself, *_by_plugins(asked, verification.validators))


def possible_checks(sources: Iterable[str], validators: Iterable[str]) -> tuple[str, ...]:
    """All that `passed_checks` may name where these plugins are asked."""
    return (*_BY_ITSELF, *_by_plugins(sources, validators))


def _by_plugins(sources: Iterable[str], validators: Iterable[str]) -> tuple[str, ...]:
    return (
        *(f"{Check.REVOCATION}:{source}" for source in sources),
        *(f"validator:{validator}" for validator in validators),
    )
