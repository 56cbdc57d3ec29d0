"""Which edition of a gene's rules the experts' words are held against."""

from pathlib import Path

import pytest

from criteria import Row, edition_for
from kerne.knowledge.specifications import Specifications, read_specifications

TABLE = """gene\tspecification\trule\tvalue\tsource
G\tpanel 2018\tBS1\t0.1\tPMID:111
G\tGN1 2.0.0\tBS1\t0.2\thttps://example.org/GN1
G\tGN1 3.1.0\tBS1\t0.3\thttps://example.org/GN1
"""


@pytest.fixture
def rules(tmp_path: Path) -> Specifications:
    path = tmp_path / "rules.tsv"
    path.write_text(TABLE)
    return read_specifications(path)


@pytest.mark.parametrize(
    ("words", "limit", "is_cited"),
    [
        ("a hot spot (PM1; PMID 111)", 0.1, True),
        ("criteria applied (PMID:111): PM2", 0.1, True),
        ("seen before (PMIDs: 99, 111)", 0.1, True),
        ("(VCEP specifications version 2; 10.18.2023)", 0.2, True),
        ("specifications Version 3.1", 0.3, True),
        ("G-specific criteria applied: PM2", 0.1, False),
        ("reported in PMID: 1112", 0.1, False),
    ],
)
def test_edition__is_the_one_that_the_experts_cite_or_else_the_earliest(
    rules: Specifications, words: str, limit: float, *, is_cited: bool
) -> None:
    edition, found = edition_for(Row("v", frozenset(), words), "G", rules)
    assert (edition.limits["BS1"], found) == (limit, is_cited)


def test_gene_without_rules__is_judged_by_the_general_ones(rules: Specifications) -> None:
    edition, is_cited = edition_for(Row("v", frozenset(), "PMID:111"), "OTHER", rules)
    assert (edition.limits, is_cited) == ({}, False)


def test_table_of_this_repository__can_be_read_and_says_what_is_doubtful() -> None:
    path = Path(__file__).parents[2] / "validation" / "specifications" / "clingen.tsv"
    rules = read_specifications(path)
    editions = [each.label for each in rules.editions("PAH")]
    assert editions[0].startswith("PAH 2018")
    assert rules.of("PAH").regions_of("PM1")
    assert "# Doubtful" in path.read_text()
