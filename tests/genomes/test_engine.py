"""Neither the engine nor the number of its workers changes an answer."""

import pickle
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from pyroaring import BitMap

from kerne.alleles.assembly import GRCH38
from kerne.errors import DamagedStoreError, GenomeError
from kerne.genomes.asking import ray_engine, sent_tasks
from kerne.genomes.asking.engine import ThreadEngine, opened_engine
from kerne.genomes.asking.engine_choice import EngineChoice, EngineKind
from kerne.genomes.asking.questions import Choice, count_listed
from kerne.genomes.asking.scan import Engine, Task, count_window, sites_in, windows
from kerne.genomes.asking.sent_tasks import SentTask, Worker, sent
from kerne.genomes.asking.snapshot import Snapshot
from kerne.genomes.frequencies import Frequencies
from kerne.genomes.keeping.new_store import create_store
from kerne.genomes.keeping.store import GenomeStore
from kerne.genomes.reader import open_freestanding
from kerne.genomes.reading.intake import GenomeFile
from kerne.genomes.segments import packing

from .conftest import Rooms

WriteVcf = Callable[..., Path]
GENOTYPES = ("0/0", "0|1", "1/1", "./.", "1", "./1")
SITES = 60
SAMPLES = 6


class SentEngine:
    """Sends each task as bytes to one of its workers, in turn, in this process."""

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self._hands = [Worker(1 << 20) for _ in range(workers)]

    def run(self, tasks: Sequence[Task]) -> list[NDArray[np.int64]]:
        arrived = [pickle.loads(pickle.dumps(sent(task))) for task in tasks]
        return [self._hands[at % self.workers].count(task) for at, task in enumerate(arrived)]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, write_vcf: WriteVcf) -> GenomeStore:
    """Three segments, each of several tiles on two contigs; one genome is forgotten."""
    place = tmp_path_factory.mktemp("engine")
    store = create_store(place / "store", GRCH38, kept_by_centre=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(packing, "TILE_SITES", 7)
        for number in range(3):
            names = [f"S{number}-{sample}" for sample in range(SAMPLES)]
            draw = np.random.default_rng(number)
            rows = [
                (contig, 100 + 3 * at, "A", "C", draw.choice(GENOTYPES, SAMPLES).tolist())
                for contig in ("chr1", "chrX")
                for at in range(SITES)
            ]
            store.add([GenomeFile(write_vcf(place / f"{number}.vcf", names, rows))])
    store.remove("S1-2")
    return store


def counted(store: GenomeStore, engine: Engine, rows: BitMap) -> list[NDArray[np.int64]]:
    snapshot = store.snapshot()
    chosen = snapshot.chosen(rows)
    found = (sites_in(snapshot, window) for window in windows(snapshot))
    return [count_window(snapshot, each, chosen, engine) for each in found]


@given(rows=st.sets(st.integers(0, 3 * SAMPLES - 1)), workers=st.integers(1, 4), far=st.booleans())
@settings(deadline=None, max_examples=40)
def test_answers__are_those_of_one_thread_whatever_engine_and_number_of_workers(
    store: GenomeStore, rows: set[int], workers: int, far: bool
) -> None:
    engine: Engine = SentEngine(workers) if far else ThreadEngine(workers)
    expected = counted(store, ThreadEngine(1), BitMap(rows))
    answer = counted(store, engine, BitMap(rows))
    assert sum(part.shape[1] for part in expected) == 2 * SITES
    assert all(map(np.array_equal, answer, expected))


def listed_among(store: GenomeStore, snapshot: Snapshot, rows: BitMap) -> list[list[int]]:
    """Return position, AC and AN of what somebody of `rows` carries, asked of a snapshot."""
    chosen = snapshot.chosen(rows)
    parts = list(count_listed(snapshot, Choice(chosen, chosen), None, store.engine))
    names = ("position", "ac", "an")
    return [np.concatenate([getattr(part, name) for part in parts]).tolist() for name in names]


@given(asked=st.lists(st.sets(st.integers(0, 3 * SAMPLES - 1)), min_size=2, max_size=6))
@settings(deadline=None, max_examples=25)
def test_what_is_carried__follows_whom_is_asked_about_whatever_was_asked_before(
    store: GenomeStore, asked: list[set[int]]
) -> None:
    kept = store.snapshot()
    for rows in (*asked, *asked[::-1]):
        fresh = replace(kept, kept={}, counted={})
        assert listed_among(store, kept, BitMap(rows)) == listed_among(store, fresh, BitMap(rows))


def test_what_is_carried__is_not_filtered_again_for_the_same_people(store: GenomeStore) -> None:
    snapshot = store.snapshot()
    choice = Choice(*(snapshot.chosen(BitMap([1, 2])),) * 2)
    first, second = (list(count_listed(snapshot, choice, None, store.engine)) for _ in range(2))
    assert all(one is other for one, other in zip(first, second, strict=True))
    assert not any(part.ac.flags.writeable for part in first)


def one_task(store: GenomeStore) -> SentTask:
    snapshot = store.snapshot()
    reader = snapshot.segments[0].partitions[0]
    return sent(Task(reader, snapshot.everyone[0], 0, 5))


def test_sent_task__does_not_show_its_key(store: GenomeStore) -> None:
    task = one_task(store)
    assert task.seal.key.hex() not in repr(task)
    assert repr(task.seal.key) not in repr(task)


def test_sent_task__is_small_enough_to_travel_in_a_call(store: GenomeStore) -> None:
    task = one_task(store)
    largest = replace(task, bits=np.zeros(65_536 // 64, dtype=np.uint64))
    assert len(pickle.dumps(largest)) < 20_000  # Ray keeps what is larger than 100 KB elsewhere


def test_worker__says_when_it_cannot_reach_the_segment(store: GenomeStore, tmp_path: Path) -> None:
    lost = replace(one_task(store), folder=str(tmp_path / "elsewhere"))
    with pytest.raises(GenomeError, match="same address"):
        Worker(1 << 20).count(lost)


def test_worker__does_not_count_a_partition_that_is_not_there(store: GenomeStore) -> None:
    task = one_task(store)
    strange = replace(task, partition=replace(task.partition, start=1))
    with pytest.raises(DamagedStoreError, match="has no partition"):
        Worker(1 << 20).count(strange)


def test_worker__holds_few_segments_open(
    store: GenomeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sent_tasks, "OPEN_SEGMENTS", 1)
    worker = Worker(1 << 20)
    snapshot = store.snapshot()
    for segment, chosen in zip(snapshot.segments, snapshot.everyone, strict=True):
        worker.count(sent(Task(segment.partitions[0], chosen, 0, 5)))
    (held,) = worker._segments.values()
    assert held.name.endswith(snapshot.segments[-1].name)


def test_task__of_a_segment_in_memory_is_not_sent(store: GenomeStore) -> None:
    task = Task(
        SimpleNamespace(source=SimpleNamespace(blobs=None, name="000001")),  # type: ignore[arg-type]  # all that is looked at
        store.snapshot().everyone[0],
        0,
        1,
    )
    with pytest.raises(GenomeError, match="lies in no folder"):
        sent(task)


def test_copy__is_where_workers_read(store: GenomeStore) -> None:
    snapshot = store.snapshot()
    task = Task(snapshot.segments[0].partitions[0], snapshot.everyone[0], 0, 5)
    assert sent(task, ray_engine._segments_of("s3://bucket/store/")).folder == (
        "s3://bucket/store/segments/000001"
    )
    assert ray_engine._segments_of("near").endswith("/near/segments")


def test_tasks__are_all_given_out_once_and_whoever_is_idle_helps(store: GenomeStore) -> None:
    orders = [replace(one_task(store), start=start) for start in range(20)]
    queues = ray_engine._by_worker(orders, 3)
    assert queues == ray_engine._by_worker(orders, 3)
    given_out = [ray_engine._next(queues, 0) for _ in orders]
    assert sorted(at for at in given_out if at is not None) == list(range(20))
    assert ray_engine._next(queues, 0) is None


@pytest.mark.parametrize(
    ("addresses", "tls", "private"),
    [(["10.0.0.1"] * 2, "0", True), (["10.0.0.1", "10.0.0.2"], "0", False),
     (["10.0.0.1", "10.0.0.2"], "1", True)],
)  # fmt: skip
def test_cluster__is_private_on_one_machine_or_under_tls(
    addresses: list[str], tls: str, private: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAY_USE_TLS", tls)
    nodes = [{"NodeManagerAddress": each} for each in addresses]
    assert ray_engine._is_private(nodes) is private


def test_ray__is_named_when_it_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with (
        pytest.raises(GenomeError, match=r"kerne\[cluster\]"),
        opened_engine(EngineChoice(EngineKind.RAY)),
    ):
        raise AssertionError("there is no engine")


class NotPrivate(SentEngine):
    """A cluster whose nodes talk in clear."""

    is_private = False

    def __init__(self, address: str | None, *, copy: str | None) -> None:
        super().__init__(2)
        self.said = (address, copy)

    def close(self) -> None:
        self.workers = 0


def test_keys_of_a_centre__do_not_leave_it_in_clear(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ray_engine, "RayEngine", NotPrivate)
    choice = EngineChoice(EngineKind.RAY, "ray.example:6379", "s3://bucket/store")
    with (
        pytest.raises(GenomeError, match="RAY_USE_TLS"),
        opened_engine(choice, keys_are_secret=True),
    ):
        raise AssertionError("there is no engine")
    with opened_engine(choice) as engine:
        assert isinstance(engine, NotPrivate)
        assert engine.said == ("ray.example:6379", "s3://bucket/store")
    assert engine.workers == 0


def test_reader__counts_with_the_engine_that_it_is_given(store: GenomeStore) -> None:
    def table(found: Frequencies) -> list[list[int]]:
        return [found.ac.tolist(), found.an.tolist(), found.hom.tolist(), found.het.tolist()]

    usual = open_freestanding(store.path).frequencies()
    sent_off = open_freestanding(store.path, SentEngine(3)).frequencies()
    assert table(sent_off) == table(usual)


def test_centre__has_its_own_engine_back_afterwards(rooms: Rooms) -> None:
    usual = rooms.store.engine
    with rooms.genomes.counting_with(EngineChoice()):
        assert rooms.store.engine is not usual
    assert rooms.store.engine is usual
