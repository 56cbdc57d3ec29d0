"""A geneticist's lines in the score of a loss or gain: what they replace, and what is refused."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kerne.alleles.allele import Allele
from kerne.errors import InterpretationError
from kerne.interpretation.candidate import CandidateVariant, Classification, Genotype, Met
from kerne.interpretation.criteria.copy_number import (
    Copies,
    CopyEvidence,
    CopyScore,
    class_of_copies,
)
from kerne.interpretation.criteria.copy_sections import SECTIONS
from kerne.interpretation.structural.curating import CopyEntry, reconsider_copies
from kerne.interpretation.structural.score import NO_TABLE, as_evidence

LINES = (
    CopyEvidence("1A", Met.MET, 0.0, "1 protein-coding genes: PLUS", "genes"),
    CopyEvidence("2C-1", Met.MET, 0.90, "the 5' end of PLUS with coding sequence", "dosage"),
    CopyEvidence("2H", Met.NOT_JUDGED, 0.0, "one predictor is at hand", "absent"),
    CopyEvidence("3A", Met.MET, 0.0, "1 protein-coding genes", "genes"),
    CopyEvidence("4", Met.NOT_JUDGED, 0.0, "entered by a curator", "absent"),
    CopyEvidence("5F", Met.NOT_JUDGED, 0.0, "the parents were not looked at", "absent"),
)
KINDS = {Copies.LOSS: "DEL", Copies.GAIN: "DUP"}


def make_loss(copies: Copies = Copies.LOSS) -> CandidateVariant:
    score = CopyScore(LINES)
    return CandidateVariant(
        allele=Allele("chr1", 100, "N", f"<{KINDS[copies]}:5000>"),
        genotype=Genotype.HET,
        consequence="feature_truncation",
        transcript="TX1.1",
        coding_name="",
        protein_name="",
        evidence=tuple(as_evidence(each) for each in score.evidence),
        points=0,
        classification=score.classification,
        published_frequency="",
        national_frequency="",
    )


@st.composite
def _entries(draw: st.DrawFn) -> tuple[Copies, list[CopyEntry]]:
    copies = draw(st.sampled_from(Copies))
    sections = draw(st.lists(st.sampled_from(sorted(SECTIONS[copies])), unique=True, max_size=6))
    entries = []
    for section in sections:
        least, most = SECTIONS[copies][section]
        met = draw(st.sampled_from(Met))
        points = round(draw(st.floats(least, most)), 2) if met is Met.MET else 0.0
        entries.append(CopyEntry(section, met, points, f"reason of {section}"))
    return copies, entries


@settings(deadline=None, derandomize=True, max_examples=80)
@given(_entries())
def test_entered_sections__replace_the_programs_and_are_added_up(
    drawn: tuple[Copies, list[CopyEntry]],
) -> None:
    copies, entries = drawn
    before = make_loss(copies)
    after = reconsider_copies(before, entries)
    judged = {each.section[0] for each in entries}
    kept = [each for each in LINES if each.section[0] not in judged]
    total = sum(each.points for each in kept) + sum(each.points for each in entries)
    assert after.copy_points == pytest.approx(total)
    assert after.classification is class_of_copies(round(total, 2))
    assert after.points == 0
    own = [each for each in after.evidence if each.source == "geneticist"]
    assert sorted(each.criterion for each in own) == sorted(f"CNV {e.section}" for e in entries)
    assert all(each.overridden in before.evidence for each in own)


def test_published_patients__lift_a_loss_to_pathogenic_and_the_former_word_stays() -> None:
    said = CopyEntry("4A", Met.MET, 0.45, "de novo in a patient with the picture, PMID:1")
    before, after = make_loss(), reconsider_copies(make_loss(), [said])
    assert before.classification is Classification.LIKELY_PATHOGENIC
    assert after.classification is Classification.PATHOGENIC
    line = next(each for each in after.evidence if each.criterion == "CNV 4A")
    assert line.data == f"{said.reason} (the program: 4 not judged, entered by a curator)"
    assert line.weight == "+0.45"


@pytest.mark.parametrize(
    ("entries", "problem"),
    [
        ([CopyEntry("4Z", Met.MET, 0.1, "why")], "no section `4Z` for a loss"),
        ([CopyEntry("2L", Met.MET, 0.0, "why")], "no section `2L` for a loss"),
        ([CopyEntry("4C", Met.MET, 1.5, "why")], r"counts 0.00 to 0.90, not `1.5`"),
        ([CopyEntry("4C", Met.MET, float("nan"), "why")], "not `nan`"),
        ([CopyEntry("4C", Met.MET, 0.3, " ")], "`4C` needs a reason"),
        ([CopyEntry("4C", Met.NOT_MET, 0.3, "why")], "expected 0"),
        ([CopyEntry("4C", Met.MET, 0.3, "why")] * 2, "`4C` is judged twice"),
    ],
)
def test_entry_that_the_table_does_not_allow__is_refused(
    entries: list[CopyEntry], problem: str
) -> None:
    with pytest.raises(InterpretationError, match=problem):
        reconsider_copies(make_loss(), entries)


def test_variant_that_no_table_scores__takes_no_section() -> None:
    entry = CopyEntry("4C", Met.MET, 0.3, "why")
    for evidence in ((), (NO_TABLE,)):
        with pytest.raises(InterpretationError, match="not this variant"):
            reconsider_copies(replace(make_loss(), evidence=evidence), [entry])
