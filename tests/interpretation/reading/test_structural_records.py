"""Records as the callers write them, on invented files."""

from pathlib import Path

import pytest

from kerne.alleles.assembly import GRCH38
from kerne.interpretation.candidate import Genotype
from kerne.interpretation.family.structural_kin import laid_over
from kerne.interpretation.reading.call_file import read_calls
from kerne.interpretation.reading.calls import Carriage, GenomeCalls
from kerne.interpretation.reading.reads import Reads
from kerne.interpretation.reading.structural import Breakend, StructuralCall, StructuralKind

HEAD = "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t"
DEL, DUP, INS = StructuralKind.DELETION, StructuralKind.DUPLICATION, StructuralKind.INSERTION
INV, CNV, BND = StructuralKind.INVERSION, StructuralKind.COPY_NUMBER, StructuralKind.BREAKEND
HET, HOM, HEMI = Genotype.HET, Genotype.HOM, Genotype.HEMI

Row = tuple[int, str, str, str, str]
"""POS, ALT, INFO, FORMAT and the samples."""


def _read(tmp_path: Path, *rows: Row, samples: str = "S") -> tuple[GenomeCalls, ...]:
    path = tmp_path / "structural.vcf"
    lines = (
        f"7\t{at}\tid{number}\tN\t{alt}\t50\tPASS\t{info}\t{keys}\t" + values.replace(" ", "\t")
        for number, (at, alt, info, keys, values) in enumerate(rows)
    )
    text = HEAD + samples.replace(" ", "\t") + "\n" + "".join(f"{line}\n" for line in lines)
    path.write_text(text)
    return read_calls(path, GRCH38, tuple(samples.split()))


MANTA = (
    1000,
    "<DEL>",
    "SVTYPE=DEL;END=6000;SVLEN=-5000;CIPOS=-10,15;CIEND=0,7;IMPRECISE",
    "GT:FT:GQ:PL:PR:SR",
    "0/1:PASS:99:1,0,2:20,8:15,7",
)
MANTA_TANDEM = (1000, "<DUP:TANDEM>", "SVTYPE=DUP;END=6000;SVLEN=5000", "GT:GQ:PR", "0/1:60:30,9")
DELLY = (
    1000,
    "<INV>",
    "PRECISE;SVTYPE=INV;SVMETHOD=EMBL.DELLYv1.1.6;END=6000;PE=5;CT=3to3",
    "GT:GL:GQ:FT:RCL:RC:RCR:RDCN:DR:DV:RR:RV",
    "1/1:-1,0,-2:40:PASS:1:2:3:2:0:0:2:18",
)
SNIFFLES = (
    1000,
    "<INS>",
    "PRECISE;SVTYPE=INS;SVLEN=312;END=1000;SUPPORT=14",
    "GT:GQ:DR:DV",
    "0/1:30:16:14",
)
GATK_SV = (1000, "<INS:ME:ALU>", "SVTYPE=INS;SVLEN=280;END=1001;ALGORITHMS=melt", "GT:GQ", "0/1:9")
GATK_CNV = (1000, "<CNV>", "SVTYPE=CNV;END=6000;SVLEN=5000", "GT:CN:CNQ", ".:3:40")
GATK_SEGMENT = (1000, "<DEL>", "END=6000", "GT:CN:NP:QA", "1:1:7:50")
CNVKIT = (
    1000,
    "<DEL>",
    "IMPRECISE;SVTYPE=DEL;END=6000;SVLEN=-5000;FOLD_CHANGE=0.1;PROBES=9",
    "GT:GQ:CN:CNQ",
    "1/1:9:0:12",
)
DRAGEN = (1000, "<DUP>", "SVLEN=5000;SVTYPE=CNV;END=6000;REFLEN=5000", "GT:SM:CN:BC", "./1:1.5:3:9")
POPULATION = (1000, "<CN0>,<CN2>", "SVTYPE=CNV;END=6000", "GT", "0|2")


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (
            MANTA,
            StructuralCall(
                DEL, "chr7", 1000, 6000, HET, 5000, None, None, Reads(50, 15, 99), (-10, 15), (0, 7)
            ),
        ),
        (MANTA_TANDEM, StructuralCall(DUP, "chr7", 1000, 6000, HET, 5000, reads=Reads(39, 9, 60))),
        (DELLY, StructuralCall(INV, "chr7", 1000, 6000, HOM, 5000, reads=Reads(20, 18, 40))),
        (SNIFFLES, StructuralCall(INS, "chr7", 1000, 1000, HET, 312, reads=Reads(30, 14, 30))),
        (GATK_SV, StructuralCall(INS, "chr7", 1000, 1000, HET, 280, reads=Reads(quality=9))),
        (GATK_CNV, StructuralCall(DUP, "chr7", 1000, 6000, HET, 5000, 3)),
        (GATK_SEGMENT, StructuralCall(DEL, "chr7", 1000, 6000, HET, 5000, 1)),
        (
            CNVKIT,
            StructuralCall(DEL, "chr7", 1000, 6000, HOM, 5000, 0, reads=Reads(quality=9)),
        ),
        (DRAGEN, StructuralCall(DUP, "chr7", 1000, 6000, HET, 5000, 3)),
        (POPULATION, StructuralCall(DUP, "chr7", 1000, 6000, HET, 5000)),
    ],
    ids=[
        *("Manta deletion", "Manta tandem", "DELLY", "Sniffles", "GATK-SV", "GATK copy number"),
        *("GATK segment", "CNVkit", "DRAGEN", "1000 Genomes"),
    ],
)
def test_record__is_read_in_the_dialect_of_its_caller(
    tmp_path: Path, row: Row, expected: StructuralCall
) -> None:
    (genome,) = _read(tmp_path, row)
    assert genome.structural == (expected,)
    assert (genome.calls, genome.notes, genome.variants_read) == ((), (), 1)


