"""What several releases say of a gene, joined under its approved symbol."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from kerne.alleles.interval import Interval
from kerne.errors import KnowledgeError
from kerne.knowledge.gene_facts import (
    DosageRegion,
    DosageScore,
    GeneFacts,
    Validity,
    ValidityClass,
)
from kerne.knowledge.gene_files.constraint import Constraint
from kerne.knowledge.gene_files.hgnc import GeneNames
from kerne.knowledge.gene_library import GeneLibrary, GeneSources, JoinedFacts
from kerne.knowledge.release import FACTS, Kind, Release
from kerne.knowledge.releases import KnowledgeBase

NAMES = GeneNames({"NEW": "HGNC:1", "B": "HGNC:2"}, {"OLD": "NEW"})
JUDGED = Validity(("MONDO:1",), "gout", "AD", ValidityClass.STRONG, date(2026, 1, 1), "panel")
SCORE = DosageScore.SUFFICIENT


def test_facts__are_joined_under_the_approved_symbol() -> None:
    region = DosageRegion("OLD", "OLD", Interval("chr1", 0, 9), SCORE, None, None, "OLD")
    facts = JoinedFacts(
        GeneSources(
            names=NAMES,
            constraint=[Constraint("OLD", 1.0, 0.2, 3.0, 0.5)],
            validity=[("OLD", "HGNC:1", JUDGED), ("OLDEST", "HGNC:1", JUDGED)],
            dosage=[region, replace(region, gene="", identifier="ISCA-1")],
            same_diseases={"MONDO:1": ("OMIM:7", "ORPHA:8")},
        )
    )
    judged = replace(JUDGED, diseases=("MONDO:1", "OMIM:7", "ORPHA:8"))
    expected = GeneFacts("NEW", "HGNC:1", 1.0, 0.2, 3.0, 0.5, (judged, judged), SCORE, None)
    assert facts.of("NEW") == facts.of("OLD") == expected
    assert facts.of("B") == GeneFacts("B", "HGNC:2")
    assert facts.of("OLDEST") is None


def test_constraint__of_the_very_symbol_goes_before_that_of_a_former_one() -> None:
    new, old = Constraint("NEW", 0.9, None, None, None), Constraint("OLD", 0.1, None, None, None)
    for given in ((new, old), (old, new)):
        found = JoinedFacts(GeneSources(names=NAMES, constraint=given)).of("NEW")
        assert found is not None
        assert found.pli == 0.9


def test_facts_without_names__stand_under_the_symbols_of_their_files() -> None:
    facts = JoinedFacts(GeneSources(validity=[("OLD", "HGNC:1", JUDGED)]))
    assert facts.of("OLD") == GeneFacts("OLD", "HGNC:1", validity=(JUDGED,))


def test_library__reads_its_releases_and_knows_former_names(tmp_path: Path) -> None:
    hgnc, constraint = tmp_path / "hgnc.txt", tmp_path / "constraint.tsv"
    hgnc.write_text(
        "hgnc_id\tsymbol\tstatus\talias_symbol\tprev_symbol\tdate_modified\n"
        "HGNC:1\tNEW\tApproved\t\tOLD\t2026-02-03\n"
    )
    constraint.write_text("gene\tpLI\toe_lof_upper\tmis_z\toe_mis\nOLD\t1\t0.25\t3\t0.5\n")
    base = KnowledgeBase(tmp_path / "k")
    releases = [base.add(Kind.HGNC, hgnc), base.add(Kind.CONSTRAINT, constraint)]
    assert releases[0].date == date(2026, 2, 3)
    library = GeneLibrary(releases)
    assert library.of("OLD") == library.of("NEW") == GeneFacts("NEW", "HGNC:1", 1.0, 0.25, 3.0, 0.5)
    assert library.of("OTHER") is None
    assert GeneLibrary().of("NEW") is None


@pytest.mark.parametrize("kind", [Kind.HGNC, Kind.CONSTRAINT, Kind.MONDO])
@pytest.mark.parametrize("content", ["", "7", "[7]"])
def test_library__whose_release_is_damaged_says_so(
    tmp_path: Path, kind: Kind, content: str
) -> None:
    path = tmp_path / FACTS
    path.write_text(content)
    release = Release(kind, "r", date(2026, 1, 1), "ab", "r.txt", path)
    with pytest.raises(KnowledgeError, match="is damaged: remove its release and add it again"):
        GeneLibrary([release]).of("NEW")
