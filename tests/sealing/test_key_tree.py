"""Every number has a key of its own until it is destroyed, whatever else is."""

import hmac

from hypothesis import given, settings
from hypothesis import strategies as st

from kerne.sealing.key_tree import DEPTH, NUMBERS, ROOT, key_below, node_above, path_of, without

SECRET = bytes(range(32))
RUNS = st.lists(st.tuples(st.integers(0, 300), st.integers(0, 40)), max_size=8)


def by_hand(number: int) -> bytes:
    """Walk from the root to the leaf, as plainly as possible."""
    secret = SECRET
    for at in reversed(range(DEPTH)):
        side = b"right" if number >> at & 1 else b"left"
        secret = hmac.digest(secret, b"kerne key tree 1, " + side, "sha256")
    return hmac.digest(secret, b"kerne key tree 1, key", "sha256")


def key(nodes: dict[str, bytes], number: int) -> bytes | None:
    above = node_above(nodes.keys(), number)
    return None if above is None else key_below(above, nodes[above], number)


@settings(deadline=None, max_examples=60, derandomize=True)
@given(RUNS, st.lists(st.integers(0, 400) | st.integers(0, NUMBERS - 1), min_size=1, max_size=20))
def test_key__is_that_of_its_number_until_it_is_destroyed(
    runs: list[tuple[int, int]], numbers: list[int]
) -> None:
    nodes, gone = {ROOT: SECRET}, set[int]()
    for low, length in runs:
        nodes = without(nodes, low, low + length)
        gone |= set(range(low, low + length))
    assert [key(nodes, number) for number in numbers] == [
        None if number in gone else by_hand(number) for number in numbers
    ]


@settings(deadline=None, max_examples=60, derandomize=True)
@given(RUNS)
def test_nodes__are_few_and_give_no_way_to_what_was_destroyed(runs: list[tuple[int, int]]) -> None:
    nodes, gone = {ROOT: SECRET}, set[int]()
    for low, length in runs:
        nodes = without(nodes, low, low + length)
        gone |= set(range(low, low + length))
    assert len(nodes) <= 1 + 2 * DEPTH * len(runs)
    above = {path_of(number)[:at] for number in gone for at in range(DEPTH + 1)}
    assert not above & nodes.keys()
    for path in nodes:
        assert not any(path[:at] in nodes for at in range(len(path)))


def test_run_from_the_first_number__leaves_one_node_a_bit_at_most() -> None:
    nodes = {ROOT: SECRET}
    for number in range(1000):
        nodes = without(nodes, 0, number)
        assert len(nodes) <= DEPTH + 1
    assert without(nodes, 0, NUMBERS) == {}
    assert without(nodes, 5, 5) == nodes
    assert key(nodes, NUMBERS - 1) == by_hand(NUMBERS - 1)
