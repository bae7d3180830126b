"""Registers residents and finds them again by a certificate that was just verified."""

import secrets
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.card.api import BasicAttributes, CertificateIdentity, CertificateType
from gateway.keys.hashing import KeyedHash
from gateway.keys.sealing import Sealer
from gateway.residents.certificate_hashes import certificate_hash
from gateway.residents.common_id import new_common_id
from gateway.residents.decision import (
    Decision,
    Known,
    NewResident,
    ShutOut,
    Undecided,
    decide,
)
from gateway.residents.evidence import Evidence, ask_operator, bind, find_evidence
from gateway.residents.model import (
    ProvenCertificate,
    Registration,
    RegistrationOutcome,
    Resident,
    ResidentState,
    ReviewCause,
)
from gateway.residents.records import (
    add_resident,
    bound_signatures,
    find_holder,
    find_namesake,
    find_resident,
    is_in_force,
    open_review,
    stand_in_line,
)
from gateway.residents.revocations import Revocation, Revocations, find_bound, find_revocation
from gateway.residents.sealed_attributes import Opened, SealedAttributes
from gateway.residents.standing import AttributeStanding, standing
from gateway.store.api import Also, Records, nothing_else


@dataclass(frozen=True, slots=True)
class Visit:
    """What the card said: both certificates and the attributes, read together."""

    authentication: ProvenCertificate
    signature: ProvenCertificate
    attributes: BasicAttributes
    now: datetime


@dataclass(frozen=True, slots=True)
class Case:
    """A visit, with what the store knows of its certificates."""

    authentication: Evidence
    signature: Evidence
    attributes: BasicAttributes
    now: datetime


