"""From an invitation to credentials: all of it in one transaction, or nothing has changed."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.keys.hashing import KeyedHash
from gateway.operators.attempt import Attempt
from gateway.operators.credentials import PasswordAndCodes, note_sign_in, set_password_and_codes
from gateway.operators.invitations import find_invitation, use_invitation
from gateway.operators.model import Operator
from gateway.operators.passkey_model import InvalidAnswer
from gateway.operators.passkeys import add_passkey
from gateway.operators.passwords import PasswordFault, fault_in
from gateway.operators.proofs import Proofs
from gateway.operators.sessions import Method, OperatorSessions
from gateway.operators.sign_in_log import SignInLog
from gateway.operators.totp import (
    matching_step,
    new_secret,
    provisioning_uri,
    unwrap_secret,
    wrap_secret,
)
from gateway.store.api import Moments, Records
from gateway.web.arrival import Arrival

KIND = "operator-enrolment"
_WAITS = timedelta(hours=1)
_DEED = "operator.enrolled"


class EnrolmentFault(StrEnum):
    INVITATION = "invitation"
    """Unknown, expired or used: the three are not told apart."""
    WRONG_CODE = "wrong_code"
    INVALID_PASSKEY = "invalid_passkey"


@dataclass(frozen=True, slots=True)
class NotEnrolled:
    """Nothing has changed."""

    reason: EnrolmentFault | PasswordFault


@dataclass(frozen=True, slots=True)
class OfferedSecret:
    """For the invited person's eyes only: what their authenticator app is to keep."""

    secret: str = field(repr=False)
    uri: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Enrolment:
    records: Records
    moments: Moments
    keyed_hash: KeyedHash
    proofs: Proofs
    log: SignInLog
    sessions: OperatorSessions

    async def invited(self, token: str, now: datetime) -> Operator | None:
        """Whom the link would let in."""
        async with self.records.reading() as connection:
            return await find_invitation(connection, self.keyed_hash, token, now)

    async def offer_secret(self, token: str, now: datetime) -> OfferedSecret | None:
        """The same one as before, for an hour: a wrong code does not mean a new picture. None
        where the invitation is not good."""
        operator = await self.invited(token, now)
        if operator is None:
            return None
        secret = await self._waiting(token, operator)
        if secret is None:
            secret = new_secret()
            wrapped = wrap_secret(self.proofs.master, operator.operator_id, secret)
            await self.moments.put(KIND, _key(token), wrapped, _WAITS)
        name = self.proofs.ceremonies.party.name
        return OfferedSecret(secret, provisioning_uri(secret, operator.login_name, name))

    async def with_password(
        self, token: str, password: str, unverified_code: str, arrival: Arrival, now: datetime
    ) -> Operator | NotEnrolled:
        """The code shows that the app has the secret. Raises TooBusy."""
        operator = await self.invited(token, now)
        if operator is None:
            return NotEnrolled(EnrolmentFault.INVITATION)
        fault = fault_in(password, operator.login_name)
        if fault is not None:
            return NotEnrolled(fault)
        secret = await self._waiting(token, operator)
        step = None if secret is None else matching_step(secret, unverified_code, now)
        if secret is None or step is None:
            return NotEnrolled(EnrolmentFault.WRONG_CODE)
        wrapped = wrap_secret(self.proofs.master, operator.operator_id, secret)
        new = PasswordAndCodes(await self.proofs.passwords.hash(password), wrapped, step)
        async with self.records.writing() as connection:
            enrolled = await use_invitation(connection, self.keyed_hash, token, now)
            if enrolled is None:
                return NotEnrolled(EnrolmentFault.INVITATION)
            await set_password_and_codes(connection, enrolled.operator_id, new)
            attempt = Attempt(arrival, now, Method.PASSWORD_TOTP, enrolled)
            await self._done(connection, attempt, enrolled)
        await self._end_what_was(token, enrolled, now)
        return enrolled

    async def passkey_options(self, token: str, now: datetime) -> str | None:
        """JSON for the page; None where the invitation is not good."""
        operator = await self.invited(token, now)
        if operator is None:
            return None
        return await self.proofs.ceremonies.ask_to_register(operator, (), _holder(token))

    async def with_passkey(
        self, token: str, unverified_answer: str, name: str, arrival: Arrival, now: datetime
    ) -> Operator | NotEnrolled:
        """`name`: what the operator calls the passkey. Raises InvalidField (name) or Conflict."""
        if await self.invited(token, now) is None:
            return NotEnrolled(EnrolmentFault.INVITATION)
        try:
            new = await self.proofs.ceremonies.registered(unverified_answer, _holder(token))
        except InvalidAnswer:
            return NotEnrolled(EnrolmentFault.INVALID_PASSKEY)
        async with self.records.writing() as connection:
            enrolled = await use_invitation(connection, self.keyed_hash, token, now)
            if enrolled is None:
                return NotEnrolled(EnrolmentFault.INVITATION)
            await add_passkey(connection, enrolled.operator_id, new, name, now)
            attempt = Attempt(arrival, now, Method.PASSKEY, enrolled)
            await self._done(connection, attempt, enrolled)
        await self._end_what_was(token, enrolled, now)
        return enrolled

    async def _done(
        self, connection: AsyncConnection, attempt: Attempt, enrolled: Operator
    ) -> None:
        """Whoever has just proved it all is signed in by it."""
        await note_sign_in(connection, enrolled.operator_id, attempt.now)
        await self.log.done(connection, attempt, _DEED)

    async def _waiting(self, token: str, operator: Operator) -> str | None:
        wrapped = await self.moments.get(KIND, _key(token))
        if wrapped is None:
            return None
        return unwrap_secret(self.proofs.master, operator.operator_id, wrapped)

    async def _end_what_was(self, token: str, enrolled: Operator, now: datetime) -> None:
        await self.moments.drop(KIND, _key(token))
        await self.sessions.end_all(enrolled.operator_id, now)


def _key(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _holder(token: str) -> str:
    return f"invitation:{_key(token)}"
