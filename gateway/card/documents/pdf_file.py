"""A PDF as pyHanko's strict reader sees it, and what keeps that reader within its bounds."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

from pyhanko.pdf_utils.decode_limits import DecodeLimits, DocumentDecodeBudget
from pyhanko.pdf_utils.generic import DictionaryObject, NullObject
from pyhanko.pdf_utils.misc import PdfDecodeLimitError
from pyhanko.pdf_utils.reader import PdfFileReader

from gateway.card.api import CertificateError, Reason

MOST_REVISIONS = 64
"""Each signature is compared with every revision after it."""
_DECODED = DocumentDecodeBudget(base_allowance=64 * 1024 * 1024, max_ratio=10)

# What it logs quotes the document: names of fields, values, dates.
logging.getLogger("pyhanko").setLevel(logging.CRITICAL + 1)


@contextmanager
def told_as_ours() -> Iterator[None]:
    """pyHanko raises whatever the bytes make it: only the kind of it is told."""
    try:
        yield
    except CertificateError:
        raise
    except (RecursionError, MemoryError, PdfDecodeLimitError) as error:
        raise CertificateError(Reason.DOCUMENT_TOO_COMPLEX, type(error).__name__) from None
    except Exception as error:  # noqa: BLE001 - its text may quote the document
        raise CertificateError(Reason.MALFORMED_DOCUMENT, type(error).__name__) from None


def entry(holder: DictionaryObject, key: str) -> Any:
    """What stands under `key`, here or as an object of its own; null is nothing (ISO 32000-2
    §7.3.9)."""
    raw = holder.get(key)
    found = None if raw is None else raw.get_object()
    return None if isinstance(found, NullObject) else found


def open_pdf(document: bytes) -> PdfFileReader:
    """Its cross-references, all of which are read; objects are read when they are asked for."""
    # Every revision ends in one (ISO 32000-2 §7.5.5), and is counted before any is read.
    if document.count(b"startxref") > MOST_REVISIONS:
        raise CertificateError(Reason.DOCUMENT_TOO_COMPLEX, "too many revisions")
    limits = DecodeLimits(document_budget=_DECODED)
    reader = PdfFileReader(BytesIO(document), strict=True, decode_limits=limits)
    if reader.xrefs.total_revisions > MOST_REVISIONS:
        raise CertificateError(Reason.DOCUMENT_TOO_COMPLEX, "too many revisions")
    if "/Encrypt" in reader.trailer:
        raise CertificateError(Reason.MALFORMED_DOCUMENT, "encrypted")
    # Two readers may see two documents in such a file (ISO 32000-2 §7.5.8.4).
    if reader.xrefs.hybrid_xrefs_present:
        raise CertificateError(Reason.MALFORMED_DOCUMENT, "hybrid-reference")
    return reader
