"""The tree's shape, by hand from RFC 9162 §2.1, and proofs that hold for nothing else."""

import hashlib

import pytest

from gateway.audit.merkle import inclusion_proof, is_included, merkle_root


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
    assert merkle_root([]).hex() == empty


def test_the_root_of_one_empty_leaf_is_the_hash_of_its_prefix() -> None:
    zero = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert merkle_root([b""]).hex() == zero


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
    assert merkle_root(FIVE[:size]) == root


def test_seven_leaves_split_into_four_two_and_one() -> None:
    leaves = [*FIVE, b"f", b"g"]
    left = node(node(A, B), node(C, D))
    right = node(node(E, leaf(b"f")), leaf(b"g"))
    assert merkle_root(leaves) == node(left, right)


def test_a_node_cannot_be_passed_off_as_a_leaf() -> None:
    assert merkle_root([A + B]) != merkle_root([b"a", b"b"])


def test_order_is_part_of_the_root() -> None:
    assert merkle_root([b"a", b"b"]) != merkle_root([b"b", b"a"])


def test_proofs_worked_out_by_hand() -> None:
    assert inclusion_proof(FIVE, 0) == [B, node(C, D), E]
    assert inclusion_proof(FIVE, 2) == [D, node(A, B), E]
    assert inclusion_proof(FIVE, 4) == [node(node(A, B), node(C, D))]
    assert inclusion_proof([b"a"], 0) == []


@pytest.mark.parametrize("size", range(1, 18))
def test_a_proof_holds_for_its_leaf_at_its_place_and_for_no_other(size: int) -> None:
    leaves = [bytes([number]) for number in range(size)]
    root = merkle_root(leaves)
    for index, text in enumerate(leaves):
        proof = inclusion_proof(leaves, index)
        assert is_included(text, index, size, proof, root)
        assert not is_included(b"another", index, size, proof, root)
        assert not is_included(text, index, size, [*proof, root], root)
        assert not is_included(text, index, size, proof, bytes(32))
        for other in (number for number in range(-1, size + 1) if number != index):
            assert not is_included(text, other, size, proof, root)
        if proof:
            assert not is_included(text, index, size, proof[:-1], root)
            assert not is_included(text, index, size, [*proof[:-1], bytes(32)], root)


@pytest.mark.parametrize("index", [-1, 5])
def test_there_is_no_proof_of_a_leaf_that_is_not_there(index: int) -> None:
    with pytest.raises(IndexError):
        inclusion_proof(FIVE, index)
