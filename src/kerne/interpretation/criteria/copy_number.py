"""Losses and gains of stretches of the genome: their own points, never those of small variants.

Five sections are added up: what the stretch contains (1), how it meets genes and regions that are
known for dosage (2), how many genes it holds (3), what is published of others (4, a curator's), and
how it came into the family (5). Sections 2 and 3 for losses are in `copy_loss`, for gains in
`copy_gain`. From 0.99 on a change is pathogenic, from 0.90 likely so; the same downwards.

References
----------
Riggs et al. 2020, doi:10.1038/s41436-019-0686-8, tables 1 (loss) and 2 (gain).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from kerne.alleles.interval import Interval
from kerne.alleles.transcript import Transcript
from kerne.errors import InterpretationError
from kerne.interpretation.candidate import Classification, Met
from kerne.knowledge.gene_facts import DosageRegion, DosageScore, GeneFacts

PATHOGENIC: Final = 0.99
LIKELY: Final = 0.90
DOSAGE_SECTION: Final = "2"
CURATED_SECTION: Final = "4"
FAMILY_SECTION: Final = "5"
NO_CODING_GENE: Final = -0.60


class Copies(StrEnum):
    """Fewer copies than usual, or more."""

    LOSS = "loss"
    GAIN = "gain"


class Origin(StrEnum):
    """Where the patient has the change from."""

    UNKNOWN = "unknown"
    DE_NOVO_CONFIRMED = "de novo, parents confirmed"
    DE_NOVO_ASSUMED = "de novo, parents not confirmed"
    UNSEEN = "not seen in the parents' structural calls"
    UNSEEN_ASSUMED = "not seen in the structural calls of parents who are not confirmed"
    UNAFFECTED_PARENT = "from an unaffected parent"
    AFFECTED_PARENT = "from an affected parent"


ORIGIN_POINTS: Final[Mapping[Origin, tuple[str, float]]] = {
    Origin.UNKNOWN: ("5F", 0.0),
    Origin.DE_NOVO_CONFIRMED: ("5A", 0.15),
    Origin.DE_NOVO_ASSUMED: ("5A", 0.10),
    Origin.UNSEEN: ("5A", 0.10),
    Origin.UNSEEN_ASSUMED: ("5F", 0.0),
    Origin.UNAFFECTED_PARENT: ("5C", -0.15),
    Origin.AFFECTED_PARENT: ("5D", 0.0),
}
"""Section 5 where the phenotype is not specific (as 4C), a curator may say more.

A change that the parents' calls do not show counts as assumed to be de novo, though the parents are
confirmed: it was not tested. Where they are not confirmed either, it does not count.
"""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A loss or gain, and all that it may meet.

    Parameters
    ----------
    genes
        One transcript a gene that it overlaps, coding or not.
    facts
        By symbol.
    regions
        Judged regions and genes that it overlaps.
    sources
        Names of the releases: gene models, dosage.
    """

    copies: Copies
    interval: Interval
    genes: Sequence[Transcript]
    facts: Mapping[str, GeneFacts] = field(default_factory=dict)
    regions: Sequence[DosageRegion] = ()
    genes_source: str = "gene models"
    dosage_source: str = ""

    @property
    def coding(self) -> list[Transcript]:
        """Genes that code for a protein, by symbol."""
        return sorted((g for g in self.genes if g.cds is not None), key=lambda g: g.symbol)

    def contains(self, interval: Interval) -> bool:
        """Say whether a place lies wholly within the stretch."""
        return self.interval.start <= interval.start and interval.end <= self.interval.end

    def is_within(self, interval: Interval) -> bool:
        """Say whether the stretch lies wholly within a place."""
        return interval.start <= self.interval.start and self.interval.end <= interval.end

    def established(self, gene: Transcript) -> bool:
        """Say whether losing one copy of a gene is established to cause disease."""
        facts = self.facts.get(gene.symbol)
        by_gene = facts is not None and facts.haploinsufficiency is DosageScore.SUFFICIENT
        return by_gene or any(
            each.gene == gene.symbol and each.haploinsufficiency is DosageScore.SUFFICIENT
            for each in self.regions
        )


@dataclass(frozen=True, slots=True)
class CopyEvidence:
    """One line of the score.

    Parameters
    ----------
    section
        As table 1 or 2 letters it: `2A`.
    points
        0 unless met.
    """

    section: str
    met: Met
    points: float
    data: str
    source: str


