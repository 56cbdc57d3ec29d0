"""How much likelier a rare allele is in a gene that causes a disease than in a healthy genome.

Everybody carries a few hundred rare alleles that alter proteins, and a long gene that tolerates
change has one in many people. The ratio for one allele is

    share of causes that are of its class and frequency
    ---------------------------------------------------
    such alleles that a genome has in this gene by chance

The denominator is a rate per coding base, times the coding length of the gene, times how much of
the expected variation of this class the gene tolerates. Frequencies enter by two distributions:
how frequent the alleles are that a genome carries, and how frequent those that cause disease. An
allele whose frequency nobody looked up may be as common as any.

References
----------
Lek et al. 2016 (doi:10.1038/nature19057), rare alleles of one exome; Karczewski et al. 2020
(doi:10.1038/s41586-020-2308-7), observed over expected; Minikel et al. 2016
(doi:10.1126/scitranslmed.aad5169), how rare causes of dominant disease are.
"""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from kerne.alleles.assembly import MITOCHONDRION
from kerne.alleles.transcript import Transcript
from kerne.interpretation.consequences.consequence import DONOR_REGION, TRACT
from kerne.interpretation.criteria.loss import ALL as LOSS
from kerne.interpretation.structural.overlap import DESTROYING
from kerne.knowledge.allele_facts import PublishedFrequency
from kerne.knowledge.gene_facts import GeneFacts
from kerne.knowledge.genes import SMALL_RNA_BP

RARE = 5e-3
"""The rates count alleles up to this frequency."""
LEAST_TOLERATED = 0.05
"""Observed over expected is never taken as less: it rests on few alleles."""
UNLISTED_AN = 10_000
"""Copies that a release is taken to have looked at where it does not list an allele."""


class Effect(StrEnum):
    """What an allele does to a product, in classes of which the rates are known."""

    LOSS = "loss of function"
    MISSENSE = "missense"
    IN_FRAME = "in-frame change of length"
    DONOR_REGION = "in the third to sixth base behind an exon"
    NEAR_SPLICE = "near a splice site"
    SPLICE_TRACT = "in the tract before an exon"
    RNA = "change of an RNA"


RATE_PER_CODING_BP: Mapping[Effect, float] = MappingProxyType(
    {
        Effect.LOSS: 20 / 33.4e6,
        Effect.MISSENSE: 212 / 33.4e6,
        Effect.IN_FRAME: 18 / 33.4e6,
        Effect.DONOR_REGION: 13 / 33.4e6,
        Effect.NEAR_SPLICE: 47 / 33.4e6,
        Effect.SPLICE_TRACT: 35 / 33.4e6,
        Effect.RNA: 250 / 33.4e6,
    }
)
"""Rare alleles of one genome: 250 that alter a protein, in the coding bases of MANE Select."""
MITOCHONDRIAL_RATE: Final = 15
"""So many times more rare alleles has the mitochondrion for each base: it mutates faster."""
SMALL_RNA_RATE: Final = 5
"""The same of small genes of RNA, most of which polymerase III or its like reads.

Seplyarskiy et al. 2023 (doi:10.1038/s41588-023-01562-0).
"""


@dataclass(frozen=True, slots=True)
class Causes:
    """Which alleles cause the diseases of one kind of inheritance.

    Parameters
    ----------
    shares
        Share of the causal alleles that are of each class, of an RNA gene that are in its RNA; the
        rest is of kinds not looked at.
    median
        Allele frequency that half of them stay below.
    shape
        Of the log-logistic distribution around it: smaller is wider.
    """

    shares: Mapping[Effect, float]
    median: float
    shape: float

    def share_below(self, frequency: float) -> float:
        """Share of the causal alleles that are at most so frequent."""
        ratio = float((frequency / self.median) ** self.shape)
        return ratio / (1 + ratio)


DOMINANT = Causes(
    {
        Effect.LOSS: 0.35,
        Effect.MISSENSE: 0.5,
        Effect.IN_FRAME: 0.04,
        Effect.DONOR_REGION: 0.015,
        Effect.NEAR_SPLICE: 0.007,
        Effect.SPLICE_TRACT: 0.01,
        Effect.RNA: 0.9,
    },
    median=3e-7,
    shape=0.8,
)
RECESSIVE = Causes(
    {
        Effect.LOSS: 0.4,
        Effect.MISSENSE: 0.45,
        Effect.IN_FRAME: 0.04,
        Effect.DONOR_REGION: 0.02,
        Effect.NEAR_SPLICE: 0.01,
        Effect.SPLICE_TRACT: 0.01,
        Effect.RNA: 0.9,
    },
    median=1e-5,
    shape=0.6,
)


