"""Registers residents and finds them again by a certificate that was just verified."""

import secrets
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.card.api import BasicAttributes
from gateway.keys.hashing import KeyedHash
from gateway.keys.sealing import Sealed, Sealer
from gateway.residents.common_id import new_common_id
from gateway.residents.model import (
    Known,
    NewResident,
    ProvenCertificate,
    Registration,
    RegistrationOutcome,
    Resident,
    ResidentState,
    ReviewCause,
    Undecided,
    decide,
)
from gateway.residents.records import basic_attributes, binding_reviews, certificates, residents
from gateway.store.api import Records

_RESIDENT = (residents.c.resident_id, residents.c.common_id, residents.c.state)
_BY_ID = sa.select(*_RESIDENT).where(residents.c.resident_id == sa.bindparam("resident_id"))
_BY_CERTIFICATE = (
    sa.select(*_RESIDENT)
    .join(certificates, certificates.c.resident_id == residents.c.resident_id)
    .where(certificates.c.identity_hash == sa.bindparam("identity_hash"))
)
_SEALED = sa.select(basic_attributes.c.wrapped_key, basic_attributes.c.ciphertext).where(
    basic_attributes.c.resident_id == sa.bindparam("resident_id")
)


class Residents:
    def __init__(self, records: Records, keyed_hash: KeyedHash, sealer: Sealer) -> None:
        self._records = records
        self._keyed_hash = keyed_hash
        self._sealer = sealer

    async def get(self, resident_id: str) -> Resident | None:
        async with self._records.reading() as connection:
            return await _one(connection, _BY_ID, resident_id=resident_id)

    async def find(self, proven: ProvenCertificate) -> Resident | None:
        """Whose certificate it is."""
        async with self._records.reading() as connection:
            return await self._holder(connection, proven)

    async def attributes(self, resident_id: str) -> BasicAttributes | None:
        async with self._records.reading() as connection:
            return await self._attributes(connection, resident_id)

    async def register(
        self,
        authentication: ProvenCertificate,
        signature: ProvenCertificate,
        attributes: BasicAttributes,
        now: datetime,
    ) -> Registration:
        """Both certificates of one visit. One transaction; of two visits at the same time the
        second finds what the first has written."""
        try:
            return await self._register(authentication, signature, attributes, now)
        except sa.exc.IntegrityError:
            return await self._register(authentication, signature, attributes, now)

    async def _register(
        self,
        authentication: ProvenCertificate,
        signature: ProvenCertificate,
        attributes: BasicAttributes,
        now: datetime,
    ) -> Registration:
        async with self._records.writing() as connection:
            known = await self._known(connection, authentication, signature, attributes)
            decision = decide(known, attributes)
            if isinstance(decision, Undecided):
                await _open_review(connection, decision.cause, None, decision.candidate, now)
                return Registration(RegistrationOutcome.WAITING, decision.candidate)
            if isinstance(decision, NewResident):
                outcome, resident = await _add(connection, decision.candidate, now)
            else:
                outcome, resident = RegistrationOutcome.KNOWN, decision.resident
                if resident.state is ResidentState.WAITING:
                    outcome = RegistrationOutcome.WAITING
            await self._bind(connection, resident, authentication, now)
            await self._bind(connection, resident, signature, now)
            await self._keep(connection, resident, attributes, now)
        return Registration(outcome, resident)

    async def _known(
        self,
        connection: AsyncConnection,
        authentication: ProvenCertificate,
        signature: ProvenCertificate,
        attributes: BasicAttributes,
    ) -> Known:
        by_authentication = await self._holder(connection, authentication)
        before = None
        if by_authentication is not None:
            before = await self._attributes(connection, by_authentication.resident_id)
        return Known(
            by_authentication=by_authentication,
            by_signature=await self._holder(connection, signature),
            attributes_of_known=before,
            namesake=await self._namesake(connection, attributes),
        )

    async def _holder(
        self, connection: AsyncConnection, proven: ProvenCertificate
    ) -> Resident | None:
        return await _one(connection, _BY_CERTIFICATE, identity_hash=self._identity_hash(proven))

    async def _namesake(
        self, connection: AsyncConnection, attributes: BasicAttributes
    ) -> Resident | None:
        query = (
            sa.select(*_RESIDENT)
            .join(basic_attributes, basic_attributes.c.resident_id == residents.c.resident_id)
            .where(basic_attributes.c.attributes_hash == self._attributes_hash(attributes))
            .order_by(residents.c.created_at)
            .limit(1)
        )
        return await _one(connection, query)

    async def _attributes(
        self, connection: AsyncConnection, resident_id: str
    ) -> BasicAttributes | None:
        found = await connection.execute(_SEALED, {"resident_id": resident_id})
        row = found.one_or_none()
        if row is None:
            return None
        plain = self._sealer.open(resident_id, Sealed(row.wrapped_key, row.ciphertext))
        return msgspec.json.decode(plain, type=BasicAttributes)

    async def _bind(
        self,
        connection: AsyncConnection,
        resident: Resident,
        proven: ProvenCertificate,
        now: datetime,
    ) -> None:
        if await self._holder(connection, proven) is not None:
            return
        row = {
            "identity_hash": self._identity_hash(proven),
            "resident_id": resident.resident_id,
            "certificate_type": proven.certificate_type,
            "not_after": proven.not_after,
            "bound_at": now,
        }
        await connection.execute(certificates.insert().values(row))

    async def _keep(
        self,
        connection: AsyncConnection,
        resident: Resident,
        attributes: BasicAttributes,
        now: datetime,
    ) -> None:
        """Sealed anew under a data key of its own: the old one is overwritten with the old text."""
        sealed = self._sealer.seal(resident.resident_id, msgspec.json.encode(attributes))
        row = {
            "wrapped_key": sealed.wrapped_key,
            "ciphertext": sealed.ciphertext,
            "attributes_hash": self._attributes_hash(attributes),
            "read_at": now,
        }
        changed = await connection.execute(
            basic_attributes.update()
            .where(basic_attributes.c.resident_id == resident.resident_id)
            .values(row)
        )
        if changed.rowcount == 0:
            row["resident_id"] = resident.resident_id
            await connection.execute(basic_attributes.insert().values(row))

    def _identity_hash(self, proven: ProvenCertificate) -> str:
        return self._keyed_hash.hash("certificate", proven.certificate_type, proven.identity)

    def _attributes_hash(self, attributes: BasicAttributes) -> str:
        four = (attributes.name, attributes.birth_date, attributes.gender, attributes.address)
        return self._keyed_hash.hash("basic-attributes", *(part or "" for part in four))