def _join(alt: str) -> Row:
    return 1000, alt, "SVTYPE=BND", "GT", "0/1"


@pytest.mark.parametrize(
    ("alt", "kind", "start", "end"),
    [
        ("N[chr7:2000[", DEL, 1000, 1999),
        ("]chr7:500]N", DEL, 500, 999),
        ("N[chr7:500[", DUP, 499, 1000),
        ("]chr7:2000]N", DUP, 999, 2000),
        ("N]chr7:2000]", INV, 1000, 2000),
        ("[chr7:500[N", INV, 500, 1000),
    ],
)
def test_join_on_one_contig__is_what_it_makes(
    tmp_path: Path, alt: str, kind: StructuralKind, start: int, end: int
) -> None:
    (genome,) = _read(tmp_path, _join(alt))
    assert [(e.kind, e.start, e.end) for e in genome.structural] == [(kind, start, end)]


@pytest.mark.parametrize(
    "row",
    [
        _join("N[9:130713881["),
        (1000, "<TRA>", "SVTYPE=TRA;CHR2=9;END=130713881", "GT:DR:DV", "0/1:.:."),
        (1000, "<CTX>", "SVTYPE=CTX;CHR2=chr9;END=1001;END2=130713881", "GT", "0/1"),
        (1000, "<BND>", "SVTYPE=BND;CHR2=chr9;POS2=130713881", "GT", "0/1"),
    ],
)
def test_join_with_another_contig__keeps_both_ends(tmp_path: Path, row: Row) -> None:
    (genome,) = _read(tmp_path, row)
    mate = Breakend("chr9", 130713880, "N[chr9:130713881[")
    assert genome.structural == (StructuralCall(BND, "chr7", 1000, 1000, HET, mate=mate),)


def test_join_written_from_both_sides__is_one(tmp_path: Path) -> None:
    path = tmp_path / "pair.vcf"
    rows = (
        "7\t1000\t1\tN\tN[9:2000[\t.\tPASS\tMATEID=2\tGT\t0/1\n",
        "9\t2000\t2\tN\t]7:1000]N\t.\tPASS\tMATEID=1\tGT\t0/1\n",
    )
    path.write_text(HEAD + "S\n" + "".join(rows))
    (genome,) = read_calls(path, GRCH38)
    assert [call.contig for call in genome.structural] == ["chr7"]


