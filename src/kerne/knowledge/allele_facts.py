"""What is published about one allele: how frequent it is, what predictors say, how it is classed.

Plain values. `None` says that no release at hand knows the allele, or that there is no release:
`Knowledge.label_of` tells the two apart, and for frequencies `AlleleFacts.is_surveyed` does.
"""

import re
from dataclasses import dataclass
from typing import Final

PATHOGENIC_WORDS: Final = frozenset({"pathogenic", "likely pathogenic"})
BENIGN_WORDS: Final = frozenset({"benign", "likely benign"})
UNSURE_WORDS: Final = frozenset({"uncertain significance", "uncertain risk allele"})
_PARTED: Final = re.compile(r"[/|,;]\s*")


@dataclass(frozen=True, slots=True)
class PublishedFrequency:
    """Counts of one allele in a published population.

    Parameters
    ----------
    ac, an
        Copies of the allele, and of any allele that was called there. Of the mitochondrial genome
        people: with the allele in (almost) all copies, and called.
    homozygotes, heterozygotes
        People with two copies, and with one. Of the mitochondrial genome with the allele in
        (almost) all copies, and in some.
    greatest_af
        Greatest frequency that the release states for a group of its people, the filtering
        frequency (lower bound, 95 %) if it states one; `None` when it states none.
    hemizygotes
        People who have only one copy of the place (X or Y), and it is this allele.
    is_filtered
        Whether the release itself doubts the call.
    release
        Name of the release; empty where whoever made this value does not say.
    """

    ac: int
    an: int
    homozygotes: int
    heterozygotes: int
    greatest_af: float | None = None
    hemizygotes: int = 0
    is_filtered: bool = False
    release: str = ""

    @property
    def af(self) -> float | None:
        """AC/AN; `None` when nobody was called there."""
        return self.ac / self.an if self.an else None


@dataclass(frozen=True, slots=True)
class ClinVarRecord:
    """What ClinVar says about one allele, all submissions taken together.

    Parameters
    ----------
    accession
        `VCV000012345`.
    significance
        ClinVar's words, spaces for underscores: `Pathogenic/Likely pathogenic`.
    stars
        Review stars, 0 to 4.
    conditions
        Names of the conditions.
    gene
        Symbol of the (first) gene; empty where none is stated.
    consequences
        Sequence Ontology terms that ClinVar states: `missense_variant`.

    References
    ----------
    Landrum et al. 2018, doi:10.1093/nar/gkx1153.
    """

    accession: str
    significance: str
    stars: int
    conditions: tuple[str, ...] = ()
    gene: str = ""
    consequences: tuple[str, ...] = ()

    @property
    def is_pathogenic(self) -> bool:
        """Whether all that class it do so as pathogenic or likely pathogenic."""
        return self._is_only(PATHOGENIC_WORDS)

    @property
    def is_benign(self) -> bool:
        """Whether all that class it do so as benign or likely benign."""
        return self._is_only(BENIGN_WORDS)

    def _is_only(self, words: frozenset[str]) -> bool:
        """Say whether it has one of the words and no other class; `drug response` is none."""
        ours = set(_PARTED.split(self.significance.lower()))
        others = (PATHOGENIC_WORDS | BENIGN_WORDS | UNSURE_WORDS) - words
        return bool(ours & words) and not ours & others


@dataclass(frozen=True, slots=True)
class AlleleFacts:
    """All that the releases at hand say about one allele.

    Parameters
    ----------
    is_surveyed
        Whether a release of frequencies at hand lists alleles of this contig: without `frequency`
        the allele is then not listed, otherwise nobody looked.
    revel, alphamissense
        Predicted harm of a missense change, 0 to 1; of the worst transcript where several differ.
    splice
        Greatest of SpliceAI's four deltas, 0 to 1.

    References
    ----------
    Ioannidis et al. 2016, doi:10.1016/j.ajhg.2016.08.016 (REVEL); Cheng et al. 2023,
    doi:10.1126/science.adg7492 (AlphaMissense); Jaganathan et al. 2019,
    doi:10.1016/j.cell.2018.12.015 (SpliceAI).
    """

    frequency: PublishedFrequency | None = None
    is_surveyed: bool = False
    revel: float | None = None
    alphamissense: float | None = None
    splice: float | None = None
    clinvar: ClinVarRecord | None = None


NOTHING_KNOWN: Final = AlleleFacts()
"""Where no release is at hand."""
