"""Certificates that have come in the place of others, and what the store is then like."""

from dataclasses import replace

import sqlalchemy as sa

from gateway.card.api import BasicAttributes, CertificateIdentity, Predecessors
from gateway.residents.administration import mark_deceased, suspend
from gateway.residents.destruction import destroy_resident
from gateway.residents.model import (
    ProvenCertificate,
    Registration,
    Resident,
    ResidentState,
)
from gateway.residents.registry import Residents
from gateway.store.api import Records
from gateway.store.tables import metadata
from tests.residents.people import HANAKO, NOW

UNTOLD = Predecessors(known=False)


def after(renewed: ProvenCertificate, *older: int) -> ProvenCertificate:
    """`renewed` has come in the place of these, newest first."""
    anchor_set = renewed.identity.anchor_set
    identities = tuple(CertificateIdentity(anchor_set, number) for number in older)
    return replace(renewed, predecessors=Predecessors(known=True, identities=identities))


def untold(certificate: ProvenCertificate) -> ProvenCertificate:
    return replace(certificate, predecessors=UNTOLD)


async def come(
    residents: Residents,
    authentication: ProvenCertificate,
    signature: ProvenCertificate,
    attributes: BasicAttributes = HANAKO,
) -> Registration:
    return await residents.register(authentication, signature, attributes, NOW)


async def rows(records: Records) -> dict[str, str]:
    async with records.reading() as connection:
        return {
            table.name: repr((await connection.execute(sa.select(table))).all())
            for table in metadata.sorted_tables
        }


async def shut_out(records: Records, resident: Resident, state: ResidentState) -> None:
    async with records.writing() as connection:
        match state:
            case ResidentState.SUSPENDED:
                await suspend(connection, resident.resident_id, expected_version=1, now=NOW)
            case ResidentState.DECEASED:
                await mark_deceased(connection, resident.resident_id, expected_version=1, now=NOW)
            case _:
                await destroy_resident(connection, resident.resident_id, NOW)
