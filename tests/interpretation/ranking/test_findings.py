from collections.abc import Callable

import pytest

from kerne.alleles.allele import Allele
from kerne.alleles.assembly import GRCH38, KERNIA1, ContigKind
from kerne.alleles.interval import Interval, Intervals
from kerne.alleles.mitochondrion import mitochondrial_transcripts
from kerne.alleles.rna_genes import rna_transcripts
from kerne.alleles.sequence import ReferenceSequence
from kerne.alleles.transcript import Transcript
from kerne.interpretation.candidate import Genotype
from kerne.interpretation.consequences.consequence import Consequence
from kerne.interpretation.family.observation import Place
from kerne.interpretation.family.pedigree import Family, Kin, PedigreeSex, Relative
from kerne.interpretation.ranking.findings import (
    is_in_repeat,
    make_subject,
    name_on,
    observe,
    place_of,
    protein_on,
    relevant_by_gene,
)
from kerne.interpretation.reading.calls import Call, Carriage, GenomeCalls, Phase
from kerne.knowledge.allele_facts import NOTHING_KNOWN

AUTOSOMAL = Place(ContigKind.AUTOSOME)
ALLELE = Allele("chr1", 180, "C", "T")
EXONS = ((100, 400),)


def _model(name: str, symbol: str = "G", *tags: str, coding: bool = True) -> Transcript:
    cds = (100, 400) if coding else None
    return Transcript(name, symbol, symbol, "chr1", 1, EXONS, cds, None, frozenset(tags))


def _chosen(models: list[Transcript], *found: tuple[str, str]) -> dict[str, str]:
    consequences = {ALLELE: [Consequence(ALLELE, name, "ignored", (term,)) for name, term in found]}
    by_gene = relevant_by_gene(consequences, {model.identifier: model for model in models})
    return {symbol: hits[ALLELE].transcript for symbol, hits in by_gene.items()}


def test_mane_select__speaks_for_its_gene_even_when_another_is_hit_worse() -> None:
    models = [_model("A"), _model("B", "G", "MANE_Select")]
    assert _chosen(models, ("A", "stop_gained"), ("B", "missense")) == {"G": "B"}
    assert _chosen(models, ("A", "stop_gained"), ("B", "intron")) == {}


def test_without_mane__the_transcript_hit_worst_speaks() -> None:
    models = [_model("A"), _model("B")]
    assert _chosen(models, ("A", "missense"), ("B", "stop_gained")) == {"G": "B"}


def test_allele_in_two_genes__is_found_in_both_and_in_coding_transcripts_only() -> None:
    models = [_model("A", "G"), _model("B", "H"), _model("C", "I", coding=False)]
    found = ("A", "missense"), ("B", "frameshift"), ("C", "stop_gained"), ("gone", "stop_gained")
    assert _chosen(models, *found) == {"G": "A", "H": "B"}


@pytest.mark.parametrize(
    ("position_1based", "change", "expected"),
    [
        (113, "G>GGCA", True),  # a tenth GCA
        (113, "GGCAGCA>G", True),  # two GCA of nine
        (129, "G>GCAG", True),
        (210, "A>ATTT", False),
        (242, "TTCTC>T", True),  # TC repeats through the intron
        (120, "GC>TA", False),
        (370, "A>ATAA", False),
    ],
)
def test_repeat__is_three_copies_of_the_unit_in_the_reference(
    reference: ReferenceSequence, position_1based: int, change: str, expected: bool
) -> None:
    before, after = change.split(">")
    assert is_in_repeat(Allele("chr1", position_1based - 1, before, after), reference) is expected


def test_subject__is_named_and_asked_about_repeats_only_when_its_length_changes(
    reference: ReferenceSequence, plus: Transcript
) -> None:
    stop = Consequence(ALLELE, "TX1.1", "PLUS", ("stop_gained",))
    subject = make_subject(ALLELE, stop, plus, reference, NOTHING_KNOWN)
    assert (subject.coding_name, subject.protein_name) == ("TX1.1:c.31C>T", "p.(Gln11Ter)")
    assert subject.in_repeat is None
    gain = Allele("chr1", 112, "G", "GGCA")
    longer = Consequence(gain, "TX1.1", "PLUS", ("inframe_insertion",))
    assert make_subject(gain, longer, plus, reference, NOTHING_KNOWN).in_repeat is True


def test_place__is_shared_where_x_and_y_pair() -> None:
    def place(contig: str, start: int, *, single_x: bool) -> tuple[ContigKind, bool]:
        model = Transcript("T", "G", "G", contig, 1, ((start, start + 10),), None, None)
        found = place_of(model, GRCH38, single_x=single_x)
        return found.kind, found.is_single_copy

    assert place("chr20", 5, single_x=True) == (ContigKind.AUTOSOME, False)
    assert place("chrX", 50_000_000, single_x=True) == (ContigKind.X, True)
    assert place("chrX", 50_000_000, single_x=False) == (ContigKind.X, False)
    assert place("chrX", 20_000, single_x=True) == (ContigKind.AUTOSOME, False)
    assert place("chrY", 20_000, single_x=True) == (ContigKind.AUTOSOME, False)
    assert place("chrY", 10_000_000, single_x=True) == (ContigKind.Y, True)


def test_observation__holds_how_each_relative_carries_the_allele(
    make_call: Callable[..., Call],
) -> None:
    call = make_call(181, "C>T", phase=Phase("", 1))
    mother = Relative(Kin.MOTHER, affected=False, calls=GenomeCalls("M", KERNIA1, (call,)))
    seen = observe(call, Family((mother,)), AUTOSOMAL)
    assert seen.parent(Kin.MOTHER) is Carriage.HET
    assert seen.parent(Kin.FATHER) is Carriage.UNKNOWN
    assert seen.phase == Phase("", 1)
    assert observe(call, None, AUTOSOMAL).relatives == ()


