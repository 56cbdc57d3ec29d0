"""Adding, removing and counting, against an oracle that reads genotypes one by one."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyroaring import BitMap

from kerne.alleles.assembly import GRCH38
from kerne.errors import DamagedStoreError, GenomeError, InputFileError, VaultError
from kerne.genomes.frequencies import Frequencies
from kerne.genomes.genotypes import AddedGenome
from kerne.genomes.keeping import compaction
from kerne.genomes.keeping import store as store_module
from kerne.genomes.keeping.new_store import create_store
from kerne.genomes.keeping.segment_folder import SegmentFolder
from kerne.genomes.keeping.store import GenomeStore
from kerne.genomes.reader import open_freestanding
from kerne.genomes.reading.intake import GenomeFile
from kerne.genomes.segments.segment import PartitionReader, Segment

Table = dict[tuple[str, int, str, str], tuple[int, int, int, int, int]]
WriteVcf = Callable[..., Path]
AsTable = Callable[[Frequencies], Table]
Site = tuple[int, str]

LAST = 12
GENOTYPES = ("0/0", "0|1", "1/1", "1|2", "./.", "./1", "0/.", "2/2", "0", "1", ".")


@dataclass(frozen=True)
class NaiveFile:
    """A file as the oracle sees it: genotype texts by position, REF is always `A`."""

    samples: tuple[str, ...]
    records: dict[int, tuple[tuple[str, ...], tuple[str, ...]]]
    callable: frozenset[int] | None

    def sites(self) -> set[Site]:
        return {
            (position, alternative)
            for position, (alternatives, _) in self.records.items()
            for alternative in alternatives
            if alternative != "*"
        }

    def counts(self, sample: str, site: Site) -> tuple[int, int, int, int, int]:
        """Return AC, AN, hom, het and hemi of one genome."""
        position, alternative = site
        alternatives, texts = self.records.get(position, ((), ()))
        if alternative not in alternatives:
            called = self.callable is None or position in self.callable
            return (0, 2 if called else 0, 0, 0, 0)
        wanted = str(alternatives.index(alternative) + 1)
        alleles = texts[self.samples.index(sample)].replace("|", "/").split("/")
        copies, called_copies = alleles.count(wanted), sum(each != "." for each in alleles)
        hom = len(alleles) == 2 and copies == 2
        het = len(alleles) == 2 and copies == 1 and called_copies == 2
        return copies, called_copies, int(hom), int(het), int(len(alleles) == 1 and copies == 1)


def naive_table(files: list[NaiveFile], live: set[str], counted: set[str]) -> Table:
    """Count every allele that a file of a live sample mentions, among `counted`."""
    present = [file for file in files if live & set(file.samples)]
    table = {}
    for site in set[Site]().union(*(file.sites() for file in present)):
        each = [
            file.counts(sample, site)
            for file in present
            for sample in file.samples
            if sample in counted
        ]
        sums = tuple(sum(column) for column in zip(*each, strict=True)) or (0, 0, 0, 0, 0)
        table["chr1", site[0], "A", site[1]] = sums
    return table


@st.composite
def naive_files(draw: st.DrawFn) -> list[NaiveFile]:
    files: list[NaiveFile] = []
    for number in range(draw(st.integers(1, 5))):
        count = draw(st.sampled_from([1, 1, 2, 3, 10]))
        samples = tuple(f"s{number}_{each}" for each in range(count))
        records = {}
        for position in draw(st.lists(st.integers(1, LAST), unique=True, max_size=6)):
            alternatives = tuple(
                draw(
                    st.lists(
                        st.sampled_from(["C", "G", "AT", "*"]), min_size=2, max_size=3, unique=True
                    )
                )
            )
            texts = tuple(draw(st.sampled_from(GENOTYPES)) for _ in samples)
            records[position] = (alternatives, texts)
        bases = draw(st.none() | st.frozensets(st.integers(1, LAST)))
        files.append(NaiveFile(samples, records, bases))
    return files


def put_down(directory: Path, files: list[NaiveFile], write_vcf: WriteVcf) -> list[GenomeFile]:
    put = []
    for number, file in enumerate(files):
        rows = [
            ("1", position, "A", ",".join(alternatives), texts)
            for position, (alternatives, texts) in file.records.items()
        ]
        path = write_vcf(directory / f"{number}.vcf", file.samples, rows)
        bed = None
        if file.callable is not None:
            bed = directory / f"{number}.bed"
            bed.write_text("".join(f"chr1\t{base - 1}\t{base}\n" for base in file.callable))
        put.append(GenomeFile(path, bed))
    return put


def new_store(directory: Path) -> GenomeStore:
    return create_store(directory / "store", GRCH38, kept_by_centre=False)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(naive_files(), st.data())
def test_counts__equal_the_naive_count_whatever_the_order_and_batches(
    write_vcf: WriteVcf, as_table: AsTable, files: list[NaiveFile], data: st.DataObject
) -> None:
    with tempfile.TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        patch.setattr(compaction, "LIVE_SEGMENTS_MOST", 2)
        patch.setattr("os.fsync", lambda _descriptor: None)  # durability has its own test
        put = put_down(Path(name), files, write_vcf)
        store = new_store(Path(name))
        waiting = data.draw(st.permutations(put))
        while waiting:
            size = data.draw(st.integers(1, len(waiting)))
            batch, waiting = waiting[:size], waiting[size:]
            GenomeStore(store.path).add(batch)
            assert len(store.manifest.segments) <= 2
        rows = store.rows()
        everyone = set(rows)
        assert everyone == {sample for file in files for sample in file.samples}
        found = open_freestanding(store.path).frequencies()
        assert as_table(found) == naive_table(files, everyone, everyone)
        assert _is_sorted(found)
        some = data.draw(st.sets(st.sampled_from(sorted(everyone))))
        found = open_freestanding(store.path).frequencies(BitMap(rows[each] for each in some))
        assert as_table(found) == naive_table(files, everyone, some)
        for sample in data.draw(st.permutations(sorted(some))):
            assert store.remove(sample) == rows[sample]
        left = everyone - some
        for _ in ("forgotten", "rewritten"):
            found = open_freestanding(store.path).frequencies()
            assert as_table(found) == naive_table(files, left, left)
            assert set(store.rows()) == left
            store.compact(forgotten=True)
            assert store.manifest.forgotten == ()


def _is_sorted(found: Frequencies) -> bool:
    alleles = [found.allele(at) for at in range(len(found))]
    return alleles == sorted(alleles)


class CutOffError(Exception):
    """What ends a compaction in the middle."""


def test_compaction__that_was_cut_off_is_carried_on_by_the_next_add(
    tmp_path: Path, write_vcf: WriteVcf, two: tuple[GenomeStore, list[AddedGenome]]
) -> None:
    def cut_off(*_: object) -> None:
        raise CutOffError

    store, _ = two
    store.remove("one")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store_module, "merge", cut_off)
        with pytest.raises(CutOffError):
            store.compact(forgotten=True)
    assert store.manifest.compaction is not None
    three = write_vcf(tmp_path / "three.vcf", ("three",), [("chr1", 5, "A", "C", ["0/1"])])
    store.add([GenomeFile(three)])
    manifest = store.manifest
    assert (manifest.compaction, manifest.forgotten) == (None, ())
    assert {each.name for each in (store.path / "segments").iterdir()} == {
        entry.name for entry in manifest.segments
    }


ONE = ("one",), [("chr1", 5, "A", "C", ["0/1"]), ("chr1", 7, "G", "T", ["1/1"])]
TWO = ("two",), [("chr1", 5, "A", "C", ["1/1"]), ("chr2", 9, "AC", "A", ["0/1"])]


@pytest.fixture
def two(tmp_path: Path, write_vcf: WriteVcf) -> tuple[GenomeStore, list[AddedGenome]]:
    store = new_store(tmp_path)
    one = write_vcf(tmp_path / "one.vcf.gz", *ONE)
    two = write_vcf(tmp_path / "two.vcf", *TWO)
    return store, store.add([GenomeFile(one), GenomeFile(two)])


def test_added__says_row_variants_and_how_callable(
    two: tuple[GenomeStore, list[AddedGenome]],
) -> None:
    assert two[1] == [AddedGenome("one", 0, 2, True), AddedGenome("two", 1, 2, True)]
    assert two[0].samples() == ["one", "two"]


def test_adding_nothing__changes_nothing(two: tuple[GenomeStore, list[AddedGenome]]) -> None:
    before = two[0].manifest
    assert two[0].add([]) == []
    assert two[0].manifest == before


def test_duplicate_sample__is_refused_and_nothing_is_added(
    tmp_path: Path, write_vcf: WriteVcf, two: tuple[GenomeStore, list[AddedGenome]]
) -> None:
    store = two[0]
    before = store.manifest
    new = GenomeFile(write_vcf(tmp_path / "new.vcf", ("new",), ONE[1]))
    again = GenomeFile(tmp_path / "one.vcf.gz")
    with pytest.raises(GenomeError, match="sample `one` is in the store"):
        store.add([new, again])
    with pytest.raises(GenomeError, match="sample `new` is in two of the files"):
        store.add([new, new])
    assert store.manifest == before


def test_bad_file_among_good__leaves_the_store_as_it_was(
    tmp_path: Path, write_vcf: WriteVcf, two: tuple[GenomeStore, list[AddedGenome]]
) -> None:
    store = two[0]
    before = store.manifest
    good = write_vcf(tmp_path / "good.vcf", ("good",), ONE[1])
    bad = write_vcf(tmp_path / "bad.vcf.gz", ("bad",), ONE[1])
    bad.write_bytes(bad.read_bytes()[:-1])
    with pytest.raises(InputFileError, match="truncated"):
        store.add([GenomeFile(good), GenomeFile(bad)])
    assert store.manifest == before
    assert store.add([GenomeFile(good)])[0].row == 2


def test_row_numbers__are_never_used_again(
    tmp_path: Path, write_vcf: WriteVcf, two: tuple[GenomeStore, list[AddedGenome]]
) -> None:
    store = two[0]
    assert store.remove("two") == 1
    again = store.add([GenomeFile(write_vcf(tmp_path / "two.vcf", *TWO))])
    assert again[0].row == 2
    assert store.remove("one") == 0
    assert store.remove("two") == 2
    assert store.rows() == {}
    assert len(open_freestanding(store.path).frequencies()) == 0
    with pytest.raises(GenomeError, match="no sample `two`"):
        store.remove("two")


def test_forgotten_alleles__are_in_no_file_any_more(
    two: tuple[GenomeStore, list[AddedGenome]], tmp_path: Path, write_vcf: WriteVcf
) -> None:
    store = two[0]
    rare = write_vcf(tmp_path / "rare.vcf", ("rare",), [("chr3", 4, "A", "ACCATGG", ["0/1"])])
    store.add([GenomeFile(rare)])
    store.remove("rare")
    rewritten = store.compact(forgotten=True)
    assert [each.sources for each in rewritten] == [("000004",)]
    with pytest.raises(VaultError, match="`000004` has no key"):
        store.keys.key("000004")
    assert not (store.path / "segments" / "000004").exists()
    assert len(open_freestanding(store.path).frequencies()) == 3


def test_rows_running_out__is_refused(
    monkeypatch: pytest.MonkeyPatch, two: tuple[GenomeStore, list[AddedGenome]]
) -> None:
    monkeypatch.setattr(store_module, "ROWS_MOST", 2)
    path = two[0].path.parent / "three.vcf"
    path.write_text((two[0].path.parent / "two.vcf").read_text().replace("two", "three"))
    with pytest.raises(GenomeError, match="row numbers"):
        two[0].add([GenomeFile(path)])


def test_entries__are_remembered(tmp_path: Path, write_vcf: WriteVcf) -> None:
    store = new_store(tmp_path)
    store.add([GenomeFile(write_vcf(tmp_path / "one.vcf", *ONE))], entry=7)
    store.remove("one", entry=9)
    assert [entry for entry in range(12) if store.has_entry(entry)] == [7, 9]


def test_store__is_made_once(tmp_path: Path) -> None:
    new_store(tmp_path)
    with pytest.raises(GenomeError, match="already holds"):
        new_store(tmp_path)


def test_store__that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(GenomeError, match="holds no genome store"):
        GenomeStore(tmp_path)


def test_reference__must_be_readable_when_the_store_is_made(tmp_path: Path) -> None:
    with pytest.raises(InputFileError):
        create_store(tmp_path, GRCH38, kept_by_centre=False, reference=tmp_path / "none.fa")
    assert not (tmp_path / "manifest.json").exists()


def test_every_flipped_byte__is_found(two: tuple[GenomeStore, list[AddedGenome]]) -> None:
    rng = np.random.default_rng(1)
    for path in sorted((two[0].path / "segments").rglob("0*/*")):
        content = path.read_bytes()
        at = int(rng.integers(len(content)))
        path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        with pytest.raises(DamagedStoreError, match=path.name):
            _read_all(two[0].path)
        path.write_bytes(content)
    assert len(open_freestanding(two[0].path).frequencies()) == 3


def _read_all(path: Path) -> None:
    reader = open_freestanding(path)
    reader.frequencies()
    for row in reader.rows().values():
        reader.variants_of(row)


def test_missing_file__is_found(two: tuple[GenomeStore, list[AddedGenome]]) -> None:
    next(two[0].path.glob("segments/*/000-*")).unlink()
    with pytest.raises(DamagedStoreError, match=r"000-0000000000.*is missing"):
        open_freestanding(two[0].path).frequencies()


def test_what_an_interrupted_writer_left__is_removed_by_the_next(
    two: tuple[GenomeStore, list[AddedGenome]],
) -> None:
    store = two[0]
    left = store.path / "segments" / "000009"
    left.mkdir()
    (left / "rows").write_bytes(b"half")
    (store.path / ".manifest.json.1.making").write_bytes(b"{")
    store.remove("one")
    assert not (store.path / ".manifest.json.1.making").exists()
    assert not left.exists()
    assert store.samples() == ["two"]


def test_interrupt_while_writing__leaves_the_store_usable_at_once(
    tmp_path: Path,
    write_vcf: WriteVcf,
    monkeypatch: pytest.MonkeyPatch,
    two: tuple[GenomeStore, list[AddedGenome]],
) -> None:
    store = two[0]
    file = GenomeFile(write_vcf(tmp_path / "three.vcf", ("three",), ONE[1]))
    with monkeypatch.context() as patch:
        patch.setattr(store_module, "write_manifest", _interrupt)
        with pytest.raises(KeyboardInterrupt):
            store.add([file])
    assert store.samples() == ["one", "two"]
    store.remove("one")
    assert store.add([file])[0].sample == "three"


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def test_reader__starts_again_when_a_writer_replaced_what_it_was_reading(
    two: tuple[GenomeStore, list[AddedGenome]], monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = GenomeStore(two[0].path)

    def open_late(folder: SegmentFolder, name: str) -> Segment:
        monkeypatch.setattr(SegmentFolder, "open", whole)
        writer = GenomeStore(two[0].path)
        writer.remove("one")
        writer.compact(forgotten=True)
        return whole(folder, name)

    whole = SegmentFolder.open
    monkeypatch.setattr(SegmentFolder, "open", open_late)
    assert slow.snapshot().rows() == {"two": 1}
    assert slow.rows() == {"two": 1}


def test_rows__can_be_told_without_reading_the_genomes(
    two: tuple[GenomeStore, list[AddedGenome]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PartitionReader, "directory", property(_interrupt))
    assert GenomeStore(two[0].path).rows() == {"one": 0, "two": 1}


def test_snapshot__does_not_change_under_its_reader(
    two: tuple[GenomeStore, list[AddedGenome]],
) -> None:
    before = open_freestanding(two[0].path)
    two[0].remove("two")
    assert set(before.rows()) == {"one", "two"}
    two[0].compact(forgotten=True)
    assert set(two[0].rows()) == {"one"}
    assert len(before.frequencies()) == 3
    assert two[0].snapshot() is two[0].snapshot()


def test_place_that_cannot_be_written__is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(GenomeError, match="store` cannot be written"):
        create_store(tmp_path / "file" / "store", GRCH38, kept_by_centre=False)
    store = create_store(tmp_path / "store", GRCH38, kept_by_centre=False)
    (store.path / "lock").unlink()
    (store.path / "lock").mkdir()
    with pytest.raises(GenomeError, match="store` cannot be written"):
        store.remove("one")


def test_watcher__is_told_every_byte(
    tmp_path: Path, two: tuple[GenomeStore, list[AddedGenome]], write_vcf: WriteVcf
) -> None:
    told: list[int] = []
    path = write_vcf(tmp_path / "three.vcf", ("three",), ONE[1])
    two[0].add([GenomeFile(path)], watch=told.append)
    assert sum(told) == path.stat().st_size
