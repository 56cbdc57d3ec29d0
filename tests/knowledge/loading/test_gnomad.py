"""gnomAD's files: joined allele by allele, doubted calls apart, one copy of X told from two."""

from collections.abc import Callable
from pathlib import Path

import pytest

from kerne.alleles.allele import Allele
from kerne.alleles.assembly import GRCH37, GRCH38
from kerne.errors import InputFileError
from kerne.knowledge.allele_facts import PublishedFrequency
from kerne.knowledge.frequencies import PublishedFrequencies
from kerne.knowledge.loading.conversion import convert
from kerne.knowledge.release import TABLE, Kind
from kerne.knowledge.variant_table.table import VariantTable

Convert = Callable[..., VariantTable]

COLUMNS = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"


def vcf(fields: str, *records: str, meta: str = "") -> str:
    ids = "".join(
        f"##INFO=<ID={name},Number=A,Type=Integer,Description=x>\n" for name in fields.split()
    )
    lines = "".join(record.replace(" ", "\t") + "\n" for record in records)
    return f"##fileformat=VCFv4.2\n{ids}{meta}{COLUMNS}{lines}"


def _look_up(table: VariantTable, *alleles: Allele) -> list[PublishedFrequency | None]:
    return PublishedFrequencies(table).look_up(alleles)


A_TO_C = Allele("chr1", 99, "A", "C")


def test_exomes_and_genomes__are_added_and_the_greatest_group_is_the_greater(
    to_table: Convert,
) -> None:
    fields = "AC AN nhomalt fafmax_faf95_max AF_grpmax"
    exomes = vcf(fields, "chr1 100 . A C . PASS AC=5;AN=1000;nhomalt=1;fafmax_faf95_max=0.25")
    genomes = vcf(
        fields, "chr1 100 . A C,G . PASS AC=2,1;AN=100;nhomalt=0,0;fafmax_faf95_max=0.5,."
    )
    table = to_table(Kind.GNOMAD, exomes, genomes)
    both, one = _look_up(table, A_TO_C, Allele("chr1", 99, "A", "G"))
    assert both == PublishedFrequency(7, 1100, 1, 5, greatest_af=0.5)
    assert one == PublishedFrequency(1, 100, 0, 1, greatest_af=0.0)


@pytest.mark.parametrize(
    ("filters", "ac", "is_filtered"),
    [
        (("PASS", "PASS"), 7, False),
        (("AC0", "PASS"), 2, False),
        (("PASS", "AS_VQSR"), 5, False),
        (("AC0;AS_VQSR", "InbreedingCoeff"), 7, True),
        ((".", "EXOMES_FILTERED"), 7, False),
        (("BOTH_FILTERED", "BOTH_FILTERED"), 7, True),
    ],
)
def test_doubted_calls__count_only_where_nobody_is_sure(
    to_table: Convert, filters: tuple[str, str], ac: int, is_filtered: bool
) -> None:
    exomes = vcf("AC AN", f"1 100 . A C . {filters[0]} AC=5;AN=1000")
    genomes = vcf("AC AN", f"1 100 . A C . {filters[1]} AC=2;AN=100")
    (found,) = _look_up(to_table(Kind.GNOMAD, exomes, genomes), A_TO_C)
    assert found is not None
    assert (found.ac, found.is_filtered, found.greatest_af) == (ac, is_filtered, None)


@pytest.mark.parametrize(
    ("contig", "position_1based", "hemizygotes", "heterozygotes"),
    [("X", 2_781_480, 4, 4), ("X", 2_781_479, 0, 8), ("Y", 2_781_480, 4, 4), ("2", 9, 0, 8)],
)
def test_alleles_of_people_with_one_copy__are_hemizygous_outside_the_paired_parts(
    to_table: Convert, contig: str, position_1based: int, hemizygotes: int, heterozygotes: int
) -> None:
    text = vcf(
        "AC AN AC_XY nhomalt",
        f"{contig} {position_1based} . A C . PASS AC=10;AN=90;AC_XY=4;nhomalt=1",
    )
    (found,) = _look_up(
        to_table(Kind.GNOMAD, text), Allele(f"chr{contig}", position_1based - 1, "A", "C")
    )
    assert found == PublishedFrequency(10, 90, 1, heterozygotes, hemizygotes=hemizygotes)


def test_mitochondrial_alleles__are_counted_by_people_in_all_or_some_copies(
    to_table: Convert,
) -> None:
    text = vcf(
        "AN AC_hom AC_het faf_hapmax_hom",
        "MT 3 . T C . PASS AN=56434;AC_hom=19;AC_het=1;faf_hapmax_hom=0.5",
    )
    (found,) = _look_up(to_table(Kind.GNOMAD, text), Allele("chrM", 2, "T", "C"))
    assert found == PublishedFrequency(19, 56434, 19, 1, greatest_af=0.5)


