"""Structural records in a store: kept as the file had them, moved, forgotten, never in clear."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pysam.bcftools
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kerne.alleles.assembly import GRCH38
from kerne.errors import DamagedStoreError
from kerne.genomes.disk.sealed_files import Bytes, Extent
from kerne.genomes.exporting.person import person_lines_1based
from kerne.genomes.freestanding import FreestandingGenomes
from kerne.genomes.keeping.scrub import scrub
from kerne.genomes.reader import open_freestanding
from kerne.genomes.reading.intake import GenomeFile, StoreRules
from kerne.genomes.segments.blob import pack
from kerne.genomes.segments.rows import RowTable
from kerne.genomes.segments.structural import (
    STRUCTURAL_FILE,
    StructuralFile,
    pack_lines,
    write_structural,
)

WriteVcf = Callable[..., Path]
RULES = StoreRules("GRCh38")
PLANTED = ("chr2", 70_001, "A", "<DEL>;SVTYPE=DEL;END=91357;SVLEN=-21356")
LINE = "chr2\t70001\t.\tA\t<DEL>\t.\t.\tSVTYPE=DEL;END=91357;SVLEN=-21356\tGT\t0/1"


def _store(place: Path, write_vcf: WriteVcf, **samples: int) -> FreestandingGenomes:
    """Make a store, a file a sample; each has so many structural records."""
    made = FreestandingGenomes(place / "store")
    for sample, count in samples.items():
        rows = [("chr1", 10, "A", "C", ["0/1"])]
        rows += [("chr2", 70_001 + at, *PLANTED[2:], ["0/1"]) for at in range(count)]
        made.add([GenomeFile(write_vcf(place / f"{sample}.vcf", (sample,), rows))], RULES)
    return made


class _Held:
    """A file in memory, as a segment's."""

    def __init__(self) -> None:
        self.content = b""

    def append(self, file: str, blob: Bytes) -> None:
        assert file == STRUCTURAL_FILE
        self.content += bytes(blob)

    def length(self, _file: str) -> int:
        return len(self.content)

    def read(self, _file: str, extent: Extent) -> bytes:
        return self.content[extent.offset : extent.offset + extent.length]

    def damaged_blocks(self, _file: str) -> list[int]:
        return []


TEXTS = st.lists(st.lists(st.text("chr12\tAG<>:;/=", min_size=1)), min_size=1, max_size=9)


@given(TEXTS)
@settings(deadline=None)
def test_file_of_records__gives_each_row_its_own_back(texts: list[list[str]]) -> None:
    held = _Held()
    told = ["".join(f"{line}\n" for line in lines).encode() for lines in texts]
    write_structural(map(pack_lines, told), held)
    file = StructuralFile(held, len(texts))
    assert [list(file.lines(row)) for row in range(len(texts))] == texts
    with pytest.raises(DamagedStoreError, match="not of its segment"):
        StructuralFile(held, len(texts) + 1).lines(0)


def test_genome__has_its_structural_records_in_the_order_of_the_genome(
    tmp_path: Path, write_vcf: WriteVcf
) -> None:
    rows = [
        ("2", *PLANTED[1:], ["0/1", "0/0"]),
        ("1", 500, "G", "G[chr2:900[;SVTYPE=BND", ["0/0", "1/1"]),
        ("1", 300, "G", "<DUP>;END=800", ["0/1", "0/1"]),
    ]
    desk = FreestandingGenomes(tmp_path / "store")
    path = write_vcf(tmp_path / "a.vcf", ("a", "b"), rows)
    added = desk.add([GenomeFile(path)], RULES)
    assert [(each.sample, each.variants, each.structural) for each in added] == [
        ("a", 0, 2),
        ("b", 0, 2),
    ]
    doubled = "chr1\t300\t.\tG\t<DUP>\t.\t.\tEND=800\tGT\t0/1"
    assert desk.structural_of("a") == (doubled, LINE)
    assert [line.split("\t")[4] for line in desk.structural_of("b")] == ["<DUP>", "G[chr2:900["]


def test_vcf_of_a_genome__holds_its_structural_records_and_reads_back(
    tmp_path: Path, write_vcf: WriteVcf
) -> None:
    rows = [("chr2", 80_000, "A", "C", ["0/1:9"]), (*PLANTED, ["0/1:8"])]
    path = write_vcf(tmp_path / "a.vcf", ("a",), rows, form="GT:DV")
    path.write_text(path.read_text().replace("<DEL>\t.\t.", "<DEL>\t7\tLowQ"))
    desk = FreestandingGenomes(tmp_path / "store")
    desk.add([GenomeFile(path)], RULES)
    again = tmp_path / "again.vcf"
    told = desk.variants_of("a"), desk.structural_of("a")
    again.write_text("".join(f"{line}\n" for line in person_lines_1based("a", GRCH38, *told)))
    form = "%POS %ALT %QUAL %FILTER %INFO/SVLEN [%GT]\\n"
    assert str(pysam.bcftools.query("-f", form, str(again))).splitlines() == [
        "70001 <DEL> 7 LowQ -21356 0/1",
        "80000 C . PASS . 0/1",
    ]
    other = FreestandingGenomes(tmp_path / "other")
    other.add([GenomeFile(again)], RULES)
    assert other.structural_of("a") == desk.structural_of("a")
    assert other.variants_of("a") == desk.variants_of("a")


