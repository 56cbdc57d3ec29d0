from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kerne.alleles.allele import Allele
from kerne.alleles.assembly import ContigKind
from kerne.alleles.transcript import Transcript
from kerne.interpretation.candidate import Genotype, Met, Mode, Strength
from kerne.interpretation.consequences.consequence import Consequence
from kerne.interpretation.criteria.subject import Sources, Subject
from kerne.interpretation.family.factors import FACTORS, SELDOM_MONOGENIC
from kerne.interpretation.family.observation import Observation, Place, RelativeCarriage
from kerne.interpretation.family.pedigree import Kin
from kerne.interpretation.ranking.background import DOMINANT as DOMINANT_CAUSES
from kerne.interpretation.ranking.background import RECESSIVE as RECESSIVE_CAUSES
from kerne.interpretation.ranking.background import (
    Causes,
    Effect,
    Tolerance,
    log10_rarity,
    log10_ratio,
)
from kerne.interpretation.ranking.fits import (
    SURE_BY_ANOTHER_NAME,
    VALIDITY,
    Described,
    DiseaseFit,
    disease_fits,
    trust_in,
)
from kerne.interpretation.ranking.ranking import (
    LOG10_PRIOR,
    LOSS_DISCOUNT,
    Finding,
    Gene,
    Ranked,
    rank,
)
from kerne.interpretation.reading.calls import Carriage, Phase
from kerne.interpretation.reading.reads import Reads
from kerne.knowledge.allele_facts import AlleleFacts
from kerne.knowledge.gene_facts import Validity, ValidityClass
from kerne.phenotype.annotations import Inheritance

SOURCES = Sources("genes g", "frequencies f")
MODEL = Transcript(
    "TX1.1", "G1", "PLUS", "chr1", 1, ((100, 140), (180, 240), (280, 380)), (110, 370), None
)
AUTOSOME = Place(ContigKind.AUTOSOME)
TOLERANCE = Tolerance(180)
DOMINANT = frozenset({Inheritance.AUTOSOMAL_DOMINANT})
RECESSIVE = frozenset({Inheritance.AUTOSOMAL_RECESSIVE})
VALIDITY_OF_1 = Validity(
    ("MONDO:1", "OMIM:1"), "one", "AD", ValidityClass.DEFINITIVE, date(2026, 1, 1), "panel"
)
ABSENT = tuple(
    RelativeCarriage(kin, affected=False, carriage=Carriage.ABSENT, reads=Reads(30, 0))
    for kin in (Kin.MOTHER, Kin.FATHER)
)


def _finding(
    position: int,
    term: str,
    genotype: Genotype = Genotype.HET,
    relatives: tuple[RelativeCarriage, ...] = (),
) -> Finding:
    allele = Allele("chr1", position, "C", "T")
    consequence = Consequence(allele, "TX1.1", "PLUS", (term,))
    name = "p.(Gln12Ter)" if term == "stop_gained" else "p.(Gln12Arg)"
    subject = Subject(allele, consequence, MODEL, "c.", name, AlleleFacts(is_surveyed=True))
    return Finding(subject, Observation(genotype, None, relatives))


def _gene(symbol: str, *findings: Finding, modes: frozenset[Inheritance] = DOMINANT) -> Gene:
    return Gene(symbol, AUTOSOME, findings, (DiseaseFit(f"OMIM:{symbol}", modes, 2.0),), TOLERANCE)


def _ratio(effect: Effect, causes: Causes) -> float:
    """The ratio of an allele that the release does not list."""
    return log10_ratio(effect, log10_rarity(None, causes, is_known=True), TOLERANCE, causes)


def test_odds__are_those_of_prior_allele_and_phenotype() -> None:
    (only,) = rank([_gene("A", _finding(182, "stop_gained"))], SOURCES)
    loss = _ratio(Effect.LOSS, DOMINANT_CAUSES) + LOSS_DISCOUNT[Strength.VERY_STRONG]
    assert only.log10_genotype == pytest.approx(LOG10_PRIOR + loss)
    assert only.log10_odds == pytest.approx(2.0 + LOG10_PRIOR + loss)


def test_criteria_on_class_and_rarity__do_not_count_twice() -> None:
    (only,) = rank([_gene("A", _finding(182, "missense"))], SOURCES)
    assert only.variants[0].points == 1  # PM2
    assert only.variants[0].log10_ratio == _ratio(Effect.MISSENSE, DOMINANT_CAUSES)


