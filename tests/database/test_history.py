import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Connection, Engine, MetaData, Table, Text, insert, select, update

from kerne.database.engine import open_database, reading
from kerne.database.history import SEALED, Event, History, Recorded, history_table
from kerne.errors import LedgerError, StaleVersionError

AT = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)

METADATA = MetaData()
EVENT = history_table("garden", METADATA)
BED = Table("bed", METADATA, Column("plant", Text, primary_key=True), sqlite_strict=True)


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True, slots=True)
class Planted:
    plant: str
    on: date
    colours: tuple[Colour, ...] = ()
    height_cm: float | None = None


@dataclass(frozen=True, slots=True)
class Labelled:
    type_version: ClassVar[int] = 3
    person: str
    label: str = field(metadata=SEALED)
    plant: str = "rose"


class ReversingSealer:
    def seal(self, person: str, plain: bytes, place: str) -> bytes:
        return (f"{person} {place}".encode() + b"\0" + plain)[::-1]

    def unseal(self, person: str, sealed: bytes, place: str) -> bytes:
        whose, plain = sealed[::-1].split(b"\0", 1)
        assert whose.decode() == f"{person} {place}"
        return plain


GardenEvent = Planted | Labelled
Project = Callable[[Connection, Recorded[GardenEvent]], None]


def garden(path: Path, project: Project | None = None) -> History[GardenEvent]:
    engine = open_database(path / "garden.sqlite", METADATA)
    return History(engine, EVENT, (Planted, Labelled), ReversingSealer(), project)


@pytest.fixture
def history(tmp_path: Path) -> History[GardenEvent]:
    return garden(tmp_path)


def stored(history: History[GardenEvent]) -> list[dict[str, Any]]:  # Any: columns
    with reading(history.engine).connect() as connection:
        return [dict(row) for row in connection.execute(select(EVENT)).mappings()]


def rewrite(engine: Engine, **values: str | int) -> None:
    with engine.begin() as connection:
        connection.execute(update(EVENT).values(**values))


def test_history__events_come_back_as_they_were(history: History[GardenEvent]) -> None:
    events: list[GardenEvent] = [
        Planted("rose", date(2026, 2, 28), (Colour.RED, Colour.BLUE), 12.5),
        Labelled("P-000001", "Ærø, 'in the corner'"),
    ]
    appended = history.append("bed-1", 0, events, entry=17, at=AT)
    assert history.read("bed-1") == appended
    assert [recorded.event for recorded in appended] == events
    assert [(r.number, r.version, r.entry, r.at) for r in appended] == [
        (1, 1, 17, AT),
        (2, 2, 17, AT),
    ]
    assert history.read("bed-2") == []


def test_history__time_is_kept_in_utc(history: History[GardenEvent]) -> None:
    summer = timezone(timedelta(hours=2))
    history.append("bed-1", 0, [Planted("rose", AT.date())], entry=1, at=AT.astimezone(summer))
    assert history.read("bed-1")[0].at == AT
    assert stored(history)[0]["at"] == "2026-03-01T12:30:00+00:00"


def test_history__a_time_without_zone_is_refused(history: History[GardenEvent]) -> None:
    with pytest.raises(LedgerError, match="`bed-1` has no time zone"):
        history.append(
            "bed-1", 0, [Planted("rose", AT.date())], entry=1, at=AT.replace(tzinfo=None)
        )
    assert history.read("bed-1") == []


def test_sealed_field__is_not_in_clear(history: History[GardenEvent]) -> None:
    history.append("bed-1", 0, [Labelled("P-000001", "secret rose")], entry=1, at=AT)
    row = stored(history)[0]
    assert "secret" not in row["body"]
    assert json.loads(row["body"]) == {"person": "P-000001", "plant": "rose"}
    assert b"secret rose" not in row["sealed"]


def test_sealed_field__needs_a_person_under_whose_key_it_is_sealed(tmp_path: Path) -> None:
    @dataclass(frozen=True, slots=True)
    class Whispered:
        words: str = field(metadata=SEALED)

    engine = open_database(tmp_path / "garden.sqlite", METADATA)
    with pytest.raises(LedgerError, match="`Whispered` seals fields and names no `person`"):
        History[Event](engine, EVENT, (Whispered,), ReversingSealer())


