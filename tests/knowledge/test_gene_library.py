"""What several releases say of a gene, joined under its approved symbol."""

from dataclasses import replace
from datetime import date
from pathlib import Path

from kerne.alleles.interval import Interval
from kerne.knowledge.gene_facts import (
    DosageRegion,
    DosageScore,
    GeneFacts,
    Validity,
    ValidityClass,
)
from kerne.knowledge.gene_files.constraint import Constraint
from kerne.knowledge.gene_files.hgnc import GeneNames, NamedGene
from kerne.knowledge.gene_library import GeneLibrary, GeneSources, join_facts
from kerne.knowledge.release import Kind
from kerne.knowledge.releases import KnowledgeBase

NAMES = GeneNames([NamedGene("HGNC:1", "NEW", ("OLD",), ()), NamedGene("HGNC:2", "B", (), ())])
JUDGED = Validity(("MONDO:1",), "gout", "AD", ValidityClass.STRONG, date(2026, 1, 1), "panel")
SCORE = DosageScore.SUFFICIENT


def test_facts__are_joined_under_the_approved_symbol() -> None:
    region = DosageRegion("OLD", "OLD", Interval("chr1", 0, 9), SCORE, None, None, "OLD")
    facts = join_facts(
        GeneSources(
            names=NAMES,
            constraint={"OLD": Constraint("OLD", 1.0, 0.2, 3.0, 0.5)},
            validity=[("OLD", "HGNC:1", JUDGED), ("OLDEST", "HGNC:1", JUDGED)],
            dosage=[region, replace(region, gene="", identifier="ISCA-1")],
            same_diseases={"MONDO:1": ("OMIM:7", "ORPHA:8")},
        )
    )
    judged = replace(JUDGED, diseases=("MONDO:1", "OMIM:7", "ORPHA:8"))
    assert facts == {
        "NEW": GeneFacts("NEW", "HGNC:1", 1.0, 0.2, 3.0, 0.5, (judged, judged), SCORE, None),
        "B": GeneFacts("B", "HGNC:2"),
    }


def test_constraint__of_the_very_symbol_goes_before_that_of_a_former_one() -> None:
    new, old = Constraint("NEW", 0.9, None, None, None), Constraint("OLD", 0.1, None, None, None)
    for given in ({"NEW": new, "OLD": old}, {"OLD": old, "NEW": new}):
        assert join_facts(GeneSources(names=NAMES, constraint=given))["NEW"].pli == 0.9


def test_facts_without_names__stand_under_the_symbols_of_their_files() -> None:
    facts = join_facts(GeneSources(validity=[("OLD", "HGNC:1", JUDGED)]))
    assert facts == {"OLD": GeneFacts("OLD", "HGNC:1", validity=(JUDGED,))}


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
