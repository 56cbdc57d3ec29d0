from pathlib import Path

import pytest

from kerne.alleles.allele import Allele
from kerne.alleles.assembly import GRCH37, GRCH38, KERNIA1
from kerne.alleles.interval import Interval, Intervals
from kerne.alleles.sequence import ReferenceSequence
from kerne.errors import InputFileError
from kerne.interpretation.candidate import Genotype
from kerne.interpretation.reading.call_file import read_calls
from kerne.interpretation.reading.calls import Call, Carriage, GenomeCalls, Phase
from kerne.interpretation.reading.reads import CALLABLE, Reads

HEAD = """##fileformat=VCFv4.2
##contig=<ID=1>
##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">
"""
COLUMNS = "#CHROM POS ID REF ALT QUAL FILTER INFO FORMAT"


def _vcf(tmp_path: Path, *rows: str, samples: str = "CHILD", head: str = HEAD) -> Path:
    path = tmp_path / "patient.vcf"
    lines = (f"{COLUMNS} {samples}", *rows)
    path.write_text(head + "".join(line.replace(" ", "\t") + "\n" for line in lines))
    return path


def _row(
    position: int, alleles: str, genotypes: str, *, contig: str = "1", keys: str = "GT"
) -> str:
    return f"{contig} {position} . {alleles} . PASS . {keys} {genotypes}"


def _read(path: Path, *samples: str) -> tuple[GenomeCalls, ...]:
    return read_calls(path, KERNIA1, samples)


def test_multi_allelic_record__is_split_into_its_alleles(tmp_path: Path) -> None:
    (genome,) = _read(_vcf(tmp_path, _row(10, "A C,G", "1/2")))
    assert genome.calls == (
        Call(Allele("chr1", 9, "A", "C"), Genotype.HET),
        Call(Allele("chr1", 9, "A", "G"), Genotype.HET),
    )


@pytest.mark.parametrize(
    ("genotype", "expected"),
    [
        ("0/1", Genotype.HET),
        ("1/1", Genotype.HOM),
        ("1", Genotype.HEMI),
        ("./1", Genotype.HET),
        ("0/0", None),
        ("./.", None),
        (".", None),
    ],
)
def test_genotype__says_how_an_allele_is_carried(
    tmp_path: Path, genotype: str, expected: Genotype | None
) -> None:
    (genome,) = _read(_vcf(tmp_path, _row(10, "A C", genotype)))
    assert [call.genotype for call in genome.calls] == ([expected] if expected else [])


def test_depth_and_phase__are_read_where_they_stand(tmp_path: Path) -> None:
    rows = (
        _row(10, "A C", "1|0:31:77", keys="GT:DP:PS"),
        _row(20, "A C", "0|1", keys="GT"),
        _row(30, "A C", "1|1:.", keys="GT:DP"),
    )
    (genome,) = _read(_vcf(tmp_path, *rows))
    assert [call.depth_reads for call in genome.calls] == [31, None, None]
    assert [call.phase for call in genome.calls] == [Phase("77", 0), Phase("", 1), None]


def test_what_is_not_read__is_counted_in_words(tmp_path: Path) -> None:
    rows = (
        _row(10, "A C", "0/1").replace("PASS", "q10"),
        _row(20, "A C", "0/1", contig="decoy"),
        _row(30, "A <DEL>", "0/1"),
        _row(35, "A R", "0/1"),
        _row(40, "A *", "0/1"),
        _row(50, "A C", "./."),
    )
    (genome,) = _read(_vcf(tmp_path, *rows))
    assert genome.calls == ()
    counted = [note.removeprefix("`patient.vcf`: ").split(" ", 1) for note in genome.notes]
    assert {words.removeprefix("records or genotypes "): int(n) for n, words in counted} == {
        "of spanning or ambiguous alleles were not read": 2,
        "of structural variants without a sensible `END` or `SVLEN` were not read": 1,
        "on contigs that the assembly does not have were not read": 1,
        "that are missing (`./.`) were not read": 1,
        "that did not pass the caller's filters were not read": 1,
    }


def test_family_in_one_file__tells_absent_from_unknown(tmp_path: Path) -> None:
    path = _vcf(
        tmp_path,
        _row(10, "A C", "0/1 0/0 ./."),
        _row(20, "A C", "0/1 0/1 0/."),
        samples="CHILD MOTHER FATHER",
    )
    child, mother, father = _read(path, "CHILD", "MOTHER", "FATHER")
    first, second = (call.allele for call in child.calls)
    assert [genome.carriage(first) for genome in (child, mother, father)] == [
        Carriage.HET,
        Carriage.ABSENT,
        Carriage.UNKNOWN,
    ]
    assert [genome.carriage(second) for genome in (child, mother, father)] == [
        Carriage.HET,
        Carriage.HET,
        Carriage.UNKNOWN,
    ]


