"""Signing in: a password and then a code, or a passkey. Every end of it stands in the log, of
answers that name nobody so many that it is seen."""

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.errors import InvalidField
from gateway.operators.attempt import Attempt, Authenticated, Flaw, Refusal, Refused
from gateway.operators.credentials import (
    Known,
    known_by_id,
    known_by_login_name,
    note_sign_in,
    replace_hash,
)
from gateway.operators.half_session import HalfSession
from gateway.operators.lockout import Held, Lockout
from gateway.operators.model import OperatorState
from gateway.operators.passkey_ceremonies import Purpose
from gateway.operators.passkey_model import InvalidAnswer
from gateway.operators.passkeys import find_passkey
from gateway.operators.passwords import TooBusy
from gateway.operators.proofs import Proofs
from gateway.operators.rules import normalise_login_name
from gateway.operators.sessions import Method
from gateway.operators.sign_in_log import SignInLog
from gateway.store.api import Records
from gateway.web.arrival import Arrival

_DEED = "operator.signed_in"


@dataclass(frozen=True, slots=True)
class OperatorSignIn:
    records: Records
    proofs: Proofs
    lockout: Lockout
    log: SignInLog

    async def with_password(
        self, unverified_login_name: str, unverified_password: str, arrival: Arrival, now: datetime
    ) -> HalfSession | Refused:
        """Whoever is told yes still has to show a code. Raises TooBusy."""
        login_name = _kept(unverified_login_name)
        attempt = Attempt(arrival, now, Method.PASSWORD_TOTP, login_name=login_name)
        known = await self._find(login_name)
        if known is not None:
            attempt = replace(attempt, operator=known.operator)
        tried = await self.lockout.begin(login_name or "", arrival.address, now)
        if isinstance(tried, Held):
            return await self.log.hold(attempt, tried)
        try:
            flaw = await self.proofs.password(known, unverified_password)
        except TooBusy:
            await self.lockout.take_back(tried)
            raise
        if known is not None and known.operator.state is not OperatorState.ACTIVE:
            flaw = flaw or Flaw.NOT_ACTIVE
        if known is None or flaw is not None:
            async with self.records.writing() as connection:
                return await self.log.refuse(connection, attempt, flaw or Flaw.UNKNOWN_NAME)
        await self.lockout.take_back(tried)
        await self._keep_up_to_date(known, unverified_password)
        return HalfSession(known.operator.operator_id)

    async def with_code(
        self, half: HalfSession, unverified_code: str, arrival: Arrival, now: datetime
    ) -> Authenticated | Refused:
        attempt = Attempt(arrival, now, Method.PASSWORD_TOTP)
        async with self.records.reading() as connection:
            known = await known_by_id(connection, half.operator_id)
        if known is None:
            raise LookupError("a half-session of nobody")
        attempt = replace(attempt, operator=known.operator)
        tried = await self.lockout.begin(known.operator.login_name, arrival.address, now)
        if isinstance(tried, Held):
            return await self.log.hold(attempt, tried)
        async with self.records.writing() as connection:
            flaw = await self.proofs.code(connection, half.operator_id, unverified_code, now)
            found = await self._conclude(connection, attempt, flaw)
        if isinstance(found, Authenticated):
            await self.lockout.succeed(tried)
        return found

    async def passkey_options(self, holder: str) -> str:
        """JSON for the page. `holder`: which browser this is."""
        return await self.proofs.ceremonies.ask_to_authenticate(Purpose.SIGN_IN, holder)

    async def with_passkey(
        self, unverified_answer: str, holder: str, arrival: Arrival, now: datetime
    ) -> Authenticated | Refused:
        attempt = Attempt(arrival, now, Method.PASSKEY)
        ceremonies = self.proofs.ceremonies
        try:
            assertion = await ceremonies.answered(unverified_answer, Purpose.SIGN_IN, holder)
        except InvalidAnswer:
            async with self.records.writing() as connection:
                return await self._refuse_nobody(connection, attempt, Flaw.INVALID_ANSWER)
        async with self.records.writing() as connection:
            passkey = await find_passkey(connection, assertion.credential_id)
            # §7.2 step 6: where nobody was named before, the passkey has to say whose it is.
            if passkey is None or passkey.operator_id != assertion.operator_id:
                return await self._refuse_nobody(connection, attempt, Flaw.UNKNOWN_PASSKEY)
            known = await known_by_id(connection, passkey.operator_id)
            attempt = replace(attempt, operator=None if known is None else known.operator)
            flaw = await self.proofs.passkey(connection, passkey, assertion, now)
            return await self._conclude(connection, attempt, flaw)

    async def _refuse_nobody(
        self, connection: AsyncConnection, attempt: Attempt, flaw: Flaw
    ) -> Refused:
        if await self.lockout.is_told_of_nobody(attempt.arrival.address):
            return await self.log.refuse(connection, attempt, flaw)
        return Refused(Refusal.WRONG)

    async def _find(self, login_name: str | None) -> Known | None:
        if login_name is None:
            return None
        async with self.records.reading() as connection:
            return await known_by_login_name(connection, login_name)

    async def _conclude(
        self, connection: AsyncConnection, attempt: Attempt, flaw: Flaw | None
    ) -> Authenticated | Refused:
        operator = None
        if flaw is None and attempt.operator is not None:
            operator = await note_sign_in(connection, attempt.operator.operator_id, attempt.now)
        if operator is None:
            return await self.log.refuse(connection, attempt, flaw or Flaw.NOT_ACTIVE)
        await self.log.done(connection, attempt, _DEED)
        return Authenticated(operator, attempt.method)

    async def _keep_up_to_date(self, known: Known, password: str) -> None:
        before = known.password_hash
        if before is None or not self.proofs.passwords.is_outdated(before):
            return
        with suppress(TooBusy):  # the next sign-in does it
            after = await self.proofs.passwords.hash(password)
            async with self.records.writing() as connection:
                await replace_hash(connection, known.operator.operator_id, before, after)


def _kept(unverified_login_name: str) -> str | None:
    try:
        return normalise_login_name(unverified_login_name)
    except InvalidField:
        return None
