from datetime import date
from pathlib import Path

import pytest

from kerne.errors import InputFileError
from kerne.knowledge.release import Kind
from kerne.knowledge.releases import KnowledgeBase
from kerne.knowledge.specification import Region, Specification
from kerne.knowledge.specifications import (
    COLUMNS,
    Specifications,
    date_of_specifications,
    read_specifications,
)

HEADER = "\t".join(COLUMNS)
TABLE = f"""# date: 2025-06-30
# invented rules
{HEADER}
GENE1\tedition 1\tPM1\topen\tPMID:1
GENE1\tedition 2\tBA1\t0.001\tPMID:2
GENE1\tedition 2\tPM1\t10-20,25 moderate\tPMID:2
GENE1\tedition 2\tPM1\t5-40 supporting\tPMID:2
GENE1\tedition 2\tBP1\t1-4 strong\tPMID:2
GENE1\tedition 2\tPVS1\tused\tPMID:2
GENE1\tedition 2\tPP2\tunused\tPMID:2
"""


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "rules.tsv"
    path.write_text(TABLE)
    return path


def test_specification__holds_the_rules_of_its_last_edition(table: Path) -> None:
    found = read_specifications(table, "specifications s")
    assert (len(found), found.release) == (1, "specifications s")
    holds = found.of("GENE1")
    assert holds.label == "edition 2 (PMID:2)"
    assert holds.limits == {"BA1": 0.001}
    assert holds.regions == (
        Region(10, 20),
        Region(25, 25),
        Region(5, 40, "supporting"),
        Region(1, 4, "strong", "BP1"),
    )
    assert holds.includes("PVS1")
    assert holds.excludes("PP2")
    assert not holds.includes("PP2")
    assert [each.label for each in found.editions("GENE1")] == [
        "edition 1 (PMID:1)",
        "edition 2 (PMID:2)",
    ]


def test_region__is_the_first_that_holds_the_codon(table: Path) -> None:
    holds = read_specifications(table).of("GENE1")
    found = [holds.region_at("PM1", codon) for codon in (4, 5, 10, 25, 41)]
    assert [each and each.strength for each in found] == [
        None,
        "supporting",
        "moderate",
        "moderate",
        None,
    ]
    assert str(holds.region_at("PM1", 10)) == "10-20"
    assert str(holds.region_at("PM1", 25)) == "25"


def test_gene_without_specification__has_one_without_rules() -> None:
    assert Specifications().of("GENE1") == Specification()
    assert Specifications().editions("GENE1") == ()


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("GENE1\te\tPM9\tused\ts", "unknown rule `PM9`"),
        ("GENE1\te\tPP5\tused\ts", "unknown rule `PP5`"),
        ("GENE1\te\tBA1\tmuch\ts", "expected a number of 0 or more"),
        ("GENE1\te\tBA1\t-1\ts", "expected a number of 0 or more"),
        ("GENE1\te\tBA1\tnan\ts", "expected a number of 0 or more"),
        ("GENE1\te\tPM1\t10\ts", "expected codons and a strength"),
        ("GENE1\te\tPM1\t10 huge\ts", "expected codons and a strength"),
        ("GENE1\te\tPM1\t20-10 strong\ts", "codons `20-10`, expected 1 or more, ascending"),
        ("GENE1\te\tPM1\t0-9 strong\ts", "codons `0-9`, expected 1 or more, ascending"),
        ("GENE1\te\tPVS1\tmaybe\ts", "expected `used` or `unused`"),
        ("GENE1\te\tPVS1\tused", "expected 5 columns and none empty, found `4`"),
        ("GENE1\te\tPVS1\tused\t", "expected 5 columns and none empty"),
    ],
)
def test_malformed_row__is_named_with_its_line(tmp_path: Path, row: str, problem: str) -> None:
    path = tmp_path / "rules.tsv"
    path.write_text(f"{HEADER}\n{row}\n")
    with pytest.raises(InputFileError, match="line 2") as caught:
        read_specifications(path)
    assert problem in str(caught.value)


@pytest.mark.parametrize("text", ["", "# date: 2025-06-30\n", "gene\trule\n"])
def test_table_without_its_header__is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "rules.tsv"
    path.write_text(text)
    with pytest.raises(InputFileError, match="expected the header"):
        read_specifications(path)


def test_date__is_the_one_that_the_table_states(table: Path, tmp_path: Path) -> None:
    assert date_of_specifications(table) == date(2025, 6, 30)
    undated = tmp_path / "undated.tsv"
    undated.write_text(f"{HEADER}\n# date: 2025-06-30\n")
    assert date_of_specifications(undated) is None
    undated.write_text("# date: soon\n")
    assert date_of_specifications(undated) is None


def test_specifications__are_kept_as_a_dated_release(table: Path, tmp_path: Path) -> None:
    base = KnowledgeBase(tmp_path / "knowledge")
    release = base.add(Kind.SPECIFICATIONS, table)
    assert (release.name, release.date) == ("rules", date(2025, 6, 30))
    assert base.newest(Kind.SPECIFICATIONS) == release


def test_rules_of_the_validation__can_be_read() -> None:
    path = Path(__file__).parents[2] / "validation" / "specifications" / "clingen.tsv"
    found = read_specifications(path)
    assert found.of("PTEN").region_at("PM1", 124) is not None
    assert found.of("RYR1").excludes("PVS1")
    assert len(found.editions("MYH7")) == 2
