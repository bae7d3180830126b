"""The extensions of a response or of one answer in it (RFC 6960 §4.4)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from plugins.der import BOOLEAN, OCTET_STRING, OID, SEQUENCE, TRUE
from plugins.ocsp.der import MalformedError, Reader
from plugins.ocsp.unusable import UnusableError

# They are read before the signature is checked, so they are counted. Real responses carry one.
MAX_EXTENSIONS = 16


@dataclass(frozen=True, slots=True)
class Extension:
    critical: bool
    value: bytes


Extensions = Mapping[bytes, Extension]
"""By the content of their OID."""


def read_extensions(sequence: bytes | None) -> Extensions:
    reader, found = Reader(sequence or b""), dict[bytes, Extension]()
    while reader.has_more():
        if len(found) == MAX_EXTENSIONS:
            raise UnusableError(f"it holds more than {MAX_EXTENSIONS} extensions")
        extension = Reader(reader.read(SEQUENCE))
        oid = extension.read(OID)
        critical = extension.read_optional(BOOLEAN)
        value = extension.read(OCTET_STRING)
        extension.finish()
        if critical not in (None, TRUE):
            raise MalformedError("a BOOLEAN is written as DER does not")
        if oid in found:
            raise MalformedError("an extension stands in it twice")
        found[oid] = Extension(critical is not None, value)
    return found


def check_critical(extensions: Extensions, known: Collection[bytes] = ()) -> None:
    """RFC 6960 §4.4: what is critical and not understood makes the answer unusable."""
    if any(extension.critical and oid not in known for oid, extension in extensions.items()):
        raise UnusableError("it holds an unknown critical extension")
