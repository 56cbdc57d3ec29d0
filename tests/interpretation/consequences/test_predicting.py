from collections.abc import Callable
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from kerne.alleles.sequence import CODONS, ReferenceSequence
from kerne.alleles.transcript import Transcript
from kerne.errors import InterpretationError
from kerne.interpretation.candidate import Genotype
from kerne.interpretation.consequences.consequence import Consequence, Consequences
from kerne.interpretation.consequences.csq import CsqOutput, run_csq
from kerne.interpretation.consequences.predicting import predict
from kerne.interpretation.reading.calls import Call, Phase
from kerne.interpretation.secondary import FindingClass, SecondaryList
from kerne.knowledge.genes import GeneModels

MakeCall = Callable[..., Call]


@pytest.fixture
def look(genes: GeneModels, reference: ReferenceSequence) -> Callable[..., Consequences]:
    return lambda *calls: predict(calls, genes, reference)


Look = Callable[..., Consequences]


def _only(found: Consequences, call: Call) -> Consequence:
    (consequence,) = found.by_allele[call.allele]
    return consequence


@pytest.mark.parametrize(
    ("position_1based", "change", "term"),
    [
        # PLUS: ATG at 111-113, GCA from 114, donor at 141; CAA from 181, TGG from 211; TAA to 370.
        (111, "A>C", "start_lost"),
        (115, "C>T", "missense"),
        (116, "A>C", "synonymous"),
        (141, "G>A", "splice_donor"),
        (180, "G>A", "splice_acceptor"),
        (145, "T>A", "splice_region"),
        (181, "C>T", "stop_gained"),
        (184, "C>CT", "frameshift"),
        (210, "ATGG>A", "inframe_deletion"),
        (368, "T>C", "stop_lost"),
        (105, "C>T", "5_prime_utr"),
        (375, "C>T", "3_prime_utr"),
    ],
)
def test_allele__has_the_consequence_that_its_place_says(
    look: Look, make_call: MakeCall, position_1based: int, change: str, term: str
) -> None:
    call = make_call(position_1based, change)
    consequence = _only(look(call), call)
    assert term in consequence.terms
    assert (consequence.symbol, consequence.transcript) == ("PLUS", "TX1.1")


def test_every_substitution_of_the_coding_sequence__agrees_with_the_codon_table(
    look: Look, make_call: MakeCall, chr1: str, plus: Transcript
) -> None:
    coding = [
        base for start, end in ((110, 140), (180, 240), (280, 370)) for base in range(start, end)
    ]
    calls = [
        make_call(base + 1, f"{chr1[base]}>{other}")
        for base, other in product(coding[3:-3], "ACGT")
        if other != chr1[base]
    ]
    found = look(*calls)
    for call in calls:
        place = coding.index(call.allele.position)
        codon = [chr1[base] for base in coding[place - place % 3 : place - place % 3 + 3]]
        before = CODONS["".join(codon)]
        codon[place % 3] = call.allele.alternative
        after = CODONS["".join(codon)]
        naive = "synonymous" if before == after else "stop_gained" if after == "*" else "missense"
        assert naive in _only(found, call).terms
    assert plus.coding_span == (10, 190)


def test_unphased_alleles_of_one_codon__are_looked_at_alone(
    look: Look, make_call: MakeCall
) -> None:
    first, second = make_call(211, "T>A"), make_call(212, "G>A")
    found = look(first, second)
    assert _only(found, second).terms[0] == "stop_gained"
    assert _only(found, first).together_with == ()


@pytest.mark.parametrize(
    "on_one_copy",
    [
        {"genotype": Genotype.HOM},
        {"phase": Phase("", 0)},
        {"phase": Phase("", 1)},
        {"genotype": Genotype.HEMI},
    ],
)
def test_alleles_of_one_codon_on_one_copy__are_read_together(
    look: Look, make_call: MakeCall, on_one_copy: dict[str, object]
) -> None:
    # TGG>AAG is lysine, though TAG alone would be a stop.
    first, second = make_call(211, "T>A", **on_one_copy), make_call(212, "G>A", **on_one_copy)
    found = look(first, second)
    for call, other in ((first, second), (second, first)):
        assert _only(found, call).terms == ("missense",)
        assert _only(found, call).together_with == (other.allele,)


