"""How entries become leaves: the rows of an append, and the tree's nodes as SQL keeps them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, func, insert, select, tuple_

from kerne.audit.entry import Entry, IntentEntry, encode, kind_of
from kerne.audit.tables import ENTRY, NODE
from kerne.audit.tree import completed_nodes, frontier, leaf_hash
from kerne.errors import AuditError

_Row = dict[str, Any]  # Any: the columns of a table


def size(connection: Connection) -> int:
    """Return how many entries there are."""
    return connection.execute(select(func.max(ENTRY.c.number))).scalar() or 0


def nodes(connection: Connection) -> Callable[[int, int], bytes]:
    """Return the look-up of complete nodes that proofs and roots are built from."""

    def node(level: int, index: int) -> bytes:
        query = select(NODE.c.digest).where(NODE.c.level == level, NODE.c["index"] == index)
        digest = connection.execute(query).scalar()
        if digest is None:
            raise AuditError(f"the audit's tree lacks node `{index}` of level `{level}`")
        return bytes(digest)

    return node


def append(connection: Connection, entries: Sequence[Entry]) -> None:
    """Append `entries`, which follow on what is there, with the nodes that they complete.

    Raises
    ------
    AuditError
        A node that the new ones rest on is missing.
    """
    bodies = [encode(entry) for entry in entries]
    connection.execute(
        insert(ENTRY),
        [entry_row(entry, body) for entry, body in zip(entries, bodies, strict=True)],
    )
    start = entries[0].number - 1
    known = _frontier(connection, start)
    made: list[_Row] = []
    for offset, body in enumerate(bodies):
        for node in completed_nodes(start + offset, leaf_hash(body), _looking_up(known)):
            known[node.level, node.index] = node.digest
            made.append({"level": node.level, "index": node.index, "digest": node.digest})
    connection.execute(insert(NODE), made)


def entry_row(entry: Entry, body: bytes) -> _Row:
    """Return the columns of `entry`: its leaf, and what is looked up by."""
    mark = entry.population if isinstance(entry, IntentEntry) else None
    return {
        "number": entry.number,
        "kind": str(kind_of(entry)),
        "ask": entry.ask,
        "population": None if mark is None else mark.digest,
        "body": body,
    }


def _frontier(connection: Connection, size: int) -> dict[tuple[int, int], bytes]:
    names = frontier(size)
    if not names:
        return {}
    query = select(NODE).where(tuple_(NODE.c.level, NODE.c["index"]).in_(names))
    found = {
        (row["level"], row["index"]): row["digest"] for row in connection.execute(query).mappings()
    }
    if len(found) != len(names):
        raise AuditError("the audit's tree lacks a node: nothing is added to it")
    return found


def _looking_up(known: Mapping[tuple[int, int], bytes]) -> Callable[[int, int], bytes]:
    return lambda level, index: known[level, index]
