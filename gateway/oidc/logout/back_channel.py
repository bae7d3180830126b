"""Tells services, from here to there, that a sign-in is over (OpenID Connect Back-Channel Logout).

What there is to tell is a record. It is sent in the background, again and again with longer and
longer pauses, and the log says which service did not obey.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from gateway.audit.log import AuditLog
from gateway.audit.model import GATEWAY, Entry, LogKind, Outcome
from gateway.clock import Clock
from gateway.keys.signing import SigningKeys
from gateway.oidc.answer_encryption import encrypt_for
from gateway.oidc.logout.deliveries import (
    Delivery,
    claim_delivery,
    due_deliveries,
    finish_delivery,
    put_off_delivery,
)
from gateway.oidc.logout.logout_token import LOGOUT_TOKEN, logout_claims
from gateway.store.api import Records
from gateway.tenants.clients import Clients
from gateway.tenants.model import Client
from gateway.web.outgoing import Outgoing, UndeliveredError

log = logging.getLogger(__name__)

PAUSES = tuple(
    timedelta(seconds=seconds) for seconds in (10, 60, 5 * 60, 30 * 60, 2 * 3_600, 6 * 3_600)
)
"""After the first, the second … try. After one more it is given up."""
CLAIMED_FOR = timedelta(seconds=60)
"""Longer than a try can take."""
OBEYED = frozenset({200, 204})  # Back-Channel Logout §2.8
AT_ONCE = 16
_ROUNDS = 4


@dataclass(slots=True)
class BackChannel:
    records: Records
    clients: Clients
    keys: SigningKeys
    audit: AuditLog
    outgoing: Outgoing
    clock: Clock
    issuer: str
    _rounds: set[asyncio.Task[None]] = field(default_factory=set)

    def soon(self) -> None:
        """Sends what is due, in the background. Where several slow services hold the rounds up, it
        is left to them and to the next `once`."""
        if len(self._rounds) < _ROUNDS:
            task = asyncio.create_task(self._round())
            self._rounds.add(task)
            task.add_done_callback(self._rounds.discard)

    async def once(self) -> None:
        """All that is due and no other worker has."""
        while claimed := await self._claim():
            await asyncio.gather(*(self._deliver(each) for each in claimed))

    async def aclose(self) -> None:
        """What is under way is broken off: another worker does it again."""
        rounds = tuple(self._rounds)
        for task in rounds:
            task.cancel()
        await asyncio.gather(*rounds, return_exceptions=True)

    async def _round(self) -> None:
        try:
            await self.once()
        except Exception:
            log.exception("a logout could not be told now; it is tried again")

    async def _claim(self) -> Sequence[Delivery]:
        now = self.clock()
        async with self.records.reading() as connection:
            due = await due_deliveries(connection, now, AT_ONCE)
        if not due:
            return ()
        async with self.records.writing() as connection:
            claimed = [
                await claim_delivery(connection, each, now, now + CLAIMED_FOR) for each in due
            ]
        return [delivery for delivery in claimed if delivery is not None]

    async def _deliver(self, delivery: Delivery) -> None:
        client = await self.clients.find(delivery.notice.client_id)
        problem = "service_stopped" if client is None else await self._send(client, delivery)
        now = self.clock()
        entry = _entry(delivery, client, problem, now)
        async with self.records.writing() as connection:
            if problem is None or delivery.tries > len(PAUSES):
                await finish_delivery(connection, delivery.delivery_id)
            else:
                next_at = now + PAUSES[delivery.tries - 1]
                await put_off_delivery(connection, delivery.delivery_id, next_at)
            if entry is not None:
                await self.audit.write(connection, entry)

    async def _send(self, client: Client, delivery: Delivery) -> str | None:
        """What was wrong; None where it obeyed, or does not want to be told any more."""
        uri = client.metadata.backchannel_logout_uri
        if uri is None:
            return None
        try:
            token = await self._token(client, delivery, self.clock())
        except Exception:
            # Of the others that are due none waits for it.
            log.exception("a logout token could not be made")
            return "not_made"
        try:
            status = await self.outgoing.post(uri, form={"logout_token": token})
        except UndeliveredError:
            return "unreachable"
        return None if status in OBEYED else f"status_{status}"

    async def _token(self, client: Client, delivery: Delivery, now: datetime) -> str:
        """As its ID tokens: signed, and encrypted where it wants that (§2.4)."""
        claims = logout_claims(self.issuer, delivery.notice, now)
        alg, wanted = client.id_token_signed_response_alg, client.metadata
        signed = await self.keys.sign(claims, alg=alg, typ=LOGOUT_TOKEN, now=now)
        if wanted.id_token_encrypted_response_alg is None:
            return signed
        key_alg, enc = (
            wanted.id_token_encrypted_response_alg,
            wanted.id_token_encrypted_response_enc,
        )
        return encrypt_for(client, signed, key_alg, enc)


def _entry(
    delivery: Delivery, client: Client | None, problem: str | None, now: datetime
) -> Entry | None:
    told = _told(delivery.tries, problem)
    if told is None:
        return None
    deed, outcome = told
    detail = {"tries": str(delivery.tries)} | ({} if problem is None else {"reason": problem})
    return Entry(
        now,
        LogKind.EVENT,
        deed,
        outcome,
        GATEWAY,
        tenant_id=None if client is None else client.tenant_id,
        client_id=delivery.notice.client_id,
        resident=delivery.notice.resident,
        detail=detail,
    )


def _told(tries: int, problem: str | None) -> tuple[str, Outcome] | None:
    """That it did not obey, and how that ended. What is obeyed at once needs no word."""
    if problem is None:
        return ("logout.delivered", Outcome.DONE) if tries > 1 else None
    if tries > len(PAUSES):
        return "logout.abandoned", Outcome.FAILED
    return ("logout.not_obeyed", Outcome.FAILED) if tries == 1 else None
