"""A Merkle tree as in RFC 9162 §2: hashes, proofs, and their verification; pure functions.

A node is named by its level and its index in that level, both from 0; level 0 holds the hashes of
the leaves. Only complete nodes are kept: node (level, index) covers the leaves from
`index << level` up to but not with `(index + 1) << level`. Any root or proof is built from
complete nodes, which a caller hands in as a function `node(level, index) -> hash`.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

EMPTY_ROOT: Final = sha256(b"").digest()

Nodes = Callable[[int, int], bytes]


@dataclass(frozen=True, slots=True)
class Node:
    """A complete node: `level` and `index` from 0, and its hash."""

    level: int
    index: int
    digest: bytes


def leaf_hash(data: bytes) -> bytes:
    """Hash a leaf (RFC 9162 §2.1.1)."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash an inner node (RFC 9162 §2.1.1)."""
    return sha256(b"\x01" + left + right).digest()


def completed_nodes(size: int, leaf: bytes, node: Nodes) -> Iterator[Node]:
    """Yield the nodes that become complete when the leaf hash `leaf` follows `size` leaves.

    The leaf itself comes first, then each parent whose right child was just completed.
    """
    level, index, digest = 0, size, leaf
    yield Node(level, index, digest)
    while index & 1:
        digest = node_hash(node(level, index - 1), digest)
        level, index = level + 1, index >> 1
        yield Node(level, index, digest)


def frontier(size: int) -> tuple[tuple[int, int], ...]:
    """Name the complete nodes that together cover `size` leaves, smallest first.

    Examples
    --------
    >>> frontier(6)
    ((1, 2), (2, 0))
    """
    return tuple(
        (level, (size >> level) - 1) for level in range(size.bit_length()) if size >> level & 1
    )


def root(size: int, node: Nodes) -> bytes:
    """Return the root of the tree of the first `size` leaves (RFC 9162 §2.1.1)."""
    return _subtree(0, size, node) if size else EMPTY_ROOT


class GrowingTree:
    """A tree that leaves are added to one by one; it keeps only what its root needs.

    Examples
    --------
    >>> tree = GrowingTree()
    >>> tree.append(leaf_hash(b"first"))
    [Node(level=0, index=0, digest=...)]
    >>> tree.root() == leaf_hash(b"first")
    True
    """

    def __init__(self) -> None:
        self.size = 0
        self._known: dict[tuple[int, int], bytes] = {}

    def append(self, leaf: bytes) -> list[Node]:
        """Add the leaf hash `leaf`, and return the nodes that it completes."""
        made = list(completed_nodes(self.size, leaf, self._node))
        self.size += 1
        self._known |= {(node.level, node.index): node.digest for node in made}
        self._known = {name: self._known[name] for name in frontier(self.size)}
        return made

    def root(self) -> bytes:
        """Return the root of the leaves so far."""
        return root(self.size, self._node)

    def _node(self, level: int, index: int) -> bytes:
        return self._known[level, index]


def inclusion_proof(index: int, size: int, node: Nodes) -> tuple[bytes, ...]:
    """Prove that leaf `index` is in the tree of `size` leaves (RFC 9162 §2.1.3.1).

    `index` is from 0 and less than `size`.
    """
    start, end = 0, size
    proof: list[bytes] = []
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            proof.append(_subtree(middle, end, node))
            end = middle
        else:
            proof.append(_subtree(start, middle, node))
            start = middle
    return tuple(reversed(proof))


def verifies_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], tree_root: bytes
) -> bool:
    """Say whether `proof` shows leaf hash `leaf` at `index` under `tree_root` (§2.1.3.2)."""
    if not 0 <= index < size:
        return False
    here, last, digest = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if here & 1 or here == last:
            digest = node_hash(sibling, digest)
            here, last = _climb(here, last)
        else:
            digest = node_hash(digest, sibling)
        here, last = here >> 1, last >> 1
    return last == 0 and digest == tree_root


def consistency_proof(old: int, new: int, node: Nodes) -> tuple[bytes, ...]:
    """Prove that the tree of `old` leaves is the beginning of that of `new` (§2.1.4.1).

    `old` is at most `new`. Empty when they are equal or `old` is 0.
    """
    if old in {0, new}:
        return ()
    start, end, is_whole = 0, new, True
    proof: list[bytes] = []
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            proof.append(_subtree(middle, end, node))
            end = middle
        else:
            proof.append(_subtree(start, middle, node))
            start, is_whole = middle, False
    if not is_whole:
        proof.append(_subtree(start, end, node))
    return tuple(reversed(proof))


def verifies_consistency(
    old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Say whether `proof` shows that the tree of `old` leaves begins that of `new` (§2.1.4.2)."""
    if not 0 <= old <= new:
        return False
    if old == new:
        return not proof and old_root == new_root
    if old == 0:
        return not proof and old_root == EMPTY_ROOT
    path = list(proof)
    if old & (old - 1) == 0:
        path.insert(0, old_root)
    if not path:
        return False
    here, last = old - 1, new - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    return _follow(path, here, last) == (old_root, new_root)


def _follow(path: Sequence[bytes], here: int, last: int) -> tuple[bytes, bytes] | None:
    was = now = path[0]
    for sibling in path[1:]:
        if last == 0:
            return None
        if here & 1 or here == last:
            was, now = node_hash(sibling, was), node_hash(sibling, now)
            here, last = _climb(here, last)
        else:
            now = node_hash(now, sibling)
        here, last = here >> 1, last >> 1
    return (was, now) if last == 0 else None


def _climb(here: int, last: int) -> tuple[int, int]:
    """Skip the levels at which an incomplete right edge has no sibling."""
    while here and not here & 1:
        here, last = here >> 1, last >> 1
    return here, last


def _split(leaves: int) -> int:
    """Return the largest power of two below `leaves`, which is at least 2."""
    return 1 << (leaves - 1).bit_length() - 1


def _subtree(start: int, end: int, node: Nodes) -> bytes:
    leaves = end - start
    if leaves & (leaves - 1) == 0:
        level = leaves.bit_length() - 1
        return node(level, start >> level)
    middle = start + _split(leaves)
    return node_hash(_subtree(start, middle, node), _subtree(middle, end, node))
