"""Before a dangerous deed: the operator who is signed in proves again who they are."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.operators.attempt import Attempt, Authenticated, Flaw, Refused
from gateway.operators.credentials import known_by_id
from gateway.operators.lockout import Held, Lockout
from gateway.operators.model import Operator, OperatorState
from gateway.operators.passkey_ceremonies import Purpose
from gateway.operators.passkey_model import InvalidAnswer
from gateway.operators.passkeys import find_passkey, list_passkeys
from gateway.operators.passwords import TooBusy
from gateway.operators.proofs import Proofs
from gateway.operators.sessions import Method, OperatorSession
from gateway.operators.sign_in_log import SignInLog
from gateway.store.api import Records
from gateway.web.arrival import Arrival

_DEED = "operator.reauthenticated"


@dataclass(frozen=True, slots=True)
class Reauthentication:
    records: Records
    proofs: Proofs
    lockout: Lockout
    log: SignInLog

    async def with_password(
        self,
        operator: Operator,
        unverified_password: str,
        unverified_code: str,
        arrival: Arrival,
        now: datetime,
    ) -> Authenticated | Refused:
        """Both at once. Raises TooBusy."""
        attempt = Attempt(arrival, now, Method.PASSWORD_TOTP, operator)
        tried = await self.lockout.begin(operator.login_name, arrival.address, now)
        if isinstance(tried, Held):
            return await self.log.hold(attempt, tried)
        async with self.records.reading() as connection:
            known = await known_by_id(connection, operator.operator_id)
        try:
            flaw = await self.proofs.password(known, unverified_password)
        except TooBusy:
            await self.lockout.take_back(tried)
            raise
        async with self.records.writing() as connection:
            if flaw is None:
                flaw = await self.proofs.code(
                    connection, operator.operator_id, unverified_code, now
                )
            found = await self._conclude(connection, attempt, operator, flaw)
        if isinstance(found, Authenticated):
            await self.lockout.succeed(tried)
        return found

    async def passkey_options(self, session: OperatorSession) -> str:
        """JSON for the page: any passkey of the operator will do."""
        async with self.records.reading() as connection:
            known = await list_passkeys(connection, session.operator_id)
        return await self.proofs.ceremonies.ask_to_authenticate(
            Purpose.REAUTHENTICATION, session.session_id, known
        )

    async def with_passkey(
        self,
        operator: Operator,
        session: OperatorSession,
        unverified_answer: str,
        arrival: Arrival,
        now: datetime,
    ) -> Authenticated | Refused:
        attempt = Attempt(arrival, now, Method.PASSKEY, operator)
        try:
            assertion = await self.proofs.ceremonies.answered(
                unverified_answer, Purpose.REAUTHENTICATION, session.session_id
            )
        except InvalidAnswer:
            async with self.records.writing() as connection:
                return await self.log.refuse(connection, attempt, Flaw.INVALID_ANSWER)
        async with self.records.writing() as connection:
            passkey = await find_passkey(connection, assertion.credential_id)
            own = {operator.operator_id}
            # §7.2 step 6: who it is stands; a passkey need not say it, and says nobody else.
            if passkey is None or {passkey.operator_id, assertion.operator_id} - {None} != own:
                return await self.log.refuse(connection, attempt, Flaw.UNKNOWN_PASSKEY)
            flaw = await self.proofs.passkey(connection, passkey, assertion, now)
            return await self._conclude(connection, attempt, operator, flaw)

    async def _conclude(
        self,
        connection: AsyncConnection,
        attempt: Attempt,
        operator: Operator,
        flaw: Flaw | None,
    ) -> Authenticated | Refused:
        known = await known_by_id(connection, operator.operator_id)
        if known is None or known.operator.state is not OperatorState.ACTIVE:
            flaw = flaw or Flaw.NOT_ACTIVE
        if known is None or flaw is not None:
            return await self.log.refuse(connection, attempt, flaw or Flaw.NOT_ACTIVE)
        await self.log.done(connection, attempt, _DEED)
        return Authenticated(known.operator, attempt.method)
