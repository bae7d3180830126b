"""The Merkle tree hash of a list of leaves (RFC 9162 §2.1)."""

import hashlib
from collections.abc import Sequence


class MerkleTree:
    """Takes one leaf after the other and keeps no more than a hash for each level: those of the
    complete subtrees so far, the largest first."""

    def __init__(self) -> None:
        self._complete: list[bytes] = []
        self.size = 0

    def add(self, leaf: bytes) -> None:
        node = hash_leaf(leaf)
        # One subtree of every size that the count's ones stand for: adding is counting up.
        carry = self.size
        while carry & 1:
            node = hash_node(self._complete.pop(), node)
            carry >>= 1
        self._complete.append(node)
        self.size += 1

    def root(self) -> bytes:
        return _fold(self._complete)


def hash_leaf(leaf: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + leaf).digest()


def hash_node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def _fold(subtrees: Sequence[bytes]) -> bytes:
    if not subtrees:
        return hashlib.sha256().digest()
    node = subtrees[-1]
    for left in reversed(subtrees[:-1]):
        node = hash_node(left, node)
    return node
