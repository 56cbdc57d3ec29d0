import pytest

from kerne.alleles.allele import Allele
from kerne.alleles.assembly import ContigKind
from kerne.alleles.transcript import Transcript
from kerne.interpretation.calls import Carriage
from kerne.interpretation.candidate import Genotype, Mode
from kerne.interpretation.classification import (
    log10_odds_all_pathogenic,
    pathogenic_probability,
)
from kerne.interpretation.consequence import Consequence
from kerne.interpretation.criteria.subject import Sources, Subject
from kerne.interpretation.factors import FACTORS
from kerne.interpretation.observation import Observation, Place, RelativeCarriage
from kerne.interpretation.pedigree import Kin
from kerne.interpretation.ranking import (
    SPLICE_REGION_PROBABILITY,
    DiseaseFit,
    Finding,
    Gene,
    disease_fits,
    rank,
)
from kerne.interpretation.reads import Reads
from kerne.knowledge.allele_facts import AlleleFacts
from kerne.phenotype.annotations import Inheritance

SOURCES = Sources("genes g", "frequencies f")
MODEL = Transcript(
    "TX1.1", "G1", "PLUS", "chr1", 1, ((100, 140), (180, 240), (280, 380)), (110, 370), None
)
AUTOSOME = Place(ContigKind.AUTOSOME)
DOMINANT = frozenset({Inheritance.AUTOSOMAL_DOMINANT})
RECESSIVE = frozenset({Inheritance.AUTOSOMAL_RECESSIVE})
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
    return Gene(symbol, AUTOSOME, findings, (DiseaseFit(f"OMIM:{symbol}", modes, 2.0),))


def test_odds__are_those_of_phenotype_and_genotype() -> None:
    (only,) = rank([_gene("A", _finding(182, "stop_gained"))], SOURCES)
    # PVS1 lowered to strong (4), PM2 supporting (1)
    genotype = log10_odds_all_pathogenic([pathogenic_probability(5)])
    assert only.log10_genotype == pytest.approx(genotype)
    assert only.log10_odds == pytest.approx(2.0 + genotype)


def test_stop__ranks_above_missense_and_missense_above_a_splice_region() -> None:
    genes = [
        _gene("S", _finding(182, "splice_region")),
        _gene("M", _finding(182, "missense")),
        _gene("N", _finding(182, "stop_gained")),
    ]
    ranked = rank(genes, SOURCES)
    assert [each.gene for each in ranked] == ["N", "M", "S"]
    assert ranked[2].variants[0].probability == pytest.approx(
        pathogenic_probability(1, SPLICE_REGION_PROBABILITY)
    )


def test_de_novo_allele__gains_evidence_and_odds() -> None:
    (inherited,) = rank([_gene("A", _finding(182, "missense"))], SOURCES)
    gene = _gene("A", _finding(182, "missense", relatives=ABSENT))
    (assumed,) = rank([gene], SOURCES)
    (confirmed,) = rank([gene], SOURCES, parents_confirmed=True)
    assert confirmed.explanation.mode is Mode.DE_NOVO
    points = [each.variants[0].points for each in (inherited, assumed, confirmed)]
    assert points == [1, 2, 3]
    gained = confirmed.log10_genotype - assumed.log10_genotype
    assert 0 < gained < assumed.log10_genotype - inherited.log10_genotype
    assert FACTORS.de_novo > 0


def test_compound_pair__needs_both_alleles_to_be_pathogenic() -> None:
    stop, missense = _finding(182, "stop_gained"), _finding(190, "missense")
    (pair,) = rank([_gene("A", stop, missense, modes=RECESSIVE)], SOURCES)
    assert pair.explanation.mode is Mode.RECESSIVE_COMPOUND
    both = log10_odds_all_pathogenic([pathogenic_probability(9), pathogenic_probability(1)])
    assert pair.log10_genotype == pytest.approx(both + FACTORS.phase_unknown)


def test_best_explanation__stands_for_its_disease() -> None:
    gene = _gene("A", _finding(182, "missense"), _finding(190, "stop_gained"))
    (only,) = rank([gene], SOURCES)
    assert only.variants[0].finding.subject.allele.position == 190


def test_gene_that_its_modes_do_not_allow__is_not_ranked() -> None:
    stop = _finding(182, "stop_gained", Genotype.HOM)
    assert rank([_gene("A", stop, modes=DOMINANT)], SOURCES) == ()


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
    ranked = rank([Gene("A", AUTOSOME, (_finding(182, "stop_gained"),), fits)], SOURCES)
    assert [each.fit.disease for each in ranked] == ["OMIM:1", "OMIM:2"]
    assert ranked[0].others == ("OMIM:3",)


def test_ties__are_in_a_stable_order() -> None:
    genes = [_gene(symbol, _finding(182, "missense")) for symbol in "CAB"]
    assert [each.gene for each in rank(genes, SOURCES)] == ["A", "B", "C"]


def test_disease_without_a_stated_mode__takes_those_of_its_gene() -> None:
    fits = disease_fits(
        frozenset({"OMIM:1", "ORPHA:1", "OMIM:9"}),
        {"OMIM:1": RECESSIVE},
        {"OMIM:1": 1.0, "ORPHA:1": 2.0},
    )
    assert fits == (DiseaseFit("OMIM:1", RECESSIVE, 1.0), DiseaseFit("ORPHA:1", RECESSIVE, 2.0))
    assert disease_fits(frozenset({"OMIM:1"}), {}, {"OMIM:1": 0.0})[0].modes == frozenset()
