"""The plugin: revocation and certificate linking, both by a platform operator's word."""

import asyncio
import logging
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta

from gateway.card.api import (
    CertificateIdentity,
    CertificatePath,
    CertificateStatus,
    CertificateType,
    HolderAnswer,
    Predecessors,
    ValidationContext,
)
from plugins.asking.cache import AnswerCache, Key
from plugins.asking.client import UnreachableError
from plugins.asking.together import Together
from plugins.verification_service.errors import UnusableError
from plugins.verification_service.linking import read_holder, read_predecessors
from plugins.verification_service.service import Service
from plugins.verification_service.settings import read_settings
from plugins.verification_service.status import SOURCE, check_status_answer, unknown
from plugins.verification_service.wire import (
    HolderQuestion,
    PredecessorsQuestion,
    StatusQuestion,
    name_in,
    name_of,
)

logger = logging.getLogger(__name__)

STATUS, SAME_HOLDER, PREDECESSORS = (
    "v1/certificate-status",
    "v1/same-holder",
    "v1/predecessors",
)


class VerificationService:
    """RevocationSource and CertificateLinking. It keeps no evidence to tell of at /readyz."""

    name = SOURCE

    def __init__(self, settings: Mapping[str, object]) -> None:
        self._settings = read_settings(settings)
        self._service = Service(self._settings)
        self._cache = AnswerCache(self._settings.cache_bound)
        self._together = Together[Key, CertificateStatus]()

    async def status(self, path: CertificatePath, context: ValidationContext) -> CertificateStatus:
        """From the cache, or from one question that all who want to know it at once share."""
        key = path.anchor.fingerprint, path.leaf.serial_number
        cached = self._cache.get(key, context.now)
        if cached is not None:
            return cached
        return await self._together.ask(key, lambda: self._ask(key, path, context.now))

    async def _ask(self, key: Key, path: CertificatePath, now: datetime) -> CertificateStatus:
        clock = asyncio.get_running_loop().time
        started = clock()
        question = StatusQuestion(request_id=_new_request_id(), certificate=name_in(path))
        try:
            unverified_body = await self._service.ask(STATUS, question, now)
        except UnreachableError as error:
            return unknown(f"the service failed: {error}")
        # The answer was made after `now`, by as long as it took.
        at = now + timedelta(seconds=clock() - started)
        status = check_status_answer(unverified_body, question, at, self._settings.freshness)
        self._cache.put(key, status, at)
        return status

    async def same_holder(
        self, signature: CertificateIdentity, authentication: CertificateIdentity, now: datetime
    ) -> HolderAnswer:
        question = HolderQuestion(
            request_id=_new_request_id(),
            signature=name_of(signature),
            authentication=name_of(authentication),
        )
        try:
            return read_holder(await self._service.ask(SAME_HOLDER, question, now), question)
        except UnreachableError:
            return HolderAnswer.UNKNOWN
        except UnusableError as error:
            _log_unusable(SAME_HOLDER, error)
            return HolderAnswer.UNKNOWN

    async def predecessors(
        self, certificate: CertificateIdentity, certificate_type: CertificateType, now: datetime
    ) -> Predecessors:
        question = PredecessorsQuestion(
            request_id=_new_request_id(),
            certificate=name_of(certificate),
            certificate_type=certificate_type,
        )
        try:
            return read_predecessors(await self._service.ask(PREDECESSORS, question, now), question)
        except UnreachableError:
            return Predecessors(known=False)
        except UnusableError as error:
            _log_unusable(PREDECESSORS, error)
            return Predecessors(known=False)


def _new_request_id() -> str:
    return secrets.token_urlsafe(16)


def _log_unusable(call: str, error: UnusableError) -> None:
    """The answer's own type has no place for why."""
    logger.warning("verification service, %s: %s", call, error)