def test_stop__ranks_above_missense_and_missense_above_a_splice_region() -> None:
    genes = [
        _gene("S", _finding(182, "splice_region")),
        _gene("M", _finding(182, "missense")),
        _gene("N", _finding(182, "stop_gained")),
    ]
    assert [each.gene for each in rank(genes, SOURCES)] == ["N", "M", "S"]


def test_allele_in_a_gene_that_everybody_has_one_in__says_little() -> None:
    short = _gene("A", _finding(182, "missense"))
    long = replace(_gene("B", _finding(182, "missense")), tolerance=Tolerance(18_000))
    first, second = rank([long, short], SOURCES)
    assert (first.gene, second.gene) == ("A", "B")
    assert first.log10_odds - second.log10_odds == pytest.approx(2.0)
    assert second.variants[0].expected == pytest.approx(100 * first.variants[0].expected)


@pytest.mark.parametrize(("terms", "weight"), [(1, 2.0), (4, 1.0), (64, 0.25)])
def test_phenotype__is_weighed_by_how_many_terms_there_are(terms: int, weight: float) -> None:
    fit = DiseaseFit("OMIM:A", DOMINANT, 2.0, trust_in(terms))
    gene = replace(_gene("A", _finding(182, "missense")), diseases=(fit,))
    (weighed,) = rank([gene], SOURCES)
    (full,) = rank([_gene("A", _finding(182, "missense"))], SOURCES)
    assert full.log10_odds - weighed.log10_odds == pytest.approx(2.0 * (1 - weight))
    assert weighed.fit.log10_phenotype == full.fit.log10_phenotype


def test_genes__stand_in_the_order_of_the_sum_of_their_diseases() -> None:
    one = replace(
        _gene("ONE", _finding(182, "missense")), diseases=(DiseaseFit("OMIM:1", DOMINANT, 2.1),)
    )
    two = replace(
        _gene("TWO", _finding(182, "missense")),
        diseases=(DiseaseFit("OMIM:2", DOMINANT, 2.0), DiseaseFit("ORPHA:2", DOMINANT, 2.0)),
    )
    assert [each.gene for each in rank([one, two], SOURCES)] == ["TWO", "TWO", "ONE"]


def test_de_novo_allele__gains_evidence_and_counts_once_in_the_odds() -> None:
    (inherited,) = rank([_gene("A", _finding(182, "missense"))], SOURCES)
    gene = _gene("A", _finding(182, "missense", relatives=ABSENT))
    (assumed,) = rank([gene], SOURCES)
    (confirmed,) = rank([gene], SOURCES, parents_confirmed=True)
    assert confirmed.explanation.mode is Mode.DE_NOVO
    points = [each.variants[0].points for each in (inherited, assumed, confirmed)]
    assert points == [1, 2, 3]
    gained = [each.log10_genotype - inherited.log10_genotype for each in (assumed, confirmed)]
    assert gained == pytest.approx([FACTORS.de_novo] * 2)


def test_compound_pair__needs_both_alleles_to_be_pathogenic() -> None:
    stop, missense = _finding(182, "stop_gained"), _finding(190, "missense")
    (pair,) = rank([_gene("A", stop, missense, modes=RECESSIVE)], SOURCES)
    assert pair.explanation.mode is Mode.RECESSIVE_COMPOUND
    both = _ratio(Effect.LOSS, RECESSIVE_CAUSES) + _ratio(Effect.MISSENSE, RECESSIVE_CAUSES)
    assert pair.log10_genotype == pytest.approx(LOG10_PRIOR + both + FACTORS.phase_unknown)


def test_best_explanation__stands_for_its_disease() -> None:
    gene = _gene("A", _finding(182, "missense"), _finding(190, "stop_gained"))
    (only,) = rank([gene], SOURCES)
    assert only.variants[0].finding.subject.allele.position == 190


def test_gene_that_its_modes_do_not_allow__is_not_ranked() -> None:
    stop = _finding(182, "stop_gained")
    mitochondrial = frozenset({Inheritance.MITOCHONDRIAL})
    assert rank([_gene("A", stop, modes=mitochondrial)], SOURCES) == ()


