"""Asking the linking plugin: whatever it raises or returns against its contract tells nothing."""

import logging
from datetime import datetime

from gateway.card.api import (
    CertificateIdentity,
    CertificateLinking,
    CertificateType,
    HolderAnswer,
    Predecessors,
)

logger = logging.getLogger(__name__)

MAX_PREDECESSORS = 50
"""A certificate lives five years. Each is looked up in the store."""
MAX_SERIAL_BITS = 160
"""RFC 5280 §4.1.2.2: twenty octets at most."""

_COULD_NOT_TELL = Predecessors(known=False)


async def ask_same_holder(
    linking: CertificateLinking,
    signature: CertificateIdentity,
    authentication: CertificateIdentity,
    now: datetime,
) -> HolderAnswer:
    try:
        answer: object = await linking.same_holder(signature, authentication, now)
    except Exception as error:  # noqa: BLE001 - a broken plugin has said neither yes nor no
        _failed(linking, error)
        return HolderAnswer.UNKNOWN
    if isinstance(answer, HolderAnswer):
        return answer
    logger.warning("linking plugin %s returned no holder answer", linking.name)
    return HolderAnswer.UNKNOWN


async def ask_predecessors(
    linking: CertificateLinking,
    certificate: CertificateIdentity,
    certificate_type: CertificateType,
    now: datetime,
) -> Predecessors:
    try:
        answer: object = await linking.predecessors(certificate, certificate_type, now)
    except Exception as error:  # noqa: BLE001 - a broken plugin has not said "none"
        _failed(linking, error)
        return _COULD_NOT_TELL
    if isinstance(answer, Predecessors) and _is_usable(answer):
        return answer if answer.known else _COULD_NOT_TELL
    logger.warning("linking plugin %s returned no predecessors", linking.name)
    return _COULD_NOT_TELL


def _is_usable(answer: Predecessors) -> bool:
    """What a plugin really returns is not known from its type."""
    known: object = answer.known
    found: object = answer.identities
    if not isinstance(known, bool) or not isinstance(found, tuple):
        return False
    return len(found) <= MAX_PREDECESSORS and all(map(_is_identity, found))


def _is_identity(found: object) -> bool:
    if not isinstance(found, CertificateIdentity):
        return False
    anchor_set: object = found.anchor_set
    serial_number: object = found.serial_number
    if not isinstance(anchor_set, str) or not isinstance(serial_number, int):
        return False
    return serial_number.bit_length() <= MAX_SERIAL_BITS


def _failed(linking: CertificateLinking, error: Exception) -> None:
    # Only the type: what a plugin writes into a message may be about the person.
    logger.warning("linking plugin %s failed: %s", linking.name, type(error).__name__)
