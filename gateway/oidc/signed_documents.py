"""Signed documents that registered readers bring: what the log holds, and who they may be told."""

from datetime import datetime

from starlette.requests import Request
from starlette.routing import Route

from gateway.audit.model import Entry, LogKind, Outcome
from gateway.audit.origins import client_actor, origin_of
from gateway.card.documents.messages import Residents
from gateway.card.documents.model import UnverifiedDocument
from gateway.card.documents.routes import document_routes
from gateway.card.documents.verify import DocumentVerifier, VerifiedDocument
from gateway.login.presented import proven
from gateway.oidc.clients.readers import identify_reader, reader_of
from gateway.oidc.provider import Provider
from gateway.residents.model import Resident, ResidentState


async def conclude_document(
    provider: Provider,
    http: Request,
    reader_id: str,
    document: UnverifiedDocument,
    found: VerifiedDocument,
    now: datetime,
) -> Residents:
    """Into the log first, as one entry. Then, for each accepted signature, the resident under the
    reader's own pairwise subject; None for one of nobody who is registered and active."""
    reader = reader_of(http)
    signers = [
        await provider.residents.find(proven(each.verification))
        if each.verification.accepted
        else None
        for each in found.signatures
    ]
    entry = Entry(
        now,
        LogKind.AUTHENTICATION,
        "document.verified" if found.accepted else "document.refused",
        Outcome.DONE if found.accepted else Outcome.REFUSED,
        origin_of(http, client_actor(reader_id)),
        tenant_id=None if reader is None else reader.tenant_id,
        client_id=reader_id,
        resident=_only(provider, signers),
        detail=log_detail(document, found),
    )
    await provider.audit.record(entry)
    if reader is None:
        return [None for _ in signers]
    sector = reader.sector_identifier
    return [
        None
        if signer is None or signer.state is not ResidentState.ACTIVE
        else {"sub": provider.subjects.sub(signer.resident_id, sector)}
        for signer in signers
    ]


def log_detail(document: UnverifiedDocument, found: VerifiedDocument) -> dict[str, str]:
    """Nothing that stands in the document, or in a certificate."""
    told = {"format": document.format.value, "signatures": str(len(found.signatures))}
    reasons = [found.reason, *(each.verification.reason for each in found.signatures)]
    reason = next((reason for reason in reasons if reason is not None), None)
    if reason is not None:
        told["reason"] = reason.value
    if found.signatures:
        ids = [each.verification.verification_id for each in found.signatures]
        told["verification_id"] = " ".join(ids)
    return told


def _only(provider: Provider, signers: list[Resident | None]) -> str | None:
    """An entry is about one person, or about nobody in particular."""
    known = {signer.resident_id for signer in signers if signer is not None}
    return provider.audit.pseudonym(known.pop()) if len(known) == 1 else None


def signed_document_routes(provider: Provider, verifier: DocumentVerifier) -> list[Route]:
    async def identify(http: Request) -> str | None:
        reader = await identify_reader(provider, http, provider.clock())
        return None if reader is None else reader.client_id

    async def conclude(
        http: Request, reader_id: str, document: UnverifiedDocument, found: VerifiedDocument
    ) -> Residents:
        return await conclude_document(provider, http, reader_id, document, found, provider.clock())

    limit = provider.settings.card.document_limit_bytes
    return document_routes(verifier, identify, conclude, provider.clock, limit)
