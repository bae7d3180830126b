"""The Merkle tree hash of a list of leaves, and proofs that one is among them (RFC 9162 §2.1)."""

import hashlib
from collections.abc import Iterable, Sequence
from itertools import pairwise


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


def merkle_root(leaves: Iterable[bytes]) -> bytes:
    tree = MerkleTree()
    for leaf in leaves:
        tree.add(leaf)
    return tree.root()


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """RFC 9162 §2.1.3.1: the hashes beside the leaf's way up to the root. IndexError where there
    is no such leaf."""
    if not 0 <= index < len(leaves):
        raise IndexError(index)
    proof = []
    level = [hash_leaf(leaf) for leaf in leaves]
    while len(level) > 1:
        beside = index ^ 1
        if beside < len(level):
            proof.append(level[beside])
        level = _next_level(level)
        index >>= 1
    return proof


def is_included(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """RFC 9162 §2.1.3.2: whether the leaf stands there in the tree of that size and root."""
    if not 0 <= index < size:
        return False
    node, last = hash_leaf(leaf), size - 1
    for beside in proof:
        if last == 0:
            return False
        if index & 1 or index == last:
            node = hash_node(beside, node)
            # Where a level's last node stands alone, it goes up as it is.
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            node = hash_node(node, beside)
        index, last = index >> 1, last >> 1
    return last == 0 and node == root


def hash_leaf(leaf: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + leaf).digest()


def hash_node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def _next_level(level: Sequence[bytes]) -> list[bytes]:
    above = [hash_node(*pair) for pair in list(pairwise(level))[::2]]
    return [*above, level[-1]] if len(level) % 2 else above


def _fold(subtrees: Sequence[bytes]) -> bytes:
    if not subtrees:
        return hashlib.sha256().digest()
    node = subtrees[-1]
    for left in reversed(subtrees[:-1]):
        node = hash_node(left, node)
    return node
