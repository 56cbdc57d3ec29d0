import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from kerne.alleles.assembly import GRCH38, KERNIA1
from kerne.alleles.transcript import Transcript
from kerne.cases.answers.document import canonical_json, read_document
from kerne.errors import InterpretationError
from kerne.interpretation.at_hand import Knowledge
from kerne.interpretation.basis import Basis
from kerne.interpretation.candidate import Candidate, Genotype, Mode
from kerne.interpretation.family.pedigree import Family, Kin, Relative
from kerne.interpretation.interpretation import examine, examine_again
from kerne.interpretation.reading.calls import Call, GenomeCalls
from kerne.interpretation.reading.structural import StructuralCall, StructuralKind
from kerne.interpretation.secondary import Disclosure, FindingClass, SecondaryList
from kerne.knowledge.allele_library import AlleleLibrary
from kerne.knowledge.frequencies import read_frequencies
from kerne.knowledge.genes import SMALL_RNA_BP, GeneModels
from kerne.knowledge.release import Kind
from kerne.phenotype.phenopacket import Phenotype, Sex

MakeCall = Callable[..., Call]
MakeGenome = Callable[..., GenomeCalls]
PHENOTYPE = Phenotype("P", Sex.UNKNOWN, ("HP:0000010", "HP:0000030"), (), ("a note",))


@pytest.fixture
def calls(make_call: MakeCall) -> dict[str, Call]:
    return {
        "stop": make_call(181, "C>T"),
        "silent": make_call(116, "A>G"),
        "missense": make_call(211, "T>C"),
        "on X": make_call(181, "C>T", Genotype.HEMI, contig="chrX"),
    }


@pytest.fixture
def genome(calls: Mapping[str, Call], make_genome: MakeGenome) -> GenomeCalls:
    return make_genome(*calls.values())


def _deletion(start: int, end: int) -> StructuralCall:
    return StructuralCall(
        StructuralKind.DELETION, "chr1", start, end, Genotype.HET, size_bp=end - start
    )


def _trio(calls: Mapping[str, Call], make_genome: MakeGenome) -> Family:
    stop, missense = calls["stop"], calls["missense"]
    mother = make_genome(missense, sample="M", absent=(stop.allele,))
    father = make_genome(sample="F", absent=(stop.allele, missense.allele))
    sibling = make_genome(stop, sample="B")
    return Family(
        (
            Relative(Kin.MOTHER, False, mother),
            Relative(Kin.FATHER, None, father),
            Relative(Kin.SIBLING, True, sibling),
        )
    )


@pytest.mark.parametrize(
    ("has_family", "opened"), list(product((False, True), (None, Disclosure(frozenset()))))
)
def test_look_again__ranks_alike_while_nothing_new_is_known(  # noqa: PLR0913 - one argument a fixture
    knowledge: Knowledge,
    calls: Mapping[str, Call],
    genome: GenomeCalls,
    make_genome: MakeGenome,
    monkeypatch: pytest.MonkeyPatch,
    *,
    has_family: bool,
    opened: Disclosure | None,
) -> None:
    listed = SecondaryList("9 (test)", {"XGENE": FindingClass(actionable=True, adult_onset=False)})
    monkeypatch.setattr("kerne.interpretation.interpretation.secondary_list", lambda: listed)
    family = _trio(calls, make_genome) if has_family else None
    seen = examine(genome, PHENOTYPE, knowledge, family=family, disclosure=opened)
    again = examine_again(seen.basis, PHENOTYPE, knowledge, disclosure=opened)
    assert seen.primary.candidates
    assert seen.secondary.candidates
    assert again.primary.candidates == seen.primary.candidates
    assert (again.secondary, again.relationships) == (seen.secondary, seen.relationships)
    assert again.basis == seen.basis


