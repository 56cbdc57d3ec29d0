"""The genes of a genome that are ranked, and counts of what is not."""

from collections.abc import Mapping
from dataclasses import dataclass

from kerne.alleles.allele import Allele
from kerne.interpretation.ranking.ranking import Gene
from kerne.interpretation.secondary import FindingClass


@dataclass(frozen=True, slots=True)
class Gathered:
    """The genes to rank, those of them that are secondary, and counts of what is not ranked.

    Parameters
    ----------
    listed
        Of each secondary gene, how its diseases are classed.
    rare
        The alleles that are not too frequent, by gene.
    common, without_disease
        Alleles that are too frequent for any disease; alleles in genes without a known one.
    """

    genes: tuple[Gene, ...]
    secondary: tuple[Gene, ...]
    listed: Mapping[str, Mapping[str, FindingClass]]
    rare: Mapping[str, frozenset[Allele]]
    common: int
    without_disease: int

    @property
    def considered(self) -> int:
        """Alleles that could bear a candidate."""
        findings = (finding for gene in self.genes for finding in gene.findings)
        return len({finding.subject.allele for finding in findings})
