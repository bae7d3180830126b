"""What a signer lets others change after him (ISO 32000-2 §12.8.2.2, §12.8.2.4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pyhanko.sign.diff_analysis import DiffResult, ModificationLevel
from pyhanko.sign.fields import FieldMDPSpec, MDPPerm

from gateway.card.api import CertificateError, Reason
from gateway.card.documents.pdf_fields import SignatureField
from gateway.card.documents.pdf_file import entry


@dataclass(frozen=True, slots=True)
class Permissions:
    document: MDPPerm | None
    fields: FieldMDPSpec | None

    def allow(self, found: DiffResult) -> bool:
        """Forms may be filled in where the signer does not say."""
        allowed = ModificationLevel.FORM_FILLING if self.document is None else self.document
        level, most = int(found.modification_level.value), int(allowed.value)
        return level <= most


def permissions_of(signed: SignatureField) -> Permissions:
    document = _parameters(signed, "/DocMDP")
    fields = _parameters(signed, "/FieldMDP")
    return Permissions(
        document=MDPPerm(document["/P"]) if "/P" in document else None,
        fields=FieldMDPSpec.from_pdf_object(fields) if "/Action" in fields else None,
    )


def _parameters(signed: SignatureField, method: str) -> Mapping[str, Any]:
    """Of the signature; where it has none, what the locks of its field say."""
    references = entry(signed.signature, "/Reference") or ()
    found = [
        each["/TransformParams"]
        for each in (reference.get_object() for reference in references)
        if each["/TransformMethod"] == method
    ]
    if len(found) > 1:
        raise CertificateError(Reason.MALFORMED_DOCUMENT, f"{method} is there twice")
    return found[0] if found else entry(signed.field, "/Lock") or {}
