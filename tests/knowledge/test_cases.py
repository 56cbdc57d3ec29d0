"""Published cases."""

from pathlib import Path

import pytest

from kerne.errors import InputFileError
from kerne.knowledge.cases import PublishedCase, PublishedVariant, read_cases


def test_published_case__keeps_terms_diagnosis_and_variants(cases_file: Path) -> None:
    first, _ = read_cases(cases_file)
    assert first == PublishedCase(
        identifier="PMID_1_A",
        sex="MALE",
        observed=("HP:0001250",),
        excluded=("HP:0000518",),
        disease="OMIM:1",
        disease_name="Fits",
        gene="AAA",
        variants=(
            PublishedVariant(
                gene="AAA",
                contig="chr1",
                position=151,
                reference="A",
                alternative="T",
                build="hg38",
                genotype="heterozygous",
                coding_name="NM_1.4:c.2A>T",
                words="",
            ),
            PublishedVariant("", "", None, "", "", "", "", "", "exon 2 deletion"),
        ),
        publication="PMID:1",
    )


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('"sex"', '"age"', "line 1: a case without `sex`"),
        ('{"id"', '"id"', "line 1: not JSON"),
        ('["HP:0001250"]', "1", "line 1: not a case"),
        ('"pos":152', '"pos":"x"', "line 1: not a case"),
        ('{"id":"OMIM:1","label":"Fits"}', "[]", "line 1: not a case"),
    ],
)
def test_published_case__malformed_line_is_refused(
    cases_file: Path, old: str, new: str, problem: str
) -> None:
    cases_file.write_text(cases_file.read_text().replace(old, new))
    with pytest.raises(InputFileError, match=problem):
        list(read_cases(cases_file))


def test_published_cases__are_read_whole(shared: Path) -> None:
    cases = list(read_cases(shared / "cases" / "published_cases.jsonl.gz"))
    assert len(cases) == 5698
    assert sum(variant.position is not None for case in cases for variant in case.variants) == 5843
