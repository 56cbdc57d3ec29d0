"""A store is published whole, only what is new is copied, and it is read where it was published."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from fsspec.implementations.memory import MemoryFileSystem

from kerne.alleles.allele import Allele
from kerne.alleles.assembly import GRCH38
from kerne.errors import DamagedStoreError, GateError, GenomeError
from kerne.genomes.disk.folders import FarFolder
from kerne.genomes.disk.manifest import FILE_NAME, read_manifest
from kerne.genomes.freestanding import FreestandingGenomes
from kerne.genomes.keeping.new_store import create_store
from kerne.genomes.keeping.store import GenomeStore
from kerne.genomes.publishing import sending as publishing
from kerne.genomes.publishing.published_store import PublishedStore
from kerne.genomes.publishing.sending import Published, publish
from kerne.genomes.publishing.targets import FarTarget, LocalTarget, target_at
from kerne.genomes.reader import open_freestanding
from kerne.genomes.reading.intake import GenomeFile, StoreRules

WriteVcf = Callable[..., Path]
FILES = 3
"""Of a segment here: rows, index, one partition."""


@pytest.fixture
def add(tmp_path: Path, write_vcf: WriteVcf) -> Callable[[GenomeStore, str], None]:
    def add(store: GenomeStore, sample: str) -> None:
        rows = [("chr1", 100, "A", "C", ["0/1"]), ("chr1", 200, "A", "AC", ["1/1"])]
        store.add([GenomeFile(write_vcf(tmp_path / f"{sample}.vcf", [sample], rows))])

    return add


@pytest.fixture
def store(tmp_path: Path, add: Callable[[GenomeStore, str], None]) -> GenomeStore:
    store = create_store(tmp_path / "store", GRCH38, kept_by_centre=False)
    add(store, "S1")
    return store


@pytest.fixture(params=["local", "memory"])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "local":
        yield str(tmp_path / "published" / "store")
        return
    yield f"memory://{uuid4().hex}/store"
    MemoryFileSystem.store.clear()


Add = Callable[[GenomeStore, str], None]


def answers(place: str | Path) -> tuple[list[str], list[list[int]]]:
    reader = open_freestanding(place)
    found = reader.frequencies()
    return sorted(reader.rows()), [found.ac.tolist(), found.an.tolist(), found.hom.tolist()]


def test_published_store__answers_as_the_store(store: GenomeStore, target: str) -> None:
    assert publish(store.path, target) == Published(copied=FILES, kept=0)
    assert answers(target) == answers(store.path) == (["S1"], [[1, 2], [2, 2], [0, 1]])
    desk = FreestandingGenomes(target)
    assert [each.sample for each in desk.carriers("chr1-100-A-C")] == ["S1"]
    assert desk.frequencies("chr1:100-100").ac.tolist() == [1]
    assert desk.find_duplicates() == []
    assert desk.stats().genomes == 1


def test_publishing__copies_only_what_is_new(store: GenomeStore, target: str, add: Add) -> None:
    publish(store.path, target)
    add(store, "S2")
    told: list[int] = []
    assert publish(store.path, target, told.append) == Published(copied=FILES, kept=FILES)
    new = store.path / "segments" / store.manifest.segments[-1].name
    assert sum(told) == sum(each.stat().st_size for each in new.iterdir())
    assert answers(target)[0] == ["S1", "S2"]
    assert publish(store.path, target) == Published(copied=0, kept=2 * FILES)


def test_reader__goes_on_with_the_state_that_it_began_with(
    store: GenomeStore, target: str, add: Add
) -> None:
    add(store, "S2")
    publish(store.path, target)
    reader = open_freestanding(target)
    store.remove("S1")
    store.compact(forgotten=True)
    publish(store.path, target)
    assert reader.frequencies().ac.tolist() == [2, 4]
    assert answers(target) == answers(store.path) == (["S2"], [[1, 2], [2, 2], [0, 1]])


def test_forgotten_genome__opens_nowhere_once_its_segment_was_rewritten(
    store: GenomeStore, target: str, add: Add
) -> None:
    add(store, "S2")
    publish(store.path, target)
    old = target_at(target).folder.whole(FILE_NAME)
    gone = {entry.name for entry in store.manifest.segments}
    store.remove("S1")
    store.compact(forgotten=True)
    gone -= {entry.name for entry in store.manifest.segments}
    assert gone
    for _ in range(2):  # the second time what the first left for readers goes as well
        publish(store.path, target)
    there = target_at(target)
    assert not set(publishing._keys(there.folder)) & gone
    for name in gone:
        with pytest.raises(FileNotFoundError):
            there.folder.below("segments").below(name).whole("rows")
    there.write(FILE_NAME, old, 0o600)
    with pytest.raises(DamagedStoreError):
        open_freestanding(target).rows()


def test_publishing__cut_off_leaves_what_was_there(
    store: GenomeStore, target: str, add: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(store.path, target)
    before = answers(target)
    add(store, "S2")
    for kind in (LocalTarget, FarTarget):
        with monkeypatch.context() as patch:
            put = kind.put

            def few(self: object, file: str, source: Path, put: object = put) -> None:
                if file.endswith("rows"):
                    raise OSError(5, "Input/output error")
                put(self, file, source)  # type: ignore[operator]  # the method of either class

            patch.setattr(kind, "put", few)
            if isinstance(target_at(target), kind):
                with pytest.raises(GenomeError, match="cannot be written: input/output error"):
                    publish(store.path, target)
    assert answers(target) == before
    assert publish(store.path, target) == Published(copied=FILES, kept=FILES)
    assert answers(target) == answers(store.path)


def test_damaged_segment__is_not_published(store: GenomeStore, target: str) -> None:
    file = next((store.path / "segments" / "000001").glob("*-*"))
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(DamagedStoreError, match="scrub the store"):
        publish(store.path, target)
    file.unlink()
    with pytest.raises(DamagedStoreError, match="damaged or missing"):
        publish(store.path, target)
    shutil.rmtree(file.parent)
    with pytest.raises(DamagedStoreError, match="is missing"):
        publish(store.path, target)
    with pytest.raises(GenomeError, match="holds no genome store"):
        open_freestanding(target)


def test_store__is_published_over_its_own_earlier_state_only(
    store: GenomeStore, target: str, tmp_path: Path, add: Add
) -> None:
    earlier = tmp_path / "earlier"
    shutil.copytree(store.path, earlier)
    add(store, "S2")
    publish(store.path, target)
    with pytest.raises(GenomeError, match="a later state"):
        publish(earlier, target)
    other = create_store(tmp_path / "other", GRCH38, kept_by_centre=False)
    with pytest.raises(GenomeError, match="another genome store"):
        publish(other.path, target)
    assert answers(target)[0] == ["S1", "S2"]


def test_publishing__follows_a_compaction_that_was_there_meanwhile(
    store: GenomeStore, target: str, add: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(store, "S2")
    old = store.manifest
    store.remove("S1")
    store.compact(forgotten=True)
    manifests = iter([old])
    monkeypatch.setattr(
        publishing, "read_manifest", lambda path: next(manifests, None) or read_manifest(path)
    )
    publish(store.path, target)
    assert answers(target) == answers(store.path)


def test_empty_store__is_published(tmp_path: Path, target: str) -> None:
    empty = create_store(tmp_path / "empty", GRCH38, kept_by_centre=False)
    assert publish(empty.path, target) == Published(0, 0)
    assert answers(target) == ([], [[], [], []])


def test_centre_store__is_published_without_keys(tmp_path: Path, target: str) -> None:
    kept = create_store(tmp_path / "centre", GRCH38, kept_by_centre=True)
    publish(kept.path, target)
    with pytest.raises(FileNotFoundError):
        target_at(target).folder.whole("keys")
    with pytest.raises(GateError, match="kept by a centre"):
        open_freestanding(target)


def test_published_store__is_read_only(store: GenomeStore, tmp_path: Path) -> None:
    place = f"memory://{uuid4().hex}/store"
    publish(store.path, place)
    desk = FreestandingGenomes(place)
    with pytest.raises(GenomeError, match="is read only"):
        desk.remove("S1")
    with pytest.raises(GenomeError, match="is read only"):
        desk.add([GenomeFile(tmp_path / "S1.vcf")], StoreRules("GRCh38"))
    assert answers(place)[0] == ["S1"]


def test_published_store__names_what_is_damaged_or_missing(store: GenomeStore) -> None:
    place = f"memory://{uuid4().hex}/store"
    publish(store.path, place)
    files = PublishedStore(place)._folder
    assert isinstance(files, FarFolder)
    segment = f"{files.path}/segments/000001"
    rows = files.files.cat_file(f"{segment}/rows")
    files.files.pipe_file(f"{segment}/rows", rows[:-1] + bytes([rows[-1] ^ 1]))
    with pytest.raises(DamagedStoreError, match="000001/rows` is damaged"):
        open_freestanding(place)
    files.files.rm(f"{segment}/rows")
    with pytest.raises(DamagedStoreError, match="000001/rows` is damaged: it is missing"):
        open_freestanding(place)
    files.files.pipe_file(f"{segment}/rows", rows)
    files.files.rm(f"{files.path}/keys")
    with pytest.raises(DamagedStoreError, match="has no key there"):
        open_freestanding(place)
    manifest = json.loads(files.files.cat_file(f"{files.path}/{FILE_NAME}"))
    files.files.pipe_file(f"{files.path}/{FILE_NAME}", json.dumps({**manifest, "a": 1}).encode())
    with pytest.raises(DamagedStoreError, match="checksum"):
        open_freestanding(place)


def test_published_store__is_read_again_when_it_is_replaced_meanwhile(
    store: GenomeStore, add: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = f"memory://{uuid4().hex}/store"
    publish(store.path, place)
    old = PublishedStore(place).manifest
    add(store, "S2")
    store.remove("S1")
    store.compact(forgotten=True)
    for _ in range(2):
        publish(store.path, place)
    found = PublishedStore(place)
    now = found.manifest
    manifests = iter([old])
    monkeypatch.setattr(PublishedStore, "manifest", property(lambda _: next(manifests, now)))
    assert list(found.snapshot().rows()) == ["S2"]


def test_published_store__needs_its_reference_only_for_what_could_be_shifted(
    tmp_path: Path, write_vcf: WriteVcf
) -> None:
    fasta = tmp_path / "chr1.fa"
    fasta.write_text(">chr1\n" + "ACGT" * 100 + "\n")
    made = create_store(tmp_path / "store", GRCH38, kept_by_centre=False, reference=fasta)
    rows = [("chr1", 2, "C", "T", ["0/1"])]
    made.add([GenomeFile(write_vcf(tmp_path / "S1.vcf", ["S1"], rows))])
    place = f"memory://{uuid4().hex}/store"
    publish(made.path, place)
    reader = open_freestanding(place)
    assert len(reader.carriers(Allele("chr1", 1, "C", "T"))) == 1
    with pytest.raises(GenomeError, match="reference sequence"):
        reader.carriers(Allele("chr1", 5, "C", "CAT"))