def test_alleles_phased_to_different_copies__are_not_read_together(
    look: Look, make_call: MakeCall
) -> None:
    first = make_call(211, "T>A", phase=Phase("", 0))
    second = make_call(212, "G>A", phase=Phase("", 1))
    assert _only(look(first, second), second).terms[0] == "stop_gained"


def test_alleles_phased_within_a_set__are_looked_at_alone(look: Look, make_call: MakeCall) -> None:
    first, second = (
        make_call(position, change, phase=Phase("211", 0))
        for position, change in ((211, "T>A"), (212, "G>A"))
    )
    assert _only(look(first, second), second).terms[0] == "stop_gained"


def test_what_lies_outside_the_reference__is_counted_and_named(
    look: Look, make_call: MakeCall
) -> None:
    found = look(
        make_call(5_000, "A>C"),
        make_call(10, "A>C", contig="chr2"),
        make_call(11, "A>C", contig="chr2"),
        make_call(115, "A>C"),
        make_call(116, "A>R"),
    )
    assert found.by_allele == {}
    assert found.outside == (
        "1 alleles on chr1: past base 480 where `reference.fa` ends",
        "2 alleles on chr2: the reference sequence `reference.fa` has no such contig",
        "1 alleles on chr1: other reference bases than `reference.fa` has there",
        "1 alleles on chr1: written with other letters than A, C, G and T",
    )


def test_unknown_reference_base__is_outside(
    tmp_path: Path, genes: GeneModels, make_call: MakeCall, chr1: str
) -> None:
    path = tmp_path / "masked.fa"
    path.write_text(f">chr1\n{chr1[:120]}N{chr1[121:]}\n")
    found = predict([make_call(121, "N>C")], genes, ReferenceSequence(path))
    assert found.outside == (
        "1 alleles on chr1: where the reference sequence `masked.fa` is unknown (N)",
    )


def test_gene_that_reaches_beyond_the_reference__is_named(
    tmp_path: Path, genes: GeneModels, make_call: MakeCall, chr1: str
) -> None:
    path = tmp_path / "short.fa"
    path.write_text(f">chr1\n{chr1[:300]}\n")
    found = predict([make_call(115, "C>T")], genes, ReferenceSequence(path))
    assert found.by_allele == {}
    assert found.outside == ("genes that reach beyond the reference sequence: PLUS",)