@pytest.mark.parametrize("expected", [0, 2, -1])
def test_append__fails_when_the_stream_is_elsewhere(
    history: History[GardenEvent], expected: int
) -> None:
    history.append("bed-1", 0, [Planted("rose", AT.date())], entry=1, at=AT)
    with pytest.raises(StaleVersionError, match=f"at version `1`, expected `{expected}`"):
        history.append("bed-1", expected, [Planted("lily", AT.date())], entry=2, at=AT)
    assert len(history.read("bed-1")) == 1


def test_append__of_two_who_decided_on_the_same_version_the_second_fails(tmp_path: Path) -> None:
    first, second = garden(tmp_path), garden(tmp_path)
    first.append("bed-1", 0, [Planted("rose", AT.date())], entry=1, at=AT)
    with pytest.raises(StaleVersionError, match="look again and repeat"):
        second.append("bed-1", 0, [Planted("lily", AT.date())], entry=2, at=AT)
    second.append("bed-1", 1, [Planted("lily", AT.date())], entry=3, at=AT)
    assert [recorded.entry for recorded in first.read("bed-1")] == [1, 3]


def test_append__a_version_is_taken_once_even_without_the_check(
    history: History[GardenEvent],
) -> None:
    history.append("bed-1", 0, [Planted("rose", AT.date())], entry=1, at=AT)
    with (
        pytest.raises(StaleVersionError, match="already has version `1`"),
        history.engine.begin() as connection,
    ):
        history._insert(connection, "bed-1", 1, Planted("lily", AT.date()), 2, AT)


def test_append__of_nothing_changes_nothing(history: History[GardenEvent]) -> None:
    assert history.append("bed-1", 0, [], entry=1, at=AT) == []
    assert history.last_number() == 0


def test_append__a_projection_that_fails_takes_the_events_with_it(tmp_path: Path) -> None:
    def project(connection: Connection, recorded: Recorded[GardenEvent]) -> None:
        connection.execute(insert(BED).values(plant=recorded.event.plant))
        if recorded.event.plant == "weed":
            raise InterruptedError

    history = garden(tmp_path, project)
    history.append("bed-1", 0, [Planted("rose", AT.date())], entry=1, at=AT)
    with pytest.raises(InterruptedError):
        history.append(
            "bed-1", 1, [Planted("lily", AT.date()), Planted("weed", AT.date())], entry=2, at=AT
        )
    assert len(history.read("bed-1")) == 1
    with reading(history.engine).connect() as connection:
        assert connection.execute(select(BED.c.plant)).scalars().all() == ["rose"]


def test_append_within__several_streams_change_together_or_not_at_all(
    history: History[GardenEvent],
) -> None:
    def plant_everywhere() -> None:
        with history.engine.begin() as connection:
            for bed, version in (("bed-1", 0), ("bed-2", 5)):
                history.append_within(
                    connection, bed, version, [Planted("rose", AT.date())], entry=1, at=AT
                )

    with pytest.raises(StaleVersionError, match="`bed-2` is at version `0`"):
        plant_everywhere()
    assert history.last_number() == 0
    with history.engine.begin() as connection:
        for bed in ("bed-1", "bed-2"):
            for _ in range(2):
                history.append_within(
                    connection, bed, None, [Planted("rose", AT.date())], entry=1, at=AT
                )
        numbers = [recorded.number for recorded in history.since_within(connection, 0)]
    assert numbers == [1, 2, 3, 4]
    assert [recorded.version for recorded in history.read("bed-2")] == [1, 2]


def test_outbox__gives_each_event_once_and_in_order(history: History[GardenEvent]) -> None:
    for step, bed in enumerate(["bed-2", "bed-1", "bed-2"]):
        version = len(history.read(bed))
        history.append(bed, version, [Planted(f"plant-{step}", AT.date())], entry=step, at=AT)
    assert [recorded.event.plant for recorded in history.since(0)] == [
        "plant-0",
        "plant-1",
        "plant-2",
    ]
    assert [recorded.number for recorded in history.since(2)] == [3]
    assert list(history.since(history.last_number())) == []


def test_entry__tells_whether_its_change_was_committed(history: History[GardenEvent]) -> None:
    history.append("bed-1", 0, [Planted("rose", AT.date())], entry=41, at=AT)
    assert history.has_entry(41)
    assert not history.has_entry(42)


