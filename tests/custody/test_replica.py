"""The replica keeps what was acknowledged, whatever cut the writer off; an erasure empties it."""

from pathlib import Path

import pytest

from kerne.custody.replica import RECORD, RemovedGenome, Replica
from kerne.database.history import EventLine
from kerne.errors import BackupError


def choice(person: str, what: str = "ResearchUseRefused") -> EventLine:
    return EventLine(person, what, 1, "2026-03-02T09:00:00+00:00", "{}")


def test_choices__are_read_in_the_order_in_which_they_were_kept(tmp_path: Path) -> None:
    replica = Replica(tmp_path)
    replica.keep_choices([choice("P-1"), choice("P-2")])
    Replica(tmp_path).keep_choices([choice("P-1", "LimitedToOwnTreatment")])
    kept = [(line.stream, line.type) for line in replica.read().choices]
    assert kept == [
        ("P-1", "ResearchUseRefused"),
        ("P-2", "ResearchUseRefused"),
        ("P-1", "LimitedToOwnTreatment"),
    ]
    assert (tmp_path / RECORD).stat().st_mode & 0o077 == 0


def test_line_that_was_cut_off__is_left_out_and_written_over(tmp_path: Path) -> None:
    replica = Replica(tmp_path)
    replica.keep_choices([choice("P-1"), choice("P-2")])
    record = tmp_path / RECORD
    whole = record.read_bytes()
    for end in range(whole.index(b"\n") + 1, len(whole)):
        record.write_bytes(whole[:end])
        assert [line.stream for line in replica.read().choices] == ["P-1"]
        replica.keep_choices([choice("P-3")])
        assert [line.stream for line in replica.read().choices] == ["P-1", "P-3"]


def test_erasure__takes_the_persons_choices_out_and_stays_once(tmp_path: Path) -> None:
    replica = Replica(tmp_path)
    replica.keep_choices([choice("P-1"), choice("P-2")])
    decided = EventLine("X-1", "ErasureBegun", 1, "2026-03-02T10:00:00+00:00", "{}")
    for _ in range(2):
        replica.keep_erasure("P-1", [decided])
    kept = replica.read()
    assert [line.stream for line in kept.choices] == ["P-2"]
    assert (kept.proposals, kept.erased) == ((decided,), frozenset({"P-1"}))


def test_removed_genome__is_kept_until_its_person_is_erased(tmp_path: Path) -> None:
    replica = Replica(tmp_path)
    for person, row in (("P-1", 7), ("P-2", 8)):
        replica.keep_removal(person, RemovedGenome(f"S-{row}", row))
    assert replica.read().removed == (RemovedGenome("S-7", 7), RemovedGenome("S-8", 8))
    replica.keep_erasure("P-1", [])
    assert replica.read().removed == (RemovedGenome("S-8", 8),)


def test_checkpoint__is_the_newest_that_was_kept(tmp_path: Path) -> None:
    replica = Replica(tmp_path)
    assert replica.checkpoint() is None
    replica.keep_checkpoint("one\n")
    replica.keep_checkpoint("two\n")
    assert replica.checkpoint() == "two\n"


def test_replica_that_is_not_there__is_an_error_not_a_new_one(tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="is its disk mounted"):
        Replica(tmp_path / "unmounted")


def test_replica__damaged_in_the_middle_is_not_read(tmp_path: Path) -> None:
    replica = Replica(tmp_path)
    replica.keep_choices([choice("P-1")])
    (tmp_path / RECORD).write_bytes(b"{]\n" + (tmp_path / RECORD).read_bytes())
    with pytest.raises(BackupError, match="a line of it is not JSON"):
        replica.read()


def test_replica_whose_disk_is_gone__cannot_be_written(tmp_path: Path) -> None:
    place = tmp_path / "replica"
    place.mkdir()
    replica = Replica(place)
    place.rmdir()
    with pytest.raises(BackupError, match="what was changed stands"):
        replica.keep_choices([choice("P-1")])