@dataclass(frozen=True, slots=True)
class CopyScore:
    """All lines, their sum and the class that it falls into."""

    evidence: tuple[CopyEvidence, ...]

    @property
    def points(self) -> float:
        """The sum, to two decimals as the tables have it."""
        return round(sum(each.points for each in self.evidence), 2)

    @property
    def without_family(self) -> "CopyScore":
        """The same without section 5, which the rank weighs as inheritance."""
        return CopyScore(tuple(e for e in self.evidence if e.section[:1] != FAMILY_SECTION))

    @property
    def dosage(self) -> CopyEvidence:
        """The line of section 2 that says what is known of the dosage of what it meets.

        Predictors (2H of a loss) are no such knowledge.
        """
        return next(each for each in self.evidence if each.section[:1] == DOSAGE_SECTION)

    @property
    def classification(self) -> Classification:
        """The class of the sum."""
        return class_of_copies(self.points)


def class_of_copies(points: float) -> Classification:
    """Give the class of a sum of points.

    Examples
    --------
    >>> class_of_copies(0.99), class_of_copies(0.98)
    (<Classification.PATHOGENIC: 'pathogenic'>, <Classification.LIKELY_PATHOGENIC: 'likely pathogenic'>)
    >>> class_of_copies(-0.9), class_of_copies(0.89)
    (<Classification.LIKELY_BENIGN: 'likely benign'>, <Classification.UNCERTAIN: 'uncertain significance'>)
    """  # noqa: E501 - what the interpreter prints
    if points >= PATHOGENIC:
        return Classification.PATHOGENIC
    if points >= LIKELY:
        return Classification.LIKELY_PATHOGENIC
    if points <= -PATHOGENIC:
        return Classification.BENIGN
    if points <= -LIKELY:
        return Classification.LIKELY_BENIGN
    return Classification.UNCERTAIN


def content_of(stretch: Stretch) -> CopyEvidence:
    """Judge section 1: whether anything is coded for there."""
    coding = stretch.coding
    if coding:
        words = f"{len(coding)} protein-coding genes: {named(coding)}"
        return met("1A", 0.0, words, stretch.genes_source)
    return met("1B", NO_CODING_GENE, "no protein-coding gene", stretch.genes_source)


def number_of_genes(stretch: Stretch, steps: Sequence[tuple[int, str, float]]) -> CopyEvidence:
    """Judge section 3 by steps of (least number, letter, points), the greatest first."""
    number = len(stretch.coding)
    letter, points = next((name, worth) for least, name, worth in steps if number >= least)
    return met(letter, points, f"{number} protein-coding genes", stretch.genes_source)


def origin_of(origin: Origin) -> CopyEvidence:
    """Judge section 5: how the change came into the family."""
    letter, points = ORIGIN_POINTS[origin]
    if origin is Origin.UNKNOWN:
        words = "how it came into the family is not known"
        return CopyEvidence(letter, Met.NOT_JUDGED, 0.0, words, "absent")
    return met(letter, points, f"{origin}; the phenotype is not specific", "pedigree")


def left_open() -> CopyEvidence:
    """Leave section 4 to a curator."""
    words = "published cases and controls with a like change are entered by a curator"
    return CopyEvidence(CURATED_SECTION, Met.NOT_JUDGED, 0.0, words, "absent")


def curate(score: CopyScore, entries: Iterable[CopyEvidence]) -> CopyScore:
    """Put a geneticist's lines in place of those of the same section, and add up anew.

    Raises
    ------
    InterpretationError
        A line has no reason, or counts though it is not met.
    """
    entered = tuple(entries)
    for each in entered:
        if not each.data.strip():
            raise InterpretationError(
                f"another judgement of section `{each.section}` needs a reason"
            )
        if each.points and each.met is not Met.MET:
            raise InterpretationError(
                f"section `{each.section}` {each.met} with `{each.points}` points: expected 0"
            )
    taken = {each.section[:1] for each in entered}
    kept = (each for each in score.evidence if each.section[:1] not in taken)
    return CopyScore(tuple(sorted((*kept, *entered), key=lambda each: each.section)))


def met(section: str, points: float, data: str, source: str) -> CopyEvidence:
    """Make a line that counts."""
    return CopyEvidence(section, Met.MET, points, data, source)


def named(genes: Sequence[Transcript], most: int = 8) -> str:
    """Name genes, not more than `most` of them."""
    names = ", ".join(gene.symbol for gene in genes[:most])
    return f"{names} and {len(genes) - most} more" if len(genes) > most else names


def place_of_gene(gene: Transcript) -> Interval:
    """Give the place of a gene."""
    return Interval(gene.contig, gene.start, gene.end)
