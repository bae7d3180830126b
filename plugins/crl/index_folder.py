"""The folder of indices, shared by all workers: each is built once, and what is good is kept."""

import fcntl
import hashlib
import logging
import os
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from cryptography import x509

from plugins.crl.build import check_signed_by_one, index_path
from plugins.crl.build_apart import build_index
from plugins.crl.errors import UnusableError
from plugins.crl.index import RevocationList
from plugins.crl.index_file import SUFFIX, DamagedIndexError, open_index

logger = logging.getLogger(__name__)

KEPT_UNUSED_SECONDS = 86_400
BLOCK = 1 << 20


class IndexFolder:
    def __init__(self, folder: Path, max_file_bytes: int) -> None:
        self.path = folder
        self._max_file_bytes = max_file_bytes

    def read(self, file: Path, issuers: Sequence[x509.Certificate]) -> RevocationList:
        """The list in a CRL file, if one of these CAs has signed it: the index of these very
        bytes, or a new one. Raises UnusableError, or OSError."""
        digest = digest_of(file, self._max_file_bytes)
        found = self.find(digest)
        if found is None:
            with self.locked():
                found = self.find(digest)
                if found is None:
                    digest = build_index(file, self.path, issuers, self._max_file_bytes)
                    return open_index(index_path(self.path, digest), digest)
        check_signed_by_one(found.facts, found.signature, issuers)
        return found

    def find(self, digest: str) -> RevocationList | None:
        try:
            return open_index(index_path(self.path, digest), digest)
        except FileNotFoundError:
            return None
        except DamagedIndexError:
            logger.warning("CRL index %s: damaged; it is built again", digest)
            return None

    def prune(self, used: Collection[str]) -> None:
        """Removes indices that nobody here has used for a day."""
        oldest = time.time() - KEPT_UNUSED_SECONDS
        with os.scandir(self.path) as entries:
            for entry in entries:
                is_index = entry.name.endswith(SUFFIX) or entry.name.startswith(".partial-")
                unused = entry.name.removesuffix(SUFFIX) not in used
                if is_index and unused and entry.stat().st_mtime < oldest:
                    Path(entry.path).unlink(missing_ok=True)

    def prepare(self) -> None:
        """Whoever may write here decides what is believed: nobody else may."""
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """One writer at a time, of all processes."""
        self.prepare()
        with (self.path / "lock").open("wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # closing it ends it
            yield

    @contextmanager
    def claimed(self, name: str) -> Iterator[bool]:
        """Whether this process may do it: no other is at it. Nobody waits."""
        self.prepare()
        with (self.path / f"{name}.lock").open("wb") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            yield True


def digest_of(file: Path, max_bytes: int) -> str:
    digest, left = hashlib.sha256(), max_bytes + 1
    with file.open("rb") as opened:
        while left and (block := opened.read(min(BLOCK, left))):
            digest.update(block)
            left -= len(block)
    if not left:
        raise UnusableError("it is larger than max_file_bytes")
    return digest.hexdigest()