def test_callable_region__makes_what_is_not_called_absent() -> None:
    region = Intervals.build([Interval("chr1", 0, 100)])
    genome = GenomeCalls("S", KERNIA1, ()).with_callable(region)
    assert genome.carriage(Allele("chr1", 99, "A", "C")) is Carriage.ABSENT
    assert genome.carriage(Allele("chr1", 99, "AT", "A")) is Carriage.UNKNOWN
    assert Carriage.HOM.is_carried
    assert not Carriage.ABSENT.is_carried


def test_indels__are_left_aligned_by_the_reference(tmp_path: Path, fasta: Path, chr1: str) -> None:
    # GCA repeats from base 114 to 140: a deletion of its last copy moves to the first.
    assert chr1[113:140] == "GCA" * 9
    path = _vcf(tmp_path, _row(137, "AGCA A", "0/1"))
    reference = ReferenceSequence(fasta)
    (genome,) = read_calls(path, KERNIA1, reference=reference)
    assert str(genome.calls[0].allele) == "chr1-113-GGCA-G"
    (unshifted,) = read_calls(path, KERNIA1)
    assert str(unshifted.calls[0].allele) == "chr1-137-AGCA-A"


def test_alleles_off_the_regions__are_counted_only(tmp_path: Path, fasta: Path) -> None:
    path = _vcf(tmp_path, _row(50, "T C", "0/1"), _row(120, "G C", "0/1"), _row(120, "G GC", "0/1"))
    (genome,) = read_calls(
        path,
        KERNIA1,
        reference=ReferenceSequence(fasta),
        within=Intervals.build([Interval("chr1", 110, 140)]),
        callable_in=Intervals.build([Interval("chr1", 0, 10)]),
    )
    assert [call.allele.position for call in genome.calls] == [119, 119]
    assert genome.variants_read == 3
    assert genome.callable is not None


def test_allele_beyond_the_reference__is_kept_as_it_is(tmp_path: Path, fasta: Path) -> None:
    path = _vcf(tmp_path, _row(90_000, "T C", "0/1"), _row(10, "T C", "0/1", contig="2"))
    (genome,) = read_calls(path, KERNIA1, reference=ReferenceSequence(fasta))
    assert [str(call.allele) for call in genome.calls] == ["chr1-90000-T-C", "chr2-10-T-C"]


def test_other_reference_bases__mean_another_assembly(tmp_path: Path, fasta: Path) -> None:
    path = _vcf(tmp_path, _row(50, "G C", "0/1"))
    with pytest.raises(InputFileError, match=r"line 5: not of assembly `Kernia1`: reference of"):
        read_calls(path, KERNIA1, reference=ReferenceSequence(fasta))


def test_contig_lengths_of_another_assembly__are_refused(tmp_path: Path) -> None:
    path = _vcf(tmp_path, head=HEAD.replace("ID=1", "ID=1,length=249250621"))
    with pytest.raises(InputFileError, match=r"is not of assembly `GRCh38`.*`GRCh37`"):
        read_calls(path, GRCH38)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (_row(10, "A C", "a/b"), "line 5: expected a genotype such as `0/1`"),
        (_row(10, "A C", "12", keys="DP"), "line 5: expected a genotype"),
        ("1 10 . A", "line 5: found `4` columns, expected at least `10`"),
        (_row(10, "? C", "0/1"), "line 5: REF is not bases"),
        (_row(0, "A C", "0/1"), "line 5: POS is not a number"),
    ],
)
def test_bad_record__is_named_and_ends_the_run_only_when_most_are_bad(
    tmp_path: Path, row: str, words: str
) -> None:
    with pytest.raises(InputFileError, match=words):
        _read(_vcf(tmp_path, row))
    (genome,) = _read(_vcf(tmp_path, row, _row(20, "A C", "0/1")))
    assert [str(call.allele) for call in genome.calls] == ["chr1-20-A-C"]
    assert genome.notes[0].startswith(f"`patient.vcf`: 1 bad records passed over: {words}")


def test_many_bad_records__are_counted_and_the_first_named(tmp_path: Path) -> None:
    bad = [_row(at, "A C", "x") for at in range(10, 15)]
    good = [_row(at, "A C", "0/1") for at in range(20, 26)]
    (genome,) = _read(_vcf(tmp_path, *bad, *good))
    assert len(genome.calls) == 6
    note = genome.notes[0]
    assert note.startswith("`patient.vcf`: 5 bad records")
    assert [f"line {line}:" in note for line in range(5, 10)] == [True, True, True, False, False]
    assert note.endswith("; and 2 more")


