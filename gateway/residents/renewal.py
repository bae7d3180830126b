"""At a sign-in: a renewed certificate is bound to whoever the one before it is bound to."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.keys.hashing import KeyedHash
from gateway.residents.decision import ShutOut, Undecided, whom_they_prove
from gateway.residents.evidence import ask_operator, bind, find_evidence
from gateway.residents.model import (
    ProvenCertificate,
    Registration,
    RegistrationOutcome,
    ResidentState,
)
from gateway.store.api import Also, Records, nothing_else


@dataclass(frozen=True, slots=True)
class Renewals:
    records: Records
    keyed_hash: KeyedHash

    async def carry_over(
        self,
        certificate: ProvenCertificate,
        now: datetime,
        also: Also[Registration] = nothing_else,
    ) -> Registration | None:
        """One transaction; of two visits at the same time the second finds what the first has
        written. None where nobody is known by any of its predecessors."""
        try:
            return await self._carry_over(certificate, now, also)
        except sa.exc.IntegrityError:
            return await self._carry_over(certificate, now, also)

    async def _carry_over(
        self, certificate: ProvenCertificate, now: datetime, also: Also[Registration]
    ) -> Registration | None:
        async with self.records.writing() as connection:
            registration = await self._decided(connection, certificate, now)
            if registration is not None:
                await also(connection, registration)
        return registration

    async def _decided(
        self, connection: AsyncConnection, certificate: ProvenCertificate, now: datetime
    ) -> Registration | None:
        evidence = await find_evidence(connection, self.keyed_hash, certificate)
        found = whom_they_prove(evidence.holders)
        if found is None:
            return None
        if isinstance(found, ShutOut):
            return Registration(RegistrationOutcome.REFUSED, found.resident)
        if isinstance(found, Undecided):
            await ask_operator(connection, found, evidence, now)
            return Registration(RegistrationOutcome.WAITING, found.candidate)
        resident = found.resident
        if resident.state is not ResidentState.ACTIVE:
            # Whose the older one is has not been decided yet, and so is not whose this one is.
            return Registration(RegistrationOutcome.WAITING, resident)
        await bind(connection, evidence, resident, now)
        renewed = (certificate.certificate_type,) if evidence.renews else ()
        return Registration(RegistrationOutcome.KNOWN, resident, renewed)
