"""A person's copy of their own genome: whole, for its owner's eyes, and honest about itself."""

import gzip
import os
import stat
from pathlib import Path

import pytest

from kerne.alleles.allele import Allele
from kerne.alleles.assembly import GRCH38, KERNIA1
from kerne.alleles.interval import Interval, Intervals, read_bed
from kerne.alleles.vcf import open_vcf, parse_genotype
from kerne.errors import GenomeError
from kerne.genomes.exporting import own_copy
from kerne.genomes.exporting.own_copy import (
    UNFILTERED,
    OwnCopy,
    check_own_copy_place,
    write_own_copy,
)
from kerne.genomes.genotypes import GenotypedAllele, Zygosity

VARIANTS = (
    GenotypedAllele(Allele("chr1", 9, "A", "C"), Zygosity.HET, 31, is_counted=True),
    GenotypedAllele(Allele("chr2", 19, "GT", "G"), Zygosity.HOM, None, is_counted=True),
    GenotypedAllele(Allele("chr2", 29, "G", "T"), Zygosity.HALF, 3, is_counted=False),
    GenotypedAllele(Allele("chrX", 39, "C", "A"), Zygosity.HEMI, 12, is_counted=True),
)
SEEN = Intervals.build([Interval("chr1", 0, 50), Interval("chr1", 60, 70), Interval("chrX", 5, 9)])


def copy(directory: Path, seen: Intervals | None = SEEN) -> OwnCopy:
    return write_own_copy(directory / "mine.vcf.gz", "S-1", GRCH38, VARIANTS, seen)


def test_copy__reads_back_as_the_genome_it_was_written_from(tmp_path: Path) -> None:
    written = copy(tmp_path)
    assert (written.alleles, written.callable) == (4, tmp_path / "mine.callable.bed")
    with open_vcf(written.variants) as vcf:
        assert vcf.header.samples == ("S-1",)
        records = list(vcf)
    found = [
        (each.contig_text, each.position, each.reference, each.alternatives, each.sample_fields[0])
        for each in records
    ]
    assert found == [
        ("chr1", 9, "A", ("C",), "0/1:31:.,.:."),
        ("chr2", 19, "GT", ("G",), "1/1:.:.,.:."),
        ("chr2", 29, "G", ("T",), "./1:3:.,.:."),
        ("chrX", 39, "C", ("A",), "1:12:.,.:."),
    ]
    assert [each.filters for each in records] == [("PASS",), ("PASS",), ("weak",), ("PASS",)]
    assert parse_genotype("./1") == ((None, 1), False)
    assert written.callable is not None
    seen = read_bed(written.callable, GRCH38)
    assert [seen.span_bp, seen.contigs] == [SEEN.span_bp, SEEN.contigs]


def test_copy__says_in_its_head_that_it_is_unfiltered(tmp_path: Path) -> None:
    with open_vcf(copy(tmp_path).variants) as vcf:
        head = vcf.header.meta
    assert f"kerne_warning={UNFILTERED}" in head
    for words in ("secondary findings included", "not for diagnosis", "relatives"):
        assert words in UNFILTERED
    assert "kerne_callable=mine.callable.bed" in head
    assert "contig=<ID=chr1,length=248956422,assembly=GRCh38>" in head


def test_copy__of_a_genome_declared_whole_has_no_bed_and_says_so(tmp_path: Path) -> None:
    written = write_own_copy(tmp_path / "k.vcf.gz", "S", KERNIA1, (), None)
    assert (written.callable, written.alleles) == (None, 0)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["k.vcf.gz"]
    with open_vcf(written.variants) as vcf:
        assert "kerne_callable=everywhere, as declared" in vcf.header.meta
        assert "contig=<ID=chr1,assembly=Kernia1>" in vcf.header.meta


def test_copy__is_for_its_owner_only_whatever_the_mask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        written = copy(tmp_path)
    finally:
        os.umask(before)
    for path in (written.variants, written.callable):
        assert path is not None
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("there", ["mine.vcf.gz", "mine.callable.bed"])
def test_copy__replaces_nothing(tmp_path: Path, there: str) -> None:
    (tmp_path / there).write_text("precious")
    with pytest.raises(GenomeError, match="is there already: a copy replaces nothing"):
        copy(tmp_path)
    assert [path.read_text() for path in tmp_path.iterdir()] == ["precious"]


@pytest.mark.parametrize("name", ["mine.vcf", "mine", ".vcf.gz", "mine.bcf"])
def test_copy__has_a_name_that_says_what_it_is(tmp_path: Path, name: str) -> None:
    with pytest.raises(GenomeError, match=r"expected one ending in `\.vcf\.gz`"):
        check_own_copy_place(tmp_path / name)


def test_copy__that_fails_midway_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(own_copy, "write_durably", fail)
    with pytest.raises(GenomeError, match="cannot be written: no space left on device"):
        copy(tmp_path)
    assert list(tmp_path.iterdir()) == []
    monkeypatch.undo()
    nowhere = tmp_path / "nowhere"
    with pytest.raises(GenomeError, match="cannot be written: no such file or directory"):
        copy(nowhere)


def test_copy__holds_structural_records_or_says_that_none_were_kept(tmp_path: Path) -> None:
    line = "chr1\t10\t.\tN\t<DEL>\t.\tPASS\tEND=90\tGT\t0/1"
    told = {}
    for name, structural in {"with": (line,), "none": (), "before": None}.items():
        path = tmp_path / f"{name}.vcf.gz"
        written = write_own_copy(path, "S", KERNIA1, (), None, structural)
        told[name] = gzip.decompress(written.variants.read_bytes()).decode().splitlines()
    assert line in told["with"]
    said = "##kerne_structural=none are here, since none were kept when the genome was added"
    assert [said in lines for lines in told.values()] == [False, False, True]