class Residents:
    def __init__(
        self,
        records: Records,
        keyed_hash: KeyedHash,
        sealer: Sealer,
        revocations: Revocations,
    ) -> None:
        self._records = records
        self._keyed_hash = keyed_hash
        self._sealed = SealedAttributes(keyed_hash, sealer)
        self._revocations = revocations

    async def get(self, resident_id: str) -> Resident | None:
        async with self._records.reading() as connection:
            return await find_resident(connection, resident_id)

    async def is_in_force(self, resident_id: str, since: datetime) -> bool:
        """Whether what they began `since` then holds: a session in any browser, first of all."""
        async with self._records.reading() as connection:
            return await is_in_force(connection, resident_id, since)

    async def find(self, proven: ProvenCertificate) -> Resident | None:
        """Whose certificate it is."""
        async with self._records.reading() as connection:
            return await find_holder(connection, self._hash(proven))

    async def standing(self, resident_id: str) -> AttributeStanding:
        """Whether name and address may still be told as theirs."""
        async with self._records.reading() as connection:
            return standing(await bound_signatures(connection, resident_id))

    async def learn_revoked(
        self,
        identity: CertificateIdentity,
        certificate_type: CertificateType,
        revoked_at: datetime | None,
        reason: str,
    ) -> bool:
        """Somebody came with it and was refused: what the sweep does with a list's. False where it
        is bound to nobody, or was known."""
        identity_hash = certificate_hash(self._keyed_hash, certificate_type, identity)
        revoked = {identity_hash: Revocation(revoked_at, reason)}
        async with self._records.reading() as connection:
            bound = await find_bound(connection, revoked)
        if not bound:
            return False
        async with self._records.writing() as connection:
            return await self._revocations.carry_out(connection, revoked) == 1

    async def known_revocation(
        self, identity: CertificateIdentity, certificate_type: CertificateType
    ) -> Revocation | None:
        """Of one that is bound."""
        identity_hash = certificate_hash(self._keyed_hash, certificate_type, identity)
        async with self._records.reading() as connection:
            return await find_revocation(connection, identity_hash)

    async def attributes(self, resident_id: str) -> BasicAttributes | None:
        """Opened for this one resident."""
        opened = await self.opened(resident_id)
        return None if opened is None else opened.attributes

    async def opened(self, resident_id: str, *, with_proofing: bool = False) -> Opened | None:
        """Their attributes, and how they were proven where that is asked for."""
        async with self._records.reading() as connection:
            opened = await self._sealed.read(connection, resident_id, with_proofing=with_proofing)
        if opened is not None and not opened.is_searchable:
            async with self._records.writing() as connection:
                await self._sealed.make_searchable(connection, resident_id, opened.attributes)
        return opened

    async def register(
        self,
        authentication: ProvenCertificate,
        signature: ProvenCertificate,
        attributes: BasicAttributes,
        now: datetime,
        also: Also[Registration] = nothing_else,
    ) -> Registration:
        """Both certificates of one visit. One transaction; of two visits at the same time the
        second finds what the first has written. Raises PredecessorsUnknownError, and then nothing
        is written."""
        visit = Visit(authentication, signature, attributes, now)
        try:
            return await self._register(visit, also)
        except sa.exc.IntegrityError:
            return await self._register(visit, also)

    async def _register(self, visit: Visit, also: Also[Registration]) -> Registration:
        async with self._records.writing() as connection:
            await stand_in_line(connection, self._sealed.hash(visit.attributes))
            case = Case(
                await find_evidence(connection, self._keyed_hash, visit.authentication),
                await find_evidence(connection, self._keyed_hash, visit.signature),
                visit.attributes,
                visit.now,
            )
            decision = decide(await self._known(connection, case), case.attributes)
            registration = await self._carry_out(connection, decision, case)
            await also(connection, registration)
        return registration

    async def _carry_out(
        self, connection: AsyncConnection, decision: Decision, case: Case
    ) -> Registration:
        if isinstance(decision, ShutOut):
            return Registration(RegistrationOutcome.REFUSED, decision.resident)
        if isinstance(decision, Undecided):
            signs = decision.doubtful is CertificateType.SIGNATURE
            doubtful = case.signature if signs else case.authentication
            await ask_operator(connection, decision, doubtful, case.now)
            return Registration(RegistrationOutcome.WAITING, decision.candidate)
        if isinstance(decision, NewResident):
            registration = await _add(connection, decision.candidate, case.now)
        else:
            registration = _known_again(decision.resident, case)
        resident = registration.resident
        await bind(connection, case.authentication, resident, case.now)
        await bind(connection, case.signature, resident, case.now)
        await self._sealed.keep(
            connection,
            resident.resident_id,
            case.attributes,
            case.signature.proven.proofing,
            case.now,
        )
        return registration

    async def _known(self, connection: AsyncConnection, case: Case) -> Known:
        authentication, signature = case.authentication, case.signature
        holder, before = next(iter(authentication.holders), None), None
        if holder is not None:
            before = await self._sealed.read(connection, holder.resident_id)
        return Known(
            by_authentication=authentication.holder,
            by_signature=signature.holder,
            attributes_of_known=None if before is None else before.attributes,
            namesake=await find_namesake(connection, self._sealed.hash(case.attributes)),
            before_authentication=authentication.holders_before,
            before_signature=signature.holders_before,
            predecessors_known=authentication.is_whole and signature.is_whole,
        )

    def _hash(self, proven: ProvenCertificate) -> str:
        return certificate_hash(self._keyed_hash, proven.certificate_type, proven.identity)


async def _add(
    connection: AsyncConnection, candidate: Resident | None, now: datetime
) -> Registration:
    """A new resident; one who waits where `candidate` may be the same person."""
    state = ResidentState.ACTIVE if candidate is None else ResidentState.WAITING
    resident = Resident(secrets.token_hex(16), new_common_id(), state)
    await add_resident(connection, resident, now)
    if candidate is None:
        return Registration(RegistrationOutcome.REGISTERED, resident)
    await open_review(connection, ReviewCause.SAME_ATTRIBUTES, candidate, now, waiting=resident)
    return Registration(RegistrationOutcome.WAITING, resident)


def _known_again(known: Resident, case: Case) -> Registration:
    waits = known.state is ResidentState.WAITING
    outcome = RegistrationOutcome.WAITING if waits else RegistrationOutcome.KNOWN
    both = case.authentication, case.signature
    renewed = tuple(each.proven.certificate_type for each in both if each.renews)
    return Registration(outcome, known, renewed)