def test_two_copies_called_where_there_is_one__are_that_one(
    make_call: Callable[..., Call],
) -> None:
    single = Place(ContigKind.X, is_single_copy=True)
    call = make_call(181, "C>T", Genotype.HOM, contig="chrX")
    assert observe(call, None, single).genotype is Genotype.HEMI
    assert observe(call, None, Place(ContigKind.X)).genotype is Genotype.HOM


def test_mane_plus_clinical__speaks_where_the_allele_matters_there_alone() -> None:
    models = [
        *(_model("S", "G", "MANE_Select"), _model("C", "G", "MANE_Plus_Clinical")),
        _model("O", "G"),
    ]
    assert _chosen(models, ("S", "intron"), ("C", "missense")) == {"G": "C"}
    assert _chosen(models, ("S", "missense"), ("C", "stop_gained")) == {"G": "S"}
    assert _chosen(models, ("S", "intron"), ("O", "stop_gained")) == {}
    assert _chosen(models, ("S", "intron"), ("C", "intron")) == {}


def test_rna_gene_of_the_mitochondrion__matters_and_is_named_by_its_genome(
    reference: ReferenceSequence, plus: Transcript
) -> None:
    genes = {gene.identifier: gene for gene in mitochondrial_transcripts()}
    leucine = genes["NC_012920.1(MT-TL1)"]
    allele = Allele("chrM", 3242, "A", "G")
    hit = Consequence(allele, leucine.identifier, "MT-TL1", ("non_coding",))
    assert relevant_by_gene({allele: [hit]}, genes) == {"MT-TL1": {allele: hit}}
    assert name_on(leucine, allele, None) == "NC_012920.1:m.3243A>G"
    assert name_on(plus, ALLELE, reference) == "TX1.1:c.31C>T"


def test_rna_gene__matters_where_it_is_one_of_a_disease_and_is_named_by_its_place() -> None:
    gene = next(each for each in rna_transcripts() if each.symbol == "RNU4-2")
    allele = Allele("chr12", 120291834, "G", "A")
    hit = Consequence(allele, gene.identifier, "RNU4-2", ("non_coding",))
    by_name = {gene.identifier: gene}
    assert relevant_by_gene({allele: [hit]}, by_name) == {}
    assert relevant_by_gene({allele: [hit]}, by_name, {"RNU4-2"}) == {"RNU4-2": {allele: hit}}
    assert name_on(gene, allele, None) == "NC_000012.12:g.120291835G>A"
    assert protein_on(gene, hit, None) == ""


@pytest.mark.parametrize(
    ("reads", "expected"),
    [(None, Genotype.HEMI), (29, Genotype.HEMI), (16, Genotype.HET)],
)
def test_heterozygous_call_of_a_single_copy__is_that_copy_unless_its_reads_show_two(
    reads: int | None, expected: Genotype
) -> None:
    single = Place(ContigKind.X, is_single_copy=True)
    call = Call(Allele("chrX", 180, "C", "T"), Genotype.HET, 30, None, reads)
    seen = observe(call, None, single)
    assert (seen.genotype, seen.reads) == (expected, call.reads)
    assert seen.givers == {Kin.MOTHER}


def test_male_relatives__are_hemizygous_on_x_however_it_is_written() -> None:
    call = Call(Allele("chrX", 180, "C", "T"), Genotype.HET)
    carrier = GenomeCalls("R", KERNIA1, (call,))
    family = Family(
        (
            Relative(Kin.FATHER, affected=False, calls=carrier),
            Relative(Kin.MOTHER, affected=False, calls=carrier, sex=PedigreeSex.FEMALE),
            Relative(Kin.SIBLING, affected=False, calls=carrier, sex=PedigreeSex.MALE),
        )
    )
    on_x = observe(call, family, Place(ContigKind.X))
    assert [e.carriage for e in on_x.relatives] == [Carriage.HEMI, Carriage.HET, Carriage.HEMI]
    shared = observe(call, family, AUTOSOMAL)
    assert {e.carriage for e in shared.relatives} == {Carriage.HET}


def test_observation__knows_the_homozygous_stretch_that_it_lies_in() -> None:
    call = Call(ALLELE, Genotype.HOM)
    stretches = Intervals.build([Interval("chr1", 100, 5_000_000), Interval("chr2", 0, 9)])
    assert observe(call, None, AUTOSOMAL, stretches).stretch_bp == 4_999_900
    assert observe(call, None, AUTOSOMAL).stretch_bp == 0


def test_protein__is_named_by_all_alleles_that_act_together(
    reference: ReferenceSequence, plus: Transcript
) -> None:
    # Codon 21 is TGG: TAG alone would be a stop, AAG is lysine.
    first, second = Allele("chr1", 210, "T", "A"), Allele("chr1", 211, "G", "A")
    alone = Consequence(second, "TX1.1", "PLUS", ("stop_gained",))
    together = Consequence(second, "TX1.1", "PLUS", ("missense",), together_with=(first,))
    assert protein_on(plus, alone, reference) == "p.(Trp21Ter)"
    assert protein_on(plus, together, reference) == "p.(Trp21Lys)"
    # A base lost and the same base back: nothing is changed.
    lost, back = Allele("chr1", 209, "AT", "A"), Allele("chr1", 211, "G", "TG")
    nothing = Consequence(lost, "TX1.1", "PLUS", ("missense",), together_with=(back,))
    assert protein_on(plus, nothing, reference) == "p.(=)"
