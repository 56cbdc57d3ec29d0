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
from kerne.interpretation.family.pedigree import Family, Kin, Relative
from kerne.interpretation.interpretation import examine, examine_again, interpret
from kerne.interpretation.reading.calls import Call, GenomeCalls
from kerne.interpretation.reading.reads import Reads
from kerne.interpretation.reading.structural import Breakend, StructuralCall, StructuralKind
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
