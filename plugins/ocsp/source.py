"""The revocation source: what an OCSP responder says of one certificate, asked when needed."""

import asyncio
import logging
import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID

from gateway.card.api import CertificatePath, CertificateStatus, ValidationContext
from plugins.asking.breaker import Breaker
from plugins.asking.cache import AnswerCache, Key
from plugins.asking.client import UnreachableError
from plugins.asking.table import is_usable_url
from plugins.asking.together import Together
from plugins.ocsp.client import OcspClient
from plugins.ocsp.question import make_request
from plugins.ocsp.response import SOURCE, check_response, unknown
from plugins.ocsp.settings import EVERY_ANCHOR, Nonce, Responder, read_settings

logger = logging.getLogger(__name__)

NONCE_BYTES = 32  # RFC 9654 §2.1


class OcspSource:
    """It keeps no evidence to tell of at /readyz: a cache that is empty is no lack of any."""

    name = SOURCE

    def __init__(self, settings: Mapping[str, object]) -> None:
        self._settings = read_settings(settings)
        self._client = OcspClient(self._settings.timeout)
        self._cache = AnswerCache(self._settings.cache_bound)
        self._breakers: dict[str, Breaker] = {}
        self._together = Together[Key, CertificateStatus]()

    async def status(self, path: CertificatePath, context: ValidationContext) -> CertificateStatus:
        """From the cache, or from one question that all who want to know it at once share."""
        key = path.anchor.fingerprint, path.leaf.serial_number
        cached = self._cache.get(key, context.now)
        if cached is not None:
            return cached
        responder = self._responder(path)
        if responder is None:
            return unknown("no responder is set for the certificate's anchor")
        return await self._together.ask(key, lambda: self._ask(responder, path, context.now))

    def _responder(self, path: CertificatePath) -> Responder | None:
        responders = self._settings.responders
        found = responders.get(path.anchor.fingerprint) or responders.get(EVERY_ANCHOR)
        if found is None and self._settings.use_aia:
            url = responder_url(path.leaf)
            found = None if url is None else Responder(url, self._settings.nonce)
        return found

    async def _ask(
        self, responder: Responder, path: CertificatePath, now: datetime
    ) -> CertificateStatus:
        breaker, clock = self._breaker(responder.url), asyncio.get_running_loop().time
        started = clock()
        if not breaker.admits(started):
            return unknown("its responder has failed and is left alone for a while")
        nonce = None if responder.nonce is Nonce.OFF else secrets.token_bytes(NONCE_BYTES)
        leaf, issuer = path.leaf, path.anchor.certificate
        request = make_request(leaf, issuer, self._settings.request_hash, nonce)
        try:
            unverified_response = await self._client.ask(responder.url, request)
        except UnreachableError as error:
            breaker.fail(clock())
            logger.warning("OCSP responder %s: %s", responder.url, error)
            return unknown(f"its responder failed: {error}")
        breaker.succeed()
        # The response was made after `now`, by as long as it took.
        at = now + timedelta(seconds=clock() - started)
        rules = replace(self._settings.rules, require_nonce=responder.nonce is Nonce.REQUIRED)
        status = check_response(unverified_response, leaf, issuer, nonce=nonce, at=at, rules=rules)
        self._cache.put((path.anchor.fingerprint, leaf.serial_number), status, at)
        return status

    def _breaker(self, url: str) -> Breaker:
        limit, pause = self._settings.breaker_failures, self._settings.breaker_pause
        return self._breakers.setdefault(url, Breaker(limit, pause.total_seconds()))


def responder_url(leaf: x509.Certificate) -> str | None:
    """The first usable OCSP address in its authorityInfoAccess (RFC 5280 §4.2.2.1)."""
    try:
        access = leaf.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except x509.ExtensionNotFound:
        return None
    for description in access:
        location = description.access_location
        if (
            description.access_method == AuthorityInformationAccessOID.OCSP
            and isinstance(location, x509.UniformResourceIdentifier)
            and is_usable_url(location.value)
        ):
            return location.value
    return None
