from collections.abc import Callable
from dataclasses import replace

import pytest

from kerne.alleles.allele import Allele
from kerne.alleles.assembly import KERNIA1
from kerne.alleles.interval import Interval
from kerne.cases.answers.document import canonical_json, read_document
from kerne.interpretation.at_hand import Knowledge
from kerne.interpretation.basis import Basis
from kerne.interpretation.candidate import Candidate, Classification, Genotype, Met, Mode
from kerne.interpretation.criteria.copy_number import CopyScore, Origin, met, origin_of
from kerne.interpretation.family.factors import FACTORS
from kerne.interpretation.family.observation import Observation, RelativeCarriage
from kerne.interpretation.family.pedigree import Family, Kin, Relative
from kerne.interpretation.interpretation import examine, examine_again, interpret
from kerne.interpretation.reading.calls import Call, Carriage, GenomeCalls
from kerne.interpretation.reading.reads import Reads
from kerne.interpretation.reading.structural import Breakend, StructuralCall, StructuralKind
from kerne.interpretation.structural.score import LOG10_OF_CLASS, StructuralScore, origin_in
from kerne.knowledge.dosage import DosageRegions
from kerne.knowledge.gene_facts import DosageRegion, DosageScore
from kerne.phenotype.phenopacket import Phenotype, Sex

MakeCall = Callable[..., Call]
MakeGenome = Callable[..., GenomeCalls]
BLUE_EARS, GREEN_NAILS, COLD_NOSE = "HP:0000010", "HP:0000020", "HP:0000030"
DOMINANT, RECESSIVE, X_LINKED = BLUE_EARS, GREEN_NAILS, COLD_NOSE
"""A feature of the dominant and of the recessive disease of PLUS, and of that of XGENE."""


def _structural(
    kind: str,
    start: int = 50,
    end: int = 450,
    genotype: Genotype = Genotype.HET,
    *,
    contig: str = "chr1",
    **more: object,
) -> StructuralCall:
    size = end - start
    return StructuralCall(
        StructuralKind(kind),
        contig,
        start,
        end,
        genotype,
        size,
        **more,  # type: ignore[arg-type]  # what a test adds
    )


def _genome(*structural: StructuralCall, calls: tuple[Call, ...] = ()) -> GenomeCalls:
    return GenomeCalls("S", KERNIA1, calls, structural=structural)


def _best(
    genome: GenomeCalls,
    knowledge: Knowledge,
    term: str = DOMINANT,
    *,
    family: Family | None = None,
    sex: Sex = Sex.UNKNOWN,
) -> Candidate:
    phenotype = Phenotype("P", sex, (term,), ())
    return interpret(genome, phenotype, knowledge, family=family).candidates[0]


def test_deletion_of_a_gene__is_a_candidate_named_scored_and_never_by_small_points(
    knowledge: Knowledge,
) -> None:
    best = _best(_genome(_structural("DEL", reads=Reads(30, 12))), knowledge)
    (variant,) = best.variants
    assert (best.gene, best.mode) == ("PLUS", Mode.DOMINANT)
    assert str(variant.allele) == "chr1-50-N-<DEL:400>"
    assert variant.coding_name == "chr1:g.51_450del"
    assert variant.consequence == "transcript_ablation"
    assert variant.points == 0
    assert {each.criterion for each in variant.evidence} >= {"CNV 1A", "CNV 3A", "CNV 5F"}
    assert variant.published_frequency.startswith("not known: nothing at hand counts structural")
    assert best.reasons[0] == (
        "transcript ablation seq[Kernia1] del(1) chr1:g.51_450del: the whole coding sequence is "
        "lost; 12 of 30 reads (40%), heterozygous: uncertain significance "
        "(score +0.00 of losses and gains)"
    )


