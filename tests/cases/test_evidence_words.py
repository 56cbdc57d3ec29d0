"""Every sentence that the criteria say, by their golden tables, is known in Danish."""

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kerne.cases.answers.wording import Wording
from kerne.interpretation.basis import (
    Basis,
    KeptCalls,
    KeptStructural,
    KnownAllele,
    KnownDosage,
    KnownGene,
)
from kerne.interpretation.candidate import Evidence, Interpretation, Met, Mode, Strength
from kerne.interpretation.classification import not_met, pathogenic
from kerne.interpretation.consequences.consequence import Consequence
from kerne.interpretation.criteria.caps import cap
from kerne.interpretation.criteria.copy_number import CopyEvidence
from kerne.interpretation.criteria.judging import judge
from kerne.interpretation.criteria.overrides import GENETICIST, Override, override_criteria
from kerne.interpretation.family.parentage import RelationshipCheck
from kerne.interpretation.reanalysis.differences import LEAST_CHANGE, Differences, Why
from kerne.interpretation.structural.curating import CopyEntry, reconsider_copies
from kerne.interpretation.structural.score import NO_TABLE, as_evidence
from kerne.knowledge.allele_facts import ClinVarRecord, PublishedFrequency
from kerne.policy.words import Language
from tests.interpretation.criteria import test_copy_number as copies
from tests.interpretation.criteria import test_judging as criteria
from tests.interpretation.criteria.rows import (
    ALL_SOURCES,
    make_circumstances,
    make_subject,
    read_words,
)
from tests.interpretation.structural.test_curating import make_loss

from .conftest import STOP

DANISH, ENGLISH = Wording(Language.DANISH), Wording(Language.ENGLISH)


def _small() -> Iterable[Evidence]:
    for row in criteria.ROWS:
        if row["criterion"] == "BP5":
            continue  # what else explains the patient is a person's word
        said = read_words(row["said"])
        subject = make_subject(row["terms"], row["protein"], row["coding"], said)
        yield from judge(subject, ALL_SOURCES, Mode(row["mode"]), make_circumstances(said))


def _structural() -> Iterable[Evidence]:
    yield NO_TABLE
    for row in copies.ROWS:
        yield from map(as_evidence, copies.score_row(row).evidence)


MISSENSE = not_met("PVS1", "missense is no loss-of-function variant", "genes")


@pytest.mark.parametrize("say", [_small, _structural])
def test_everything_that_the_criteria_say__is_known_in_danish(
    say: Callable[[], Iterable[Evidence]],
) -> None:
    said = {each.data: each for each in say()}
    assert len(said) > 30
    assert [data for data, each in said.items() if DANISH.told_evidence(each) is None] == []


def _basis(log10: float, term: str, **known: object) -> Basis:
    """Give what was known of one allele in a gene; `log10` of the fit of its one disease."""
    hit = Consequence(STOP, "TX", "GENE", (term,))
    dosage = KnownDosage(STOP, log10, "no gene or region that is established for a gain")
    if log10 > 1:
        dosage = replace(dosage, words="all of GENE")
    return Basis(
        assembly="Kernia1",
        patient=KeptCalls("S", ()),
        relatives=(),
        consequences=(hit,),
        has_single_x=False,
        relationships=RelationshipCheck(),
        genes=(KnownGene("GENE", {"OMIM:1": log10}),),
        alleles=(KnownAllele(STOP, **known),),  # type: ignore[arg-type]  # fields by name
        releases=(),
        structural=KeptStructural((dosage,)),
    )


