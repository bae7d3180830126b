"""What was added to a PDF after a signature, and whether its signer allows that.

The signed bytes are read once more as a document of their own: what they refer to must stand in
them, so that nothing added can speak for them (pdf-insecurity.org, shadow attacks).
"""

import re

from pyhanko.pdf_utils.generic import PdfObject, Reference
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader
from pyhanko.sign.diff_analysis import DEFAULT_DIFF_POLICY, DiffResult

from gateway.card.api import CertificateError, Reason
from gateway.card.documents.pdf_fields import signature_fields
from gateway.card.documents.pdf_file import open_pdf
from gateway.card.documents.pdf_permissions import Permissions, permissions_of

MOST_STEPS = 100_000
"""From object to object. A document of a thousand pages takes some six thousand."""
_OBJECT = re.compile(rb"(?<!\d)\d++[\0\t\n\f\r ]++\d++[\0\t\n\f\r ]++obj")
_SPACE = b"\0\t\n\f\r "


def check_additions(document: bytes, reader: PdfFileReader, end: int, reference: object) -> None:
    """Returns where what follows `end` are whole revisions, each of which the signer of the object
    `reference` allows; raises CertificateError otherwise."""
    before = document[:end]
    if not _ends_a_revision(before):
        raise CertificateError(Reason.DOCUMENT_CHANGED, "what was signed is no revision")
    signed = open_pdf(before)
    revisions = _startxrefs(signed)
    if revisions != _startxrefs(reader)[: len(revisions)]:
        raise CertificateError(Reason.DOCUMENT_CHANGED, "what was signed is no revision of it")
    _check_listed(document, reader, end, len(revisions))
    fields = [each for each in signature_fields(signed) if each.reference == reference]
    if not fields:
        raise CertificateError(Reason.DOCUMENT_CHANGED, "the signature is not in what was signed")
    _check_allowed(reader, signed, permissions_of(fields[0]))


def _ends_a_revision(document: bytes) -> bool:
    return document.rstrip(_SPACE).endswith(b"%%EOF")


def _startxrefs(reader: PdfFileReader) -> list[int]:
    xrefs = reader.xrefs
    return [xrefs.get_startxref_for_revision(each) for each in range(xrefs.total_revisions)]


def _check_listed(document: bytes, reader: PdfFileReader, end: int, signed: int) -> None:
    """Nothing was added but the objects of later revisions: a viewer that repairs files would find
    the others (incremental saving attack)."""
    later = range(signed, reader.xrefs.total_revisions)
    if not later or not _ends_a_revision(document):
        raise CertificateError(Reason.DOCUMENT_CHANGED, "what was added is no revision")
    listed = set(_startxrefs(reader))
    for revision in later:
        entries = reader.xrefs.get_xref_data(revision).standard_xrefs
        listed.update(offset for _, offset in entries.values())
    if any(found.start() not in listed for found in _OBJECT.finditer(document, end)):
        raise CertificateError(Reason.DOCUMENT_CHANGED, "an object was added to no revision")


class _BoundedResolver(HistoricalResolver):
    """pyHanko follows every path to every object, of which there may be exponentially many."""

    def __init__(self, reader: PdfFileReader, revision: int) -> None:
        super().__init__(reader, revision)
        self._steps = 0

    def __call__(self, reference: Reference) -> PdfObject | None:
        self._steps += 1
        if self._steps > MOST_STEPS:
            raise CertificateError(Reason.DOCUMENT_TOO_COMPLEX, "too many paths to its objects")
        found: PdfObject | None = super().__call__(reference)
        return found


def _check_allowed(reader: PdfFileReader, signed: PdfFileReader, allowed: Permissions) -> None:
    before = _BoundedResolver(signed, signed.xrefs.total_revisions - 1)
    # Strict: it raises for a reference to nothing, which a later revision could give a meaning.
    before.collect_dependencies(before.trailer_view)
    found = DEFAULT_DIFF_POLICY.review_file(
        reader, before, field_mdp_spec=allowed.fields, doc_mdp=allowed.document
    )
    if not isinstance(found, DiffResult) or not allowed.allow(found):
        raise CertificateError(Reason.DOCUMENT_CHANGED, "what was added is not permitted")