def test_calls_of_several_callers__are_one_when_alike(tmp_path: Path) -> None:
    other = (1100, "<DEL>", "END=6100", "GT", "0/1")
    apart = (4000, "<DEL>", "END=9000", "GT", "0/1")
    insertion = (1100, "<INS>", "SVLEN=300", "GT", "0/1")
    (genome,) = _read(tmp_path, MANTA, other, apart, SNIFFLES, insertion)
    assert [(e.kind, e.start) for e in genome.structural] == [
        (INS, 1000),
        (DEL, 1000),
        (DEL, 4000),
    ]


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ((1000, "<CPX>", "END=6000", "GT", "0/1"), "of a kind that is not understood, `<CPX>`"),
        ((1000, "<STR27>", "END=6000", "GT", "0/1"), "of a kind that is not understood, `<STR27>`"),
        ((1000, "<DEL>", ".", "GT", "0/1"), "without a sensible `END` or `SVLEN`"),
        ((1000, "<DEL>", "END=900", "GT", "0/1"), "without a sensible `END` or `SVLEN`"),
        ((1000, "<DEL>", "END=999999999", "GT", "0/1"), "that end beyond their contig"),
        ((1000, "<CNV>", "END=6000", "GT", "0/1"), "without a number of copies (`CN`)"),
        (_join("N[decoy:1["), "joined to contigs that the assembly does not have"),
        ((1000, "<TRA>", "CHR2=9", "GT", "0/1"), "of joins without a known `CHR2`"),
        ((1000, "garbage>", ".", "GT", "0/1"), "of a kind that is not understood, `garbage>`"),
    ],
)
def test_what_is_not_understood__is_counted_and_named(tmp_path: Path, row: Row, why: str) -> None:
    (genome,) = _read(tmp_path, row, MANTA)
    assert len(genome.structural) == 1
    assert [why in note and note.startswith("`structural.vcf`: 1 ") for note in genome.notes] == [
        True
    ]


@pytest.mark.parametrize(
    "row",
    [
        (1000, "<DEL>", "END=6000", "GT", "0/0"),
        (1000, "<CNV>", "END=6000", "GT:CN", "./.:2"),
        (1000, "<CN1>", "END=6000", "GT", "0/1"),
        (1000, "*", ".", "GT", "0/1"),
    ],
)
def test_what_is_not_carried__is_no_call(tmp_path: Path, row: Row) -> None:
    (genome,) = _read(tmp_path, row)
    assert genome.structural == ()


def _carried(genome: GenomeCalls, call: StructuralCall) -> tuple[Carriage, Reads]:
    return genome.carriage(call.allele), genome.reads(call.allele)


def test_family_in_one_file__tells_who_carries_and_who_lacks_with_reads(tmp_path: Path) -> None:
    row = (1000, "<DEL>", "END=6000", "GT:DR:DV", "0/1:10:9 0/0:25:0 ./.:.:.")
    child, mother, father = _read(tmp_path, row, samples="C M F")
    (call,) = child.structural
    assert _carried(mother, call) == (Carriage.ABSENT, Reads(25, 0))
    assert _carried(father, call) == (Carriage.UNKNOWN, Reads())
    assert _carried(child, call) == (Carriage.HET, Reads(19, 9))


def test_relative_with_a_like_call__carries_the_variant(tmp_path: Path) -> None:
    (child,) = _read(tmp_path, MANTA)
    (other,) = _read(tmp_path, (1200, "<DEL>", "END=6100", "GT", "1"))
    (apart,) = _read(tmp_path, (5000, "<DEL>", "END=9000", "GT", "1"))
    (call,) = child.structural
    laid = [laid_over(child.structural, each).carriage(call.allele) for each in (other, apart)]
    assert laid == [Carriage.HEMI, Carriage.UNSEEN]