def test_gene_that_is_judged_for_dosage__makes_its_loss_pathogenic_and_higher(
    knowledge: Knowledge,
) -> None:
    region = DosageRegion(
        "ISCA-1", "PLUS", Interval("chr1", 100, 380), DosageScore.SUFFICIENT, None, None, "PLUS"
    )
    judged = replace(knowledge, dosage=DosageRegions([region], "dosage d"))
    genome = _genome(_structural("DEL"))
    before, after = _best(genome, knowledge), _best(genome, judged)
    assert after.variants[0].classification is Classification.PATHOGENIC
    assert "(score +1.00 of losses and gains)" in after.reasons[0]
    assert after.log10_odds > before.log10_odds


def test_deletion_of_new_origin__is_de_novo_where_the_file_calls_the_parents(
    knowledge: Knowledge,
) -> None:
    call = _structural("DEL", reads=Reads(30, 12))
    lacking = {call.allele: Reads(28, 0)}
    family = Family(
        tuple(
            Relative(kin, affected=False, calls=GenomeCalls(kin, KERNIA1, (), absent=lacking))
            for kin in (Kin.MOTHER, Kin.FATHER)
        )
    )
    best = _best(_genome(call), knowledge, family=family)
    assert best.mode is Mode.DE_NOVO
    assert any(e.criterion == "CNV 5A" and e.met is Met.MET for e in best.variants[0].evidence)
    unread = Family(
        tuple(
            Relative(kin, affected=False, calls=GenomeCalls(kin, KERNIA1, ()))
            for kin in (Kin.MOTHER, Kin.FATHER)
        )
    )
    assert _best(_genome(call), knowledge, family=unread).mode is Mode.DOMINANT


def _parents(**calls: tuple[StructuralCall, ...]) -> Family:
    """Give unaffected parents with these structural calls."""
    return Family(
        tuple(
            Relative(
                kin, affected=False, calls=GenomeCalls(kin, KERNIA1, (), structural=calls[kin])
            )
            for kin in (Kin.MOTHER, Kin.FATHER)
        )
    )


ELSEWHERE = (_structural("DUP", 4000, 9000),)


def test_deletion_that_the_parents_calls_do_not_show__is_told_and_counts_little(
    knowledge: Knowledge,
) -> None:
    alone = _best(_genome(_structural("DEL")), knowledge)
    best = _best(
        _genome(_structural("DEL")), knowledge, family=_parents(mother=ELSEWHERE, father=ELSEWHERE)
    )
    assert best.mode is Mode.DOMINANT
    assert best.log10_odds == pytest.approx(alone.log10_odds + FACTORS.unseen_in_parents)
    (told,) = (each for each in best.reasons if "structural calls" in each)
    assert told.startswith("not seen in either parent's structural calls: weaker than de novo")
    line = next(each for each in best.variants[0].evidence if each.criterion == "CNV 5F")
    assert (line.copy_points, line.met) == (0.0, Met.MET)
    unread = _best(_genome(_structural("DEL")), knowledge, family=_parents(mother=(), father=()))
    assert unread.log10_odds == alone.log10_odds
    assert "whether a parent has the structural variant is not known" in unread.reasons


def test_deletion_of_a_parent__is_found_there(knowledge: Knowledge) -> None:
    like = (_structural("DEL", 150, 450),)
    best = _best(
        _genome(_structural("DEL")), knowledge, family=_parents(mother=ELSEWHERE, father=like)
    )
    assert "found in the father's structural calls too" in best.reasons
    assert "the unaffected father carries it too" in best.reasons
    line = next(each for each in best.variants[0].evidence if each.criterion == "CNV 5C")
    assert line.copy_points == -0.15


def test_copy_number_on_x_of_a_parent__is_what_it_means_there(knowledge: Knowledge) -> None:
    none_left = _structural("CNV", contig="chrX", copies=0)
    family = _parents(
        mother=(_structural("CNV", contig="chrX", copies=1),),
        father=(_structural("CNV", contig="chrX", copies=1),),
    )
    best = _best(_genome(none_left), knowledge, X_LINKED, family=family, sex=Sex.MALE)
    assert "found in the mother's structural calls too" in best.reasons
    assert not any("father" in each for each in best.reasons)


