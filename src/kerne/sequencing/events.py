"""What happens to an order for whole genome sequencing, from the doctor to the released sample."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar, Final

from kerne.database.history import SEALED, Upcaster
from kerne.people.sample import GenomeOrigin


class PatientGroup(StrEnum):
    """The approved patient groups that may be offered whole genome sequencing.

    References
    ----------
    Modelled on the patient groups that the Danish National Genome Center was approved to start
    with; a country's own list comes with its rule book in a later issue.
    """

    RARE_DISEASE_CHILDREN = "rare-disease-children"
    RARE_DISEASE_ADULTS = "rare-disease-adults"
    FETAL_AND_INFANT_DEATH = "fetal-and-infant-death"
    CRITICALLY_ILL_CHILDREN = "critically-ill-children"
    NEUROGENETIC = "neurogenetic"
    PSYCHIATRY = "psychiatry"
    HEART = "heart"
    KIDNEY = "kidney"
    LIVER = "liver"
    LUNG = "lung"
    ENDOCRINE = "endocrine"
    METABOLIC = "metabolic"
    IMMUNE = "immune"
    BLOOD = "blood"
    EYE = "eye"
    EAR = "ear"
    SKIN = "skin"
    BONE_AND_CONNECTIVE_TISSUE = "bone-and-connective-tissue"
    HEREDITARY_CANCER = "hereditary-cancer"


class Urgency(StrEnum):
    """How soon the answer is needed."""

    ROUTINE = "routine"
    URGENT = "urgent"


class TubeFault(StrEnum):
    """Why a tube cannot be sequenced: closed codes, so that they can be counted."""

    TOO_LITTLE_DNA = "too-little-dna"
    IMPURE_DNA = "impure-dna"


class CancelReason(StrEnum):
    """Why an order was taken back."""

    ORDERED_BY_MISTAKE = "ordered-by-mistake"
    PATIENT_DECLINED = "patient-declined"
    NO_LONGER_NEEDED = "no-longer-needed"
    CONSENT_WITHDRAWN = "consent-withdrawn"


@dataclass(frozen=True, slots=True)
class OrderPlaced:
    """A doctor ordered whole genome sequencing for a patient."""

    order: str
    person: str
    patient_group: PatientGroup
    ordered_by: str
    hospital: str
    urgency: Urgency
    question: str = field(metadata=SEALED)


@dataclass(frozen=True, slots=True)
class SampleAccepted:
    """A sequencing site took the tube in: the working-day clock starts.

    `origin` says whose germline the tube shows, and so whether the genome is ever counted.
    """

    type_version: ClassVar[int] = 2

    order: str
    sample: str
    site: str
    barcode: str
    origin: GenomeOrigin = GenomeOrigin.GERMLINE


@dataclass(frozen=True, slots=True)
class SamplePassedQuality:
    """The tube holds enough pure DNA."""

    order: str
    sample: str
    dna_ng_per_ul: float
    volume_ul: float
    absorbance_ratio: float


@dataclass(frozen=True, slots=True)
class SampleFailedQuality:
    """The tube cannot be sequenced; the order waits for a new one."""

    order: str
    sample: str
    dna_ng_per_ul: float
    volume_ul: float
    absorbance_ratio: float
    faults: tuple[TubeFault, ...]


@dataclass(frozen=True, slots=True)
class SampleSequenced:
    """A run gave the sample its reads."""

    order: str
    sample: str
    run: str
    mean_depth_reads: float
    callable_fraction: float


@dataclass(frozen=True, slots=True)
class SampleReleased:
    """The sample may be interpreted: the working-day clock stops."""

    order: str
    sample: str


@dataclass(frozen=True, slots=True)
class OrderCancelled:
    """The order was taken back before its sample was released."""

    order: str
    by: str
    reason: CancelReason


OrderEvent = (
    OrderPlaced
    | SampleAccepted
    | SamplePassedQuality
    | SampleFailedQuality
    | SampleSequenced
    | SampleReleased
    | OrderCancelled
)

ORDER_EVENTS: tuple[type[OrderEvent], ...] = (
    OrderPlaced,
    SampleAccepted,
    SamplePassedQuality,
    SampleFailedQuality,
    SampleSequenced,
    SampleReleased,
    OrderCancelled,
)


def _of_germline(body: dict[str, Any]) -> dict[str, Any]:  # Any: JSON
    """Before tubes said their origin, every one that was ordered was taken as germline."""
    return body | {"origin": GenomeOrigin.GERMLINE.value}


UPCASTERS: Final[Mapping[tuple[str, int], Upcaster]] = {(SampleAccepted.__name__, 1): _of_germline}
"""Bring stored events up to the fields that they have now."""
