"""Whether a password, a code or a passkey is the operator's. What is used once is used up here."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.keys.master import MasterKey
from gateway.operators.attempt import Flaw
from gateway.operators.credentials import Known, known_by_id
from gateway.operators.passkey_ceremonies import Ceremonies
from gateway.operators.passkey_model import Assertion, InvalidAnswer
from gateway.operators.passkeys import Passkey, count_use
from gateway.operators.passwords import PasswordHashing
from gateway.operators.totp import matching_step, unwrap_secret, use_step


@dataclass(frozen=True, slots=True)
class Proofs:
    passwords: PasswordHashing
    ceremonies: Ceremonies
    master: MasterKey

    async def password(self, known: Known | None, unverified_password: str) -> Flaw | None:
        """In the same time for nobody as for somebody. Raises TooBusy."""
        kept = None if known is None else known.password_hash
        if await self.passwords.matches(kept, unverified_password):
            return None
        if known is None:
            return Flaw.UNKNOWN_NAME
        return Flaw.NO_PASSWORD if kept is None else Flaw.WRONG_PASSWORD

    async def code(
        self, connection: AsyncConnection, operator_id: str, unverified_code: str, now: datetime
    ) -> Flaw | None:
        known = await known_by_id(connection, operator_id)
        if known is None or known.wrapped_totp_secret is None:
            return Flaw.NO_PASSWORD
        secret = unwrap_secret(self.master, operator_id, known.wrapped_totp_secret)
        step = matching_step(secret, unverified_code, now)
        if step is None:
            return Flaw.WRONG_CODE
        return None if await use_step(connection, operator_id, step) else Flaw.CODE_USED

    async def passkey(
        self, connection: AsyncConnection, passkey: Passkey, assertion: Assertion, now: datetime
    ) -> Flaw | None:
        try:
            count = self.ceremonies.verify(assertion, passkey)
        except InvalidAnswer:
            return Flaw.INVALID_ANSWER
        counted = await count_use(connection, passkey.credential_id, count, now)
        return None if counted else Flaw.COUNT_LAGS
