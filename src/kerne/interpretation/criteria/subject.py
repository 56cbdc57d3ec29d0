"""What the criteria look at: one allele in one transcript, what is known of it, and who has it.

Plain values without I/O. What is `None` nobody looked up: a criterion that needs it is then not
judged, which is never the same as not met.
"""

from dataclasses import dataclass, field

from kerne.alleles.allele import Allele
from kerne.alleles.transcript import Transcript
from kerne.interpretation.candidate import Mode
from kerne.interpretation.consequences.consequence import Consequence
from kerne.knowledge.allele_facts import (
    NOTHING_KNOWN,
    AlleleFacts,
    ClinVarRecord,
    PublishedFrequency,
)
from kerne.knowledge.gene_facts import GeneFacts
from kerne.knowledge.specification import Specification

RECESSIVE = frozenset(
    {Mode.RECESSIVE_HOMOZYGOUS, Mode.RECESSIVE_COMPOUND, Mode.RECESSIVE_ONE_ALLELE}
)
DOMINANT = frozenset({Mode.DOMINANT, Mode.DE_NOVO})


@dataclass(frozen=True, slots=True)
class DeNovo:
    """That both parents lack the allele, and whether their genomes prove to be the parents'."""

    parents_confirmed: bool


@dataclass(frozen=True, slots=True)
class Partner:
    """Another variant of the patient in the same gene.

    Parameters
    ----------
    name
        How it is spoken of: its coding name.
    is_pathogenic, is_likely_pathogenic
        Its class, judged without the variant that it is the partner of.
    in_trans
        Whether it lies on the other copy; `None` when the phase is not known.
    """

    name: str
    is_pathogenic: bool
    is_likely_pathogenic: bool
    in_trans: bool | None


@dataclass(frozen=True, slots=True)
class Segregation:
    """How the variant runs with the disease in the family, the patient not counted.

    Parameters
    ----------
    affected_carriers
        Affected relatives of the first degree who have the genotype that causes the disease.
    affected_lacking
        Affected relatives who lack it.
    unaffected_with
        Unaffected relatives who have it.
    """

    affected_carriers: int = 0
    affected_lacking: int = 0
    unaffected_with: int = 0


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is seen in the patient and the family, rather than of the variant.

    Parameters
    ----------
    is_homozygous
        On both copies.
    partners
        Further variants of the gene; `None` when nobody looked.
    segregation
        `None` when no relative of known status was read there.
    other_cause
        In words, what else explains the disease of the patient; empty when nothing is known to.
    is_early_and_full
        Whether the disease shows early in life in everyone who has the genotype; `None` when that
        is not known.
    log10_phenotype
        log10 likelihood ratio of the phenotype for the disease; `None` where it counts elsewhere,
        as in the odds of a ranked candidate: what the phenotype says is counted once.
    """

    de_novo: DeNovo | None = None
    is_homozygous: bool = False
    partners: tuple[Partner, ...] | None = None
    segregation: Segregation | None = None
    other_cause: str = ""
    is_early_and_full: bool | None = None
    log10_phenotype: float | None = None


NOTHING_SEEN = Circumstances()


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A classified variant near the subject, named in the same transcript."""

    allele: Allele
    protein_name: str
    record: ClinVarRecord


@dataclass(frozen=True, slots=True)
class Known:
    """What is classified in the same gene, the subject itself left out.

    Parameters
    ----------
    near
        Within `location.WINDOW_CODONS` codons of the subject, and in front of the next start codon
        when the start codon is lost.
    pathogenic_losses, pathogenic_missense
        Pathogenic variants of the whole gene that destroy its product, or change one residue.
    pathogenic_behind
        Pathogenic variants from the subject's codon to the end of the protein.
    """

    near: tuple[Neighbour, ...] = ()
    pathogenic_losses: int = 0
    pathogenic_missense: int = 0
    pathogenic_behind: int = 0


@dataclass(frozen=True, slots=True)
class Sources:
    """Names of the releases that evidence cites; empty where none is at hand.

    Parameters
    ----------
    scores
        REVEL, AlphaMissense and SpliceAI, joined.
    """

    genes: str
    frequencies: str = ""
    constraint: str = ""
    validity: str = ""
    dosage: str = ""
    clinvar: str = ""
    scores: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """One allele in one transcript, as the criteria look at it.

    Parameters
    ----------
    facts
        What is published about the allele.
    in_repeat
        Whether a length change lies in a tandem repeat; `None` when nobody looked.
    gene
        What is published about the gene; `None` when nothing is at hand.
    known
        What is classified in the gene; `None` when no release is at hand.
    specification
        What experts of the gene laid down instead of the general rules.
    spared
        MANE transcripts of the gene whose product stays whole.
    next_start
        1-based codon of the next methionine in frame; `None` when there is none or nobody looked.
    """

    allele: Allele
    consequence: Consequence
    transcript: Transcript
    coding_name: str
    protein_name: str
    facts: AlleleFacts = NOTHING_KNOWN
    in_repeat: bool | None = None
    gene: GeneFacts | None = None
    known: Known | None = None
    specification: Specification = field(default_factory=Specification)
    spared: tuple[str, ...] = ()
    next_start: int | None = None

    @property
    def published(self) -> PublishedFrequency | None:
        """Published counts; `None` when the release does not list it, or there is none."""
        return self.facts.frequency

    @property
    def terms(self) -> frozenset[str]:
        """What it does to the transcript."""
        return frozenset(self.consequence.terms)