async def _one(
    connection: AsyncConnection, query: sa.Select[Any], **values: object
) -> Resident | None:
    row = (await connection.execute(query, values)).one_or_none()
    if row is None:
        return None
    return Resident(row.resident_id, row.common_id, ResidentState(row.state))


async def _add(
    connection: AsyncConnection, candidate: Resident | None, now: datetime
) -> tuple[RegistrationOutcome, Resident]:
    state = ResidentState.ACTIVE if candidate is None else ResidentState.WAITING
    resident = Resident(secrets.token_hex(16), new_common_id(), state)
    row = {
        "resident_id": resident.resident_id,
        "common_id": resident.common_id,
        "state": state,
        "created_at": now,
    }
    await connection.execute(residents.insert().values(row))
    if candidate is None:
        return RegistrationOutcome.REGISTERED, resident
    await _open_review(connection, ReviewCause.SAME_ATTRIBUTES, resident, candidate, now)
    return RegistrationOutcome.WAITING, resident


async def _open_review(
    connection: AsyncConnection,
    cause: ReviewCause,
    waiting: Resident | None,
    candidate: Resident,
    now: datetime,
) -> None:
    row = {
        "review_id": secrets.token_hex(16),
        "cause": cause,
        "waiting_resident_id": None if waiting is None else waiting.resident_id,
        "candidate_resident_id": candidate.resident_id,
        "opened_at": now,
    }
    await connection.execute(binding_reviews.insert().values(row))
