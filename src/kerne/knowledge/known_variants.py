"""Variants that ClinVar classes, by place: what else is known at a codon, or near one."""

from collections.abc import Iterable
from dataclasses import dataclass

from kerne.alleles.allele import Allele
from kerne.alleles.interval import Interval
from kerne.knowledge.allele_facts import ClinVarRecord


@dataclass(frozen=True, slots=True)
class KnownVariant:
    """A classified variant."""

    allele: Allele
    record: ClinVarRecord


class KnownVariants:
    """The classified variants of one release.

    Parameters
    ----------
    release
        Its name; empty when no release is at hand, and nothing is then found.
    """

    def __init__(self, variants: Iterable[KnownVariant] = (), release: str = "") -> None:
        self._variants = tuple(sorted(variants, key=lambda each: each.allele))
        self.release = release

    def within(self, interval: Interval) -> tuple[KnownVariant, ...]:
        """Give those whose replaced bases share one with `interval`, by place."""
        return tuple(
            each
            for each in self._variants
            if each.allele.contig == interval.contig
            and each.allele.position < interval.end
            and each.allele.end > interval.start
        )

    def at_codon(self, places: tuple[Interval, ...]) -> tuple[KnownVariant, ...]:
        """Give those that change a base of a codon, by place.

        Parameters
        ----------
        places
            Where the three bases lie: one interval, or two or three when introns part them.
        """
        found = {each.allele: each for place in places for each in self.within(place)}
        return tuple(found[allele] for allele in sorted(found))
