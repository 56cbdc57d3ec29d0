from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kerne.alleles.allele import Allele
from kerne.alleles.assembly import KERNIA1
from kerne.alleles.interval import Interval
from kerne.interpretation.at_hand import Knowledge
from kerne.interpretation.candidate import Classification, Genotype
from kerne.interpretation.interpretation import examine, examine_again
from kerne.interpretation.listing import Listing
from kerne.interpretation.reading.calls import Call, GenomeCalls
from kerne.interpretation.reading.structural import StructuralCall, StructuralKind
from kerne.interpretation.reanalysis.differences import Why
from kerne.interpretation.reanalysis.news import (
    BOUNDS,
    Bounds,
    JudgedVariant,
    Look,
    News,
    class_now,
    find_news,
)
from kerne.knowledge.allele_facts import ClinVarRecord, PublishedFrequency
from kerne.knowledge.dosage import DosageRegions
from kerne.knowledge.gene_facts import DosageRegion, DosageScore
from kerne.phenotype.phenopacket import Phenotype, Sex

MakeCall = Callable[..., Call]
MakeGenome = Callable[..., GenomeCalls]
PHENOTYPE = Phenotype("P", Sex.UNKNOWN, ("HP:0000010",), ())
LOW = Bounds(log10_odds=-9, log10_odds_classed=-9, gain=0.5, gain_by_features=2.0)
HARMFUL = ClinVarRecord("VCV1", "Pathogenic", 2)
DOUBTFUL = ClinVarRecord("VCV1", "Uncertain significance", 1)


@pytest.fixture
def genome(make_call: MakeCall, make_genome: MakeGenome) -> GenomeCalls:
    on_x = make_call(181, "C>T", Genotype.HEMI, contig="chrX")
    return make_genome(make_call(181, "C>T"), on_x)


@pytest.fixture
def look(knowledge: Knowledge, genome: GenomeCalls) -> Look:
    seen = examine(genome, PHENOTYPE, knowledge)
    assert [each.gene for each in seen.primary.candidates] == ["PLUS", "XGENE"]
    return Look(seen.primary, seen.basis)


def _with_odds(look: Look, odds: Mapping[str, float]) -> Look:
    """Return a look with only these genes, at these odds."""
    candidates = [
        replace(each, log10_odds=odds[each.gene])
        for each in look.shown.candidates
        if each.gene in odds
    ]
    candidates.sort(key=lambda each: -each.log10_odds)
    ranked = tuple(replace(each, rank=number) for number, each in enumerate(candidates, 1))
    return replace(look, shown=replace(look.shown, candidates=ranked))


def _known(look: Look, **changed: object) -> Look:
    """Return a look with other knowledge about the alleles of chr1."""
    alleles = tuple(
        replace(each, **changed) if each.allele.contig == "chr1" else each  # type: ignore[arg-type]  # fields of `KnownAllele`, by name
        for each in look.basis.alleles
    )
    return replace(look, basis=replace(look.basis, alleles=alleles))


def _fits(look: Look, gene: str, fits: Mapping[str, float]) -> Look:
    genes = tuple(
        replace(each, log10_phenotype=fits) if each.symbol == gene else each
        for each in look.basis.genes
    )
    return replace(look, basis=replace(look.basis, genes=genes))


def _whys(news: News) -> list[Why]:
    return [each.why for each in news.reasons]


def test_nothing_new__is_no_news(look: Look) -> None:
    assert find_news(look, look, bounds=LOW) == ()


def test_new_gene_link__is_news_with_what_was_not_known(
    knowledge: Knowledge, genome: GenomeCalls
) -> None:
    unlinked = replace(knowledge, gene_links={"XGENE": frozenset({"OMIM:3"})})
    before = examine(genome, PHENOTYPE, unlinked)
    now = examine_again(before.basis, PHENOTYPE, knowledge)
    (news,) = find_news(
        Look(before.primary, before.basis), Look(now.primary, now.basis), bounds=LOW
    )
    assert (news.gene, news.disease, news.log10_odds_before) == ("PLUS", "OMIM:1", None)
    assert _whys(news) == [Why.LINK]
    assert news.reasons[0].words == "PLUS was not linked to Blue ear disease (OMIM:1)"
    assert news.alleles == (Allele("chr1", 180, "C", "T"),)


DELETION = StructuralCall(StructuralKind.DELETION, "chr1", 50, 450, Genotype.HET, 400)


def _regions(score: DosageScore) -> DosageRegions:
    at = Interval("chr1", 90, 400)
    return DosageRegions([DosageRegion("ISCA-9", "1q9", at, score, None, None)], "dosage d")


def test_deletion_over_a_gene_that_is_linked_now__is_news(knowledge: Knowledge) -> None:
    unlinked = replace(knowledge, gene_links={"XGENE": frozenset({"OMIM:3"})})
    before = examine(GenomeCalls("S", KERNIA1, (), structural=(DELETION,)), PHENOTYPE, unlinked)
    now = examine_again(before.basis, PHENOTYPE, knowledge)
    (news,) = find_news(
        Look(before.primary, before.basis), Look(now.primary, now.basis), bounds=LOW
    )
    assert (news.gene, news.alleles) == ("PLUS", (DELETION.allele,))
    assert _whys(news) == [Why.LINK]


