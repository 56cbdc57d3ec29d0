"""ClinVar's file of today and its slices of 2018: class, stars, conditions, gene, consequence."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from kerne.alleles.allele import Allele
from kerne.alleles.assembly import GRCH38
from kerne.alleles.interval import Interval
from kerne.errors import InputFileError
from kerne.knowledge.allele_facts import ClinVarRecord
from kerne.knowledge.clinvar_records import records_of
from kerne.knowledge.known_variants import KnownInTable
from kerne.knowledge.loading.clinvar import stated_date
from kerne.knowledge.loading.conversion import convert
from kerne.knowledge.release import TABLE, Kind
from kerne.knowledge.variant_table.table import VariantTable

Convert = Callable[..., VariantTable]

COLUMNS = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"
HEAD = (
    "##fileformat=VCFv4.1\n##fileDate=2025-04-15\n##reference=GRCh38\n"
    '##INFO=<ID=CLNSIG,Number=.,Type=String,Description="x">\n' + COLUMNS
)
ROW = (
    "1\t100\t{number}\tA\t{alt}\t.\t.\tALLELEID=9;CLNDN=Gout\\x2c_familial|not_provided|Gout;"
    "CLNREVSTAT={review};CLNSIG={sig};GENEINFO=AAA:1|BBB:2;"
    "MC=SO:0001583|missense_variant,SO:0001627|intron_variant\n"
)
TWO_STARS = "criteria_provided,_multiple_submitters,_no_conflicts"


def _row(number: int, alt: str, sig: str = "Pathogenic", review: str = TWO_STARS) -> str:
    return ROW.format(number=number, alt=alt, sig=sig, review=review)


def _records(table: VariantTable, *alleles: Allele) -> list[ClinVarRecord]:
    rows = table.find(alleles)
    assert (rows >= 0).all()
    return records_of(table, rows)


def test_record__has_accession_class_stars_conditions_gene_and_consequences(
    to_table: Convert,
) -> None:
    table = to_table(Kind.CLINVAR, HEAD + _row(12345, "C", "Pathogenic/Likely_pathogenic"))
    assert _records(table, Allele("chr1", 99, "A", "C")) == [
        ClinVarRecord(
            accession="VCV000012345",
            significance="Pathogenic/Likely pathogenic",
            stars=2,
            conditions=("Gout, familial", "Gout"),
            gene="AAA",
            consequences=("intron_variant", "missense_variant"),
        )
    ]


@pytest.mark.parametrize(
    ("review", "stars"),
    [
        ("practice_guideline", 4),
        ("reviewed_by_expert_panel", 3),
        (TWO_STARS, 2),
        ("criteria_provided,_conflicting_classifications", 1),
        ("criteria_provided,_conflicting_interpretations", 1),
        ("criteria_provided,_single_submitter", 1),
        ("no_assertion_criteria_provided", 0),
        ("whatever_comes_next", 0),
    ],
)
def test_stars__are_those_of_the_review(to_table: Convert, review: str, stars: int) -> None:
    table = to_table(Kind.CLINVAR, HEAD + _row(1, "C", review=review))
    assert _records(table, Allele("chr1", 99, "A", "C"))[0].stars == stars


def test_allele_of_two_records__has_the_better_reviewed(to_table: Convert) -> None:
    text = HEAD + _row(7, "C", review="x") + _row(8, "C", "Benign") + _row(9, "C", "Likely_benign")
    (record,) = _records(to_table(Kind.CLINVAR, text), Allele("chr1", 99, "A", "C"))
    assert (record.accession, record.significance) == ("VCV000000008", "Benign")


def test_record_without_a_class__is_passed_over_and_counted(to_table: Convert) -> None:
    table = to_table(
        Kind.CLINVAR, HEAD + _row(1, "C") + _row(2, "G").replace("CLNSIG", "CLNSIGINCL")
    )
    assert len(table) == 1
    assert table.facts["passed over"] == "1 records without a class of their own"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (HEAD.replace("CLNSIG", "DP") + _row(1, "C"), "not ClinVar's: expected the INFO field"),
        (HEAD.replace("GRCh38", "GRCh37") + _row(1, "C"), "is of assembly `GRCh37`, expected"),
        (
            HEAD.replace("GRCh38", "file:/x/hg19.fa") + _row(1, "C"),
            "is of assembly `GRCh37`, expected `GRCh38`",
        ),
        (HEAD + _row(1, "C", "5"), "line 6: expected words in `CLNSIG`, found `5`"),
        (HEAD + _row(1, "C").replace("\t1\tA", "\trs7\tA"), "line 6: expected the number of a"),
        (HEAD + "1\t1\n", "line 6: found `2` columns"),
        (HEAD, "no allele in it"),
    ],
)
def test_malformed_file__is_refused_with_its_line(
    to_table: Convert, text: str, problem: str
) -> None:
    with pytest.raises(InputFileError, match=problem):
        to_table(Kind.CLINVAR, text)


@pytest.mark.parametrize(
    ("text", "day"), [(HEAD, date(2025, 4, 15)), (HEAD.replace("fileDate", "x"), None)]
)
def test_date__is_the_one_that_the_file_states(tmp_path: Path, text: str, day: date | None) -> None:
    path = tmp_path / "clinvar.vcf"
    path.write_text(text)
    assert stated_date(path) == day


def test_known_variants__are_found_by_place_and_gene(to_table: Convert) -> None:
    of_none = _row(4, "CC").replace("GENEINFO", "X")
    text = HEAD + _row(1, "C") + _row(2, "G").replace("AAA", "CCC") + _row(3, "T") + of_none
    known = KnownInTable(to_table(Kind.CLINVAR, text), "clinvar x")
    by_place = known.within(Interval("chr1", 99, 100))
    assert [each.allele.alternative for each in by_place] == ["C", "CC", "G", "T"]
    assert [each.allele.alternative for each in known.of_gene("AAA")] == ["C", "T"]
    assert known.of_gene("BBB") == known.of_gene("") == ()
    assert known.release == "clinvar x"


def test_slices_of_2018__are_read_in_their_own_spelling(shared: Path, tmp_path: Path) -> None:
    folder = shared / "knowledge" / "clinvar"
    files = [folder / "clinvar_2018_750.GRCh38.vcf.gz", folder / "clinvar_alleles.multi.b38.vcf.gz"]
    convert(Kind.CLINVAR, files, tmp_path, GRCH38, None, lambda _: None)
    table = VariantTable(tmp_path / TABLE)
    (record,) = _records(table, Allele("chr1", 1_020_238, "G", "C"))
    assert (record.accession, record.stars, record.gene) == ("VCV000210112", 1, "AGRN")
    assert record.significance == "Conflicting interpretations of pathogenicity"
    everything = records_of(table, np.arange(len(table)))
    assert sum(each.is_pathogenic for each in everything) > 20
    assert not any("_" in each.significance or ".." in each.significance for each in everything)
