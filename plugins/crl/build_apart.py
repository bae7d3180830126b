"""A large list is indexed in a process of its own, where it takes no request's time."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from plugins.crl.build import build_here
from plugins.crl.errors import UnusableError

AT_ONCE = 1 << 20
"""Bytes of a CRL that is indexed in about 20 ms."""
LONGEST_SECONDS = 900


def build_index(
    file: Path, folder: Path, issuers: Sequence[x509.Certificate], max_bytes: int
) -> str:
    """The digest of what was read, which names its index. Raises UnusableError, or OSError."""
    if file.stat().st_size <= AT_ONCE:
        return build_here(file, folder, issuers, max_bytes)
    pem = b"".join(issuer.public_bytes(Encoding.PEM) for issuer in issuers)
    command = [
        sys.executable,
        "-m",
        "plugins.crl.build_process",
        str(file),
        str(folder),
        str(max_bytes),
    ]
    try:
        done = subprocess.run(  # noqa: S603 - our own module
            command, input=pem, capture_output=True, timeout=LONGEST_SECONDS, check=True
        )
    except (subprocess.SubprocessError, OSError) as error:
        raise UnusableError(f"its indexing failed ({type(error).__name__})") from error
    answer: dict[str, str] = json.loads(done.stdout)
    if "unusable" in answer:
        raise UnusableError(answer["unusable"])
    return answer["digest"]
