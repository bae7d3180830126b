"""Calling plugins: whatever one raises or returns against its contract, the answer is not yes."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime

from gateway.card.api import (
    BasicAttributes,
    CardProfile,
    CertificateError,
    CertificatePath,
    CertificateStatus,
    CertificateValidator,
    ListingSource,
    Reason,
    RevocationSource,
    RevokedCertificates,
    StatusValue,
    ValidationContext,
)

logger = logging.getLogger(__name__)


def run_profile(profile: CardProfile, path: CertificatePath) -> BasicAttributes | None:
    try:
        found: object = profile.check(path)
    except CertificateError as error:
        raise _with_known_reason(error, profile.name) from error
    except Exception as error:
        raise _broken(profile.name, error) from error
    if found is None or isinstance(found, BasicAttributes):
        return found
    raise CertificateError(Reason.REFUSED_BY_PLUGIN, f"{profile.name} returned something else")


async def run_validators(
    validators: Sequence[CertificateValidator], path: CertificatePath, context: ValidationContext
) -> None:
    """In the settings' order; the first that refuses is the answer."""
    for validator in validators:
        try:
            returned = await _validate(validator)(path, context)
        except CertificateError as error:
            raise _with_known_reason(error, validator.name) from error
        except Exception as error:
            raise _broken(validator.name, error) from error
        if returned is not None:
            # Somebody may believe that False refuses: it must not accept.
            raise CertificateError(Reason.REFUSED_BY_PLUGIN, f"{validator.name} returned something")


def _validate(validator: CertificateValidator) -> Callable[..., Awaitable[object]]:
    """What a plugin really returns is not known from its type."""
    return validator.validate


async def ask_sources(
    sources: Sequence[RevocationSource], path: CertificatePath, context: ValidationContext
) -> CertificateStatus:
    """The first answer that is not UNKNOWN; else the UNKNOWN that tells most."""
    unknown: list[CertificateStatus] = []
    for source in sources:
        status = await _ask(source, path, context)
        if status.value is not StatusValue.UNKNOWN:
            return status
        unknown.append(status)
    return next((status for status in unknown if status.stale), unknown[0])


async def _ask(
    source: RevocationSource, path: CertificatePath, context: ValidationContext
) -> CertificateStatus:
    try:
        status: object = await source.status(path, context)
    except Exception as error:  # noqa: BLE001 - a broken source has not said "good"
        logger.warning("revocation source %s failed: %s", source.name, type(error).__name__)
        return CertificateStatus(StatusValue.UNKNOWN, source.name, detail="the source failed")
    if isinstance(status, CertificateStatus) and isinstance(status.value, StatusValue):
        if getattr(source, "hands_on", False):
            return status
        # Nobody answers in another's name.
        return status if status.source == source.name else replace(status, source=source.name)
    logger.warning("revocation source %s returned no status", source.name)
    return CertificateStatus(StatusValue.UNKNOWN, source.name, detail="it returned no status")


async def ask_lists(
    name: str, source: ListingSource, now: datetime
) -> Sequence[RevokedCertificates]:
    """All it knows to be revoked; nothing where it fails. What it lists stays to be read."""
    try:
        found: object = await source.revoked(now)
    except Exception as error:  # noqa: BLE001 - the other sources do not wait for a broken one
        logger.warning("revocation source %s failed: %s", name, type(error).__name__)
        return ()
    if isinstance(found, Sequence) and all(isinstance(each, RevokedCertificates) for each in found):
        return found
    logger.warning("revocation source %s returned no lists", name)
    return ()


def check_status(status: CertificateStatus) -> None:
    """Only GOOD passes."""
    if status.value is StatusValue.GOOD:
        return
    if status.value is StatusValue.REVOKED:
        raise CertificateError(Reason.REVOKED, status.revocation_reason or "unspecified")
    reason = Reason.STATUS_STALE if status.stale else Reason.STATUS_UNKNOWN
    raise CertificateError(reason, f"{status.source}: {status.detail or 'no answer'}")


def _broken(name: str, error: Exception) -> CertificateError:
    # Only the type: what a plugin writes into a message may be about the person.
    logger.warning("plugin %s failed: %s", name, type(error).__name__)
    return CertificateError(Reason.REFUSED_BY_PLUGIN, f"{name} failed")


def _with_known_reason(error: CertificateError, name: str) -> CertificateError:
    reason: object = error.reason
    if isinstance(reason, Reason):
        return error
    return CertificateError(Reason.REFUSED_BY_PLUGIN, f"{name} gave no reason")