def test_basis__is_read_back_as_it_was_kept(
    knowledge: Knowledge, calls: Mapping[str, Call], genome: GenomeCalls, make_genome: MakeGenome
) -> None:
    family = _trio(calls, make_genome)
    kept = canonical_json(examine(genome, PHENOTYPE, knowledge, family=family).basis)
    again = examine_again(read_document(kept, Basis), PHENOTYPE, knowledge)
    assert canonical_json(again.basis) == kept


def test_basis__holds_what_could_matter_in_any_gene(
    knowledge: Knowledge, calls: Mapping[str, Call], genome: GenomeCalls
) -> None:
    unlinked = replace(knowledge, gene_links={})
    basis = examine(genome, PHENOTYPE, unlinked).basis
    mattering = {calls[name].allele for name in ("stop", "missense", "on X")}
    assert {each.allele for each in basis.alleles} == mattering
    assert {each.allele for each in basis.consequences} == mattering
    assert {call.allele for call in basis.patient.calls} == mattering
    assert [(each.symbol, each.log10_phenotype) for each in basis.genes] == [
        ("PLUS", {}),
        ("XGENE", {}),
    ]


def test_basis__leaves_out_what_is_too_frequent_for_any_disease(
    knowledge: Knowledge, calls: Mapping[str, Call], genome: GenomeCalls, tmp_path: Path
) -> None:
    path = tmp_path / "frequencies.tsv"
    rows = ("chr1 181 C T 1 20000 5e-05 0 1", "chr1 211 T C 9000 20000 0.45 2000 5000")
    lines = ("chrom pos ref alt AC AN AF hom het", *rows)
    path.write_text("".join(line.replace(" ", "\t") + "\n" for line in lines))
    release = replace(knowledge.releases[0], kind=Kind.FREQUENCIES)
    frequencies = read_frequencies(path, KERNIA1)
    published = replace(
        knowledge,
        frequencies=frequencies,
        facts=AlleleLibrary(frequencies),
        releases=(*knowledge.releases, release),
    )
    known = {e.allele: e.frequency for e in examine(genome, PHENOTYPE, published).basis.alleles}
    stop = known.pop(calls["stop"].allele)
    assert stop is not None
    assert stop.ac == 1
    assert set(known.values()) == {None}
    assert calls["missense"].allele not in known


def test_new_gene_link__makes_a_candidate_of_what_was_kept(
    knowledge: Knowledge, genome: GenomeCalls
) -> None:
    before = examine(genome, PHENOTYPE, replace(knowledge, gene_links={}))
    after = examine_again(before.basis, PHENOTYPE, knowledge)
    assert before.primary.candidates == ()
    assert {each.gene for each in after.primary.candidates} == {"PLUS", "XGENE"}


def test_new_link_of_an_rna_gene__makes_a_candidate_of_what_was_kept(
    knowledge: Knowledge, make_call: MakeCall, make_genome: MakeGenome
) -> None:
    rna = Transcript("NC_1(RNU)", "HGNC:9", "RNU", "chr1", -1, ((20, 60),), None, None)
    genes = GeneModels([*knowledge.genes.transcripts, rna])
    unlinked = replace(knowledge, genes=genes)
    first = examine(make_genome(make_call(31, "T>A")), PHENOTYPE, unlinked)
    assert first.primary.candidates == ()
    linked = replace(unlinked, gene_links={**knowledge.gene_links, "RNU": frozenset({"OMIM:1"})})
    again = examine_again(first.basis, PHENOTYPE, linked)
    assert [each.gene for each in again.primary.candidates] == ["RNU"]


