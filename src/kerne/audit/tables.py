"""The tables of the audit: entries, their personal part, the tree's nodes, populations."""

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData()

ENTRY = Table(
    "entry",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("ask", Integer, nullable=False, index=True),
    Column("population", Text),
    Column("body", LargeBinary, nullable=False),
    sqlite_strict=True,
)
"""`body` is the leaf; the other columns repeat what is looked up by, and are checked against it."""

Index("entry_population", ENTRY.c.population, sqlite_where=ENTRY.c.population.is_not(None))

PERSONAL = Table(
    "personal",
    metadata,
    Column("number", Integer, ForeignKey("entry.number"), primary_key=True),
    Column("salt", LargeBinary, nullable=False),
    Column("person", Text),
    Column("counter", Integer),
    Column("reason", Text),
    Column("said", Text, nullable=False),
    UniqueConstraint("person", "counter"),
    sqlite_strict=True,
)

NODE = Table(
    "node",
    metadata,
    Column("level", Integer, primary_key=True),
    Column("index", Integer, primary_key=True),
    Column("digest", LargeBinary, nullable=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
"""Without SQLite's hidden row number, so that a node costs one page of the file and not two."""

POPULATION = Table(
    "population",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("rows", LargeBinary, nullable=False),
    sqlite_strict=True,
)

OPEN_ASK = Table(
    "open_ask",
    metadata,
    Column("ask", Integer, primary_key=True),
    Column("last", Integer, nullable=False),
    Column("writer", Text, nullable=False),
    sqlite_strict=True,
)
"""Asks that were permitted and have no outcome yet: what start-up looks at."""

LATE = Table(
    "late",
    metadata,
    Column("log", Text, primary_key=True),
    Column("there", Integer, primary_key=True),
    Column("number", Integer, nullable=False),
    sqlite_strict=True,
)
"""Which entry here an entry of a second log has become: what is merged is merged once."""

CHECKPOINT = Table(
    "checkpoint",
    metadata,
    Column("size", Integer, primary_key=True),
    Column("root", LargeBinary, nullable=False),
    Column("at", Text, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    sqlite_strict=True,
)