def test_file_of_grch37__is_named_without_lengths_in_its_header(tmp_path: Path) -> None:
    rows = (
        _row(45411941, "T C", "0/1", contig="19"),
        _row(45412079, "C T", "0/1", contig="19"),
    )
    path = _vcf(tmp_path, *rows)
    with pytest.raises(InputFileError, match="`: looks like GRCh37, expected `GRCh38`"):
        read_calls(path, GRCH38)
    (genome,) = read_calls(path, GRCH37)
    assert len(genome.calls) == 2


def test_one_other_reference_base__is_passed_over_and_named(tmp_path: Path, fasta: Path) -> None:
    rows = (_row(50, "G C", "0/1"), *(_row(at, "T C", "0/1") for at in range(60, 62)))
    (genome,) = read_calls(_vcf(tmp_path, *rows), KERNIA1, reference=ReferenceSequence(fasta))
    assert len(genome.calls) == 2
    assert genome.variants_read == 2
    assert "line 5: reference of `chr1-50-G-C` differs from the sequence" in genome.notes[0]


def test_bases_off_the_regions__tell_the_assembly_too(tmp_path: Path, fasta: Path) -> None:
    path = _vcf(tmp_path, _row(50, "G C", "0/1"))
    within = Intervals.build([Interval("chr1", 110, 140)])
    with pytest.raises(InputFileError, match="not of assembly"):
        read_calls(path, KERNIA1, reference=ReferenceSequence(fasta), within=within)


def test_relative_who_lacks_an_allele__is_known_with_depth_and_reads(tmp_path: Path) -> None:
    path = _vcf(
        tmp_path,
        _row(10, "A C", "0/1:14,16:30:99 0/0:29,2:31:60 0/0:.:.:.", keys="GT:AD:DP:GQ"),
        samples="CHILD MOTHER FATHER",
    )
    child, mother, father = _read(path, "CHILD", "MOTHER", "FATHER")
    allele = child.calls[0].allele
    seen = [genome.reads(allele) for genome in (child, mother, father)]
    assert seen == [Reads(30, 16, 99), Reads(31, 2, 60), Reads()]
    assert child.calls[0].reads == seen[0]
    region = Intervals.build([Interval("chr1", 0, 100)])
    assert father.with_callable(region).reads(allele) == CALLABLE
    assert mother.with_callable(region).reads(allele) == seen[1]


def test_sample__must_be_there_and_clear(tmp_path: Path) -> None:
    path = _vcf(tmp_path, samples="ONE TWO")
    with pytest.raises(InputFileError, match="has 2 samples \\(`ONE`, `TWO`\\); name one"):
        _read(path)
    with pytest.raises(InputFileError, match="has no sample `THREE`"):
        _read(path, "THREE")


def test_gvcf__says_by_its_blocks_where_the_genome_was_read(tmp_path: Path) -> None:
    path = tmp_path / "patient.g.vcf"
    head = "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tP\n"
    rows = (
        "1\t11\t.\tT\t<NON_REF>\t.\t.\tEND=20\tGT:DP:GQ:MIN_DP\t0/0:30:99:8",
        "1\t21\t.\tT\t<NON_REF>\t.\t.\tEND=30\tGT:DP:GQ:MIN_DP\t0/0:30:99:7",
        "1\t31\t.\tT\t<NON_REF>\t.\t.\tEND=40\tGT:DP:RGQ\t0/0:30:19",
        "1\t41\t.\tT\tC,<NON_REF>\t50\t.\t.\tGT:DP:GQ\t0/1:30:99",
        "1\t42\t.\tT\t<NON_REF>\t.\t.\tEND=50\tGT:DP:GQ\t./.:0:0",
    )
    path.write_text(head + "\n".join(rows) + "\n")
    (genome,) = read_calls(path, KERNIA1)
    assert [str(call.allele) for call in genome.calls] == ["chr1-41-T-C"]
    assert genome.callable is not None
    starts, ends = genome.callable.ranges("chr1")
    assert list(zip(starts.tolist(), ends.tolist(), strict=True)) == [(10, 20), (40, 41)]
    assert genome.carriage(Allele("chr1", 12, "T", "G")) is Carriage.ABSENT
    assert genome.carriage(Allele("chr1", 22, "T", "G")) is Carriage.UNKNOWN
    assert any("is a gVCF" in note for note in genome.notes)
    bounds = Intervals.build([Interval("chr1", 0, 15)])
    (near,) = read_calls(path, KERNIA1, within=bounds)
    assert near.callable is not None
    assert near.callable.span_bp == 10
