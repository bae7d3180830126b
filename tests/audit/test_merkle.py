"""The tree's shape, by hand from RFC 9162 §2.1."""

import hashlib
from collections.abc import Iterable

import pytest

from gateway.audit.merkle import MerkleTree


def root_of(leaves: Iterable[bytes]) -> bytes:
    tree = MerkleTree()
    for one in leaves:
        tree.add(one)
    return tree.root()


def sha256(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def leaf(text: bytes) -> bytes:
    return sha256(b"\x00", text)


def node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01", left, right)


A, B, C, D, E = (leaf(text) for text in (b"a", b"b", b"c", b"d", b"e"))
FIVE = [b"a", b"b", b"c", b"d", b"e"]


def test_the_root_of_nothing_is_the_hash_of_nothing() -> None:
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert root_of([]).hex() == empty


def test_the_root_of_one_empty_leaf_is_the_hash_of_its_prefix() -> None:
    zero = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert root_of([b""]).hex() == zero


@pytest.mark.parametrize(
    ("size", "root"),
    [
        (1, A),
        (2, node(A, B)),
        (3, node(node(A, B), C)),
        (4, node(node(A, B), node(C, D))),
        (5, node(node(node(A, B), node(C, D)), E)),
    ],
)
def test_the_left_side_is_the_largest_full_tree(size: int, root: bytes) -> None:
    assert root_of(FIVE[:size]) == root


def test_seven_leaves_split_into_four_two_and_one() -> None:
    leaves = [*FIVE, b"f", b"g"]
    left = node(node(A, B), node(C, D))
    right = node(node(E, leaf(b"f")), leaf(b"g"))
    assert root_of(leaves) == node(left, right)


def test_a_node_cannot_be_passed_off_as_a_leaf() -> None:
    assert root_of([A + B]) != root_of([b"a", b"b"])


def test_order_is_part_of_the_root() -> None:
    assert root_of([b"a", b"b"]) != root_of([b"b", b"a"])
