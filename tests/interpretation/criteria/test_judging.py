from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kerne.alleles.allele import Allele
from kerne.alleles.transcript import Transcript
from kerne.interpretation.candidate import Evidence, Met, Mode, Strength
from kerne.interpretation.consequence import Consequence
from kerne.interpretation.criteria.family import judge_de_novo
from kerne.interpretation.criteria.frequency import frequency_in_words, judge_common, judge_pm2
from kerne.interpretation.criteria.judging import judge
from kerne.interpretation.criteria.location import judge_pm4
from kerne.interpretation.criteria.mechanism import judge_pvs1, unjudged_loss
from kerne.interpretation.criteria.subject import DeNovo, Sources, Subject
from kerne.knowledge.frequencies import PublishedFrequency

SOURCES = Sources(genes="genes g", frequencies="frequencies f")
WITHOUT = Sources(genes="genes g")
PLUS = Transcript(
    "TX1.1", "G1", "PLUS", "chr1", 1, ((100, 140), (180, 240), (280, 380)), (110, 370), None
)
ALLELE = Allele("chr1", 182, "C", "T")


def _subject(*terms: str, protein: str = "p.(Gln12Ter)", in_repeat: bool | None = None) -> Subject:
    consequence = Consequence(ALLELE, PLUS.identifier, "PLUS", terms)
    return Subject(ALLELE, consequence, PLUS, "TX1.1:c.34C>T", protein, None, in_repeat)


def _counts(ac: int, an: int = 10_000) -> PublishedFrequency:
    return PublishedFrequency(ac, an, 0, ac)


def _said(evidence: Evidence) -> tuple[str, Met, int]:
    return evidence.criterion, evidence.met, evidence.points


def test_stop_gained__meets_pvs1_fully_in_a_recessive_disease() -> None:
    evidence = judge_pvs1(_subject("stop_gained"), SOURCES, Mode.RECESSIVE_HOMOZYGOUS)
    assert _said(evidence) == ("PVS1", Met.MET, 8)
    assert evidence.source == "genes g"


@pytest.mark.parametrize(
    ("protein", "recessive", "for_the_rank"),
    [
        ("p.(Gln12Ter)", 8, Strength.STRONG),
        ("p.(Glu40Ter)", 4, Strength.MODERATE),
        ("p.(Glu58Ter)", 2, Strength.SUPPORTING),
    ],
)
def test_pvs1__is_not_judged_where_loss_is_not_known_to_be_the_mechanism(
    protein: str, recessive: int, for_the_rank: Strength
) -> None:
    subject = _subject("stop_gained", protein=protein)
    assert judge_pvs1(subject, SOURCES, Mode.RECESSIVE_COMPOUND).points == recessive
    left_open = judge_pvs1(subject, SOURCES, Mode.DOMINANT)
    assert _said(left_open) == ("PVS1", Met.NOT_JUDGED, 0)
    assert "if loss of function is known to cause the disease" in left_open.data
    assert unjudged_loss(subject, [left_open]) is for_the_rank


def test_loss_that_pvs1_counts__does_not_count_again_in_the_rank() -> None:
    subject = _subject("stop_gained")
    counted = judge_pvs1(subject, SOURCES, Mode.RECESSIVE_COMPOUND)
    assert unjudged_loss(subject, [counted]) is Strength.NONE
    missense = _subject("missense")
    not_met = judge_pvs1(missense, SOURCES, Mode.DOMINANT)
    assert unjudged_loss(missense, [not_met]) is Strength.NONE


def test_splice_site_between_untranslated_exons__leaves_pvs1_open() -> None:
    untranslated = replace(PLUS, cds=(190, 370))
    subject = replace(
        _subject("splice_donor"), transcript=untranslated, allele=Allele("chr1", 140, "C", "T")
    )
    evidence = judge_pvs1(subject, SOURCES, Mode.RECESSIVE_HOMOZYGOUS)
    assert _said(evidence) == ("PVS1", Met.NOT_JUDGED, 0)
    assert unjudged_loss(subject, [evidence]) is Strength.NONE


def test_missense__does_not_meet_pvs1() -> None:
    evidence = judge_pvs1(_subject("missense"), SOURCES, Mode.DOMINANT)
    assert _said(evidence) == ("PVS1", Met.NOT_MET, 0)


def test_loss_in_a_transcript_without_coding_sequence__is_not_judged() -> None:
    subject = replace(_subject("splice_donor"), transcript=replace(PLUS, cds=None))
    assert judge_pvs1(subject, SOURCES, Mode.DOMINANT).met is Met.NOT_JUDGED