def test_deletion_over_a_region_that_is_judged_now__is_news_with_what_was_known(
    knowledge: Knowledge,
) -> None:
    genome = GenomeCalls("S", KERNIA1, (), structural=(DELETION,))
    little, enough = _regions(DosageScore.LITTLE), _regions(DosageScore.SUFFICIENT)
    then = replace(knowledge, dosage=little)
    seen = examine(genome, PHENOTYPE, then)
    before = Look(seen.primary, seen.basis)
    same = examine_again(seen.basis, PHENOTYPE, then)
    assert find_news(before, Look(same.primary, same.basis), bounds=LOW) == ()
    now = examine_again(seen.basis, PHENOTYPE, replace(knowledge, dosage=enough))
    (news,) = find_news(before, Look(now.primary, now.basis), bounds=LOW)
    (reason,) = news.reasons
    assert str(reason) == (
        "new dosage sensitivity: chr1-50-N-<DEL:400>: no gene or region that is established for "
        "loss of one copy then, all of 1q9 (ISCA-9) now"
    )
    assert now.primary.candidates[0].variants[0].classification is Classification.PATHOGENIC


def test_dosage_that_an_earlier_version_did_not_keep__is_no_reason(knowledge: Knowledge) -> None:
    genome = GenomeCalls("S", KERNIA1, (), structural=(DELETION,))
    seen = examine(genome, PHENOTYPE, knowledge)
    old = replace(seen.basis, structural=None)
    enough = replace(knowledge, dosage=_regions(DosageScore.SUFFICIENT))
    now = examine_again(old, PHENOTYPE, enough)
    assert find_news(Look(seen.primary, old), Look(now.primary, now.basis), bounds=LOW) == ()


def test_new_class__is_told_below_the_odds_of_other_news(look: Look) -> None:
    weak = _with_odds(look, {"PLUS": BOUNDS.log10_odds_classed})
    before, now = _known(weak, clinvar=DOUBTFUL), _known(weak, clinvar=HARMFUL)
    (news,) = find_news(before, now)
    assert _whys(news) == [Why.CLASS]
    assert news.reasons[0].words == (
        "chr1-181-C-T in ClinVar: Uncertain significance (1 stars) then, Pathogenic (2 stars) now"
    )
    assert find_news(before, now, told=[news]) == ()
    assert find_news(now, before) == ()


@pytest.mark.parametrize("stars", [0, 1])
def test_new_class_without_a_star__is_no_news(look: Look, stars: int) -> None:
    weak = _with_odds(look, {"PLUS": 0.5})
    now = _known(weak, clinvar=replace(HARMFUL, stars=stars))
    assert len(find_news(weak, now)) == stars


def test_new_frequency__is_a_reason_when_the_odds_rise_with_it(look: Look) -> None:
    common = PublishedFrequency(90, 20_000, 0, 90)
    rare = replace(common, ac=1, heterozygotes=1)
    before = _known(_with_odds(look, {"PLUS": 0.0}), frequency=common)
    now = _known(_with_odds(look, {"PLUS": 2.0}), frequency=rare)
    (news,) = find_news(before, now)
    assert _whys(news) == [Why.FREQUENCY]
    assert "AF 0.0045" in news.reasons[0].words
    assert "AF 5e-05" in news.reasons[0].words
    assert news.log10_odds_before == 0.0
    similar = replace(common, ac=80, heterozygotes=80)
    assert find_news(before, _known(now, frequency=similar)) == ()


def test_new_consequence__is_a_reason(look: Look) -> None:
    before = _with_odds(look, {"PLUS": 0.0})
    mild = tuple(replace(each, terms=("missense",)) for each in before.basis.consequences)
    before = replace(before, basis=replace(before.basis, consequences=mild))
    (news,) = find_news(before, _with_odds(look, {"PLUS": 2.0}))
    assert _whys(news) == [Why.CONSEQUENCE]
    assert news.reasons[0].words == "chr1-181-C-T: missense then, splice_region&stop_gained now"


def test_rise_without_a_reason_in_the_releases__is_no_news(look: Look) -> None:
    assert find_news(_with_odds(look, {"PLUS": 0.0}), _with_odds(look, {"PLUS": 9.0})) == ()


@pytest.mark.parametrize(
    ("rise", "rank", "is_told"), [(4.0, 1, True), (3.9, 1, False), (4.0, 2, False)]
)
def test_more_features__are_news_alone_only_when_they_make_the_first_candidate(
    look: Look, rise: float, rank: int, *, is_told: bool
) -> None:
    other = 9.0 if rank == 2 else -3.0
    before = _fits(_with_odds(look, {"PLUS": -1.0, "XGENE": other}), "PLUS", {"OMIM:1": 0.0})
    now = _with_odds(look, {"PLUS": -1.0 + rise, "XGENE": other})
    now = _fits(now, "PLUS", {"OMIM:1": rise})
    assert [_whys(each) for each in find_news(before, now)] == ([[Why.FEATURES]] * is_told)


