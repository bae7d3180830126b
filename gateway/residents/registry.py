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
from gateway.residents.model import (
    Decision,
    Known,
    NewResident,
    ProvenCertificate,
    Registration,
    RegistrationOutcome,
    Resident,
    ResidentState,
    ReviewCause,
    ShutOut,
    Undecided,
    decide,
)
from gateway.residents.records import (
    add_resident,
    bind_certificate,
    bound_signatures,
    find_holder,
    find_namesake,
    find_resident,
    hold_holder,
    open_review,
    stand_in_line,
)
from gateway.residents.revocations import Revocation, Revocations, find_bound, is_known_revoked
from gateway.residents.sealed_attributes import SealedAttributes
from gateway.residents.standing import AttributeStanding, standing
from gateway.store.api import Also, Records, nothing_else


@dataclass(frozen=True, slots=True)
class Visit:
    """What the card said: both certificates and the attributes, read together."""

    authentication: ProvenCertificate
    signature: ProvenCertificate
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
        now: datetime,
    ) -> bool:
        """Somebody came with it and was refused: what the sweep does with a list's. False where it
        is bound to nobody, or was known."""
        identity_hash = certificate_hash(self._keyed_hash, certificate_type, identity)
        async with self._records.reading() as connection:
            bound = await find_bound(connection, [identity_hash])
        if not bound:
            return False
        revoked = {identity_hash: Revocation(revoked_at, reason)}
        async with self._records.writing() as connection:
            return await self._revocations.carry_out(connection, revoked, now) == 1

    async def knows_revoked(
        self, identity: CertificateIdentity, certificate_type: CertificateType
    ) -> bool:
        """Whether it is bound, and was revoked once."""
        identity_hash = certificate_hash(self._keyed_hash, certificate_type, identity)
        async with self._records.reading() as connection:
            return await is_known_revoked(connection, identity_hash)

    async def attributes(self, resident_id: str) -> BasicAttributes | None:
        """Opened for this one resident."""
        async with self._records.reading() as connection:
            opened = await self._sealed.read(connection, resident_id)
        if opened is None:
            return None
        if not opened.is_searchable:
            async with self._records.writing() as connection:
                await self._sealed.make_searchable(connection, resident_id, opened.attributes)
        return opened.attributes

    async def register(
        self,
        authentication: ProvenCertificate,
        signature: ProvenCertificate,
        attributes: BasicAttributes,
        now: datetime,
        also: Also[Registration] = nothing_else,
    ) -> Registration:
        """Both certificates of one visit. One transaction; of two visits at the same time the
        second finds what the first has written."""
        visit = Visit(authentication, signature, attributes, now)
        try:
            return await self._register(visit, also)
        except sa.exc.IntegrityError:
            return await self._register(visit, also)

    async def _register(self, visit: Visit, also: Also[Registration]) -> Registration:
        async with self._records.writing() as connection:
            await stand_in_line(connection, self._sealed.hash(visit.attributes))
            decision = decide(await self._known(connection, visit), visit.attributes)
            registration = await self._carry_out(connection, decision, visit)
            await also(connection, registration)
        return registration

    async def _carry_out(
        self, connection: AsyncConnection, decision: Decision, visit: Visit
    ) -> Registration:
        if isinstance(decision, ShutOut):
            return Registration(RegistrationOutcome.REFUSED, decision.resident)
        if isinstance(decision, Undecided):
            await self._ask(connection, decision, visit)
            return Registration(RegistrationOutcome.WAITING, decision.candidate)
        if isinstance(decision, NewResident):
            registration = await _add(connection, decision.candidate, visit.now)
        else:
            registration = Registration(_outcome(decision.resident), decision.resident)
        resident = registration.resident
        await self._bind(connection, resident, visit.authentication, visit.now)
        await self._bind(connection, resident, visit.signature, visit.now)
        await self._sealed.keep(connection, resident.resident_id, visit.attributes, visit.now)
        return registration

    async def _ask(self, connection: AsyncConnection, undecided: Undecided, visit: Visit) -> None:
        signs = undecided.doubtful is CertificateType.SIGNATURE
        proven = visit.signature if signs else visit.authentication
        doubtful = self._hash(proven), proven.not_after
        await open_review(
            connection, undecided.cause, undecided.candidate, visit.now, doubtful=doubtful
        )

    async def _known(self, connection: AsyncConnection, visit: Visit) -> Known:
        by_authentication = await hold_holder(connection, self._hash(visit.authentication))
        before = None
        if by_authentication is not None:
            before = await self._sealed.read(connection, by_authentication.resident_id)
        return Known(
            by_authentication=by_authentication,
            by_signature=await hold_holder(connection, self._hash(visit.signature)),
            attributes_of_known=None if before is None else before.attributes,
            namesake=await find_namesake(connection, self._sealed.hash(visit.attributes)),
        )

    async def _bind(
        self,
        connection: AsyncConnection,
        resident: Resident,
        proven: ProvenCertificate,
        now: datetime,
    ) -> None:
        identity_hash = self._hash(proven)
        if await find_holder(connection, identity_hash) is None:
            await bind_certificate(connection, resident, proven, identity_hash, now)

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


def _outcome(known: Resident) -> RegistrationOutcome:
    waits = known.state is ResidentState.WAITING
    return RegistrationOutcome.WAITING if waits else RegistrationOutcome.KNOWN
