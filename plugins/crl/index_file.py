"""The file of an index: checked as a whole when it is opened, replaced as a whole, never changed.

Magic, SHA-256 of all that follows it, length of the header, header (JSON), rows.
"""

import base64
import hashlib
import json
import mmap
import os
import struct
from itertools import chain
from pathlib import Path

from plugins.crl.atomic import replacing
from plugins.crl.errors import UnusableError
from plugins.crl.index import RevocationList, make_sections
from plugins.crl.outline import read_outline
from plugins.crl.revocation_list import ListFacts, read_facts
from plugins.crl.signed_by import ListSignature
from plugins.crl.sorting import RowSorter

MAGIC = b"GNKCRL1\n"
"""Ends in the format's version."""
SUFFIX = ".v1.index"
DIGEST_BYTES = 32
HEADER_AT = len(MAGIC) + DIGEST_BYTES
MAPPED_FROM = 1 << 18
"""Bytes. A mapping costs a file descriptor, of which a process with a list of each municipality
would run out."""


class DamagedIndexError(Exception):
    """Not what was written, or of another version: it is built again."""


def write_index(
    path: Path, digest: str, facts: ListFacts, signature: ListSignature, rows: RowSorter
) -> None:
    header = json.dumps(
        {
            "digest": digest,
            "without_entries": _text(facts.without_entries),
            "algorithm": _text(signature.algorithm),
            "signature": _text(signature.value),
            "signed_digest": _text(signature.digest),
            "counts": sorted(rows.counts().items()),
        }
    ).encode()
    checksum = hashlib.sha256()
    with replacing(path) as file:
        file.write(MAGIC + bytes(DIGEST_BYTES))
        for block in chain([struct.pack(">I", len(header)) + header], rows.blocks()):
            checksum.update(block)
            file.write(block)
        file.seek(len(MAGIC))
        file.write(checksum.digest())


def open_index(path: Path, digest: str) -> RevocationList:
    """Raises FileNotFoundError, or DamagedIndexError."""
    buffer = _load(path)
    if buffer[: len(MAGIC)] != MAGIC:
        raise DamagedIndexError
    with memoryview(buffer) as view, view[HEADER_AT:] as checked:
        if hashlib.sha256(checked).digest() != buffer[len(MAGIC) : HEADER_AT]:
            raise DamagedIndexError
    try:
        return _read(buffer, digest)
    except (ValueError, KeyError, TypeError, AttributeError, struct.error, UnusableError) as error:
        raise DamagedIndexError from error


def _read(buffer: bytes | mmap.mmap, digest: str) -> RevocationList:
    (length,) = struct.unpack_from(">I", buffer, HEADER_AT)
    at = HEADER_AT + 4 + length
    header = json.loads(buffer[HEADER_AT + 4 : at])
    sections, end = make_sections(buffer, at, header["counts"])
    if header["digest"] != digest or end != len(buffer):
        raise DamagedIndexError
    return RevocationList(
        facts=read_facts(read_outline(_bytes(header["without_entries"]))),
        signature=ListSignature(
            *(_bytes(header[name]) for name in ("algorithm", "signature", "signed_digest"))
        ),
        digest=digest,
        buffer=buffer,
        sections=sections,
    )


def _load(path: Path) -> bytes | mmap.mmap:
    with path.open("rb") as file:
        if os.fstat(file.fileno()).st_size < MAPPED_FROM:
            return file.read()
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _bytes(value: str) -> bytes:
    return base64.b64decode(value, validate=True)
