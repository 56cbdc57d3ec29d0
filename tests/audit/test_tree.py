"""The tree against RFC 9162, as its clauses read: recursion over the list of leaves."""

from collections.abc import Sequence
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kerne.audit.tree import (
    EMPTY_ROOT,
    Nodes,
    completed_nodes,
    consistency_proof,
    frontier,
    inclusion_proof,
    leaf_hash,
    root,
    verifies_consistency,
    verifies_inclusion,
)

LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
"""The leaves and roots that implementations of RFC 6962 have shared as test vectors."""

KNOWN_ROOTS = {
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}

SIZES = st.integers(0, 40)
ROUNDS = settings(deadline=None, max_examples=150, derandomize=True)


def half(count: int) -> int:
    power = 1
    while power * 2 < count:
        power *= 2
    return power


def naive_root(leaves: Sequence[bytes]) -> bytes:
    """RFC 9162 §2.1.1."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0]).digest()
    k = half(len(leaves))
    return sha256(b"\x01" + naive_root(leaves[:k]) + naive_root(leaves[k:])).digest()


def naive_path(m: int, leaves: Sequence[bytes]) -> list[bytes]:
    """RFC 9162 §2.1.3.1."""
    if len(leaves) == 1:
        return []
    k = half(len(leaves))
    if m < k:
        return [*naive_path(m, leaves[:k]), naive_root(leaves[k:])]
    return [*naive_path(m - k, leaves[k:]), naive_root(leaves[:k])]


def naive_subproof(m: int, leaves: Sequence[bytes], *, is_whole: bool) -> list[bytes]:
    """RFC 9162 §2.1.4.1."""
    if m == len(leaves):
        return [] if is_whole else [naive_root(leaves)]
    k = half(len(leaves))
    if m <= k:
        return [*naive_subproof(m, leaves[:k], is_whole=is_whole), naive_root(leaves[k:])]
    return [*naive_subproof(m - k, leaves[k:], is_whole=False), naive_root(leaves[:k])]


def leaves_of(size: int) -> list[bytes]:
    return [f"leaf {number}".encode() for number in range(size)]


def nodes_of(leaves: Sequence[bytes]) -> Nodes:
    """Every complete node, as appending one leaf after the other makes them."""
    kept: dict[tuple[int, int], bytes] = {}

    def node(level: int, index: int) -> bytes:
        return kept[level, index]

    for size, leaf in enumerate(leaves):
        for made in completed_nodes(size, leaf_hash(leaf), node):
            assert (made.level, made.index) not in kept
            kept[made.level, made.index] = made.digest
    return node


@pytest.mark.parametrize("size", KNOWN_ROOTS)
def test_root__is_that_of_the_shared_test_vectors(size: int) -> None:
    assert root(size, nodes_of(LEAVES)).hex() == KNOWN_ROOTS[size]


def test_root__of_no_leaves_is_the_hash_of_nothing() -> None:
    assert root(0, nodes_of([])) == EMPTY_ROOT == naive_root([])


@ROUNDS
@given(SIZES, st.data())
def test_root__of_every_size_is_that_of_the_rfc(size: int, data: st.DataObject) -> None:
    leaves = leaves_of(size)
    older = data.draw(st.integers(0, size))
    node = nodes_of(leaves)
    assert root(older, node) == naive_root(leaves[:older])


@ROUNDS
@given(SIZES)
def test_frontier__covers_every_leaf_once(size: int) -> None:
    covered = [
        leaf
        for level, index in frontier(size)
        for leaf in range(index << level, (index + 1) << level)
    ]
    assert sorted(covered) == list(range(size))


@ROUNDS
@given(st.integers(1, 40), st.data())
def test_inclusion__is_proved_as_in_the_rfc(size: int, data: st.DataObject) -> None:
    leaves = leaves_of(size)
    index = data.draw(st.integers(0, size - 1))
    proof = inclusion_proof(index, size, nodes_of(leaves))
    assert list(proof) == naive_path(index, leaves)
    assert verifies_inclusion(leaf_hash(leaves[index]), index, size, proof, naive_root(leaves))


@ROUNDS
@given(st.integers(1, 40), st.data())
def test_inclusion__does_not_verify_for_anything_else(size: int, data: st.DataObject) -> None:
    leaves = leaves_of(size)
    index = data.draw(st.integers(0, size - 1))
    proof = inclusion_proof(index, size, nodes_of(leaves))
    leaf, tree_root = leaf_hash(leaves[index]), naive_root(leaves)
    other = sha256(b"other").digest()
    where = data.draw(st.integers(0, len(proof)))
    for elsewhere in set(range(-1, size + 2)) - {index}:
        assert not verifies_inclusion(leaf, elsewhere, size, proof, tree_root)
    assert not verifies_inclusion(other, index, size, proof, tree_root)
    assert not verifies_inclusion(leaf, index, size, proof, other)
    assert not verifies_inclusion(
        leaf, index, size, (*proof[:where], other, *proof[where:]), tree_root
    )
    if proof:
        assert not verifies_inclusion(leaf, index, size, proof[:-1], tree_root)


@ROUNDS
@given(SIZES, st.data())
def test_consistency__is_proved_as_in_the_rfc(new: int, data: st.DataObject) -> None:
    leaves = leaves_of(new)
    old = data.draw(st.integers(0, new))
    proof = consistency_proof(old, new, nodes_of(leaves))
    if old:
        assert list(proof) == naive_subproof(old, leaves, is_whole=True)
    assert verifies_consistency(old, new, naive_root(leaves[:old]), naive_root(leaves), proof)


@ROUNDS
@given(SIZES, st.data())
def test_consistency__does_not_verify_for_anything_else(new: int, data: st.DataObject) -> None:
    leaves = leaves_of(new)
    old = data.draw(st.integers(0, new))
    proof = consistency_proof(old, new, nodes_of(leaves))
    was, now = naive_root(leaves[:old]), naive_root(leaves)
    other = sha256(b"other").digest()
    where = data.draw(st.integers(0, len(proof)))
    assert not verifies_consistency(old, new, other, now, proof)
    assert old == 0 or not verifies_consistency(old, new, was, other, proof)
    assert not verifies_consistency(old, new, was, now, (*proof[:where], other, *proof[where:]))
    if proof:
        assert not verifies_consistency(old, new, was, now, proof[:-1])
    assert not verifies_consistency(new + 1, new, was, now, proof)
    assert not verifies_consistency(-1, new, was, now, proof)


def test_consistency__of_a_rewritten_beginning_does_not_verify() -> None:
    leaves = leaves_of(11)
    changed = [b"changed", *leaves[1:]]
    proof = consistency_proof(5, 11, nodes_of(changed))
    assert not verifies_consistency(5, 11, naive_root(leaves[:5]), naive_root(changed), proof)


def test_consistency__without_a_proof_does_not_verify() -> None:
    leaves = leaves_of(7)
    assert not verifies_consistency(3, 7, naive_root(leaves[:3]), naive_root(leaves), ())
