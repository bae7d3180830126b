"""Everything a check may use: a resident's visits, what is heard, what can be spoilt."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx2

from gateway.clock import Clock
from gateway.conform.fault import Changed, Signing, Tampering
from gateway.conform.marks import shows
from gateway.conform.signer import TamperingKeys
from gateway.conform.visit import Visit, Way, client_opener
from gateway.conform.wire import Exchange
from gateway.demo.browser import Page
from gateway.oidc.answer_encryption import encrypt_for
from gateway.oidc.logout.deliveries import Notice
from gateway.oidc.logout.logout_token import logout_claims
from gateway.tenants.metadata import ClientMetadata
from gateway.tenants.model import Client

_Made = TypeVar("_Made")


@dataclass(frozen=True, slots=True)
class Asked:
    """What whoever runs it has said."""

    start: str
    """The service's own link that begins a sign-in."""
    mark: str | None = None
    logout: str | None = None
    refresh: str | None = None

    def addresses(self) -> tuple[tuple[str, str], ...]:
        """Those that are given, by their option."""
        given = (("--start", self.start), ("--logout", self.logout), ("--refresh", self.refresh))
        return tuple((option, url) for option, url in given if url is not None)


@dataclass(frozen=True, slots=True)
class Learnt:
    """From two sign-ins in which all was well."""

    mark: str
    """Text that only somebody who is signed in is shown."""
    home: str | None
    """Where the service shows it again; None where it showed it that once."""
    responses: Sequence[Mapping[str, str]] = field(repr=False)
    id_tokens: Sequence[Mapping[str, Any]] = field(repr=False)
    heard: Sequence[Sequence[Exchange]] = field(repr=False)


@dataclass(slots=True)
class Inspection:
    """The checks run in a thread of their own, the gateway in the `loop`."""

    client: Client
    asked: Asked
    way: Way
    tampering: Tampering
    keys: TamperingKeys
    heard: list[Exchange]
    clock: Clock
    loop: asyncio.AbstractEventLoop
    open_client: Callable[[], httpx2.Client] = field(default_factory=client_opener)
    learnt: Learnt | None = None

    @property
    def metadata(self) -> ClientMetadata:
        return self.client.metadata

    @property
    def known(self) -> Learnt:
        if self.learnt is None:
            raise LookupError("nothing is known before a sign-in that went well")
        return self.learnt

    def visit(self) -> Visit:
        """Somebody with a fresh browser."""
        return Visit(self.way, self.open_client)

    def is_signed_in(self, visit: Visit, page: Page | None = None) -> bool:
        """On this page, or on the one where it was shown before."""
        known = self.known
        if page is not None and shows(page, known.mark):
            return True
        return known.home is not None and shows(visit.look(known.home), known.mark)

    def send_logout(self, change: Changed, signing: Signing) -> int | None:
        """A logout token for the last sign-in; the status it is answered with, None where nobody
        answers."""
        uri = self.metadata.backchannel_logout_uri
        if uri is None:
            raise LookupError("it is not registered to be told")
        token = self._in_loop(self._logout_token(change, signing))
        try:
            with self.open_client() as http:
                return http.post(uri, data={"logout_token": token}).status_code
        except httpx2.HTTPError:
            return None

    async def _logout_token(self, change: Changed, signing: Signing) -> str:
        told, now = self.keys.told, self.clock()
        notice = Notice(self.client.client_id, str(told["sub"]), told.get("sid"), "")
        claims = change(logout_claims(self.way.issuer, notice, now))
        alg, wanted = self.client.id_token_signed_response_alg, self.metadata
        signed = await self.keys.sign_logout(claims, signing, alg, now)
        if wanted.id_token_encrypted_response_alg is None:
            return signed
        key_alg, enc = (
            wanted.id_token_encrypted_response_alg,
            wanted.id_token_encrypted_response_enc,
        )
        return encrypt_for(self.client, signed, key_alg, enc)

    def _in_loop(self, work: Coroutine[Any, Any, _Made]) -> _Made:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()