def effect_of(terms: Collection[str]) -> Effect:
    """Class a consequence by its worst term.

    Examples
    --------
    >>> effect_of(("missense", "splice_region")).value
    'missense'
    """
    if not (LOSS | DESTROYING).isdisjoint(terms):
        return Effect.LOSS
    if "non_coding" in terms:
        return Effect.RNA
    if any(term.startswith("inframe") or term == "stop_lost" for term in terms):
        return Effect.IN_FRAME
    if "missense" in terms:
        return Effect.MISSENSE
    if DONOR_REGION in terms:
        return Effect.DONOR_REGION
    return Effect.SPLICE_TRACT if TRACT in terms else Effect.NEAR_SPLICE


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How much variation healthy people have in a gene.

    Parameters
    ----------
    at_risk_bp
        Length of the coding sequence, or what counts as such; see `bases_at_risk`.
    loss, missense
        Observed over expected alleles of the class; 1 where nobody says.
    """

    at_risk_bp: int
    loss: float = 1.0
    missense: float = 1.0

    def expected(self, effect: Effect) -> float:
        """Alleles of a class with a frequency up to `RARE` that a genome has in the gene."""
        observed = {Effect.LOSS: self.loss, Effect.MISSENSE: self.missense}.get(effect, 1.0)
        return RATE_PER_CODING_BP[effect] * self.at_risk_bp * max(observed, LEAST_TOLERATED)


def bases_at_risk(transcript: Transcript) -> int:
    """Length of the coding sequence, of an RNA gene of the RNA; where mutation is fast, more."""
    span = transcript.coding_span
    length = transcript.spliced_bp if span is None else span[1] - span[0]
    if transcript.contig == MITOCHONDRION:
        return length * MITOCHONDRIAL_RATE
    return length * (SMALL_RNA_RATE if span is None and length < SMALL_RNA_BP else 1)


def tolerance_of(transcript: Transcript, gene: GeneFacts | None) -> Tolerance:
    """Say how much variation a gene tolerates; as the average gene where nothing is published.

    Of losses the upper bound counts (LOEUF), so that a short gene is not taken for intolerant.
    """
    stated = (None, None) if gene is None else (gene.loeuf, gene.oe_missense)
    loss, missense = (1.0 if each is None else each for each in stated)
    return Tolerance(bases_at_risk(transcript), loss, missense)


def log10_ratio(effect: Effect, rarity: float, tolerance: Tolerance, causes: Causes) -> float:
    """Compare one allele under a cause with chance, `rarity` being `log10_rarity` of it."""
    return math.log10(causes.shares[effect] / tolerance.expected(effect)) + rarity


def log10_rarity(published: PublishedFrequency | None, causes: Causes, *, is_known: bool) -> float:
    """Compare how frequent an allele is with the causes of disease and with what a genome carries.

    Parameters
    ----------
    published
        `None` where the release does not list the allele.
    is_known
        Whether there is a release at all.
    """
    low, high = _bounds(published, is_known=is_known)
    caused = causes.share_below(high) - causes.share_below(low)
    carried = _carried_below(high) - _carried_below(low)
    return math.log10(caused / carried)


def _bounds(published: PublishedFrequency | None, *, is_known: bool) -> tuple[float, float]:
    """Between which frequencies an allele lies: twofold around what was counted."""
    if not is_known:
        return 0.0, 1.0
    if published is None:
        return 0.0, 1 / UNLISTED_AN
    if published.ac == 0 or not published.af:
        return 0.0, 1 / max(published.an, 1)
    return published.af / 2, published.af * 2


def _carried_below(frequency: float) -> float:
    """Protein-altering alleles of one genome that are so frequent at most, over those below `RARE`.

    Rises with the cube root while alleles are young, and more steeply where they are old: to some
    10,000 of any frequency.
    """
    return float((frequency / RARE) ** (1 / 3 if frequency < RARE else 0.7))