def test_joint_file__is_read_by_its_own_names(to_table: Convert) -> None:
    fields = "AC_joint AN_joint nhomalt_joint AC_joint_XY fafmax_faf95_max_joint"
    text = vcf(
        fields,
        "X 5000000 . A C . PASS AC_joint=3;AN_joint=9;nhomalt_joint=0;AC_joint_XY=2;"
        "fafmax_faf95_max_joint=0.5",
    )
    (found,) = _look_up(to_table(Kind.GNOMAD, text), Allele("chrX", 4_999_999, "A", "C"))
    assert found == PublishedFrequency(3, 9, 0, 1, greatest_af=0.5, hemizygotes=2)


def test_version_two__has_the_greatest_of_the_groups(to_table: Convert) -> None:
    text = vcf(
        "AC AN faf95 faf95_afr faf95_nfe AF_popmax",
        "1 100 . A C . PASS AC=3;AN=9;faf95=0.9;faf95_afr=0.125;faf95_nfe=0.25;AF_popmax=0.75",
    )
    (found,) = _look_up(to_table(Kind.GNOMAD, text), A_TO_C)
    assert found is not None
    assert found.greatest_af == 0.25


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (vcf("DP", "1 9 . A C . PASS DP=3"), "not gnomAD's: expected INFO fields `AC` and `AN`"),
        (
            vcf("AC AN", "1 9 . A C . PASS AC=x;AN=3"),
            "line 5: expected numbers for each allele in `AC`, `AN`",
        ),
        (
            vcf("AC AN", "1 9 . A C . PASS AN=3"),
            "line 5: expected numbers for each allele in `AC`, `AN`",
        ),
        (
            vcf("AC AN", "1 9 . A C,G . PASS AC=1;AN=3"),
            "line 5: expected numbers for each allele in `AC`, `AN`",
        ),
        (vcf("AC AN", "1 9 . A C . PASS AC=4;AN=3"), "line 5: expected 0 <= AC <= AN, found `4`"),
        (vcf("AC AN nhomalt", "1 9 . A C . PASS AC=1;AN=3;nhomalt=-1"), "line 6: expected 0 <= AC"),
        (
            vcf("AC AN AF_popmax", "1 9 . A C . PASS AC=1;AN=3;AF_popmax=7"),
            "line 6: expected a freq",
        ),
        (vcf("AC AN", "GL1 9 . A C . PASS AC=1;AN=3"), "no contig of the file .* `GL1`"),
        (vcf("AC AN", "NC_000001.10 9 . A C . PASS AC=1;AN=3"), "belongs to `GRCh37`"),
        (
            vcf("AC AN", meta="##contig=<ID=1,length=249250621>\n"),
            "the length is that of `GRCh37`",
        ),
        (vcf("AC AN"), "no allele in it"),
    ],
)
def test_malformed_file__is_refused_with_its_line(
    to_table: Convert, text: str, problem: str
) -> None:
    with pytest.raises(InputFileError, match=problem):
        to_table(Kind.GNOMAD, text)


def test_allele_that_a_file_lists_twice__has_the_greater_count_once(to_table: Convert) -> None:
    rows = ("1 100 . A C . PASS AC=2;AN=90", "1 100 . A C . PASS AC=5;AN=90")
    other = vcf("AC AN", "1 100 . A C . PASS AC=1;AN=10", "1 50 . A C . PASS AC=1;AN=10")
    table = to_table(Kind.GNOMAD, vcf("AC AN", *rows), other)
    assert _look_up(table, A_TO_C) == [PublishedFrequency(6, 100, 0, 6)]
    assert len(table) == 2
    words = "1 records of an allele that the same file lists with a greater count"
    assert table.facts["passed over"] == words


def test_alleles_that_are_no_bases_or_elsewhere__are_left_out(to_table: Convert) -> None:
    records = ("1 9 . A <DEL>,*,C . PASS AC=1,1,2;AN=3", "KI270728.1 9 . A C . PASS AC=1;AN=3")
    table = to_table(Kind.GNOMAD, vcf("AC AN", *records))
    assert len(table) == 1
    assert table.facts["left out"] == "1 alleles on 1 contigs that the assembly does not have"


def test_files_of_version_four__are_read_as_they_are_published(
    shared: Path, tmp_path: Path
) -> None:
    folder = shared / "knowledge" / "gnomad_v4"
    files = [folder / f"gnomad-{name}" for name in ("exomes.1.vcf.bgz", "genomes.1.vcf.bgz")]
    files += [folder / "gnomad-exomes.X.vcf.bgz", folder / "gnomad-mtdna.vcf.bgz"]
    convert(Kind.GNOMAD, files, tmp_path, GRCH38, None, lambda _: None)
    table = VariantTable(tmp_path / TABLE)
    found = _look_up(
        table,
        Allele("chr1", 55_039_896, "G", "A"),
        Allele("chrX", 253_605, "C", "G"),
        Allele("chrM", 2, "T", "C"),
    )
    assert [each and (each.ac, each.an, each.is_filtered) for each in found] == [
        (0, 1_413_396, True),
        (0, 156, True),
        (19, 56_434, False),
    ]
    with pytest.raises(InputFileError, match="the length is that of `GRCh38`"):
        convert(Kind.GNOMAD, files[:1], tmp_path, GRCH37, None, lambda _: None)
