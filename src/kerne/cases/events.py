"""What happens to a case, from its opening to the answer that was handed over."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from kerne.database.history import SEALED
from kerne.interpretation.candidate import Classification
from kerne.interpretation.criteria.overrides import Override
from kerne.interpretation.structural.curating import CopyEntry


class Bearing(StrEnum):
    """What a variant has to do with the patient's disease, as the geneticist judged it.

    References
    ----------
    Phenopackets v2, `GenomicInterpretation.interpretation_status`.
    """

    CAUSATIVE = "causative"
    CONTRIBUTORY = "contributory"
    CANDIDATE = "candidate"
    REJECTED = "rejected"


_USUAL: Final[Mapping[Classification, Bearing]] = {
    Classification.PATHOGENIC: Bearing.CAUSATIVE,
    Classification.LIKELY_PATHOGENIC: Bearing.CAUSATIVE,
    Classification.UNCERTAIN: Bearing.CANDIDATE,
    Classification.LIKELY_BENIGN: Bearing.REJECTED,
    Classification.BENIGN: Bearing.REJECTED,
}


def usual_bearing(classification: Classification) -> Bearing:
    """Return what a variant of this class usually has to do with the disease."""
    return _USUAL[classification]


@dataclass(frozen=True, slots=True)
class KinInCase:
    """A relative whose genome is read beside the patient's; `affected` is `None` when unknown."""

    person: str
    affected: bool | None = None


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file of a signed answer, as the ledger keeps it."""

    name: str
    digest: str


@dataclass(frozen=True, slots=True)
class CaseOpened:
    """A geneticist opened a case on a released sample, with the patient's HPO terms."""

    case: str
    person: str
    order: str
    sample: str
    opened_by: str
    observed: tuple[str, ...] = field(metadata=SEALED)
    excluded: tuple[str, ...] = field(metadata=SEALED)
    relatives: tuple[KinInCase, ...] = field(metadata=SEALED)


@dataclass(frozen=True, slots=True)
class CandidatesRanked:
    """The genome was interpreted; the SHA-256 of each part that is kept and opened apart.

    `document` holds the primary candidates, `secondary` the others, `relationships` the check of
    registered kinship, `panel` the gene panel that was asked for, if one was, `inputs` what all
    that was made from, and `basis` what is enough to rank again while the genes are the same.
    """

    case: str
    document: str
    releases: tuple[str, ...]
    candidates: int
    not_examined: int
    secondary: str | None = None
    relationships: str | None = None
    panel: str | None = None
    inputs: str | None = None
    basis: str | None = None


@dataclass(frozen=True, slots=True)
class FindingRelabelled:
    """A geneticist re-labelled what is found in a gene as primary, because of new knowledge.

    Nobody knew whether anything is found there: the gene is named by the patient's picture.
    """

    case: str
    person: str
    by: str
    gene: str = field(metadata=SEALED)
    reason: str = field(metadata=SEALED)


@dataclass(frozen=True, slots=True)
class VariantClassified:
    """A geneticist judged one variant for one disease; `suggested` is what the points said.

    They are the points after `overrides` and `copies`, the geneticist's own judgements of single
    criteria, and of sections of the score of a loss or gain of copies.
    """

    case: str
    person: str
    by: str
    classification: Classification = field(metadata=SEALED)
    suggested: Classification = field(metadata=SEALED)
    bearing: Bearing = field(metadata=SEALED)
    allele: str = field(metadata=SEALED)
    gene: str = field(metadata=SEALED)
    disease: str = field(metadata=SEALED)
    reason: str = field(metadata=SEALED)
    overrides: tuple[Override, ...] = field(default=(), metadata=SEALED)
    copies: tuple[CopyEntry, ...] = field(default=(), metadata=SEALED)


@dataclass(frozen=True, slots=True)
class NoFindingDeclared:
    """A geneticist looked at the candidates and found none that explains the patient."""

    case: str
    person: str
    by: str
    reason: str = field(metadata=SEALED)


@dataclass(frozen=True, slots=True)
class AnswerSigned:
    """A geneticist signed the answer; `report` is the SHA-256 of its canonical JSON.

    `around` is that of the circumstances, from which it can be made again.
    """

    case: str
    by: str
    report: str
    files: tuple[KeptFile, ...]
    around: str | None = None


@dataclass(frozen=True, slots=True)
class AnswerIssued:
    """The signed answer was handed over as files."""

    case: str
    report: str


CaseEvent = (
    CaseOpened
    | CandidatesRanked
    | FindingRelabelled
    | VariantClassified
    | NoFindingDeclared
    | AnswerSigned
    | AnswerIssued
)

CASE_EVENTS: tuple[type[CaseEvent], ...] = (
    CaseOpened,
    CandidatesRanked,
    FindingRelabelled,
    VariantClassified,
    NoFindingDeclared,
    AnswerSigned,
    AnswerIssued,
)
