"""A database is copied while it is in use, as it was at one moment, into one file."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Column, Engine, Integer, MetaData, Table, insert

from kerne.database.copying import copy_database, count_rows, into_one_file
from kerne.database.engine import empty_log, open_database, reading
from kerne.errors import LedgerError

metadata = MetaData()
LAMP = Table("lamp", metadata, Column("number", Integer, primary_key=True))


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    engine = open_database(tmp_path / "lamps.sqlite", metadata)
    with engine.begin() as connection:
        connection.execute(insert(LAMP), [{"number": number} for number in range(5)])
    return engine


def test_copy__holds_what_was_committed_and_waits_for_nobody(
    engine: Engine, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.sqlite"
    with engine.begin() as connection:
        connection.execute(insert(LAMP).values(number=9))
        copy_database(tmp_path / "lamps.sqlite", copy)
    assert count_rows(copy) == {"lamp": 5}
    assert sorted(path.name for path in tmp_path.glob("copy*")) == ["copy.sqlite"]
    assert copy.stat().st_mode & 0o077 == 0


def test_copy__is_made_anew_and_of_a_database(engine: Engine, tmp_path: Path) -> None:
    assert engine
    copy = tmp_path / "copy.sqlite"
    copy_database(tmp_path / "lamps.sqlite", copy)
    with pytest.raises(LedgerError, match="cannot be copied"):
        copy_database(tmp_path / "lamps.sqlite", copy)
    (tmp_path / "none.sqlite").write_bytes(b"no database" * 100)
    for broken in ("none.sqlite", "missing.sqlite"):
        with pytest.raises(LedgerError, match="cannot be copied"):
            copy_database(tmp_path / broken, tmp_path / f"of-{broken}")
        with pytest.raises(LedgerError, match="cannot be read"):
            count_rows(tmp_path / broken)
    with pytest.raises(LedgerError, match="cannot be closed"):
        into_one_file(tmp_path / "none.sqlite")


def test_write_ahead_log__is_emptied_unless_somebody_reads_it(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "lamps.sqlite-wal"
    assert log.stat().st_size > 0
    with reading(engine).connect() as connection:
        connection.exec_driver_sql("SELECT count(*) FROM lamp").all()
        with engine.begin() as writer:
            writer.execute(insert(LAMP).values(number=9))
        with closing(sqlite3.connect(tmp_path / "lamps.sqlite", timeout=0)) as impatient:
            monkeypatch.setattr(engine, "raw_connection", lambda: impatient)
            with pytest.raises(LedgerError, match="is in use"):
                empty_log(engine)
            monkeypatch.undo()
    empty_log(engine)
    assert log.stat().st_size == 0
