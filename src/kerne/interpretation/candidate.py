"""What an interpretation says: candidates, their variants, the evidence, and what was not seen.

Plain values, made by `interpretation.interpret` and shown by reports. Nothing here decides.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from kerne.alleles.allele import Allele
from kerne.phenotype.distinction import Distinction
from kerne.phenotype.explanation import TermContribution


class Genotype(StrEnum):
    """How one genome carries one allele."""

    HET = "het"
    HOM = "hom"
    HEMI = "hemi"


class Mode(StrEnum):
    """The way in which the variants of a candidate would cause the disease."""

    DOMINANT = "dominant"
    DE_NOVO = "dominant, de novo"
    RECESSIVE_HOMOZYGOUS = "recessive, homozygous"
    RECESSIVE_COMPOUND = "recessive, compound heterozygous"
    RECESSIVE_ONE_ALLELE = "recessive, one allele found"
    X_LINKED = "X-linked"
    Y_LINKED = "Y-linked"
    MITOCHONDRIAL = "mitochondrial"


class Met(StrEnum):
    """Whether a criterion holds; one that the data cannot settle is never called not met."""

    MET = "met"
    NOT_MET = "not met"
    NOT_JUDGED = "not judged"


class Strength(StrEnum):
    """Strength of evidence that a criterion carries as it was met."""

    NONE = "none"
    SUPPORTING = "supporting"
    MODERATE = "moderate"
    STRONG = "strong"
    VERY_STRONG = "very strong"
    STAND_ALONE = "stand-alone"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One ACMG/AMP criterion as judged for one variant.

    Parameters
    ----------
    criterion
        Its code, such as `PVS1` (Richards 2015, doi:10.1038/gim.2015.30).
    points
        Points on Tavtigian's scale, negative when benign; 0 unless met.
    data
        In words: what was seen.
    source
        The release, file or rule it was seen in.
    uncapped
        As it was judged, where it counts less because of what else is met (`criteria.caps`).
    overridden
        As the program had judged it, where a geneticist judged otherwise.
    copy_points
        Points of the tables for losses and gains of copies, in which `criterion` then is a section
        such as `CNV 2A`; they are summed apart. `None` for a criterion of small variants.
    """

    criterion: str
    met: Met
    strength: Strength
    points: int
    data: str
    source: str
    uncapped: "Evidence | None" = None
    overridden: "Evidence | None" = None
    copy_points: float | None = None

    @property
    def weight(self) -> str:
        """How much it counts, in a word: its strength, or the points of its table."""
        return str(self.strength) if self.copy_points is None else f"{self.copy_points:+.2f}"


class Classification(StrEnum):
    """The five classes of a variant in a Mendelian disease."""

    PATHOGENIC = "pathogenic"
    LIKELY_PATHOGENIC = "likely pathogenic"
    UNCERTAIN = "uncertain significance"
    LIKELY_BENIGN = "likely benign"
    BENIGN = "benign"


class Likelihood(StrEnum):
    """How probable it is that a gene is the cause, in a word (`posterior`)."""

    LIKELY = "likely"
    POSSIBLE = "possible"
    UNLIKELY = "unlikely"


class Tier(StrEnum):
    """Where a candidate's gene stands relative to the panel that was asked for."""

    PANEL = "panel"
    OUTSIDE = "outside"
    NO_PANEL = "no panel"


def in_percent(probability: float) -> str:
    """Say a probability; what is near 0 or 1 is never said to be certain.

    Examples
    --------
    >>> in_percent(0.934), in_percent(0.0042), in_percent(0.9996), in_percent(1e-7)
    ('93 %', '0.4 %', 'over 99.9 %', 'under 0.1 %')
    """
    share = 100 * probability
    if share < 0.1:  # noqa: PLR2004 - a thousandth
        return "under 0.1 %"
    if share > 99.9:  # noqa: PLR2004 - all but a thousandth
        return "over 99.9 %"
    return f"{share:.0f} %" if 1 <= share <= 99 else f"{share:.1f} %"  # noqa: PLR2004 - percent