def test_homozygous_allele_of_a_dominant_disease__is_ranked_below_a_heterozygous_one() -> None:
    genes = [
        _gene("HOM", _finding(182, "stop_gained", Genotype.HOM)),
        _gene("HET", _finding(182, "stop_gained")),
    ]
    het, hom = rank(genes, SOURCES)
    assert (het.gene, hom.gene) == ("HET", "HOM")
    assert hom.explanation.mode is Mode.RECESSIVE_HOMOZYGOUS
    assert hom.log10_odds - het.log10_odds > FACTORS.homozygous_dominant


def test_single_allele_of_a_recessive_disease__ranks_below_a_pair() -> None:
    stop, missense = _finding(182, "stop_gained"), _finding(190, "missense")
    pair = _gene("A", stop, missense, modes=RECESSIVE)
    single = _gene("B", stop, modes=RECESSIVE)
    ranked = rank([single, pair], SOURCES)
    assert [each.gene for each in ranked] == ["A", "B"]
    assert ranked[1].explanation.mode is Mode.RECESSIVE_ONE_ALLELE


def test_diseases_of_a_gene_that_fit_much_worse__are_named_not_listed() -> None:
    fits = tuple(
        DiseaseFit(name, DOMINANT, score)
        for name, score in (("OMIM:1", 3.0), ("OMIM:2", 2.5), ("OMIM:3", 1.0))
    )
    ranked = rank([Gene("A", AUTOSOME, (_finding(182, "stop_gained"),), fits, TOLERANCE)], SOURCES)
    assert [each.fit.disease for each in ranked] == ["OMIM:1", "OMIM:2"]
    assert ranked[0].others == ("OMIM:3",)


def test_ties__are_in_a_stable_order() -> None:
    genes = [_gene(symbol, _finding(182, "missense")) for symbol in "CAB"]
    assert [each.gene for each in rank(genes, SOURCES)] == ["A", "B", "C"]


def test_disease_without_a_stated_mode__takes_those_of_its_gene() -> None:
    fits = disease_fits(
        frozenset({"OMIM:1", "ORPHA:1", "OMIM:9"}),
        {"OMIM:1": 1.0, "ORPHA:1": 2.0},
        Described({"OMIM:1": RECESSIVE}),
    )
    assert fits == (DiseaseFit("OMIM:1", RECESSIVE, 1.0), DiseaseFit("ORPHA:1", RECESSIVE, 2.0))
    assert (
        disease_fits(frozenset({"OMIM:1"}), {"OMIM:1": 0.0}, Described({}))[0].modes == frozenset()
    )


def test_incomplete_penetrance__keeps_a_variant_of_an_unaffected_parent_higher() -> None:
    mother = RelativeCarriage(Kin.MOTHER, affected=False, carriage=Carriage.HET)
    finding = _finding(182, "missense", relatives=(mother,))
    odds = []
    for spared in ((), {"OMIM:1"}):
        described = Described({"OMIM:1": DOMINANT}, spares_some=spared)
        fits = disease_fits(frozenset({"OMIM:1"}), {"OMIM:1": 1.0}, described)
        (only,) = rank([replace(_gene("A", finding), diseases=fits)], SOURCES)
        odds.append(only.log10_odds)
    gained = FACTORS.carried_without_penetrance - FACTORS.carried_by_unaffected
    assert odds[1] - odds[0] == pytest.approx(gained)


def test_disease_that_is_seldom_monogenic__ranks_lower_and_says_so() -> None:
    gene = _gene("A", _finding(182, "missense"))
    both = [
        disease_fits(
            frozenset({"OMIM:1"}), {"OMIM:1": 1.0}, Described({"OMIM:1": DOMINANT}, (), seldom)
        )
        for seldom in ((), {"OMIM:1"})
    ]
    (plain,), (less,) = (rank([replace(gene, diseases=fits)], SOURCES) for fits in both)
    assert less.log10_odds - plain.log10_odds == pytest.approx(FACTORS.seldom_monogenic)
    assert less.explanation.reasons == (*plain.explanation.reasons, SELDOM_MONOGENIC[1])