def test_read__waits_for_no_writer(history: History[GardenEvent]) -> None:
    with history.engine.begin():
        assert history.read("bed-1") == []
        assert history.last_number() == 0


def test_read__an_unknown_event_type_is_named(history: History[GardenEvent]) -> None:
    history.append("bed-1", 0, [Planted("rose", AT.date())], entry=1, at=AT)
    rewrite(history.engine, type="Uprooted")
    with pytest.raises(LedgerError, match="event type `Uprooted` is unknown to this version"):
        history.read("bed-1")


def test_read__a_body_that_misses_a_field_is_named(history: History[GardenEvent]) -> None:
    history.append("bed-1", 0, [Planted("rose", AT.date())], entry=1, at=AT)
    rewrite(history.engine, body='{"plant": "rose"}')
    with pytest.raises(LedgerError, match="event `1` cannot be read as `Planted`"):
        history.read("bed-1")


def test_read__an_event_of_a_newer_kerne_is_refused(history: History[GardenEvent]) -> None:
    history.append("bed-1", 0, [Planted("rose", AT.date())], entry=1, at=AT)
    rewrite(history.engine, type_version=2)
    with pytest.raises(LedgerError, match="which a newer Kerne wrote"):
        history.read("bed-1")


def test_upcasters__bring_an_old_body_up_one_version_at_a_time(tmp_path: Path) -> None:
    engine = open_database(tmp_path / "garden.sqlite", METADATA)
    history: History[GardenEvent] = History(
        engine,
        EVENT,
        (Planted, Labelled),
        ReversingSealer(),
        upcasters={
            ("Labelled", 1): lambda body: {"person": body["person"], "label": body["text"]},
            ("Labelled", 2): lambda body: body | {"plant": "lily"},
        },
    )
    history.append("bed-1", 0, [Labelled("P-000001", "x")], entry=1, at=AT)
    sealer = ReversingSealer()
    with engine.begin() as connection:
        place = '["garden_event", "bed-1", 1, "Labelled"]'
        sealed = sealer.seal("P-000001", b'{"text": "old words"}', place)
        connection.execute(
            update(EVENT).values(type_version=1, body='{"person": "P-000001"}', sealed=sealed)
        )
    assert history.read("bed-1")[0].event == Labelled("P-000001", "old words", "lily")


def test_upcasters__a_missing_one_is_named(history: History[GardenEvent]) -> None:
    history.append("bed-1", 0, [Labelled("P-000001", "x")], entry=1, at=AT)
    rewrite(history.engine, type_version=2)
    with pytest.raises(LedgerError, match="version `2` of event type `Labelled` cannot be brought"):
        history.read("bed-1")


def test_type_version__must_be_a_number(tmp_path: Path) -> None:
    @dataclass(frozen=True, slots=True)
    class Pruned:
        type_version: ClassVar[str] = "two"

    engine = open_database(tmp_path / "garden.sqlite", METADATA)
    history = History[Event](engine, EVENT, (Pruned,), ReversingSealer())
    with pytest.raises(LedgerError, match="`type_version` of `Pruned` is no number"):
        history.append("bed-1", 0, [Pruned()], entry=1, at=AT)


@settings(deadline=None, max_examples=20, derandomize=True)
@given(st.lists(st.tuples(st.sampled_from(["a", "b", "c"]), st.integers(1, 3)), max_size=8))
def test_history__is_what_a_dictionary_of_lists_would_be(
    tmp_path_factory: pytest.TempPathFactory, appends: list[tuple[str, int]]
) -> None:
    history = garden(tmp_path_factory.mktemp("garden"))
    beds: dict[str, list[GardenEvent]] = {"a": [], "b": [], "c": []}
    everything: list[GardenEvent] = []
    for step, (bed, count) in enumerate(appends):
        new: list[GardenEvent] = [Planted(f"{step}-{i}", AT.date()) for i in range(count)]
        history.append(bed, len(beds[bed]), new, entry=step, at=AT)
        beds[bed] += new
        everything += new
    for bed, events in beds.items():
        assert [recorded.event for recorded in history.read(bed)] == events
        assert [r.version for r in history.read(bed)] == list(range(1, len(events) + 1))
    assert [recorded.event for recorded in history.since(0)] == everything
