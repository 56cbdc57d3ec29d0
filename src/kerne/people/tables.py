"""The tables of the register of people, and the steps on them that its parts share."""

from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, Final, TypeVar

from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Row,
    Select,
    Table,
    Text,
    bindparam,
    insert,
    select,
)

from kerne.database.engine import in_batches
from kerne.errors import PersonError
from kerne.people.kinship import Custody, Representation

C = TypeVar("C", int, str)

_AMONG: Final = "among"

metadata = MetaData()

PERSON = Table(
    "person",
    metadata,
    Column("number", Text, primary_key=True),
    Column("born", Text, nullable=False),
    Column("sex", Text, nullable=False),
    Column("region", Text, nullable=False),
    Column("died", Text),
    Column("sealed", LargeBinary, nullable=False),  # name and civil registration number
    Column("cpr_hash", LargeBinary, unique=True),  # keyed: finds a number, shows none
    sqlite_strict=True,
)
PARENTHOOD = Table(
    "parenthood",
    metadata,
    Column("parent", ForeignKey("person.number"), primary_key=True),
    Column("child", ForeignKey("person.number"), primary_key=True),
    Column("kind", Text, primary_key=True),
    sqlite_strict=True,
)
TWIN = Table(  # monozygotic, by declaration; `one` is the smaller number
    "twin",
    metadata,
    Column("one", ForeignKey("person.number"), primary_key=True),
    Column("other", ForeignKey("person.number"), primary_key=True),
    sqlite_strict=True,
)
CUSTODY = Table(
    "custody",
    metadata,
    Column("guardian", ForeignKey("person.number"), primary_key=True),
    Column("child", ForeignKey("person.number"), primary_key=True),
    Column("since", Text, primary_key=True),
    Column("until", Text),
    sqlite_strict=True,
)
REPRESENTATION = Table(
    "representation",
    metadata,
    Column("representative", ForeignKey("person.number"), primary_key=True),
    Column("person", ForeignKey("person.number"), primary_key=True),
    Column("since", Text, primary_key=True),
    Column("decision", Text, nullable=False),
    Column("until", Text),
    Index("representation_person", "person"),
    sqlite_strict=True,
)
ORGANISATION = Table(
    "organisation",
    metadata,
    Column("identifier", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("region", Text),
    sqlite_strict=True,
)
IDENTITY = Table(
    "identity",
    metadata,
    Column("identifier", Text, primary_key=True),
    Column("roles", Text, nullable=False),  # JSON
    Column("organisation", Text),
    Column("person", ForeignKey("person.number")),
    sqlite_strict=True,
)
TREATMENT = Table(
    "treatment",
    metadata,
    Column("identity", Text, primary_key=True),
    Column("person", ForeignKey("person.number"), primary_key=True),
    Column("order", Text, primary_key=True),
    Column("since", Text, nullable=False),
    Column("until", Text),
    sqlite_strict=True,
)
SAMPLE = Table(
    "sample",
    metadata,
    Column("sample", Text, primary_key=True),
    Column("person", ForeignKey("person.number"), nullable=False, index=True),
    Column("origin", Text, nullable=False),
    sqlite_strict=True,
)
GENOME_ROW = Table(
    "genome_row",
    metadata,
    Column("row", Integer, primary_key=True, autoincrement=False),
    Column("sample", ForeignKey("sample.sample"), nullable=False),
    Column("person", ForeignKey("person.number"), nullable=False),
    Column("retired", Integer, nullable=False),
    Index("genome_row_person", "person", "retired", "row"),
    sqlite_strict=True,
)
NO_ROW = -1  # stands in a change to kin, which concerns whom rows are counted with
ROW_CHANGE = Table(  # its newest number is the epoch of rows
    "row_change",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("row", Integer, nullable=False),
    Column("change", Text, nullable=False),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)
CHANGE = Table(  # which audit entries were carried out here
    "change",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("entry", Integer, nullable=False, index=True),
    Column("at", Text, nullable=False),
    Column("what", Text, nullable=False),
    sqlite_strict=True,
)
ERASED_NUMBER = Table(  # numbers of erased persons and their samples: never given again
    "erased_number",
    metadata,
    Column("number", Text, primary_key=True),
    sqlite_strict=True,
)


def check_registered(connection: Connection, persons: Iterable[str]) -> None:
    """Check that every one of `persons` is registered.

    Raises
    ------
    PersonError
        One is not.
    """
    wanted = set(persons)
    registered = {found.number for found in found_rows(connection, PERSON.c.number, wanted)}
    missing = wanted - registered
    if missing:
        raise PersonError(f"person `{min(missing)}` is not registered")


def check_never_erased(connection: Connection, numbers: Collection[str]) -> None:
    """Check that none of these numbers was a person's, or a sample's, who has been erased.

    Raises
    ------
    PersonError
        One was.
    """
    erased = {found.number for found in found_rows(connection, ERASED_NUMBER.c.number, numbers)}
    if erased:
        raise PersonError(f"`{min(erased)}` was erased: its number is not given again")


def record_change(
    connection: Connection, what: str, entry: int | None, at: datetime | None
) -> None:
    """Keep under which audit entry a change was made, for start-up to find it again."""
    if entry is not None and at is not None:
        values = {"entry": entry, "at": utc_text(at), "what": what}
        connection.execute(insert(CHANGE).values(values))


def record_kin_change(connection: Connection) -> None:
    """Move the epoch of rows: who is related to whom settles which rows are counted together."""
    connection.execute(insert(ROW_CHANGE).values(row=NO_ROW, change="kin"))


def utc_text(at: datetime) -> str:
    """Return a moment as it is written in the register: ISO 8601, in UTC."""
    return at.astimezone(UTC).isoformat()


def found_rows(
    connection: Connection, key: Column[C], values: Collection[C]
) -> Iterator[Row[Any]]:  # Any: rows of different tables
    """Yield the rows of a table whose `key` is among `values`."""
    for batch in in_batches(list(values)):
        yield from connection.execute(_rows_among(key), {_AMONG: batch})


@cache
def _rows_among(key: Column[C]) -> Select[Any]:  # Any: rows of different tables
    """Return the query of `found_rows`; to put it together takes as long as to ask it."""
    return select(key.table).where(key.in_(bindparam(_AMONG, expanding=True)))


def custody_of(found: Row[Any]) -> Custody:  # Any: every column of the table
    """Return the custody that a row of its table holds."""
    return Custody(found.guardian, found.child, *_term(found))


def representation_of(found: Row[Any]) -> Representation:  # Any: every column of the table
    """Return the appointment that a row of its table holds."""
    since, until = _term(found)
    return Representation(found.representative, found.person, since, found.decision, until)


def _term(found: Row[Any]) -> tuple[date, date | None]:  # Any: rows of two tables
    until = None if found.until is None else date.fromisoformat(found.until)
    return date.fromisoformat(found.since), until
