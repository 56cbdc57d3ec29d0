"""A mark changes with every commit of anybody, and with nothing else."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Column, Connection, Engine, Integer, MetaData, Table, func, insert, select

from kerne.database.commits import Commits, ReadOnce
from kerne.database.engine import open_database, reading
from kerne.errors import LedgerError

METADATA = MetaData()
LAMP = Table("lamp", METADATA, Column("number", Integer, primary_key=True))


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return open_database(tmp_path / "a lamp?%41#.sqlite", METADATA)


def light(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(insert(LAMP))


def count(connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(LAMP)).scalar_one()


def test_mark__stays_while_nothing_is_committed(engine: Engine) -> None:
    commits = Commits(engine)
    before = commits.mark()
    with reading(engine).connect() as connection:
        assert count(connection) == 0
    with engine.connect() as connection:
        connection.execute(insert(LAMP))
        connection.rollback()
    assert commits.mark() == before


def test_mark__changes_with_each_commit_of_the_same_process(engine: Engine) -> None:
    commits = Commits(engine)
    marks = [commits.mark()]
    for _ in range(3):
        light(engine)
        marks.append(commits.mark())
    assert len(set(marks)) == len(marks)


def test_mark__changes_with_a_commit_of_another_process(engine: Engine) -> None:
    commits = Commits(engine)
    before = commits.mark()
    script = (
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None); "
        "c.execute('INSERT INTO lamp DEFAULT VALUES')"
    )
    subprocess.run([sys.executable, "-c", script, str(engine.url.database)], check=True)
    assert commits.mark() != before


def test_mark__of_an_engine_that_was_let_go_equals_none_before(engine: Engine) -> None:
    commits = Commits(engine)
    before = commits.mark()
    engine.dispose()
    assert commits.mark() != before


def test_engine__that_is_disposed_of_leaves_no_connection(engine: Engine) -> None:
    Commits(engine).mark()
    light(engine)
    engine.dispose()
    # The last connection that closes takes the write-ahead log away.
    assert not Path(f"{engine.url.database}-wal").exists()


def test_mark__of_a_file_that_is_gone_is_an_error(engine: Engine) -> None:
    engine.dispose()
    Path(str(engine.url.database)).unlink()
    with pytest.raises(LedgerError, match="cannot be read"):
        Commits(engine).mark()
    assert not Path(str(engine.url.database)).exists()


def test_value__is_read_anew_after_a_commit_only(engine: Engine) -> None:
    read = []

    def counted(connection: Connection) -> int:
        read.append(count(connection))
        return read[-1]

    lamps = ReadOnce(engine, counted)
    assert [lamps.value(), lamps.value()] == [0, 0]
    light(engine)
    assert [lamps.value(), lamps.value()] == [1, 1]
    assert read == [0, 1]


def test_value__that_is_overtaken_while_it_is_read_is_read_again(engine: Engine) -> None:
    def overtaken(connection: Connection) -> int:
        found = count(connection)
        if found == 0:
            with closing(sqlite3.connect(str(engine.url.database))) as other, other:
                other.execute("INSERT INTO lamp DEFAULT VALUES")
        return found

    lamps = ReadOnce(engine, overtaken)
    assert [lamps.value(), lamps.value()] == [0, 1]
