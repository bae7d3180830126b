"""The bytes a PDF signature is over: all up to an end, but its own /Contents (ISO 32000-2 §12.8.1).

Whatever else a /ByteRange leaves out is somebody else's to write (pdf-insecurity.org).
"""

from binascii import unhexlify
from dataclasses import dataclass, field
from hashlib import new as new_hash

from pyhanko.pdf_utils.generic import (
    ArrayObject,
    ByteStringObject,
    DictionaryObject,
    NumberObject,
    TextStringObject,
)

from gateway.card.api import CertificateError, Reason
from gateway.card.der import read_tlv
from gateway.card.model import HashAlgorithm


@dataclass(frozen=True, slots=True)
class SignedBytes:
    document: bytes = field(repr=False)
    gap: range
    """/Contents, with its angle brackets."""
    end: int
    signed_data: bytes = field(repr=False)

    def digest(self, hash_algorithm: HashAlgorithm) -> bytes:
        view = memoryview(self.document)
        hashed = new_hash(hash_algorithm, view[: self.gap.start])
        hashed.update(view[self.gap.stop : self.end])
        return hashed.digest()


def signed_bytes(document: bytes, signature: DictionaryObject) -> SignedBytes:
    """What the signature says that it is over, where that leaves out nothing but the signature."""
    gap, end = _byte_range(signature, len(document))
    opened, contents, closed = (
        document[gap.start : gap.start + 1],
        document[gap.start + 1 : gap.stop - 1],
        document[gap.stop - 1 : gap.stop],
    )
    if (opened, closed) != (b"<", b">") or unhexlify(contents) != _contents(signature):
        raise CertificateError(Reason.DOCUMENT_CHANGED, "/ByteRange leaves out more")
    return SignedBytes(document, gap, end, _without_padding(unhexlify(contents)))


def _byte_range(signature: DictionaryObject, size: int) -> tuple[range, int]:
    array = signature.raw_get("/ByteRange")
    if not isinstance(array, ArrayObject) or len(array) != 4:
        raise CertificateError(Reason.DOCUMENT_CHANGED, "/ByteRange is not of two ranges")
    numbers = [array.raw_get(index) for index in range(4)]
    if not all(isinstance(number, NumberObject) for number in numbers):
        raise CertificateError(Reason.DOCUMENT_CHANGED, "/ByteRange is not of numbers")
    start, first, second, rest = (int(number) for number in numbers)
    if start != 0 or not 0 < first < first + 1 < second < second + rest <= size:
        raise CertificateError(Reason.DOCUMENT_CHANGED, "/ByteRange does not go around a gap")
    return range(first, second), second + rest


def _contents(signature: DictionaryObject) -> bytes:
    contents = signature.raw_get("/Contents")
    if not isinstance(contents, TextStringObject | ByteStringObject):
        raise CertificateError(Reason.MALFORMED_DOCUMENT, "/Contents is no string")
    return bytes(contents.original_bytes)


def _without_padding(contents: bytes) -> bytes:
    """The place is made before the signature is known: zeros fill it. Nothing covers them, so they
    may be nothing else."""
    _, _, end = read_tlv(contents, 0, len(contents))
    if contents.count(0, end) != len(contents) - end:
        raise CertificateError(Reason.DOCUMENT_CHANGED, "/Contents holds more than a signature")
    return contents[:end]
