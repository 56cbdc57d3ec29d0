from collections.abc import Iterable

from hypothesis import given, settings
from hypothesis import strategies as st

from kerne.alleles.allele import Allele
from kerne.alleles.interval import Interval
from kerne.alleles.sequence import ReferenceSequence
from kerne.alleles.transcript import Transcript
from kerne.interpretation.candidate import Met, Mode
from kerne.interpretation.consequences.consequence import Consequence
from kerne.interpretation.criteria.gathering import Gatherer, coding_places
from kerne.interpretation.criteria.judging import judge
from kerne.interpretation.criteria.subject import Sources, Subject
from kerne.interpretation.ranking.findings import make_subject
from kerne.knowledge.allele_facts import NOTHING_KNOWN, ClinVarRecord
from kerne.knowledge.gene_library import GeneLibrary
from kerne.knowledge.genes import GeneModels
from kerne.knowledge.known_variants import KnownVariant, KnownVariants
from kerne.knowledge.specification import Specification
from kerne.knowledge.specifications import Specifications

# Gene PLUS of the fixtures: codons 1 to 10 in exon 1 from 110, 11 to 30 in exon 2 from 180,
# 31 to 60 in exon 3 from 280. Codon 12 is CAA at 183.
GLN_TO_ARG = Allele("chr1", 184, "A", "G")


def _known(
    position: int, change: str, words: str, consequence: str = "missense_variant"
) -> KnownVariant:
    before, after = change.split(">")
    record = ClinVarRecord(f"VCV{position}", words, 1, (), "PLUS", (consequence,))
    return KnownVariant(Allele("chr1", position, before, after), record)


def _gatherer(
    reference: ReferenceSequence,
    genes: Iterable[Transcript],
    known: Iterable[KnownVariant] = (),
    release: str = "clinvar n",
) -> Gatherer:
    rules = Specifications({"PLUS": [Specification("experts")]})
    models = GeneModels(tuple(genes))
    return Gatherer(GeneLibrary(), KnownVariants(known, release), rules, models, reference)


def _subject(
    reference: ReferenceSequence, gene: Transcript, allele: Allele, term: str = "missense"
) -> Subject:
    consequence = Consequence(allele, gene.identifier, gene.symbol, (term,))
    return make_subject(allele, consequence, gene, reference, NOTHING_KNOWN)


def test_neighbours__are_named_in_the_subjects_transcript(
    reference: ReferenceSequence, plus: Transcript
) -> None:
    known = [
        _known(184, "A>T", "Pathogenic"),
        _known(185, "A>C", "Likely pathogenic"),
        _known(184, "A>G", "Pathogenic"),
        _known(118, "C>T", "Benign"),
        _known(300, "A>T", "Pathogenic"),
        _known(120, "G>T", "Pathogenic"),
    ]
    subject = _subject(reference, plus, GLN_TO_ARG)
    found = _gatherer(reference, [plus], known).complete(subject)
    assert found.specification.label == "experts"
    assert found.known is not None
    # The subject itself is left out, 118 and 300 lie too far, 120 is not what the reference has.
    assert [(each.allele.position, each.protein_name) for each in found.known.near] == [
        (120, "p.?"),
        (184, "p.(Gln12Leu)"),
        (185, "p.(Gln12His)"),
    ]
    met = {e.criterion: e for e in judge(found, Sources("g", clinvar="n"), Mode.DOMINANT)}
    assert met["PM5"].met is Met.MET
    assert "p.(Gln12Leu)" in met["PM5"].data


def test_gene__is_counted_once_without_the_subject(
    reference: ReferenceSequence, plus: Transcript
) -> None:
    losses = [_known(181 + 3 * n, "A>T", "Pathogenic", "nonsense") for n in range(3)]
    known = [
        *losses,
        _known(190, "A>T", "Pathogenic"),
        _known(196, "A>T", "Benign", "nonsense"),
        _known(300, "A>T", "Likely pathogenic", "frameshift_variant"),
    ]
    gatherer = _gatherer(reference, [plus], known)
    other = gatherer.complete(_subject(reference, plus, Allele("chr1", 210, "T", "C"))).known
    assert other is not None
    assert (other.pathogenic_losses, other.pathogenic_missense) == (4, 1)
    itself = losses[0].allele
    own = gatherer.complete(_subject(reference, plus, itself, "missense")).known
    assert own is not None
    assert own.pathogenic_losses == 3


def test_what_lies_behind_a_stop__is_counted_on_its_strand(
    reference: ReferenceSequence, plus: Transcript
) -> None:
    known = [_known(190, "A>T", "Pathogenic"), _known(300, "A>T", "Pathogenic")]
    gatherer = _gatherer(reference, [plus], known)
    stop = _subject(reference, plus, Allele("chr1", 198, "C", "T"), "stop_gained")
    found = gatherer.complete(stop).known
    assert found is not None
    assert found.pathogenic_behind == 1


def test_lost_start__is_followed_by_the_next_methionine(
    reference: ReferenceSequence, plus: Transcript
) -> None:
    lost = _subject(reference, plus, Allele("chr1", 110, "A", "G"), "start_lost")
    assert _gatherer(reference, [plus]).complete(lost).next_start is None


def test_no_release__leaves_the_neighbours_unknown(
    reference: ReferenceSequence, plus: Transcript
) -> None:
    found = _gatherer(reference, [plus], release="").complete(_subject(reference, plus, GLN_TO_ARG))
    assert found.known is None


def test_transcript_beside_mane__names_what_is_spared(
    reference: ReferenceSequence, plus: Transcript
) -> None:
    other = Transcript("TX9.1", "GENE1", "PLUS", "chr1", 1, plus.exons, plus.cds, None)
    gatherer = _gatherer(reference, [plus, other])
    assert gatherer.complete(_subject(reference, plus, GLN_TO_ARG)).spared == ()
    assert gatherer.complete(_subject(reference, other, GLN_TO_ARG)).spared == ("TX1.1",)


@settings(deadline=None, derandomize=True, max_examples=100)
@given(st.integers(-3, 65), st.integers(0, 20), st.sampled_from((1, -1)))
def test_places_of_codons__hold_their_coding_bases(first: int, more: int, strand: int) -> None:
    exons = ((100, 140), (180, 240), (280, 380))
    model = Transcript("T.1", "G", "G", "chr1", 1 if strand == 1 else -1, exons, (110, 370), None)
    places = coding_places(model, first, first + more)
    found = {base for place in places for base in range(place.start, place.end)}
    span = model.coding_span
    assert span is not None
    # naive: each coding base, its codon counted from the start codon
    expected = {
        model.genomic(base)
        for base in range(*span)
        if first <= (base - span[0]) // 3 + 1 <= first + more
    }
    assert found == expected
    assert all(isinstance(place, Interval) for place in places)


def test_transcript_that_codes_for_nothing__has_no_codons() -> None:
    model = Transcript("T.1", "G", "G", "chr1", 1, ((0, 9),), None, None)
    assert coding_places(model, 1, 9) == []