@pytest.mark.parametrize("length_bp", [60, 2_000])
def test_deletion_of_an_rna_gene__is_a_candidate_when_it_is_linked(
    knowledge: Knowledge, make_call: MakeCall, length_bp: int
) -> None:
    exons = ((20, 20 + length_bp),)
    rna = Transcript("NC_1(RNU)", "HGNC:9", "RNU", "chr1", -1, exons, None, None)
    genes = GeneModels([*knowledge.genes.transcripts, rna])
    unlinked = replace(knowledge, genes=genes, gene_links={})
    small = make_call(31, "T>A")
    genome = GenomeCalls("S", KERNIA1, (small,), structural=(_deletion(10, 4_000),))
    first = examine(genome, PHENOTYPE, unlinked)
    assert first.primary.candidates == ()
    kept = {each.allele for each in first.basis.patient.calls}
    assert (small.allele in kept) is (length_bp < SMALL_RNA_BP)
    linked = replace(unlinked, gene_links={"RNU": frozenset({"OMIM:1"})})
    again = examine_again(first.basis, PHENOTYPE, linked).primary.candidates
    lost = next(each for each in again if each.variants[0].allele.is_symbolic)
    assert (lost.gene, lost.variants[0].consequence) == ("RNU", "transcript_ablation")
    assert "the whole RNA is lost" in lost.reasons[0]


def test_structural_variants__are_kept_up_to_a_number_those_over_most_genes_first(
    knowledge: Knowledge, monkeypatch: pytest.MonkeyPatch
) -> None:
    plus = knowledge.genes.of_gene("PLUS")[0]
    beside = replace(plus, identifier="TX9.1", symbol="BESIDE", exons=((420, 480),), cds=(420, 480))
    models = replace(knowledge, genes=GeneModels([*knowledge.genes.transcripts, beside]))
    both, plus_alone, one_exon = _deletion(50, 490), _deletion(90, 400), _deletion(170, 250)
    genome = GenomeCalls("S", KERNIA1, (), structural=(both, plus_alone, one_exon))
    monkeypatch.setattr("kerne.interpretation.basis.MOST_STRUCTURAL", 2)
    basis = examine(genome, PHENOTYPE, models).basis
    assert {each.allele for each in basis.patient.calls} == {both.allele, plus_alone.allele}
    assert {each.allele for each in basis.consequences} == {both.allele, plus_alone.allele}
    assert basis.lacks == "1 structural variants over the fewest genes are not kept"
    monkeypatch.undo()
    every = examine(genome, PHENOTYPE, models).basis
    assert (len(every.patient.calls), every.lacks) == (3, "")


def test_basis_of_an_earlier_version__opens_and_says_what_it_lacks(knowledge: Knowledge) -> None:
    genome = GenomeCalls("S", KERNIA1, (), structural=(_deletion(50, 450),))
    seen = examine(genome, PHENOTYPE, knowledge)
    former = json.loads(canonical_json(seen.basis))
    assert former.pop("structural")["dosage"]
    opened = read_document(json.dumps(former).encode(), Basis)
    assert opened.lacks.startswith("kept by an earlier version, without structural variants over")
    again = examine_again(opened, PHENOTYPE, knowledge)
    assert again.primary.candidates == seen.primary.candidates


def test_relative_left_out__is_as_one_who_never_was_there(
    knowledge: Knowledge, calls: Mapping[str, Call], genome: GenomeCalls, make_genome: MakeGenome
) -> None:
    family = _trio(calls, make_genome)
    basis = examine(genome, PHENOTYPE, knowledge, family=family).basis

    def stop(candidates: tuple[Candidate, ...]) -> Mode:
        return next(each.mode for each in candidates if each.disease == "OMIM:1")

    assert stop(examine_again(basis, PHENOTYPE, knowledge).primary.candidates) is Mode.DE_NOVO
    without = examine_again(basis, PHENOTYPE, knowledge, without=("F",)).primary.candidates
    two = Family(tuple(each for each in family.relatives if each.kin is not Kin.FATHER))
    assert without == examine(genome, PHENOTYPE, knowledge, family=two).primary.candidates
    assert stop(without) is Mode.DOMINANT


def test_basis_of_another_assembly__is_refused(knowledge: Knowledge, genome: GenomeCalls) -> None:
    basis = replace(examine(genome, PHENOTYPE, knowledge).basis, assembly=GRCH38.name)
    with pytest.raises(InterpretationError, match="genome of assembly `GRCh38`, knowledge of"):
        examine_again(basis, PHENOTYPE, knowledge)
