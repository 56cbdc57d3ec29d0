from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest

from kerne.alleles.allele import Allele
from kerne.alleles.sequence import CODONS, ReferenceSequence
from kerne.alleles.transcript import Transcript
from kerne.errors import InterpretationError
from kerne.interpretation.calls import Call, Phase
from kerne.interpretation.candidate import Genotype
from kerne.interpretation.consequence import (
    NEIGHBOURHOOD_BP,
    Consequence,
    Consequences,
    neighbourhood,
    parse_output,
    predict,
)
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
        make_call(7, "A>C", contig="chrM"),
    )
    assert found.by_allele == {}
    assert found.outside == (
        "1 alleles on chr1: past base 480 where `reference.fa` ends",
        "2 alleles on chr2: the reference sequence `reference.fa` has no such contig",
        "1 alleles on chrM: its own genetic code and heteroplasmy are not handled",
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
        "kerne.interpretation.consequence.secondary_list",
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


def test_failure_of_the_program__is_told_in_its_own_words(
    fasta: Path, genes: GeneModels, make_call: MakeCall
) -> None:
    reference = ReferenceSequence(fasta)
    # The sequence says C there: an allele of another assembly.
    with pytest.raises(InterpretationError, match="`bcftools csq` failed: Error: "):
        predict([make_call(181, "T>C")], genes, reference)


def test_back_reference__is_followed_to_the_record_that_holds_the_allele() -> None:
    rows = (
        ("211", "T", "A", "missense|PLUS|TX1.1|protein_coding|+|21W>21K|211T>A+212G>A"),
        ("212", "G", "A", "@211,intron|PLUS|TX2||protein_coding"),
        ("213", "G", "T", "@211"),
    )
    text = "##x\n#CHROM\n" + "".join(
        f"chr1\t{at}\t.\t{ref}\t{alt}\t.\t.\tDP=1;BCSQ={found}\n" for at, ref, alt, found in rows
    )
    found = parse_output(text + "chr1\t300\t.\tA\tC\t.\t.\t.\n")
    first, second, third = (
        Allele("chr1", at, ref, alt)
        for at, ref, alt in ((210, "T", "A"), (211, "G", "A"), (212, "G", "T"))
    )
    assert found[second][0].together_with == (first,)
    assert found[second][0].amino_acids == "21W>21K"
    assert [each.terms for each in found[second]] == [("missense",), ("intron",)]
    assert found[third] == ()
    assert found[Allele("chr1", 299, "A", "C")] == ()


def test_severity__is_that_of_the_worst_term() -> None:
    def severity(*terms: str) -> int:
        return Consequence(Allele("chr1", 1, "A", "C"), "T", "G", terms).severity

    assert severity("splice_region", "stop_gained") < severity("missense") < severity("intron")
    assert severity("of another kind") > severity("intron")


def test_neighbourhood__is_the_exons_with_a_margin(genes: GeneModels) -> None:
    starts, ends = neighbourhood(genes).ranges("chr1")
    assert starts.tolist() == [100 - NEIGHBOURHOOD_BP, 280 - NEIGHBOURHOOD_BP] or starts[0] == 80
    assert ends[-1] == 380 + NEIGHBOURHOOD_BP
