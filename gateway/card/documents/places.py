"""How many documents are held at once: each may be large, and whoever sends it slow."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from gateway.errors import TemporarilyUnavailable

IN_ALL = 8
OF_ONE = 2
"""So many of one reader: it takes the others' places from nobody."""


class Places:
    def __init__(self, in_all: int = IN_ALL, of_one: int = OF_ONE) -> None:
        self._in_all = in_all
        self._of_one = of_one
        self._taken: Counter[str] = Counter()

    @contextmanager
    def of(self, reader_id: str) -> Iterator[None]:
        """One place, before anything of the document is read. Raises TemporarilyUnavailable."""
        if self._taken.total() >= self._in_all or self._taken[reader_id] >= self._of_one:
            raise TemporarilyUnavailable("too many documents are being read")
        self._taken[reader_id] += 1
        try:
            yield
        finally:
            self._taken[reader_id] -= 1
            self._taken += Counter()  # keeps no reader that has none