SHALLOW = Reads(5, 0)


@pytest.mark.parametrize(
    ("father", "reads", "is_confirmed", "origin"),
    [
        (Carriage.UNSEEN, Reads(), True, Origin.UNSEEN),
        (Carriage.UNSEEN, Reads(), False, Origin.UNSEEN_ASSUMED),
        (Carriage.ABSENT, SHALLOW, True, Origin.UNSEEN),
        (Carriage.ABSENT, SHALLOW, False, Origin.UNSEEN_ASSUMED),
        (Carriage.ABSENT, Reads(30, 2), True, Origin.UNKNOWN),
        (Carriage.UNKNOWN, Reads(), True, Origin.UNKNOWN),
    ],
)
def test_origin_that_calls_alone_tell__counts_as_assumed_at_most(
    father: Carriage, reads: Reads, *, is_confirmed: bool, origin: Origin
) -> None:
    parents = tuple(
        RelativeCarriage(kin, affected=False, carriage=father, reads=reads)
        for kin in (Kin.MOTHER, Kin.FATHER)
    )
    seen = Observation(Genotype.HET, relatives=parents)
    assert origin_in(seen, parents_confirmed=is_confirmed) is origin
    assert origin_of(origin).points == (0.10 if origin is Origin.UNSEEN else 0)


def test_weight_in_the_rank__leaves_the_family_to_inheritance() -> None:
    lines = (met("2E", 0.90, "", ""), met("5A", 0.15, "", ""))
    score = StructuralScore("", CopyScore(lines))
    assert score.classification is Classification.PATHOGENIC
    assert score.log10_weight == LOG10_OF_CLASS[Classification.LIKELY_PATHOGENIC]


def test_deletion_and_small_variant__are_a_compound_pair(
    knowledge: Knowledge, make_call: MakeCall
) -> None:
    other = _structural("DEL", 270, 450)
    best = _best(_genome(other, calls=(make_call(181, "C>T"),)), knowledge, RECESSIVE)
    assert best.mode is Mode.RECESSIVE_COMPOUND
    assert {each.consequence for each in best.variants} == {
        "stop_gained&splice_region",
        "exon_loss_variant",
    }


def test_small_variant_over_a_deletion__is_the_only_copy_left(
    knowledge: Knowledge, make_call: MakeCall
) -> None:
    stop = make_call(181, "C>T", Genotype.HOM)
    best = _best(_genome(_structural("DEL"), calls=(stop,)), knowledge, RECESSIVE)
    assert best.mode is Mode.RECESSIVE_COMPOUND
    assert "the two alleles are on different copies of the gene" in best.reasons
    small = next(each for each in best.variants if each.allele == stop.allele)
    assert small.genotype is Genotype.HEMI
    both = _structural("DEL", genotype=Genotype.HOM)
    assert _best(_genome(both), knowledge, RECESSIVE).mode is Mode.RECESSIVE_HOMOZYGOUS


def test_copy_number_on_x__is_what_it_means_for_one_or_two_x(knowledge: Knowledge) -> None:
    one_copy = _structural("CNV", contig="chrX", copies=1)
    girl = _best(_genome(one_copy), knowledge, X_LINKED, sex=Sex.FEMALE)
    assert girl.variants[0].consequence == "transcript_ablation"
    boy = interpret(_genome(one_copy), Phenotype("P", Sex.MALE, (X_LINKED,), ()), knowledge)
    assert boy.candidates == ()
    none_left = _structural("CNV", contig="chrX", copies=0)
    best = _best(_genome(none_left), knowledge, X_LINKED, sex=Sex.MALE)
    assert (best.mode, best.variants[0].genotype) == (Mode.X_LINKED, Genotype.HEMI)