@given(count=st.integers(2, 60))
@settings(deadline=None)
def test_genes_of_one_disease__share_its_probability(count: int) -> None:
    symbols = tuple(f"G{number}" for number in range(count))
    shared = Described({"OMIM:1": DOMINANT}, genes={"OMIM:1": symbols})
    alone = Described({"OMIM:1": DOMINANT}, genes={"OMIM:1": symbols[:1]})

    def ranked(described: Described, symbols: tuple[str, ...]) -> tuple[Ranked, ...]:
        fits = disease_fits(frozenset({"OMIM:1"}), {"OMIM:1": 1.0}, described)
        gene = _gene("A", _finding(182, "missense"))
        return rank([replace(gene, symbol=each, diseases=fits) for each in symbols], SOURCES)

    (only,) = ranked(alone, symbols[:1])
    every = ranked(shared, symbols)
    together = sum(10**each.log10_odds for each in every)
    assert together == pytest.approx(10**only.log10_odds)
    assert every[0].explanation.reasons == (f"{count} genes are known to cause this disease",)
    assert only.explanation.reasons == ()


@pytest.mark.parametrize("classification", ValidityClass)
def test_judgement_of_experts__counts_for_its_disease_alone(classification: ValidityClass) -> None:
    weaker = replace(VALIDITY_OF_1, classification=ValidityClass.REFUTED)
    judged = replace(VALIDITY_OF_1, classification=classification)
    fits = disease_fits(
        frozenset({"OMIM:1", "OMIM:2"}),
        {"OMIM:1": 1.0, "OMIM:2": 1.0},
        Described({"OMIM:1": DOMINANT, "OMIM:2": DOMINANT}),
        validity=(weaker, judged),
    )
    gene = replace(_gene("A", _finding(182, "missense")), diseases=fits)
    odds = {each.fit.disease: each.log10_odds for each in rank([gene], SOURCES)}
    reasons = {each.fit.disease: each.explanation.reasons for each in rank([gene], SOURCES)}
    factor, words = VALIDITY[classification]
    assert odds["OMIM:1"] - odds["OMIM:2"] == pytest.approx(factor)
    assert (reasons["OMIM:1"], reasons["OMIM:2"]) == ((words,), ())


@pytest.mark.parametrize("classification", ValidityClass)
def test_judgement_by_another_name__counts_for_a_sure_gene_that_is_not_judged_by_its_own(
    classification: ValidityClass,
) -> None:
    other = replace(VALIDITY_OF_1, diseases=("MONDO:9",), classification=classification)
    two = frozenset({"OMIM:1", "OMIM:2"})
    scores, described = dict.fromkeys(two, 1.0), Described(dict.fromkeys(two, DOMINANT))
    alone = disease_fits(two, scores, described, validity=(other,))
    is_sure = classification in {ValidityClass.DEFINITIVE, ValidityClass.STRONG}
    assert {each.judged for each in alone} == {SURE_BY_ANOTHER_NAME if is_sure else None}
    own, unjudged = disease_fits(two, scores, described, validity=(VALIDITY_OF_1,))
    assert (own.judged, unjudged.judged) == (VALIDITY[ValidityClass.DEFINITIVE], None)
    limited = replace(VALIDITY_OF_1, classification=ValidityClass.LIMITED)
    first, _ = disease_fits(two, scores, described, validity=(other, limited))
    assert first.judged == VALIDITY[ValidityClass.LIMITED]


def test_judgements_of_experts__order_the_genes_as_sure_unjudged_unsure_doubted() -> None:
    sure, unsure, doubted = (
        VALIDITY[each][0]
        for each in (ValidityClass.STRONG, ValidityClass.LIMITED, ValidityClass.DISPUTED)
    )
    assert sure > SURE_BY_ANOTHER_NAME[0] > 0 > unsure > doubted


def test_compound_pair__is_evidence_for_each_other_by_class_and_phase() -> None:
    def pair(second: int) -> Gene:
        missense = replace(
            _finding(181, "missense"),
            observation=Observation(Genotype.HET, Phase("", 0)),
        )
        stop = replace(
            _finding(182, "stop_gained"),
            observation=Observation(Genotype.HET, Phase("", second)),
        )
        return _gene("A", missense, stop, modes=RECESSIVE)

    (apart,) = rank([pair(1)], SOURCES)
    assert apart.explanation.mode is Mode.RECESSIVE_COMPOUND
    evidence = {each.criterion: each for each in apart.variants[0].evidence}
    # The stop is likely pathogenic by itself: PVS1 and PM2, 9 points.
    assert (evidence["PM3"].points, evidence["PM3"].met) == (2, Met.MET)
    assert "on the other copy than c." in evidence["PM3"].data
    # The rank weighs the pair by the rules of inheritance, not once more by PM3.
    assert apart.log10_genotype == pytest.approx(
        LOG10_PRIOR + FACTORS.trans + sum(each.log10_ratio for each in apart.variants)
    )
