"""Pairwise subjects (OpenID Connect Core §8.1)."""

from gateway.keys.hashing import KeyedHash


class Subjects:
    def __init__(self, keyed_hash: KeyedHash) -> None:
        self._keyed_hash = keyed_hash

    def sub(self, resident_id: str, sector_identifier: str) -> str:
        """The same for all clients of a sector, of no use to any other."""
        return self._keyed_hash.hash("pairwise-subject", sector_identifier, resident_id)