@pytest.mark.parametrize(
    ("call", "consequence"),
    [
        (_structural("DUP", 150, 260), "exon_duplication"),
        (_structural("INV", 150, 500), "transcript_broken"),
        (_structural("INS", 200, 200), "coding_insertion"),
        (
            _structural("BND", 200, 200, mate=Breakend("chr4", 9, "N[chr4:10[")),
            "transcript_broken",
        ),
        (
            _structural("BND", 9, 9, contig="chr4", mate=Breakend("chr1", 200, "N[chr1:201[")),
            "transcript_broken",
        ),
    ],
)
def test_every_kind__is_ranked_by_what_it_does(
    knowledge: Knowledge, call: StructuralCall, consequence: str
) -> None:
    best = _best(_genome(call), knowledge)
    assert best.variants[0].consequence == consequence
    assert best.variants[0].classification is Classification.UNCERTAIN


def test_variant_that_spares_all_coding_sequence__is_no_candidate_and_that_is_said(
    knowledge: Knowledge,
) -> None:
    phenotype = Phenotype("P", Sex.UNKNOWN, (DOMINANT,), ())
    found = interpret(_genome(_structural("DEL", 145, 175)), phenotype, knowledge)
    assert found.candidates == ()
    assert found.variants_read == 1
    assert any("that spare all coding sequence" in each for each in found.not_examined)
    bare = interpret(_genome(), phenotype, knowledge)
    assert any("the file holds none" in each for each in bare.not_examined)


def test_look_again__ranks_structural_variants_alike(knowledge: Knowledge) -> None:
    call = _structural("DEL")
    like = replace(call, start=60, genotype=Genotype.HET)
    mother = GenomeCalls("M", KERNIA1, (), structural=(like,))
    family = Family((Relative(Kin.MOTHER, affected=True, calls=mother),))
    phenotype = Phenotype("P", Sex.UNKNOWN, (DOMINANT,), ())
    seen = examine(_genome(call), phenotype, knowledge, family=family)
    assert "shared with the affected mother" in seen.primary.candidates[0].reasons
    kept = read_document(canonical_json(seen.basis), Basis)
    again = examine_again(kept, phenotype, knowledge)
    assert again.primary.candidates == seen.primary.candidates


@pytest.mark.parametrize("term", [DOMINANT, RECESSIVE])
def test_look_again__takes_small_and_structural_variants_in_the_same_order(
    knowledge: Knowledge, make_call: MakeCall, term: str
) -> None:
    genome = _genome(_structural("DEL", 60, 130), calls=(make_call(181, "C>T"),))
    phenotype = Phenotype("P", Sex.UNKNOWN, (term,), ())
    seen = examine(genome, phenotype, knowledge)
    kept = read_document(canonical_json(seen.basis), Basis)
    assert examine_again(kept, phenotype, knowledge).primary.candidates == seen.primary.candidates


def test_look_again__knows_what_the_parents_calls_did_not_show(knowledge: Knowledge) -> None:
    phenotype = Phenotype("P", Sex.UNKNOWN, (DOMINANT,), ())
    family = _parents(mother=ELSEWHERE, father=ELSEWHERE)
    seen = examine(_genome(_structural("DEL")), phenotype, knowledge, family=family)
    kept = read_document(canonical_json(seen.basis), Basis)
    assert examine_again(kept, phenotype, knowledge).primary.candidates == seen.primary.candidates
    assert any("either parent's" in each for each in seen.primary.candidates[0].reasons)


def test_national_database__is_not_asked_about_structural_variants(knowledge: Knowledge) -> None:
    class National:
        source = "the nation"

        def look_up(self, alleles: list[Allele]) -> list[None]:
            raise AssertionError(alleles)

    phenotype = Phenotype("P", Sex.UNKNOWN, (DOMINANT,), ())
    national = National()
    found = interpret(
        _genome(_structural("DEL")),
        phenotype,
        knowledge,
        national=national,  # type: ignore[arg-type]  # raises
    )
    assert found.candidates[0].variants[0].national_frequency.startswith("not known: nothing")
