"""The signature fields of a PDF's form and the signatures in them (ISO 32000-2 §12.7.5.5)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pyhanko.pdf_utils.generic import (
    ArrayObject,
    DictionaryObject,
    IndirectObject,
    NullObject,
    PdfObject,
    Reference,
)
from pyhanko.pdf_utils.reader import PdfFileReader

from gateway.card.api import CertificateError, Reason
from gateway.card.documents.pdf_file import entry

MOST_SIGNATURES = 32
MOST_FIELDS = 10_000


@dataclass(frozen=True, slots=True)
class SignatureField:
    reference: Reference
    """Of the signature dictionary."""
    signature: DictionaryObject
    field: DictionaryObject


def signature_fields(reader: PdfFileReader) -> tuple[SignatureField, ...]:
    """Every signature of the form once, in the order of the revisions that hold them."""
    found: dict[Reference, SignatureField] = {}
    for field, value in _fields(reader):
        if not isinstance(value, IndirectObject):
            raise CertificateError(Reason.MALFORMED_DOCUMENT, "a signature is no object")
        signature = value.reference.get_object()
        if isinstance(signature, NullObject):
            continue
        if not isinstance(signature, DictionaryObject):
            raise CertificateError(Reason.MALFORMED_DOCUMENT, "a signature is no dictionary")
        found.setdefault(value.reference, SignatureField(value.reference, signature, field))
        if len(found) > MOST_SIGNATURES:
            raise CertificateError(Reason.DOCUMENT_TOO_COMPLEX, "too many signatures")
    return tuple(sorted(found.values(), key=lambda each: _revision(reader, each)))


def _revision(reader: PdfFileReader, field: SignatureField) -> int:
    revision: int = reader.xrefs.get_last_change(field.reference)
    return revision


def _fields(reader: PdfFileReader) -> Iterator[tuple[DictionaryObject, PdfObject]]:
    """Each signature field that has a value. A field has its type and its value of its parents
    where it has none of its own (ISO 32000-2 §12.7.4.1)."""
    form = entry(reader.root, "/AcroForm")
    if not isinstance(form, DictionaryObject):
        return
    waiting: list[tuple[PdfObject, Any, Any]] = [
        (field, None, None) for field in reversed(_array(form, "/Fields"))
    ]
    seen: set[Reference] = set()
    while waiting:
        reference, kind, value = waiting.pop()
        if not isinstance(reference, IndirectObject) or reference.reference in seen:
            raise CertificateError(Reason.MALFORMED_DOCUMENT, "the form is no tree of fields")
        seen.add(reference.reference)
        if len(seen) > MOST_FIELDS:
            raise CertificateError(Reason.DOCUMENT_TOO_COMPLEX, "too many fields")
        field = reference.reference.get_object()
        if not isinstance(field, DictionaryObject):
            raise CertificateError(Reason.MALFORMED_DOCUMENT, "a field is no dictionary")
        kind = entry(field, "/FT") or kind
        value = field.get("/V", value)
        if kind == "/Sig" and not isinstance(value, NullObject | None):
            yield field, value
        waiting += [(kid, kind, value) for kid in reversed(_array(field, "/Kids"))]


def _array(holder: DictionaryObject, key: str) -> list[PdfObject]:
    array = entry(holder, key)
    if array is None:
        return []
    if not isinstance(array, ArrayObject):
        raise CertificateError(Reason.MALFORMED_DOCUMENT, "a list of fields is none")
    return [array.raw_get(index) for index in range(len(array))]
