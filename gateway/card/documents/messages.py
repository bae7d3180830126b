"""The JSON of POST /card/signatures."""

from collections.abc import Mapping, Sequence
from typing import Annotated

import msgspec

from gateway.card.documents.model import DocumentFormat, UnverifiedDocument
from gateway.card.documents.verify import VerifiedDocument
from gateway.card.messages import verification_answer
from gateway.errors import BadRequest


class DocumentRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format: DocumentFormat
    document: Annotated[bytes, msgspec.Meta(min_length=1)]
    content: bytes | None = None

    def unverified(self) -> UnverifiedDocument:
        if self.content is not None and self.format is not DocumentFormat.CMS:
            raise BadRequest("content: only a CMS is signed beside it")
        return UnverifiedDocument(self.format, self.document, self.content)


Residents = Sequence[Mapping[str, object] | None]
"""Of each signature, who may be told."""


def document_answer(found: VerifiedDocument, residents: Residents) -> Mapping[str, object]:
    return {
        "outcome": found.outcome,
        "covers": found.covers,
        "reason": found.reason,
        "signatures": [
            {
                **verification_answer(signature.verification, resident),
                "covers": signature.covers,
                "references": signature.references,
                "claimed_signing_time": signature.claimed_signing_time,
            }
            for signature, resident in zip(found.signatures, residents, strict=True)
        ],
    }
