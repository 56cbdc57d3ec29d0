"""Each reaction meets every event at least once, in order, and remembers how far it has come."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import MetaData, text
from sqlalchemy.exc import SQLAlchemyError

from kerne.database.engine import open_database
from kerne.database.history import History, history_table
from kerne.database.outbox import Outbox, outbox_table

AT = datetime(2026, 3, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Lit:
    lamp: str


@dataclass(frozen=True)
class Broken:
    lamp: str


class NothingSealed:
    def seal(self, person: str, plain: bytes, place: str) -> bytes:
        raise AssertionError(person, plain, place)

    def unseal(self, person: str, sealed: bytes, place: str) -> bytes:
        raise AssertionError(person, sealed, place)


@dataclass
class Lamps:
    history: History[Lit | Broken]
    outbox: Outbox[Lit | Broken]

    def happen(self, *events: Lit | Broken) -> None:
        for event in events:
            version = len(self.history.read(event.lamp))
            self.history.append(event.lamp, version, [event], entry=1, at=AT)

    def broken(self) -> list[str]:
        return [each.event.lamp for each in self.outbox.unhandled("mend", Broken)]


@pytest.fixture
def lamps(tmp_path: Path) -> Lamps:
    metadata = MetaData()
    events, handled = history_table("lamp", metadata), outbox_table("lamp", metadata)
    engine = open_database(tmp_path / "lamps.sqlite", metadata)
    history: History[Lit | Broken] = History(engine, events, (Lit, Broken), NothingSealed())
    return Lamps(history, Outbox(history, handled))


def test_outbox__gives_the_kinds_that_were_asked_for_once(lamps: Lamps) -> None:
    lamps.happen(Lit("a"), Broken("a"), Lit("b"), Broken("b"), Lit("c"))
    assert lamps.broken() == ["a", "b"]
    assert lamps.broken() == []
    lamps.happen(Lit("d"))
    assert lamps.broken() == []
    lamps.happen(Broken("d"))
    assert lamps.broken() == ["d"]
    assert len(list(lamps.outbox.unhandled("count", Lit))) == 4


def test_outbox__gives_an_event_again_when_its_reaction_was_cut_off(lamps: Lamps) -> None:
    lamps.happen(Lit("a"), Broken("a"), Broken("b"))
    assert next(lamps.outbox.unhandled("mend", Broken)).event == Broken("a")
    assert lamps.broken() == ["a", "b"]


def test_error_of_a_database__holds_no_value_that_was_written(lamps: Lamps) -> None:
    statement = text("INSERT INTO lamp_event (number) VALUES (:name)")
    with pytest.raises(SQLAlchemyError) as raised, lamps.history.engine.begin() as connection:
        connection.execute(statement, {"name": "Jens Jensen"})
    assert "Jens" not in str(raised.value)
