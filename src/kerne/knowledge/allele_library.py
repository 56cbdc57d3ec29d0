"""All that the releases at hand say about alleles, asked at once."""

from collections.abc import Sequence

from kerne.alleles.allele import Allele
from kerne.knowledge.allele_facts import NOTHING_KNOWN, AlleleFacts
from kerne.knowledge.frequencies import PublishedFrequencies


class AlleleLibrary:
    """Joins releases of frequencies, scores and classifications.

    Parameters
    ----------
    frequencies
        `None` when no release is at hand.
    """

    def __init__(self, frequencies: PublishedFrequencies | None = None) -> None:
        self._frequencies = frequencies

    def look_up(self, alleles: Sequence[Allele]) -> Sequence[AlleleFacts]:
        """Say what is known of each allele, in their order."""
        frequencies = self._frequencies
        if frequencies is None:
            return [NOTHING_KNOWN] * len(alleles)
        return [
            AlleleFacts(frequency=found, is_surveyed=frequencies.lists_contig(allele.contig))
            for allele, found in zip(alleles, frequencies.look_up(alleles), strict=True)
        ]
