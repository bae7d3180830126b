"""All signatures of a PDF (ISO 32000-2 §12.8): what each is over, and what was changed after it."""

from dataclasses import replace
from datetime import UTC, datetime

from pyhanko.pdf_utils.generic import DictionaryObject, NameObject, TextStringObject, parse_pdf_date
from pyhanko.pdf_utils.misc import PdfReadError
from pyhanko.pdf_utils.reader import PdfFileReader

from gateway.card.api import CertificateError, Reason
from gateway.card.documents.model import (
    Covers,
    ReadSignature,
    UnverifiedDocument,
    UnverifiedSignature,
)
from gateway.card.documents.pdf_additions import check_additions
from gateway.card.documents.pdf_byte_range import SignedBytes, signed_bytes
from gateway.card.documents.pdf_fields import SignatureField, signature_fields
from gateway.card.documents.pdf_file import entry, open_pdf, told_as_ours
from gateway.card.documents.signed_data import read_signed_data

_SUPPORTED = ("/adbe.pkcs7.detached", "/ETSI.CAdES.detached")
_DOCUMENT_TIMESTAMP = "/ETSI.RFC3161"


def read_pdf(document: UnverifiedDocument) -> tuple[ReadSignature, ...]:
    """The signatures of its form, in the order of its revisions. A document timestamp is nobody's
    signature: it is left out. Raises CertificateError for a document that cannot be read or that
    nobody signed; nothing else, for any bytes."""
    with told_as_ours():
        reader = open_pdf(document.document)
        fields = signature_fields(reader)
        persons = [each for each in fields if _sub_filter(each.signature) != _DOCUMENT_TIMESTAMP]
    if not persons:
        raise CertificateError(Reason.NOT_SIGNED, "no signature in its form")
    return tuple(_read(document.document, reader, each) for each in persons)


def _read(document: bytes, reader: PdfFileReader, field: SignatureField) -> ReadSignature:
    """One signature. That it cannot stand says nothing of the others."""
    try:
        with told_as_ours():
            return _read_signature(document, reader, field)
    except CertificateError as error:
        return error


def _read_signature(document: bytes, reader: PdfFileReader, field: SignatureField) -> ReadSignature:
    if _sub_filter(field.signature) not in _SUPPORTED:
        raise CertificateError(Reason.UNSUPPORTED_SIGNATURE, "its /SubFilter is not supported")
    signed = signed_bytes(document, field.signature)
    read = _only_signer(signed)
    covers = Covers.WHOLE
    if signed.end != len(document):
        check_additions(document, reader, signed.end, field.reference)
        covers = Covers.EARLIER_REVISION
    claimed = read.claimed_signing_time or _claimed_time(field.signature)
    return replace(read, covers=covers, claimed_signing_time=claimed)


def _only_signer(signed: SignedBytes) -> UnverifiedSignature:
    """ISO 32000-2 §12.8.3.3.1: a signature of a PDF has exactly one signer."""
    read = read_signed_data(signed.signed_data, signed.digest)
    if len(read) != 1:
        raise CertificateError(Reason.MALFORMED_DOCUMENT, "a signature with several signers")
    if isinstance(read[0], CertificateError):
        raise read[0]
    return read[0]


def _sub_filter(signature: DictionaryObject) -> NameObject | None:
    name = entry(signature, "/SubFilter")
    return name if isinstance(name, NameObject) else None


def _claimed_time(signature: DictionaryObject) -> datetime | None:
    """/M; None where it is no time, or one of an unknown zone."""
    written = entry(signature, "/M")
    if not isinstance(written, TextStringObject):
        return None
    try:
        claimed = parse_pdf_date(written)
        return claimed.astimezone(UTC) if claimed.tzinfo is not None else None
    except (PdfReadError, ValueError, OverflowError):
        return None
