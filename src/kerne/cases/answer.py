"""From a judged case to the report that is signed: pure, so that what is signed can be foreseen."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from kerne.cases.case import Case, Judgement, find_variant
from kerne.cases.events import KeptFile
from kerne.cases.report import (
    RECORD,
    Conclusion,
    Fact,
    Finding,
    Report,
    report_of,
    with_conclusion,
)
from kerne.errors import CaseError
from kerne.interpretation.candidate import Interpretation
from kerne.people.asking import Identity

SIGNATURE = f"{RECORD}.sig"
PUBLIC_KEY = "public_key.pem"


@dataclass(frozen=True, slots=True)
class ReleasedOrder:
    """What a case needs to know of the order that it answers.

    Parameters
    ----------
    working_days
        From the accepted sample to its release.
    """

    number: str
    person: str
    sample: str
    hospital: str
    patient_group: str
    question: str
    working_days: int


@dataclass(frozen=True, slots=True)
class Subject:
    """Who the answer is about, as far as it says."""

    person: str
    sex: str
    age_years: int


def answer_report(
    case: Case,
    found: Interpretation,
    order: ReleasedOrder,
    subject: Subject,
    signer: Identity,
    made_at: datetime,
) -> Report:
    """Make the report that `signer` is to sign.

    Raises
    ------
    CaseError
        The signer belongs to no organisation, or a judged variant is not among the candidates.
    """
    report = report_of(
        found,
        title="Whole genome sequencing: answer",
        subject=subject.person,
        facts=(
            Fact("Sex and age", f"{subject.sex}, {subject.age_years} years"),
            Fact("Case", case.number),
            Fact("Order", order.number),
            Fact("Ordered by", order.hospital),
            Fact("Patient group", order.patient_group.replace("-", " ")),
            Fact("Clinical question", order.question),
            Fact("Tube to release", f"{order.working_days} working days"),
        ),
        made_at=made_at,
    )
    return with_conclusion(report, conclude(case, found, signer))


def conclude(case: Case, found: Interpretation, signer: Identity) -> Conclusion:
    """Return what the signature will stand under: the newest judgement of each variant."""
    if signer.organisation is None:
        raise CaseError("whoever signs an answer must belong to a hospital")
    return Conclusion(
        findings=tuple(_finding(judgement, found) for judgement in case.judgements),
        no_finding=None if case.no_finding is None else case.no_finding.reason,
        signed_by=signer.identifier,
        organisation=signer.organisation,
    )


def kept_files(contents: Mapping[str, str]) -> tuple[KeptFile, ...]:
    """Return digests by file name as an event holds them, in the order of names."""
    return tuple(KeptFile(name, digest) for name, digest in sorted(contents.items()))


def _finding(judgement: Judgement, found: Interpretation) -> Finding:
    said = judgement.said
    ranks = [
        one.rank
        for one in found.candidates
        if (one.gene, one.disease) == (said.gene, said.disease)
        and said.allele in {str(variant.allele) for variant in one.variants}
    ]
    candidate, variant = find_variant(found, said.allele, min(ranks, default=0))
    return Finding(
        gene=said.gene,
        disease=said.disease,
        disease_name=candidate.disease_name,
        mode=candidate.mode,
        variant=variant,
        classification=said.classification,
        bearing=said.bearing,
        reason=said.reason,
    )
