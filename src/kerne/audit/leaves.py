"""How entries become leaves: the rows of an append, and the tree's nodes as SQL keeps them.

These statements run for every ask of a nation, so they are put to the driver directly: they are
standard SQL, prepared once by it.
"""

from collections.abc import Callable, Sequence
from typing import Final

from sqlalchemy import Connection

from kerne.audit.entry import Entry, IntentEntry, OutcomeEntry, encode, kind_of
from kerne.audit.proof import Proven
from kerne.audit.tree import completed_nodes, frontier, inclusion_proof, leaf_hash
from kerne.database.engine import driver
from kerne.errors import AuditError

_SIZE: Final = "SELECT max(number) FROM entry"
_LEAF: Final = "SELECT body FROM entry WHERE number = ?"
_NODE: Final = 'SELECT digest FROM node WHERE level = ? AND "index" = ?'
_ADD_ENTRY: Final = "INSERT INTO entry (number, kind, ask, population, body) VALUES (?, ?, ?, ?, ?)"
_ADD_NODE: Final = 'INSERT INTO node (level, "index", digest) VALUES (?, ?, ?)'

EntryRow = tuple[int, str, int, str | None, bytes]


def size(connection: Connection) -> int:
    """Return how many entries there are."""
    (newest,) = driver(connection).execute(_SIZE).fetchone()
    return newest or 0


def nodes(connection: Connection) -> Callable[[int, int], bytes]:
    """Return the look-up of complete nodes that proofs and roots are built from."""
    execute = driver(connection).execute

    def node(level: int, index: int) -> bytes:
        found = execute(_NODE, (level, index)).fetchone()
        if found is None:
            raise AuditError(f"the audit's tree lacks node `{index}` of level `{level}`")
        return bytes(found[0])

    return node


def leaf(connection: Connection, number: int) -> bytes:
    """Return the leaf of entry `number`.

    Raises
    ------
    AuditError
        There is none.
    """
    found = driver(connection).execute(_LEAF, (number,)).fetchone()
    if found is None:
        raise AuditError(f"there is no entry `{number}`")
    return bytes(found[0])


def proven(connection: Connection, number: int, among: int) -> Proven:
    """Prove that entry `number` is one of the first `among`.

    Raises
    ------
    AuditError
        It is not.
    """
    if not 1 <= number <= among:
        raise AuditError(f"entry `{number}` is not among the first `{among}`")
    path = inclusion_proof(number - 1, among, nodes(connection))
    return Proven(number, leaf(connection, number), path)


def append(connection: Connection, entries: Sequence[Entry]) -> None:
    """Append `entries`, which follow on what is there, with the nodes that they complete.

    Raises
    ------
    AuditError
        A node that the new ones rest on is missing: nothing is added to such a tree.
    """
    bodies = [encode(entry) for entry in entries]
    start = entries[0].number - 1
    stored = nodes(connection)
    known = {name: stored(*name) for name in frontier(start)}
    made: list[tuple[int, int, bytes]] = []
    for offset, body in enumerate(bodies):
        for node in completed_nodes(
            start + offset, leaf_hash(body), lambda level, index: known[level, index]
        ):
            known[node.level, node.index] = node.digest
            made.append((node.level, node.index, node.digest))
    rows = [entry_row(entry, body) for entry, body in zip(entries, bodies, strict=True)]
    driver(connection).executemany(_ADD_ENTRY, rows)
    driver(connection).executemany(_ADD_NODE, made)


def entry_row(entry: Entry, body: bytes) -> EntryRow:
    """Return the columns of `entry`: what is looked up by, and its leaf."""
    mark = entry.population if isinstance(entry, IntentEntry) else None
    ask = entry.ask if isinstance(entry, IntentEntry | OutcomeEntry) else entry.number
    return entry.number, kind_of(entry), ask, None if mark is None else mark.digest, body
