"""How an attempt ended, as the authentication log tells it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.audit.log import AuditLog
from gateway.audit.model import Entry, LogKind, Origin, Outcome
from gateway.audit.origins import operator_actor
from gateway.keys.hashing import KeyedHash
from gateway.operators.attempt import Attempt, Flaw, Refusal, Refused
from gateway.operators.lockout import Held

SOMEBODY = "operator"
"""The actor where nobody of the register was named."""


@dataclass(frozen=True, slots=True)
class SignInLog:
    audit: AuditLog
    keyed_hash: KeyedHash

    async def done(self, connection: AsyncConnection, attempt: Attempt, deed: str) -> None:
        await self.audit.write(connection, self._entry(attempt, deed, Outcome.DONE, {}))

    async def refuse(self, connection: AsyncConnection, attempt: Attempt, flaw: Flaw) -> Refused:
        detail = {"reason": flaw.value}
        entry = self._entry(attempt, "operator.refused", Outcome.REFUSED, detail)
        await self.audit.write(connection, entry)
        copied = flaw is Flaw.COUNT_LAGS
        return Refused(Refusal.COPIED_PASSKEY if copied else Refusal.WRONG)

    async def hold(self, attempt: Attempt, held: Held) -> Refused:
        """One entry a wait: whoever hammers on the door does not fill the log."""
        if held.first:
            detail = {"seconds": str(math.ceil(held.retry_after.total_seconds()))}
            entry = self._entry(attempt, "operator.locked", Outcome.REFUSED, detail)
            await self.audit.record(entry)
        return Refused(Refusal.HELD, held.retry_after)

    def _entry(
        self, attempt: Attempt, deed: str, outcome: Outcome, detail: Mapping[str, str]
    ) -> Entry:
        """A name that nobody has is hashed: some type a password into that field."""
        operator, arrival = attempt.operator, attempt.arrival
        full = {"method": attempt.method.value, **detail}
        if operator is None and attempt.login_name is not None:
            full["login_name_hash"] = self.keyed_hash.hash("log-login-name", attempt.login_name)
        actor = SOMEBODY if operator is None else operator_actor(operator.operator_id)
        return Entry(
            attempt.now,
            LogKind.AUTHENTICATION,
            deed,
            outcome,
            Origin(actor, arrival.address, arrival.request_id),
            tenant_id=None if operator is None else operator.tenant_id,
            detail=full,
        )
