"""The patients of the synthetic country: what is referred, and apart from it the answers."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from kerne.alleles.allele import Allele
from kerne.synthetic.effect import Effect


class Mode(StrEnum):
    """How the planted variants cause the disease."""

    DOMINANT = "dominant"
    DE_NOVO = "dominant, de novo"
    RECESSIVE_HOMOZYGOUS = "recessive, homozygous"
    RECESSIVE_COMPOUND = "recessive, compound heterozygous"
    X_LINKED = "X-linked"


class SecondaryChoice(StrEnum):
    """What the patient wants to know beside the answer to the clinical question."""

    ALL = "all"
    ACTIONABLE = "actionable"
    NONE = "none"


class TermNoise(StrEnum):
    """How an observed term relates to the disease's profile."""

    EXACT = "exact"
    IMPRECISE = "imprecise"
    UNRELATED = "unrelated"


@dataclass(frozen=True, slots=True)
class Patient:
    """A patient as referred: everything that the centre is told, and nothing of the answer.

    Parameters
    ----------
    person
        The patient's person number.
    patient_group
        The approved patient group under which whole genome sequencing is ordered.
    hospital, ordered_by, geneticist
        Organisation and staff identifiers.
    site
        The sequencing site that receives the tube.
    clinical_question
        The referral in words.
    observed, excluded
        HPO terms found and looked for in vain.
    secondary, recontact
        The written choices taken with the consent.
    mother, father, siblings
        Relatives whose genomes are sequenced with the patient's.
    affected
        Those of them who have the same disease.
    """

    person: str
    patient_group: str
    hospital: str
    ordered_by: str
    geneticist: str
    site: str
    ordered_on: date
    urgent: bool
    clinical_question: str
    observed: tuple[str, ...]
    excluded: tuple[str, ...]
    secondary: SecondaryChoice
    recontact: bool
    mother: str | None = None
    father: str | None = None
    siblings: tuple[str, ...] = ()
    affected: tuple[str, ...] = ()

    @property
    def relatives(self) -> tuple[str, ...]:
        """Mother, father and siblings, as far as they are sequenced with the patient."""
        parents = (parent for parent in (self.mother, self.father) if parent is not None)
        return (*parents, *self.siblings)


@dataclass(frozen=True, slots=True)
class PlantedVariant:
    """One causal allele, as the patient carries it.

    Parameters
    ----------
    genotype
        `het`, `hom` or `hemi`.
    origin
        `mother`, `father`, `mother and father`, `de novo` or `unknown`, when a parent
        is not a citizen.
    """

    allele: Allele
    genotype: str
    effect: Effect
    origin: str


@dataclass(frozen=True, slots=True)
class PresentedTerm:
    """An observed term, and the sign of the disease that it stands for (none if unrelated)."""

    identifier: str
    noise: TermNoise
    profile_term: str | None


@dataclass(frozen=True, slots=True)
class Incidental:
    """A pathogenic allele in a gene of the secondary-findings list, beside the question."""

    gene: str
    variant: PlantedVariant


@dataclass(frozen=True, slots=True)
class Answer:
    """What was planted in one patient: the key by which an interpretation is judged.

    `carriers` are unrelated healthy citizens who were given one of the alleles as well.
    """

    patient: str
    gene: str
    disease: str
    disease_name: str
    mode: Mode
    variants: tuple[PlantedVariant, ...]
    terms: tuple[PresentedTerm, ...]
    incidental: Incidental | None = None
    carriers: tuple[str, ...] = ()
