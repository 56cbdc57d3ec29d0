"""Which records are structural, who may carry them, and what is kept of each."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kerne.alleles.assembly import GRCH38
from kerne.errors import InputFileError
from kerne.genomes.reading import structural
from kerne.genomes.reading.alternatives import is_structural as is_structural_by_kernel
from kerne.genomes.reading.chunks import open_chunks
from kerne.genomes.reading.intake import GenomeFile, IntakeRules
from kerne.genomes.reading.structural import StructuralRecords, is_structural

RULES = IntakeRules(GRCH38, None, 20, 8)


def _read(path: Path) -> list[list[str]]:
    """Return the structural lines of each sample of a file."""
    with open_chunks(GenomeFile(path), RULES) as reading:
        for _ in reading:
            pass
        told = reading.structural.by_column(0, len(reading.samples))
        return [text.decode().splitlines() for _, text in told]


@given(st.text("<>*[]:.ACGTNO_chr12-", min_size=1, max_size=9).filter(lambda t: not t.isalpha()))
@example("<")
@example("<NON_REF>")
@example("<*>")
@settings(deadline=None)
def test_kernel__calls_the_same_alternatives_structural(alternative: str) -> None:
    raw = np.frombuffer(f"{alternative}\t".encode(), dtype=np.uint8)
    assert is_structural_by_kernel(raw, 0, len(alternative)) == is_structural(alternative)


def test_record__is_kept_of_who_may_carry_it_and_of_nobody_else(
    tmp_path: Path, write_vcf: Callable[..., Path]
) -> None:
    info = "<DEL>;SVTYPE=DEL;END=500;NOTE=of-the-lab;IMPRECISE"
    cells = ["0/1:9:x", "0/0:9:y", "./.:.:.", "1:8"]
    rows = [("1", 100, "A", info, cells), ("1", 200, "A", "C", ["0/1:9:x"] * 4)]
    path = write_vcf(tmp_path / "a.vcf", ("a", "b", "c", "d"), rows, form="GT:DP:XX")
    line = "chr1\t100\t.\tA\t<DEL>\t.\t.\tSVTYPE=DEL;END=500\tGT:DP\t"
    assert _read(path) == [[f"{line}0/1:9"], [], [], [f"{line}1:8"]]


def test_record_of_bases_and_a_symbol__is_kept_of_who_carries_the_symbol(
    tmp_path: Path, write_vcf: Callable[..., Path]
) -> None:
    rows = [("chr1", 100, "A", "C,<DUP>;END=900", ["0/1", "1|2", "2/2"])]
    found = _read(write_vcf(tmp_path / "a.vcf", ("a", "b", "c"), rows))
    assert [[line.split("\t")[-1] for line in lines] for lines in found] == [[], ["1|2"], ["2/2"]]


def test_copies__that_are_not_the_usual_two_are_kept_without_a_genotype(
    tmp_path: Path, write_vcf: Callable[..., Path]
) -> None:
    cells = ["./.:1", "./.:2", "./.:.", "0/0:3", "./."]
    rows = [("chr1", 100, "A", "<CNV>;END=900", cells)]
    found = _read(write_vcf(tmp_path / "a.vcf", "abcde", rows, form="GT:CN"))
    assert [bool(lines) for lines in found] == [True, False, False, True, False]


def test_record_without_genotypes__is_kept_of_all(
    tmp_path: Path, write_vcf: Callable[..., Path]
) -> None:
    rows = [("chr1", 100, "A", "<DEL>;END=900", ["7", "9"])]
    assert all(_read(write_vcf(tmp_path / "a.vcf", "ab", rows, form="DP")))


def test_records__of_blocks_and_of_unknown_contigs_are_not_structural_variants(
    tmp_path: Path, write_vcf: Callable[..., Path]
) -> None:
    rows = [
        ("chr1", 1, "A", "<NON_REF>;END=40", ["0/0:30:60"]),
        ("chr1", 41, "A", "C,<NON_REF>", ["0/1:30:60"]),
        ("chr1", 42, "A", "C,*", ["1/2:30:60"]),
        ("unplaced_7", 42, "A", "<DEL>;END=90", ["1/1:30:60"]),
    ]
    path = write_vcf(tmp_path / "a.g.vcf", ("a",), rows, form="GT:DP:GQ")
    assert _read(path) == [[]]


def test_hard_line__is_kept_as_the_others_are(
    tmp_path: Path, write_vcf: Callable[..., Path]
) -> None:
    rows = [("chr1", 100, "A", "<DEL>;END=500;NOTE=Ærø", ["0/1"])]  # not of ASCII
    (lines,) = _read(write_vcf(tmp_path / "a.vcf", ("a",), rows))
    assert lines == ["chr1\t100\t.\tA\t<DEL>\t.\t.\tEND=500\tGT\t0/1"]


def test_file_with_more_records_than_is_kept__is_refused_with_its_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    raw = b"chr1\t100\t.\tA\t<DEL>\t.\t.\tEND=500\tGT\t0/1\t1/1\n"
    monkeypatch.setattr(structural, "HEADS_BYTES_MOST", len(raw))
    with closing(StructuralRecords(Path("a.vcf"))) as records:
        records.take(7, raw, "chr1")
        with pytest.raises(InputFileError, match=r"split it by contig") as refused:
            records.take(8, raw, "chr1")
    assert refused.value.line == 8


def test_file_without_structural_records__gives_each_sample_none() -> None:
    records = StructuralRecords(Path("a.vcf"))
    records.close()
    assert records.is_empty
    assert list(records.by_column(1, 3)) == [(0, b""), (0, b"")]
