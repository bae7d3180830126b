"""Whom a certificate, and those in whose place it has come, are bound to; and binding it."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.keys.hashing import KeyedHash
from gateway.residents.certificate_hashes import certificate_hash
from gateway.residents.decision import Undecided
from gateway.residents.model import ProvenCertificate, Resident
from gateway.residents.records import bind_certificate, hold_holder, open_review


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the store knows of one certificate. Nobody of these changes state until the transaction
    ends."""

    proven: ProvenCertificate
    identity_hash: str = field(repr=False)
    holder: Resident | None
    before: tuple[tuple[str, Resident], ...] = field(repr=False)
    """The predecessors that are bound, by their hashes: newest first."""

    @property
    def holders(self) -> tuple[Resident, ...]:
        """Of the certificate itself first."""
        return self.holders_before if self.holder is None else (self.holder, *self.holders_before)

    @property
    def holders_before(self) -> tuple[Resident, ...]:
        return tuple(resident for _, resident in self.before)

    @property
    def is_whole(self) -> bool:
        """Whoever could be asked in whose place it has come has said so."""
        return self.proven.predecessors.known

    @property
    def renews(self) -> bool:
        return self.holder is None and bool(self.before)


async def find_evidence(
    connection: AsyncConnection, keyed_hash: KeyedHash, proven: ProvenCertificate
) -> Evidence:
    kind = proven.certificate_type
    own = certificate_hash(keyed_hash, kind, proven.identity)
    before: list[tuple[str, Resident]] = []
    for identity in proven.predecessors.identities:
        older = certificate_hash(keyed_hash, kind, identity)
        holder = None if older == own else await hold_holder(connection, older)
        if holder is not None:
            before.append((older, holder))
    return Evidence(proven, own, await hold_holder(connection, own), tuple(before))


async def bind(
    connection: AsyncConnection, evidence: Evidence, resident: Resident, now: datetime
) -> None:
    if evidence.holder is None:
        proven, identity_hash = evidence.proven, evidence.identity_hash
        await bind_certificate(connection, resident, proven, identity_hash, now)


async def ask_operator(
    connection: AsyncConnection, undecided: Undecided, evidence: Evidence, now: datetime
) -> None:
    """`evidence`: of the certificate that is doubtful. Where it, or one before it, is bound to
    somebody else, the question is about that one: it says whom to compare the candidate with."""
    own, candidate = evidence.identity_hash, undecided.candidate.resident_id
    others = (older for older, holder in evidence.before if holder.resident_id != candidate)
    holder = evidence.holder
    mine = holder is not None and holder.resident_id != candidate
    about = own if mine else next(others, own)
    doubtful = about, evidence.proven.not_after if about == own else None
    await open_review(connection, undecided.cause, undecided.candidate, now, doubtful=doubtful)
