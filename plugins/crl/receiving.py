"""One list as it comes in, in pieces: written to a file, and bounded in size."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from plugins.crl.errors import UnusableError

Tell = Callable[[int, int | None], None]
"""Bytes so far, and of how many, where that is known."""


@dataclass(slots=True)
class Receiving:
    file: BinaryIO
    max_bytes: int
    tell: Tell
    size: int = 0

    def take(self, chunk: bytes, total: int | None) -> None:
        """Raises UnusableError, or OSError."""
        self.size += len(chunk)
        if self.size > self.max_bytes:
            raise UnusableError("it is larger than max_file_bytes")
        self.file.write(chunk)
        self.tell(self.size, total)