@pytest.mark.parametrize(
    "listed",
    [None, PublishedFrequency(3, 4000, 0, 3), PublishedFrequency(3, 4000, 0, 3, greatest_af=0.01)],
)
def test_every_reason_of_news__is_told_in_danish(
    found: Interpretation, listed: PublishedFrequency | None
) -> None:
    record = ClinVarRecord("VCV1", "Pathogenic", 2)
    common = PublishedFrequency(400, 4000, 9, 3)
    then = _basis(0.2, "missense", frequency=listed)
    now = _basis(1.4, "stop_gained", frequency=common, clinvar=record)
    changes = Differences(then, now, LEAST_CHANGE)
    carried = replace(found.candidates[0].variants[0], allele=STOP)
    known = replace(found.candidates[0], gene="GENE", disease="OMIM:1", variants=(carried,))
    unlinked = replace(known, disease="OMIM:2", disease_name="A disease")
    said = [*changes.of(known), *changes.of(unlinked)]
    assert {each.why for each in said} == set(Why)
    told = {str(each): DANISH.tell_reason(str(each)) for each in said}
    assert [english for english, danish in told.items() if english == danish] == []
    assert all(ENGLISH.tell_reason(each) == each for each in told)
    link = next(told[str(each)] for each in said if each.why is Why.LINK)
    assert link == (
        "ny sammenhæng mellem gen og sygdom: GENE var ikke knyttet til A disease (OMIM:2)"
    )


def test_what_a_task_says__is_told_in_danish() -> None:
    was, now = "no cause found", f"candidate: A disease, {Mode.DOMINANT}"
    assert DANISH.tell_reason(was) == "ingen årsag fundet"
    assert DANISH.tell_reason(now) == "kandidat: A disease, dominant"
    assert DANISH.tell_reason("what a person wrote") == "what a person wrote"


def test_sentence_within_another__is_told_in_danish_too() -> None:
    strong = pathogenic("PP3", Strength.STRONG, "REVEL 0.95; splicing was not looked up", "s")
    there = pathogenic("PM1", Strength.MODERATE, "codon 5 lies in 3-9, which the experts name", "e")
    capped = cap([strong, there])
    predicted, located = (DANISH.told_evidence(each) for each in capped)
    assert predicted == "REVEL 0.95; splejsning blev ikke slået op"
    assert located == (
        "kodon 5 ligger i 3-9, som eksperterne nævner (ville være moderat; PP3 og PM1 tæller "
        "tilsammen højst som stærk)"
    )


def test_word_of_a_geneticist__stands_before_what_the_program_said_in_danish() -> None:
    said = Override("PVS1", Met.MET, Strength.STRONG, "all of the product is lost, PMID:1")
    (judged,) = override_criteria([MISSENSE], [said])
    assert DANISH.told_evidence(judged) == (
        "all of the product is lost, PMID:1 (programmet: ikke opfyldt, missense er ingen variant "
        "med tab af funktion)"
    )
    back = Override("PM2", Met.NOT_MET, Strength.NONE, "all of the family has it")
    (alone,) = override_criteria([], [back])
    assert DANISH.told_evidence(alone) is None
    assert DANISH.tell_evidence(alone) == "all of the family has it"


@pytest.mark.parametrize(
    ("met", "points", "words"),
    [(Met.MET, 0.9, "opfyldt +0.90"), (Met.NOT_JUDGED, 0.0, "ikke vurderet")],
)
def test_line_of_a_geneticist_on_a_loss__is_told_with_the_former_line(
    met: Met, points: float, words: str
) -> None:
    former = as_evidence(CopyEvidence("2C-1", met, points, "all of PLUS", "dosage"))
    variant = replace(make_loss(), evidence=(former,))
    entry = CopyEntry("2F", Met.NOT_MET, 0.0, "it is no benign region")
    (judged,) = reconsider_copies(variant, [entry]).evidence
    told = DANISH.told_evidence(judged)
    assert told == f"it is no benign region (programmet: 2C-1 {words}, hele PLUS)"


@given(st.text())
def test_text_of_another_hand__is_never_cut_up(text: str) -> None:
    own = Evidence("PS3", Met.MET, Strength.STRONG, 4, text, GENETICIST)
    assert DANISH.tell_evidence(own) == text
    assert ENGLISH.told_evidence(own) == text


def test_table__holds_the_same_places_in_both_languages() -> None:
    text = files("kerne.cases.answers").joinpath("evidence.tsv").read_text(encoding="utf-8")
    for line in text.splitlines():
        if not line.startswith("#"):
            english, danish = (sorted(re.findall("{[a-z]+}", each)) for each in line.split("\t"))
            assert english == danish, line
