"""The tables of `keys.sqlite`: wrapped keys of persons, of segments and of the centre."""

from collections.abc import Iterator
from typing import Final

from sqlalchemy import (
    Column,
    Connection,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    bindparam,
    insert,
    select,
    update,
)

from kerne.database.engine import PARAMETERS
from kerne.sealing.master import MasterKey
from kerne.sealing.payload import KEY_BYTES

metadata = MetaData()
PERSON_KEY = Table(
    "person_key",
    metadata,
    Column("person", Text, primary_key=True),
    Column("wrapped", LargeBinary),  # NULL: destroyed
    sqlite_strict=True,
)
CENTRE_KEY = Table(
    "centre_key",
    metadata,
    Column("name", Text, primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
    sqlite_strict=True,
)
SEGMENT_NODE = Table(  # nodes of `sealing.key_tree`; what no node gives was destroyed
    "segment_node",
    metadata,
    Column("path", Text, primary_key=True),  # after a `/`
    Column("wrapped", LargeBinary, nullable=False),
    sqlite_strict=True,
)
MASTER_KEY = Table(  # one row
    "master_key",
    metadata,
    Column("generation", Integer, primary_key=True),
    Column("proof", LargeBinary, nullable=False),  # a known text that only this key wraps so
    sqlite_strict=True,
)
PROOF: Final = bytes(KEY_BYTES)
PROVES: Final = "master"

OF_CENTRE: Final = "centre:"
OF_SEGMENT: Final = "segment:"
"""What is bound to a wrapped key before its name: keys of two kinds are never taken for another."""


def set_generation(connection: Connection, generation: int, master: MasterKey) -> None:
    """Put a master key in force."""
    connection.execute(MASTER_KEY.delete())
    values = {"generation": generation, "proof": master.wrap(PROOF, PROVES)}
    connection.execute(insert(MASTER_KEY).values(values))


def rewrap(connection: Connection, old: MasterKey, new: MasterKey) -> None:
    """Wrap every key that `old` wraps by `new`; raises as `MasterKey.unwrap`."""
    for table, column, prefix in (
        (PERSON_KEY, PERSON_KEY.c.person, ""),
        (CENTRE_KEY, CENTRE_KEY.c.name, OF_CENTRE),
        (SEGMENT_NODE, SEGMENT_NODE.c.path, OF_SEGMENT),
    ):
        changed = update(table).where(column == bindparam("whose"))
        for batch in _wrapped(connection, table, column):
            rows = [
                {"whose": name, "wrapped": new.wrap(old.unwrap(key, prefix + name), prefix + name)}
                for name, key in batch
            ]
            connection.execute(changed, rows)


def _wrapped(
    connection: Connection, table: Table, column: Column[str]
) -> Iterator[list[tuple[str, bytes]]]:
    """Yield the names and wrapped keys of a table in batches, by name."""
    last = ""
    while True:
        query = select(column, table.c.wrapped).where(column > last, table.c.wrapped.is_not(None))
        batch = [
            (str(name), bytes(key))
            for name, key in connection.execute(query.order_by(column).limit(PARAMETERS))
        ]
        if not batch:
            return
        yield batch
        last = batch[-1][0]
