"""A store that stays open is tended: merged behind whoever adds, and rid of what is gone."""

import logging
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread

import pytest

from kerne.errors import GenomeError
from kerne.genomes.disk.manifest import SEGMENTS
from kerne.genomes.freestanding import FreestandingGenomes
from kerne.genomes.keeping import tending
from kerne.genomes.keeping.compaction import LIVE_SEGMENTS_MOST
from kerne.genomes.keeping.store import GenomeStore
from kerne.genomes.keeping.tending import Stopped, Tending
from kerne.genomes.keeping.upkeep import Upkeep
from kerne.genomes.reading.intake import GenomeFile, StoreRules
from kerne.genomes.resident import ResidentGenomes

TENDED = Upkeep(1 << 20, is_tended=True)


@pytest.fixture
def full(tmp_path: Path, write_vcf: Callable[..., Path]) -> Path:
    """A store with as many segments as make the next adder merge, were it not tended."""
    place = tmp_path / "store"
    genomes = FreestandingGenomes(place, TENDED)
    for at in range(LIVE_SEGMENTS_MOST):
        row = ("chr1", 10, "A", "C", ["0/1"])
        file = write_vcf(tmp_path / f"{at}.vcf", (f"s{at}",), [row])
        genomes.add([GenomeFile(file)], StoreRules("GRCh38"))
    return place


def folders(store: Path) -> set[str]:
    return {path.name for path in (store / SEGMENTS).iterdir()}


def test_who_adds_to_a_tended_store__does_not_merge(full: Path) -> None:
    assert len(GenomeStore(full).manifest.segments) == LIVE_SEGMENTS_MOST


def test_tending__merges_and_removes_what_was_replaced(full: Path) -> None:
    genomes = ResidentGenomes(full, TENDED)
    carriers = genomes.carriers("chr1-10-A-C")
    before = folders(full)
    look = genomes.tending()
    look.look(Event())
    assert len(GenomeStore(full).manifest.segments) < LIVE_SEGMENTS_MOST
    look.look(Event())  # what was read until the merger is let go of, and removed
    assert folders(full) == {entry.name for entry in GenomeStore(full).manifest.segments}
    assert not before <= folders(full)
    assert genomes.carriers("chr1-10-A-C") == carriers


def test_what_was_forgotten__leaves_the_memory_and_the_disk(full: Path) -> None:
    genomes = ResidentGenomes(full, TENDED)
    genomes.carriers("chr1-10-A-C")
    look = genomes.tending()
    look.look(Event())
    genomes.carriers("chr1-10-A-C")
    held = genomes.memory().held_bytes
    other = GenomeStore(full)
    for sample in other.samples():
        other.remove(sample)
    other.compact(forgotten=True)
    assert held
    assert folders(full)
    look.look(Event())
    assert genomes.memory().held_bytes == 0
    assert folders(full) == set()
    assert genomes.carriers("chr1-10-A-C") == []


def test_unchanged_store__is_left_alone(full: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    look = ResidentGenomes(full, TENDED).tending()
    look.look(Event())
    look.look(Event())
    monkeypatch.setattr(GenomeStore, "compact", None)  # to call it would fail
    look.look(Event())


def test_merger_that_is_cut_off__is_carried_on(full: Path) -> None:
    look = ResidentGenomes(full, TENDED).tending()
    stop = Event()
    stop.set()
    with pytest.raises(Stopped):
        look.look(stop)
    assert GenomeStore(full).manifest.compaction is not None
    look.look(Event())
    manifest = GenomeStore(full).manifest
    assert manifest.compaction is None
    assert len(manifest.segments) < LIVE_SEGMENTS_MOST


def test_run__goes_on_until_it_is_stopped(full: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tending, "BETWEEN_SECONDS", 0.01)
    stop, looked = Event(), [0]

    def held() -> GenomeStore:
        looked[0] += 1
        if looked[0] > 2:
            stop.set()
        return GenomeStore(full, upkeep=TENDED)

    thread = Thread(target=Tending(held).run, args=(stop,))
    thread.start()
    thread.join(60)
    assert not thread.is_alive()
    assert looked[0] > 2


def test_run__says_why_it_cannot_and_tries_again(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tending, "BETWEEN_SECONDS", 0.01)
    stop, looked = Event(), [0]

    def held() -> GenomeStore:
        looked[0] += 1
        if looked[0] > 1:
            stop.set()
        raise GenomeError("no space left on device")

    with caplog.at_level(logging.WARNING):
        Tending(held).run(stop)
    assert looked == [2]
    assert caplog.messages == ["the store is not tended: no space left on device"] * 2