ONLY_ONE = replace(BOUNDS, most=1)


def test_gene_that_stood_there_before__takes_no_place_among_what_is_new(look: Look) -> None:
    before = _fits(_with_odds(look, {"XGENE": 5.0}), "PLUS", {})
    now = _with_odds(look, {"PLUS": 3.0, "XGENE": 5.0})
    assert [each.gene for each in find_news(before, now, bounds=ONLY_ONE)] == ["PLUS"]


def test_best_of_what_is_new__is_told_and_a_new_class_besides(look: Look) -> None:
    before = _fits(_fits(_with_odds(look, {}), "PLUS", {}), "XGENE", {})
    now = _with_odds(look, {"PLUS": 3.0, "XGENE": 5.0})
    assert [each.gene for each in find_news(before, now)] == ["XGENE", "PLUS"]
    assert [each.gene for each in find_news(before, now, bounds=ONLY_ONE)] == ["XGENE"]
    classed = _known(now, clinvar=HARMFUL)
    both = [each.gene for each in find_news(before, classed, bounds=ONLY_ONE)]
    assert both == ["XGENE", "PLUS"]


def test_news_that_was_told__is_told_again_only_when_it_weighs_more(look: Look) -> None:
    before = _fits(_with_odds(look, {}), "PLUS", {})
    (news,) = find_news(before, _with_odds(look, {"PLUS": 2.0}))
    least = 2.0 + BOUNDS.gain
    assert find_news(before, _with_odds(look, {"PLUS": least - 0.1}), told=[news]) == ()
    (again,) = find_news(before, _with_odds(look, {"PLUS": least}), told=[news])
    assert again.log10_odds_before == 2.0


@dataclass(frozen=True, slots=True)
class _Moved:
    """What happened to one gene between two looks."""

    before: float | None
    now: float
    fits_then: float | None = None


_ODDS = st.floats(-4, 6).map(lambda each: round(each, 1))


@settings(
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture],  # what it gives never changes
)
@given(
    moved=st.builds(_Moved, before=st.none() | _ODDS, now=_ODDS, fits_then=st.none() | _ODDS),
    told=st.lists(_ODDS, max_size=2),
)
def test_news__is_what_is_worth_reading_now_and_was_not(
    look: Look, moved: _Moved, told: list[float]
) -> None:
    fits = {} if moved.fits_then is None else {"OMIM:1": moved.fits_then}
    before = _fits(
        _with_odds(look, {} if moved.before is None else {"PLUS": moved.before}), "PLUS", fits
    )
    now = _fits(_with_odds(look, {"PLUS": moved.now}), "PLUS", {"OMIM:1": 1.0})
    (first, *_) = find_news(_fits(_with_odds(look, {}), "PLUS", {}), now, bounds=LOW)
    heard = [replace(first, log10_odds=each) for each in told]
    stood = [each for each in (moved.before, *told) if each is not None]
    is_linked = moved.fits_then is None
    is_described = moved.fits_then is not None and moved.fits_then + 0.3 <= 1.0
    gain = BOUNDS.gain if is_linked else BOUNDS.gain_by_features
    expected = (
        (is_linked or is_described)
        and moved.now >= BOUNDS.log10_odds
        and all(moved.now >= each + gain for each in stood)
    )
    assert bool(find_news(before, now, told=heard)) == expected


def _judged(disease: str = "OMIM:1") -> JudgedVariant:
    return JudgedVariant("PLUS", disease, Allele("chr1", 180, "C", "T"))


def test_class_now__is_that_for_the_same_disease_or_the_best_of_the_gene(look: Look) -> None:
    (plus, *_) = look.shown.candidates
    harmful = tuple(
        replace(each, classification=Classification.PATHOGENIC) for each in plus.variants
    )
    other = replace(plus, disease="OMIM:2", variants=harmful)
    both = replace(look.shown, candidates=(plus, other))
    assert class_now(both, _judged(), None) is Classification.UNCERTAIN
    assert class_now(both, _judged("OMIM:2"), None) is Classification.PATHOGENIC
    assert class_now(both, _judged("OMIM:9"), None) is Classification.UNCERTAIN


def test_class_now_of_what_is_no_candidate__is_benign_if_common_and_else_none(look: Look) -> None:
    nothing = replace(look.shown, candidates=())
    common = PublishedFrequency(9_000, 20_000, 2_000, 5_000)
    assert class_now(nothing, _judged(), common) is Classification.BENIGN
    assert class_now(nothing, _judged(), None) is None


def test_gene_that_is_asked_for__is_listed_wherever_it_stands(
    knowledge: Knowledge, look: Look
) -> None:
    short = Listing(most=1)
    with_x = replace(short, always=frozenset({"XGENE"}))
    found = [
        [
            e.gene
            for e in examine_again(
                look.basis, PHENOTYPE, knowledge, listing=each
            ).primary.candidates
        ]
        for each in (short, with_x)
    ]
    assert found == [["PLUS"], ["PLUS", "XGENE"]]
