"""A history is carried to another copy of it: each event once, in order, erased ones not."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import MetaData

from kerne.database.carrying import Carrier
from kerne.database.engine import open_database
from kerne.database.history import SEALED, EventLine, History, history_table
from kerne.database.outbox import outbox_table
from kerne.errors import LedgerError

AT = datetime(2026, 3, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Lit:
    lamp: str


@dataclass(frozen=True)
class Noted:
    person: str
    note: str = field(metadata=SEALED)


class Plain:
    def seal(self, person: str, plain: bytes, place: str) -> bytes:
        assert person
        assert place
        return plain

    def unseal(self, person: str, sealed: bytes, place: str) -> bytes:
        assert person
        assert place
        return sealed


@dataclass
class Lamps:
    history: History[Lit | Noted]
    carrier: Carrier[Lit | Noted]
    seen: list[str]

    def happen(self, stream: str, event: Lit | Noted) -> None:
        version = len(self.history.read(stream))
        self.history.append(stream, version, [event], entry=1, at=AT)

    def handed_on(self) -> list[EventLine]:
        kept: list[EventLine] = []
        self.carrier.hand_on("copy", kept.extend)
        return kept

    def erase(self, stream: str) -> None:
        with self.history.engine.begin() as connection:
            self.history.erase_within(connection, [stream])


def lamps(path: Path) -> Lamps:
    metadata = MetaData()
    events, handled = history_table("lamp", metadata), outbox_table("lamp", metadata)
    engine = open_database(path, metadata)
    seen: list[str] = []
    history: History[Lit | Noted] = History(
        engine, events, (Lit, Noted), Plain(), project=lambda _, each: seen.append(each.stream)
    )
    return Lamps(history, Carrier(history, events, handled), seen)


@pytest.fixture
def here(tmp_path: Path) -> Lamps:
    return lamps(tmp_path / "here.sqlite")


@pytest.fixture
def there(tmp_path: Path) -> Lamps:
    return lamps(tmp_path / "there.sqlite")


def test_events__are_handed_on_once_and_taken_in_once(here: Lamps, there: Lamps) -> None:
    here.happen("a", Lit("a"))
    here.happen("b", Lit("b"))
    lines = here.handed_on()
    assert [line.stream for line in lines] == ["a", "b"]
    assert here.handed_on() == []
    assert there.carrier.take(lines, entry=7) == 2
    assert there.carrier.take(lines, entry=8) == 0
    (taken,) = there.history.read("a")
    assert (taken.at, taken.entry, taken.version, taken.event) == (AT, 7, 1, Lit("a"))
    assert there.seen == ["a", "b"]


def test_events__that_could_not_be_kept_are_handed_on_again(here: Lamps) -> None:
    here.happen("a", Lit("a"))

    def full(_lines: Sequence[EventLine]) -> None:
        raise OSError

    with pytest.raises(OSError):  # noqa: PT011  the one above
        here.carrier.hand_on("copy", full)
    assert [line.stream for line in here.handed_on()] == ["a"]


def test_event_with_something_sealed__stays_where_it_opens(here: Lamps) -> None:
    here.happen("a", Noted("P-1", "secret"))
    here.happen("a", Lit("a"))
    assert [line.type for line in here.handed_on()] == ["Lit"]
    assert [line.type for line in here.carrier.lines_of(["a"])] == ["Lit"]


def test_erased_stream__is_neither_handed_on_nor_added_to(here: Lamps, there: Lamps) -> None:
    here.happen("a", Lit("a"))
    lines = here.handed_on()
    here.happen("a", Noted("P-1", "secret"))
    for _ in range(2):
        here.erase("a")
    assert here.history.read("a") == []
    assert here.handed_on() == []
    assert here.carrier.take(lines, entry=7) == 0
    with pytest.raises(LedgerError, match="`a` was erased"):
        here.happen("a", Lit("a"))
    assert there.carrier.take(lines, entry=7) == 1


def test_erased_events__keep_number_time_and_entry_and_nothing_else(here: Lamps) -> None:
    here.happen("a", Noted("P-1", "secret"))
    here.erase("a")
    assert here.history.has_entry(1)
    assert here.history.newest(["a", "b"]) == AT
    assert here.history.newest(["b"]) is None
    with here.history.engine.connect() as connection:
        (row,) = connection.exec_driver_sql("SELECT type, body, sealed FROM lamp_event").all()
    assert tuple(row) == ("Erased", "{}", None)
