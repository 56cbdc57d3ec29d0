"""What is known of a variant's gene and neighbours, put beside it for the criteria to look at."""

from collections.abc import Iterator
from dataclasses import replace

from kerne.alleles.allele import Allele
from kerne.alleles.interval import Interval
from kerne.alleles.protein import protein_name, spliced_sequence
from kerne.alleles.sequence import SequenceSource
from kerne.alleles.transcript import Transcript
from kerne.errors import AlleleError
from kerne.interpretation.criteria.known import LEAST_STARS
from kerne.interpretation.criteria.location import LENGTH_CHANGING, WINDOW_CODONS
from kerne.interpretation.criteria.loss import ALL as LOSS
from kerne.interpretation.criteria.loss import START, first_codon_of
from kerne.interpretation.criteria.subject import Known, Neighbour, Subject
from kerne.knowledge.gene_library import GeneLibrary
from kerne.knowledge.genes import GeneModels
from kerne.knowledge.known_variants import KnownVariant, KnownVariants
from kerne.knowledge.specifications import Specifications
from kerne.knowledge.tags import MANE, MANE_SELECT

CODON_BP = 3
LOSSES = frozenset(
    {
        "nonsense",
        "stop_gained",
        "frameshift_variant",
        "splice_donor_variant",
        "splice_acceptor_variant",
        "initiator_codon_variant",
        "start_lost",
    }
)
"""Consequences that ClinVar states of variants that destroy a product."""
MISSENSE = "missense_variant"


class Gatherer:
    """Puts what the releases say of gene and neighbours beside a subject.

    Parameters
    ----------
    genes
        To know the MANE transcript that another one stands beside.
    """

    def __init__(
        self,
        gene_facts: GeneLibrary,
        known: KnownVariants,
        specifications: Specifications,
        genes: GeneModels,
        reference: SequenceSource,
    ) -> None:
        self._gene_facts, self._known = gene_facts, known
        self._specifications, self._genes = specifications, genes
        self._reference = reference
        self._of_gene: dict[str, tuple[KnownVariant, ...]] = {}

    def complete(self, subject: Subject) -> Subject:
        """Give the subject with all that the criteria ask for."""
        symbol = subject.transcript.symbol
        following = self._next_start(subject)
        return replace(
            subject,
            gene=self._gene_facts.of(symbol),
            known=self._known_beside(subject, following) if self._known.release else None,
            specification=self._specifications.of(symbol),
            spared=self._spared(subject.transcript),
            next_start=following,
        )

    def _spared(self, transcript: Transcript) -> tuple[str, ...]:
        """Name MANE Select where a transcript that is none of MANE's speaks: it is not hit."""
        if transcript.tags & MANE:
            return ()
        beside = self._genes.of_gene(transcript.symbol)
        return tuple(each.identifier for each in beside if MANE_SELECT in each.tags)

    def _known_beside(self, subject: Subject, following: int | None) -> Known:
        pathogenic = [
            each
            for each in self._pathogenic_of(subject.transcript)
            if each.allele != subject.allele
        ]
        return Known(
            near=tuple(self._near(subject, following)),
            pathogenic_losses=sum(_is_loss(each) for each in pathogenic),
            pathogenic_missense=sum(MISSENSE in each.record.consequences for each in pathogenic),
            pathogenic_behind=_behind(subject, pathogenic) if subject.terms & LOSS else 0,
        )

    def _pathogenic_of(self, transcript: Transcript) -> tuple[KnownVariant, ...]:
        """Give the pathogenic variants of a gene; looked up once a gene."""
        symbol = transcript.symbol
        if symbol not in self._of_gene:
            self._of_gene[symbol] = tuple(
                each
                for each in self._known.of_gene(symbol)
                if each.record.is_pathogenic
                and each.record.stars >= LEAST_STARS
                and each.allele.contig == transcript.contig
            )
        return self._of_gene[symbol]

    def _near(self, subject: Subject, following: int | None) -> Iterator[Neighbour]:
        """Name the classified variants whose codons are near the subject's."""
        window = _window(subject, following)
        if window is None:
            return
        seen = {subject.allele}
        for place in coding_places(subject.transcript, *window):
            for each in self._known.within(place):
                if each.allele not in seen:
                    seen.add(each.allele)
                    name = self._name(subject.transcript, each.allele)
                    yield Neighbour(each.allele, name, each.record)

    def _name(self, transcript: Transcript, allele: Allele) -> str:
        """Name a neighbour's protein; one that the reference does not bear out has none."""
        try:
            return protein_name(transcript, allele, self._reference)
        except AlleleError:
            return "p.?"

    def _next_start(self, subject: Subject) -> int | None:
        """Find the 1-based codon of the next methionine in frame, of a lost start."""
        span = subject.transcript.coding_span
        if span is None or not subject.terms & START:
            return None
        coding = spliced_sequence(subject.transcript, self._reference)[span[0] : span[1]]
        codons = range(CODON_BP, len(coding), CODON_BP)
        return next((at // CODON_BP + 1 for at in codons if coding[at : at + 3] == "ATG"), None)


def coding_places(transcript: Transcript, first: int, last: int) -> list[Interval]:
    """Give the places of codons `first` to `last`, 1-based and both included, exon by exon.

    Codons that the transcript does not have are left out.
    """
    span = transcript.coding_span
    if span is None:
        return []
    start = max(span[0], span[0] + CODON_BP * (first - 1))
    end = min(span[1], span[0] + CODON_BP * last)
    places, passed = [], 0
    for exon_start, exon_end in transcript.exons_in_order:
        length = exon_end - exon_start
        low, high = max(start - passed, 0), min(end - passed, length)
        passed += length
        if low < high and transcript.strand == 1:
            places.append(Interval(transcript.contig, exon_start + low, exon_start + high))
        elif low < high:
            places.append(Interval(transcript.contig, exon_end - high, exon_end - low))
    return places


def _window(subject: Subject, following: int | None) -> tuple[int, int] | None:
    """Give the codons to look for neighbours in; `None` where no criterion asks for them."""
    if following is not None:
        return 1, following
    codon = first_codon_of(subject.protein_name)
    if codon is None or not subject.terms & (LENGTH_CHANGING | {"missense"}):
        return None
    return codon - WINDOW_CODONS, codon + WINDOW_CODONS


def _is_loss(known: KnownVariant) -> bool:
    return not LOSSES.isdisjoint(known.record.consequences)


def _behind(subject: Subject, pathogenic: list[KnownVariant]) -> int:
    """Count the pathogenic variants from the subject on to the end of the coding sequence."""
    transcript, here = subject.transcript, subject.allele.position
    if transcript.cds is None:
        return 0
    first, last = (here, transcript.cds[1]) if transcript.strand == 1 else (transcript.cds[0], here)
    return sum(first <= each.allele.position < last for each in pathogenic)