def test_gene_of_the_secondary_list_beyond_the_reference__is_not_named(
    tmp_path: Path,
    genes: GeneModels,
    make_call: MakeCall,
    chr1: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    early = FindingClass(actionable=True, adult_onset=False)
    monkeypatch.setattr(
        "kerne.interpretation.consequences.predicting.secondary_list",
        lambda: SecondaryList("9", {"PLUS": early}),
    )
    path = tmp_path / "short.fa"
    path.write_text(f">chr1\n{chr1[:300]}\n")
    assert predict([make_call(115, "C>T")], genes, ReferenceSequence(path)).outside == ()


def test_allele_between_genes__has_no_consequence(look: Look, make_call: MakeCall) -> None:
    assert look(make_call(10, "T>C")).by_allele == {}


def test_reference_without_an_index_beside_it__is_read(
    tmp_path: Path, fasta: Path, genes: GeneModels, make_call: MakeCall
) -> None:
    reference = ReferenceSequence(fasta)
    Path(f"{fasta}.fai").unlink()
    call = make_call(181, "C>T")
    assert _only(predict([call], genes, reference), call).terms[0] == "stop_gained"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["reference.fa"]


def test_one_record_that_the_program_fails_on__is_counted_and_stops_no_other(
    look: Look, make_call: MakeCall, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail_on_one(arguments: list[str], directory: Path) -> CsqOutput:
        if "\t184\t" in Path(arguments[-1]).read_text():
            raise InterpretationError("`bcftools csq` failed: Error: chr1:184 cannot be read")
        return run_csq(arguments, directory)

    monkeypatch.setattr("kerne.interpretation.consequences.csq_annotation.run_csq", fail_on_one)
    calls = [make_call(at, "C>T", Genotype.HOM) for at in (115, 181, 184, 187)]
    found = look(*calls)
    assert [call.allele.position for call in calls if call.allele in found.by_allele] == [
        *(114, 180, 186)
    ]
    assert found.outside == ("1 alleles on chr1: `bcftools csq` fails on them",)


@pytest.mark.parametrize("fails_on", ["", "\tT\t"])
def test_program_that_fails_on_everything__is_told_in_its_own_words(
    look: Look, make_call: MakeCall, monkeypatch: pytest.MonkeyPatch, fails_on: str
) -> None:
    def fail(arguments: list[str], directory: Path) -> CsqOutput:
        if fails_on in Path(arguments[-1]).read_text():
            raise InterpretationError("`bcftools csq` failed: Error: no")
        return run_csq(arguments, directory)

    monkeypatch.setattr("kerne.interpretation.consequences.csq_annotation.run_csq", fail)
    monkeypatch.setattr("kerne.interpretation.consequences.csq_annotation.FAILURES_MOST", 1)
    calls = [make_call(at, "C>T") for at in (115, 181, 184, 187)]
    with pytest.raises(InterpretationError, match="failed: Error: no"):
        look(*calls)


def test_consequences__come_for_every_transcript_and_mane_first(
    reference: ReferenceSequence, make_call: MakeCall, plus: Transcript
) -> None:
    # In TX0.1 and TX3.1 the second exon is longer, so that the donor of TX1.1 is coding there.
    longer = ((100, 140), (180, 243), (280, 380))
    plain = replace(plus, identifier="TX0.1", exons=longer, tags=frozenset())
    clinical = replace(plain, identifier="TX3.1", tags=frozenset({"MANE_Plus_Clinical"}))
    worse = replace(plus, identifier="TX4.1", tags=frozenset())
    call = make_call(241, "G>A")
    found = predict([call], GeneModels([plain, worse, clinical, plus]), reference)
    hits = found.by_allele[call.allele]
    assert [each.transcript for each in hits] == ["TX1.1", "TX3.1", "TX4.1", "TX0.1"]
    assert [each.terms[0] for each in hits] == [
        *("splice_donor", "missense", "splice_donor", "missense")
    ]


def test_allele_of_an_rna_gene__changes_its_rna(
    reference: ReferenceSequence, make_call: MakeCall, plus: Transcript
) -> None:
    rna = Transcript("NC_1.1(RNU)", "HGNC:9", "RNU", "chr1", -1, ((20, 60),), None, None)
    within = replace(rna, identifier="NC_1.1(RMI)", symbol="RMI", gene_id="g", exons=((112, 130),))
    calls = [make_call(31, "T>A"), make_call(40, "T>TAC"), make_call(115, "C>T")]
    found = predict(calls, GeneModels([plus, rna, within]), reference)
    assert [{e.transcript: e.terms[0] for e in found.by_allele[c.allele]} for c in calls] == [
        {"NC_1.1(RNU)": "non_coding"},
        {"NC_1.1(RNU)": "non_coding"},
        {"TX1.1": "missense", "NC_1.1(RMI)": "non_coding"},
    ]


def test_alleles_of_the_mitochondrion__are_predicted_beside_the_others(
    tmp_path: Path, make_call: MakeCall, chr1: str, plus: Transcript
) -> None:
    path = tmp_path / "both.fa"
    path.write_text(f">chr1\n{chr1}\n>chrM\nGGATATGAAAATGG\n")
    gene = Transcript("MT", "g", "MT-X", "chrM", 1, ((2, 12),), (2, 12), None)
    nuclear, mitochondrial = make_call(181, "C>T"), make_call(7, "G>T", contig="chrM")
    beside = make_call(1, "G>T", contig="chrM")
    models = GeneModels([plus, gene])
    found = predict([nuclear, mitochondrial, beside], models, ReferenceSequence(path))
    assert _only(found, nuclear).terms[0] == "stop_gained"
    assert _only(found, mitochondrial).terms == ("missense",)
    assert beside.allele not in found.by_allele
    assert found.outside == ()


def test_intron__is_said_of_every_transcript_that_has_it(
    reference: ReferenceSequence, make_call: MakeCall, plus: Transcript
) -> None:
    retained = replace(plus, identifier="TX2.9", exons=((100, 240), (280, 380)), tags=frozenset())
    other = replace(plus, identifier="TX3.9", tags=frozenset())
    call = make_call(160, "C>T")
    hits = predict([call], GeneModels([retained, other, plus]), reference).by_allele[call.allele]
    # TX2.9 keeps that intron, and its frame is unknown to csq.
    assert {each.transcript: each.terms for each in hits} == {
        "TX1.1": ("intron",),
        "TX3.9": ("intron",),
    }
