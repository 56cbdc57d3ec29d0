"""What an allele does to a transcript, as a value: terms, severity, and what acts together.

`predicting` finds it out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from kerne.alleles.allele import Allele
from kerne.alleles.interval import Interval, Intervals
from kerne.knowledge.genes import GeneModels

NEIGHBOURHOOD_BP = 20
"""How far from an exon an allele is still looked at; what lies deeper is not examined."""

DONOR_REGION: Final = "splice_donor_region"
TRACT: Final = "splice_polypyrimidine_tract"

SEVERITY = (
    "splice_acceptor",
    "splice_donor",
    "stop_gained",
    "frameshift",
    "start_lost",
    "stop_lost",
    "inframe_altering",
    "inframe_insertion",
    "inframe_deletion",
    "missense",
    DONOR_REGION,
    "splice_region",
    TRACT,
    "stop_retained",
    "start_retained",
    "synonymous",
    "coding_sequence",
    "5_prime_utr",
    "3_prime_utr",
    "non_coding",
    "intron",
)
"""Consequences as `bcftools csq` and the Ensembl VEP name them, most severe first."""

_RANK = {term: rank for rank, term in enumerate(SEVERITY)}


@dataclass(frozen=True, slots=True)
class Consequence:
    """What one allele does to one transcript.

    Parameters
    ----------
    terms
        In the order of the program.
    amino_acids
        Its protein change, as `32P>32T`; empty outside the coding sequence.
    together_with
        Alleles of the same haplotype that this consequence takes in.
    """

    allele: Allele
    transcript: str
    symbol: str
    terms: tuple[str, ...]
    amino_acids: str = ""
    together_with: tuple[Allele, ...] = ()

    @property
    def severity(self) -> int:
        """Rank of the most severe term, 0 is most severe."""
        return min(_RANK.get(term, len(SEVERITY)) for term in self.terms)


@dataclass(frozen=True, slots=True, eq=False)
class Consequences:
    """Consequences by allele, and what could not be looked at.

    Parameters
    ----------
    by_allele
        On every transcript that an allele touches: MANE Select first, MANE Plus Clinical next, the
        others by severity.
    outside
        In words, with counts.
    warnings
        What `bcftools csq` wrote on its standard error beyond progress.
    """

    by_allele: Mapping[Allele, tuple[Consequence, ...]]
    outside: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def neighbourhood(genes: GeneModels) -> Intervals:
    """Give all exons with `NEIGHBOURHOOD_BP` on either side."""
    return Intervals.build(
        Interval(transcript.contig, max(0, start - NEIGHBOURHOOD_BP), end + NEIGHBOURHOOD_BP)
        for transcript in genes.transcripts
        for start, end in transcript.exons
    )
