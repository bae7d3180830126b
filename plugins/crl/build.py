"""From a CRL to the file of its index; nothing of it is believed before its signature is good."""

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

from cryptography import x509

from plugins.crl.entries import read_entries
from plugins.crl.errors import UnusableError
from plugins.crl.index_file import SUFFIX, write_index
from plugins.crl.outline import read_outline
from plugins.crl.revocation_list import ListFacts, read_facts
from plugins.crl.signed_by import ListSignature, check_signed_by, read_signature


def build_here(
    file: Path, folder: Path, issuers: Iterable[x509.Certificate], max_bytes: int
) -> str:
    der = read_bounded(file, max_bytes)
    outline = read_outline(der)
    facts, signature = read_facts(outline), read_signature(der, outline)
    check_signed_by_one(facts, signature, issuers)
    digest = hashlib.sha256(der).hexdigest()
    rows = read_entries(der, *outline.entries)
    write_index(index_path(folder, digest), digest, facts, signature, rows)
    return digest


def index_path(folder: Path, digest: str) -> Path:
    return folder / (digest + SUFFIX)


def read_bounded(file: Path, max_bytes: int) -> bytes:
    """Read, not mapped: what is verified must be what is indexed, whoever writes meanwhile."""
    with file.open("rb") as opened:
        size = os.fstat(opened.fileno()).st_size
        content = b"" if size > max_bytes else opened.read(size + 1)
    if size > max_bytes or len(content) > max_bytes:
        raise UnusableError("it is larger than max_file_bytes")
    return content


def check_signed_by_one(
    facts: ListFacts, signature: ListSignature, issuers: Iterable[x509.Certificate]
) -> None:
    """Raises UnusableError: what stands against the CA that comes nearest."""
    problem = "issued under another name"
    for issuer in issuers:
        try:
            check_signed_by(facts, signature, issuer)
        except UnusableError as error:
            if issuer.subject.public_bytes() == facts.issuer:
                problem = str(error)
        else:
            return
    raise UnusableError(problem)
