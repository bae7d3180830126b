"""That a service passed `genkan conform`, and which registration it was that passed."""

import hashlib
import json
from datetime import datetime

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.tenants.metadata import ClientMetadata, as_stored
from gateway.tenants.records import clients


class Conformance(msgspec.Struct, frozen=True):
    """What is kept of a run that passed: counts, and what it was run against."""

    plan: int
    """Which edition of the checks."""
    genkan: str
    passed: int
    warnings: int
    not_applicable: int
    metadata_digest: str


def metadata_digest(metadata: ClientMetadata) -> str:
    """The same for the same registration, whatever members later versions know besides."""
    canonical = json.dumps(as_stored(metadata), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def is_still_so(conformance: Conformance, metadata: ClientMetadata) -> bool:
    """False where the service was registered differently since."""
    return conformance.metadata_digest == metadata_digest(metadata)


async def record_conformance(
    connection: AsyncConnection, client_id: str, conformance: Conformance, now: datetime
) -> None:
    """In the place of the one before. It changes nothing that is registered, so it makes no new
    version of the registration."""
    await connection.execute(
        clients.update()
        .where(clients.c.client_id == client_id)
        .values(conformed_at=now, conformance=msgspec.to_builtins(conformance))
    )
