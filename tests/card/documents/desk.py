"""Where documents are read and verified with a town's CA, in this process."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gateway.card.api import CertificateError, Reason, RevocationSource
from gateway.card.documents.cms import read_cms
from gateway.card.documents.model import DocumentFormat, ReadSignature, UnverifiedDocument
from gateway.card.documents.verify import DocumentVerifier, VerifiedDocument
from gateway.card.model import Outcome
from tests.card.documents.cms_maker import Signer, make_cms
from tests.card.forge import der
from tests.card.world import NOW, World

CONTENT = "住民票の写しの交付を申請します。".encode()


async def read_here(document: UnverifiedDocument) -> Sequence[ReadSignature]:
    return read_cms(document)


@dataclass(frozen=True)
class Desk:
    world: World

    def signer(self, kind: str = "sign", **change: Any) -> Signer:
        """The card's holder, whose certificate is good."""
        certificate = der(self.world.issue(kind).certificate)
        return Signer(certificate, self.world.keys.card, **change)

    async def verify(
        self,
        document: bytes,
        content: bytes | None = None,
        *,
        sources: Sequence[RevocationSource] | None = None,
        now: datetime = NOW,
    ) -> VerifiedDocument:
        verifier = DocumentVerifier(read_here, self.world.verifier(sources=sources))
        return await verifier.verify(cms(document, content), now)

    async def accepts(self, document: bytes, content: bytes | None = None) -> bool:
        found = await self.verify(document, content)
        assert found.accepted == (found.outcome is Outcome.ACCEPTED)
        return found.accepted

    async def signed_by(self, signer: Signer) -> Reason | None:
        """What is found of a document with this one signature."""
        return reason(await self.verify(make_cms(CONTENT, signer)))


def reason(found: VerifiedDocument) -> Reason | None:
    """Why it was not accepted: the document's own reason, or the one of its first such signature;
    None for one that was."""
    reasons = [found.reason, *(each.verification.reason for each in found.signatures)]
    told = next((each for each in reasons if each is not None), None)
    assert (told is None) == found.accepted
    return told


def cms(document: bytes, content: bytes | None = None) -> UnverifiedDocument:
    return UnverifiedDocument(DocumentFormat.CMS, document, content)


def refusal(document: bytes, content: bytes | None = None) -> Reason:
    """Of a document that cannot be read at all."""
    try:
        found = read_cms(cms(document, content))
    except CertificateError as error:
        return error.reason
    raise AssertionError(found)
