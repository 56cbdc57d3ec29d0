"""Take one person out of the register of people for good.

Whatever row names the person goes, in whichever table it stands: a table that is added later is
found by its foreign key. What stays is the bare number of the person and of each sample, so that
none is ever given to somebody else.
"""

from sqlalchemy import Column, Connection, delete, insert, select, update
from sqlalchemy.dialects.sqlite import insert as insert_once

from kerne.people.tables import (
    ERASED_NUMBER,
    GENOME_ROW,
    PERSON,
    ROW_CHANGE,
    SAMPLE,
    metadata,
    record_kin_change,
)


def forget(connection: Connection, person: str) -> None:
    """Take `person` out of every table; to do it again changes nothing.

    An identity of staff that was also this person's stays, without the person.
    """
    samples = connection.execute(select(SAMPLE.c.sample).where(SAMPLE.c.person == person))
    for number in (person, *samples.scalars().all()):
        once = insert_once(ERASED_NUMBER).values(number=number).on_conflict_do_nothing()
        connection.execute(once)
    _move_epoch(connection, person)
    for column in _columns_naming_persons():
        names = column == person
        if column.nullable:
            connection.execute(update(column.table).where(names).values({column: None}))
        else:
            connection.execute(delete(column.table).where(names))
    connection.execute(delete(PERSON).where(PERSON.c.number == person))


def _move_epoch(connection: Connection, person: str) -> None:
    query = select(GENOME_ROW.c.row).where(GENOME_ROW.c.person == person)
    for row in connection.execute(query).scalars().all():
        connection.execute(insert(ROW_CHANGE).values(row=row, change="erased"))
    record_kin_change(connection)


def _columns_naming_persons() -> list[Column[str]]:
    """Return the columns that refer to a person, of dependent tables before those they rest on."""
    return [
        column
        for table in reversed(metadata.sorted_tables)
        for column in table.columns
        if any(key.column is PERSON.c.number for key in column.foreign_keys)
    ]