@dataclass(frozen=True, slots=True)
class CandidateVariant:
    """One variant of a candidate with the evidence about it.

    Parameters
    ----------
    consequence
        Sequence Ontology terms joined by `&`, as `bcftools csq` names them.
    transcript
        Transcript that the consequence and the names refer to.
    points
        Sum of the points of `evidence`.
    published_frequency, national_frequency
        In words, also when absent: `not known: ...` is not `0`.
    """

    allele: Allele
    genotype: Genotype
    consequence: str
    transcript: str
    coding_name: str
    protein_name: str
    evidence: tuple[Evidence, ...]
    points: int
    classification: Classification
    published_frequency: str
    national_frequency: str

    @property
    def copy_points(self) -> float | None:
        """The score of a loss or gain of copies, to two decimals; `None` for other variants."""
        points = [each.copy_points for each in self.evidence if each.copy_points is not None]
        return round(sum(points), 2) if points else None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A gene, a disease of it and the variants that would explain the patient, ranked.

    Parameters
    ----------
    rank
        1 is best, over all tiers.
    gene, disease, disease_name
        Symbol; `OMIM:...` or `ORPHA:...`; its name. `disease` is empty when no disease of the
        gene is known to the ontology's annotations.
    log10_phenotype
        log10 likelihood ratio of the observed terms given the disease.
    log10_genotype
        log10 odds, against none of the candidates being the cause, before the phenotype is looked
        at: how rare such alleles are by chance, points, fit with the mode, prior.
    log10_odds
        Both together, the phenotype weighed by how many terms there are (`ranking.trust_in`).
    reasons
        In words, for a clinical geneticist; the strongest first.
    terms
        What each observed term contributes to `log10_phenotype`.
    probability
        That the gene is the cause, by any of its candidates, which share it; `None` where nobody
        weighed it against the others.
    likelihood
        The same in a word.
    hgnc
        Number of the gene at HGNC, such as `HGNC:1100`; empty when no release says it.
    """

    rank: int
    gene: str
    disease: str
    disease_name: str
    mode: Mode
    variants: tuple[CandidateVariant, ...]
    log10_phenotype: float
    log10_genotype: float
    log10_odds: float
    tier: Tier
    reasons: tuple[str, ...]
    terms: tuple[TermContribution, ...]
    probability: float | None = None
    likelihood: Likelihood | None = None
    hgnc: str = ""

    @property
    def chance(self) -> str:
        """How probable it is that the gene is the cause, in a word and as a percentage."""
        if self.probability is None or self.likelihood is None:
            return "not worked out"
        return f"{self.likelihood.value}, {in_percent(self.probability)}"


@dataclass(frozen=True, slots=True)
class NamedTerm:
    """A phenotype term of the patient as it was used."""

    identifier: str
    name: str


@dataclass(frozen=True, slots=True)
class GeneCoverage:
    """How much of a gene that fits the phenotype could be seen.

    Parameters
    ----------
    callable_fraction
        Fraction of its coding bases that are callable; `None` when the file did not say.
    gaps
        Uncallable coding stretches as `chr20:101-200` (1-based, inclusive).
    hgnc
        Number of the gene at HGNC; empty when no release says it.
    """

    gene: str
    callable_fraction: float | None
    gaps: tuple[str, ...]
    hgnc: str = ""


@dataclass(frozen=True, slots=True)
class NextLook:
    """Features that nobody has looked for and that tell the two best diseases apart."""

    first: str
    second: str
    features: tuple[Distinction, ...]


@dataclass(frozen=True, slots=True)
class Interpretation:
    """Everything that an interpretation found, used and did not see.

    Parameters
    ----------
    candidates
        By rank. Empty when nothing was found, which does not exclude a genetic disease.
    releases
        Knowledge it was made from: kind, name and the start of the file's SHA-256.
    absent
        Knowledge that was not at hand, and what that leaves unjudged.
    not_examined
        Kinds of variation and parts of the genome that were not looked at.
    variants_read, variants_considered
        Alleles that the sample carries; those of them that could bear a candidate.
    odds_unlisted
        Sum of the odds of genes that were ranked but not listed.
    probability_of_none
        That none of the genes is the cause; `None` where probabilities were not worked out.
    genes_to_read
        So many genes from the top hold the cause, if any gene does, but for `posterior.MISSED`.
    next_look
        What to look for next at the bedside; `None` where there are no two diseases.
    """

    sample: str
    assembly: str
    observed: tuple[NamedTerm, ...]
    excluded: tuple[NamedTerm, ...]
    candidates: tuple[Candidate, ...]
    releases: tuple[str, ...]
    absent: tuple[str, ...]
    not_examined: tuple[str, ...]
    coverage: tuple[GeneCoverage, ...]
    variants_read: int
    variants_considered: int
    notes: tuple[str, ...]
    odds_unlisted: float = 0.0
    probability_of_none: float | None = None
    genes_to_read: int | None = None
    next_look: NextLook | None = None


def by_tier(candidates: Sequence[Candidate]) -> dict[Tier, tuple[Candidate, ...]]:
    """Sort candidates into the tiers that are to be shown, in their order and the panel first.

    A panel is shown also when none of the candidates is on it.
    """
    shown = {each.tier for each in candidates}
    if Tier.OUTSIDE in shown:
        shown.add(Tier.PANEL)
    return {
        tier: tuple(each for each in candidates if each.tier is tier)
        for tier in Tier
        if tier in shown
    }