def test_de_novo__counts_more_when_parentage_is_confirmed() -> None:
    assert _said(judge_de_novo(DeNovo(parents_confirmed=True))) == ("PS2", Met.MET, 2)
    assert _said(judge_de_novo(DeNovo(parents_confirmed=False))) == ("PM6", Met.MET, 1)
    assert judge_de_novo(None).met is Met.NOT_JUDGED


@pytest.mark.parametrize(
    ("published", "mode", "met"),
    [
        (None, Mode.DOMINANT, Met.MET),
        (_counts(1), Mode.DOMINANT, Met.MET),
        (_counts(2), Mode.DOMINANT, Met.NOT_MET),
        (_counts(2), Mode.RECESSIVE_HOMOZYGOUS, Met.MET),
        (_counts(51), Mode.RECESSIVE_COMPOUND, Met.NOT_MET),
        (_counts(1, 999), Mode.DOMINANT, Met.NOT_JUDGED),
        (_counts(0, 0), Mode.DOMINANT, Met.NOT_JUDGED),
    ],
)
def test_pm2__is_met_by_rarity_for_the_mode(
    published: PublishedFrequency | None, mode: Mode, met: Met
) -> None:
    evidence = judge_pm2(published, SOURCES, mode)
    assert evidence.met is met
    assert evidence.strength is (Strength.SUPPORTING if met is Met.MET else Strength.NONE)


def test_frequency_criteria_without_a_release__are_not_judged() -> None:
    for evidence in (
        judge_pm2(None, WITHOUT, Mode.DOMINANT),
        judge_common(None, WITHOUT, Mode.DOMINANT),
    ):
        assert (evidence.met, evidence.source) == (Met.NOT_JUDGED, "absent")


@pytest.mark.parametrize(
    ("published", "mode", "expected"),
    [
        (None, Mode.DOMINANT, ("BS1", Met.NOT_MET, 0)),
        (_counts(501), Mode.DOMINANT, ("BA1", Met.MET, -8)),
        (_counts(500), Mode.DOMINANT, ("BS1", Met.MET, -4)),
        (_counts(11), Mode.DOMINANT, ("BS1", Met.MET, -4)),
        (_counts(10), Mode.DOMINANT, ("BS1", Met.NOT_MET, 0)),
        (_counts(11), Mode.RECESSIVE_COMPOUND, ("BS1", Met.NOT_MET, 0)),
        (_counts(500, 900), Mode.DOMINANT, ("BS1", Met.NOT_JUDGED, 0)),
    ],
)
def test_common_allele__is_benign_by_its_frequency(
    published: PublishedFrequency | None, mode: Mode, expected: tuple[str, Met, int]
) -> None:
    assert _said(judge_common(published, SOURCES, mode)) == expected


@pytest.mark.parametrize(
    ("terms", "in_repeat", "met"),
    [
        (("inframe_deletion",), False, Met.MET),
        (("inframe_insertion",), True, Met.NOT_MET),
        (("inframe_insertion",), None, Met.NOT_JUDGED),
        (("stop_lost",), None, Met.MET),
        (("missense",), None, Met.NOT_MET),
    ],
)
def test_pm4__is_met_by_a_length_change_outside_repeats(
    terms: tuple[str, ...], in_repeat: bool | None, met: Met
) -> None:
    assert judge_pm4(_subject(*terms, in_repeat=in_repeat), SOURCES).met is met


@settings(deadline=None, derandomize=True, max_examples=60)
@given(st.integers(0, 10_000), st.sampled_from(Mode))
def test_no_frequency__is_both_rare_and_common(ac: int, mode: Mode) -> None:
    rare = judge_pm2(_counts(ac), SOURCES, mode)
    common = judge_common(_counts(ac), SOURCES, mode)
    assert not (rare.met is Met.MET and common.met is Met.MET)


def test_every_criterion__is_listed_once_with_data_and_source() -> None:
    evidence = judge(_subject("stop_gained"), SOURCES, Mode.DOMINANT, None)
    assert [item.criterion for item in evidence] == ["PVS1", "PS2", "PM2", "PM4", "PP3", "BS1"]
    assert all(item.data and item.source for item in evidence)
    assert evidence[4].met is Met.NOT_JUDGED


def test_frequency__is_said_with_its_counts() -> None:
    assert frequency_in_words(_counts(0, 0)) == "AF unknown (AN 0)"
    assert frequency_in_words(_counts(5)) == "AF 0.0005 (AC 5 of AN 10,000, 0 homozygotes)"
