from pathlib import Path

import pytest

from kerne.alleles.assembly import GRCH37, GRCH38
from kerne.alleles.vcf import open_vcf
from kerne.errors import InputFileError
from kerne.interpretation.reading.build_check import FEW_COMPARED, BuildCheck, known_sites

PATH = Path("patient.vcf")
HEAD = "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"
APOE_37 = ("chr19", 45411941, "T", "C"), ("chr19", 45412079, "C", "T")
APOE_38 = ("chr19", 44908684, "T", "C"), ("chr19", 44908822, "C", "T")

Row = tuple[str, int, str, str]


def _looked(tmp_path: Path, *rows: Row) -> BuildCheck:
    path = tmp_path / "rows.vcf"
    lines = (f"{contig}\t{at}\t.\t{ref}\t{alt}\t.\t.\t." for contig, at, ref, alt in rows)
    path.write_text(HEAD + "".join(f"{line}\n" for line in lines))
    check = BuildCheck(PATH, GRCH38)
    with open_vcf(path) as vcf:
        for record in vcf:
            check.look(record.contig_text, record)
    return check


def test_known_sites__are_two_places_each_inside_their_contigs() -> None:
    sites = known_sites()
    assert len(sites) == 2 * 51
    for (contig, position), builds in sites.items():
        for build, bases in builds.items():
            assembly = GRCH38 if build == "GRCh38" else GRCH37
            assert 0 <= position < (assembly.length_bp(contig) or 0)
            assert len(bases) == 2
            assert bases <= set("ACGT")


def test_file_of_another_build__is_named_by_well_known_variants(tmp_path: Path) -> None:
    check = _looked(tmp_path, *APOE_37)
    check.disagree("reference differs", 4)
    with pytest.raises(InputFileError, match=r"looks like GRCh37, expected `GRCh38`: 2 .* and 0 "):
        check.settle()
    with pytest.raises(InputFileError, match="1 of 1 reference alleles disagree"):
        check.settle()


@pytest.mark.parametrize(
    "rows",
    [
        APOE_38,
        APOE_37[:1],
        (*APOE_37, *APOE_38),
        tuple((contig, at, ref, "G") for contig, at, ref, _ in APOE_37),
    ],
)
def test_own_or_too_few_or_other_variants__tell_of_no_other_build(
    tmp_path: Path, rows: tuple[Row, ...]
) -> None:
    _looked(tmp_path, *rows).settle()


@pytest.mark.parametrize(
    ("agreeing", "disagreeing", "is_refused"),
    [
        (0, 1, True),
        (1, 1, False),
        (FEW_COMPARED - 1, 1, False),
        (89, 11, True),
        (90, 10, False),
        (1_000, 0, False),
    ],
)
def test_reference_alleles__may_disagree_now_and_then(
    agreeing: int, disagreeing: int, *, is_refused: bool
) -> None:
    check = BuildCheck(PATH, GRCH38)
    for _ in range(agreeing):
        check.agree()
    for line in range(disagreeing):
        check.disagree("the bases differ", line + 7)
    if is_refused:
        with pytest.raises(InputFileError, match="line 7: not of assembly `GRCh38`: the bases"):
            check.settle()
    else:
        check.settle()