def test_files__added_together_keep_what_each_held(tmp_path: Path, write_vcf: WriteVcf) -> None:
    paths = [
        write_vcf(tmp_path / f"{name}.vcf", (name,), rows)
        for name, rows in {"a": [(*PLANTED, ["0/1"])], "b": [("chr1", 9, "A", "C", ["1"])]}.items()
    ]
    desk = FreestandingGenomes(tmp_path / "store")
    desk.add([GenomeFile(path) for path in paths], RULES)
    assert (desk.structural_of("a"), desk.structural_of("b")) == ((LINE,), ())


def test_compaction__moves_the_records_of_who_stays_and_drops_the_others(
    tmp_path: Path, write_vcf: WriteVcf
) -> None:
    desk = _store(tmp_path, write_vcf, a=1, b=0, c=3)
    before = {sample: desk.structural_of(sample) for sample in "abc"}
    assert [len(lines) for lines in before.values()] == [1, 0, 3]
    desk.remove("c")
    desk.compact(forgotten=True)
    assert {sample: desk.structural_of(sample) for sample in "ab"} == {
        "a": before["a"],
        "b": before["b"],
    }
    desk.remove("a")
    desk.compact(forgotten=True)
    assert not list((tmp_path / "store").rglob(STRUCTURAL_FILE))
    assert desk.structural_of("b") == ()


def test_many_segments__are_merged_with_their_records(tmp_path: Path, write_vcf: WriteVcf) -> None:
    counts = {f"s{at}": at % 3 for at in range(11)}
    desk = _store(tmp_path, write_vcf, **counts)
    assert len(list((tmp_path / "store").rglob(STRUCTURAL_FILE))) < 7  # some were merged
    assert {sample: len(desk.structural_of(sample)) for sample in counts} == counts


def test_store__holds_no_structural_record_in_clear(tmp_path: Path, write_vcf: WriteVcf) -> None:
    place = tmp_path / "store"
    desk = _store(tmp_path, write_vcf, a=2)
    assert desk.structural_of("a")[0] == LINE
    files = [path for path in place.rglob("*") if path.is_file()]
    assert STRUCTURAL_FILE in {path.name for path in files}
    packed = pack_lines(f"{LINE}\n".encode())
    sought = (b"<DEL>", b"91357", b"SVLEN", b"21356", packed[:12])
    for path in files:
        assert not [each for each in sought if each in path.read_bytes()], path


def test_scrub_and_verify__find_damaged_records(tmp_path: Path, write_vcf: WriteVcf) -> None:
    desk = _store(tmp_path, write_vcf, a=2)
    assert desk.verify() == []
    (path,) = (tmp_path / "store").rglob(STRUCTURAL_FILE)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    assert [each.file for each in scrub(tmp_path / "store").damages] == [
        f"segments/000001/{STRUCTURAL_FILE}"
    ]
    with pytest.raises(DamagedStoreError, match=STRUCTURAL_FILE):
        desk.structural_of("a")
    path.unlink()
    with pytest.raises(DamagedStoreError, match="missing"):
        FreestandingGenomes(tmp_path / "store").structural_of("a")


def _packed_as_before(rows: RowTable) -> bytes:
    names = "\0".join(rows.samples).encode()
    columns = (rows.sources, rows.whole, rows.x_copies, rows.y_copies, rows.added)
    return pack([rows.ids, np.frombuffer(names, dtype=np.uint8), *columns])


def test_store_of_format_1__opens_and_says_that_it_kept_none(
    tmp_path: Path, write_vcf: WriteVcf, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as before:
        before.setattr("kerne.genomes.disk.manifest.FORMAT", 1)
        before.setattr("kerne.genomes.keeping.segment_folder.pack_rows", _packed_as_before)
        _store(tmp_path, write_vcf, old=0)
    place = tmp_path / "store"
    assert '"format": 1' in (place / "manifest.json").read_text()
    assert open_freestanding(place).structural_of(0) is None
    desk = _store(tmp_path, write_vcf, new=1)
    assert '"format": 2' in (place / "manifest.json").read_text()
    desk.remove("new")
    desk.compact(forgotten=True)
    assert open_freestanding(place).structural_of(0) is None
    assert len(desk.variants_of("old")) == 1


def test_verify__names_a_genome_that_has_another_number_of_records_than_it_should(
    tmp_path: Path, write_vcf: WriteVcf, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as wrong:
        wrong.setattr("kerne.genomes.keeping.adding.pack_lines", lambda text: pack_lines(text * 2))
        desk = _store(tmp_path, write_vcf, a=2, b=0)
    (found,) = desk.verify()
    assert (found.partition, found.what) == (STRUCTURAL_FILE, "row 0 has 4 records, not 2")
