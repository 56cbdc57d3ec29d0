"""What is published about one gene: constraint, diseases and how sure they are, dosage.

Plain values. `None` says that no release at hand states it.
"""

from dataclasses import dataclass
from datetime import date
from enum import IntEnum, StrEnum

from kerne.alleles.interval import Interval


class ValidityClass(StrEnum):
    """How well it is shown that a gene causes a disease, as ClinGen classes it.

    References
    ----------
    Strande et al. 2017, doi:10.1016/j.ajhg.2017.04.015.
    """

    DEFINITIVE = "Definitive"
    STRONG = "Strong"
    MODERATE = "Moderate"
    LIMITED = "Limited"
    ANIMAL_MODEL = "Animal Model Only"
    NONE = "No Known Disease Relationship"
    DISPUTED = "Disputed"
    REFUTED = "Refuted"


class DosageScore(IntEnum):
    """How well it is shown that too little or too much of a gene or region does harm.

    References
    ----------
    Riggs et al. 2012, doi:10.1111/j.1399-0004.2011.01818.x; ClinGen dosage sensitivity map.
    """

    NO_EVIDENCE = 0
    LITTLE = 1
    SOME = 2
    SUFFICIENT = 3
    RECESSIVE = 30
    UNLIKELY = 40


@dataclass(frozen=True, slots=True)
class Validity:
    """That a gene causes a disease, as an expert panel judged it.

    Parameters
    ----------
    diseases
        The disease under all its names: MONDO first, then OMIM and ORPHA where a release of MONDO
        is at hand.
    inheritance
        ClinGen's letters: `AD`, `AR`, `XL`, `SD` (semidominant), `MT`, `UD` (undetermined).
    source
        The expert panel.
    """

    diseases: tuple[str, ...]
    label: str
    inheritance: str
    classification: ValidityClass
    date: date
    source: str


@dataclass(frozen=True, slots=True)
class DosageRegion:
    """A stretch of the genome (or a gene, then `gene` is its symbol) judged for dosage.

    `None` for a score that was not judged yet.
    """

    identifier: str
    name: str
    interval: Interval
    haploinsufficiency: DosageScore | None
    triplosensitivity: DosageScore | None
    date: date | None
    gene: str = ""


@dataclass(frozen=True, slots=True)
class GeneFacts:
    """All that the releases at hand say about one gene.

    Parameters
    ----------
    symbol
        The approved one where a release of HGNC is at hand, else as asked.
    hgnc
        `HGNC:1100`; empty when not known.
    pli
        Probability of being intolerant of loss of one copy.
    loeuf
        Upper bound (95 %) of observed over expected loss-of-function variants.
    missense_z
        Deviation of missense variants from their expected number, in standard deviations.
    oe_missense
        Observed over expected missense variants.

    References
    ----------
    Karczewski et al. 2020, doi:10.1038/s41586-020-2308-7 (constraint).
    """

    symbol: str
    hgnc: str = ""
    pli: float | None = None
    loeuf: float | None = None
    missense_z: float | None = None
    oe_missense: float | None = None
    validity: tuple[Validity, ...] = ()
    haploinsufficiency: DosageScore | None = None
    triplosensitivity: DosageScore | None = None
