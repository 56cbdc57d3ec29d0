import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import Column, Engine, Integer, MetaData, Table, create_engine, insert, select
from sqlalchemy.event import listen
from sqlalchemy.exc import OperationalError

from kerne.database.engine import _configure, in_batches, open_database, reading
from kerne.errors import LedgerError

METADATA = MetaData()
FACT = Table("fact", METADATA, Column("number", Integer, primary_key=True), sqlite_strict=True)


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return open_database(tmp_path / "facts.sqlite", METADATA)


def numbers(engine: Engine) -> list[int]:
    with reading(engine).connect() as connection:
        return list(connection.execute(select(FACT.c.number)).scalars())


@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("secure_delete", 1)],
)
def test_database__is_durable_and_strict(engine: Engine, pragma: str, value: str | int) -> None:
    with engine.connect() as connection:
        assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar() == value


def test_database__a_new_file_is_the_owners_alone(tmp_path: Path) -> None:
    open_database(tmp_path / "facts.sqlite", METADATA)
    assert (tmp_path / "facts.sqlite").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("name", ["a?b.sqlite", "a#b.sqlite", "a%20b.sqlite", "æ ø.sqlite"])
def test_database__any_file_name_is_that_file(tmp_path: Path, name: str) -> None:
    engine = open_database(tmp_path / name, METADATA)
    with engine.begin() as connection:
        connection.execute(insert(FACT).values(number=1))
    assert numbers(open_database(tmp_path / name, METADATA)) == [1]
    assert (tmp_path / name).is_file()


def test_database__opening_again_keeps_what_is_there(tmp_path: Path, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(insert(FACT).values(number=7))
    assert numbers(open_database(tmp_path / "facts.sqlite", METADATA)) == [7]


def test_database__a_file_that_is_none_is_named(tmp_path: Path) -> None:
    path = tmp_path / "letter.sqlite"
    path.write_text("dear database, " * 100)
    with pytest.raises(LedgerError, match=r"letter\.sqlite` cannot be opened as a database"):
        open_database(path, METADATA)
    assert path.read_text() == "dear database, " * 100


def test_database__a_missing_directory_is_named(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match=r"facts\.sqlite` cannot be opened as a database"):
        open_database(tmp_path / "absent" / "facts.sqlite", METADATA)


def test_writing__a_second_writer_waits_from_its_first_question_on(
    tmp_path: Path, engine: Engine
) -> None:
    with engine.begin() as connection:
        connection.execute(select(FACT.c.number))
        other = sqlite3.connect(tmp_path / "facts.sqlite", timeout=0, isolation_level=None)
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
        other.close()


def test_writing__nothing_remains_of_a_transaction_that_failed(engine: Engine) -> None:
    def fail() -> None:
        with engine.begin() as connection:
            connection.execute(insert(FACT).values(number=1))
            raise InterruptedError

    with pytest.raises(InterruptedError):
        fail()
    assert numbers(engine) == []


def test_reading__waits_for_no_writer_and_sees_what_was_committed(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(insert(FACT).values(number=1))
        assert numbers(engine) == []
    assert numbers(engine) == [1]


def test_reading__sees_one_snapshot_while_others_write(engine: Engine) -> None:
    with reading(engine).connect() as connection:
        assert connection.execute(select(FACT.c.number)).all() == []
        with engine.begin() as writer:
            writer.execute(insert(FACT).values(number=1))
        assert connection.execute(select(FACT.c.number)).all() == []
    assert numbers(engine) == [1]


def test_reading__cannot_write(engine: Engine) -> None:
    with (
        reading(engine).connect() as connection,
        pytest.raises(OperationalError, match="readonly"),
    ):
        connection.execute(insert(FACT).values(number=1))
    with engine.begin() as connection:
        connection.execute(insert(FACT).values(number=2))
    assert numbers(engine) == [2]


def test_batches__hold_everything_once_and_in_order() -> None:
    batches = list(in_batches(list(range(25)), 10))
    assert [len(batch) for batch in batches] == [10, 10, 5]
    assert [item for batch in batches for item in batch] == list(range(25))
    assert list(in_batches([], 10)) == []


def test_database__of_another_make_is_refused() -> None:
    engine = create_engine("sqlite://")
    listen(engine, "connect", lambda _connection, entry: _configure(object(), entry))  # type: ignore[arg-type]  # no connection of SQLite
    with pytest.raises(LedgerError, match="only SQLite is supported"):
        engine.connect()
