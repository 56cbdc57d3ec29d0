"""From a judged case to the report that is signed: pure, so that it can be made again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from kerne.alleles.allele import Allele
from kerne.alleles.vrs import VrsAllele
from kerne.cases.answers.report import (
    RECORD,
    Conclusion,
    Fact,
    Finding,
    Report,
    Validation,
    report_of,
    with_conclusion,
)
from kerne.cases.case import Case, Judgement
from kerne.cases.events import KeptFile
from kerne.cases.inputs import in_order
from kerne.cases.verdict import find_variant, judged_anew
from kerne.errors import CaseError
from kerne.interpretation.candidate import GeneCoverage, Interpretation
from kerne.interpretation.secondary import Disclosure, FindingClass
from kerne.people.asking import Identity
from kerne.phenotype.phenopacket import Sex

SIGNATURE: Final = f"{RECORD}.sig"
SUMS: Final = "SHA256SUMS"
SUMS_SIGNATURE: Final = f"{SUMS}.sig"
PUBLIC_KEY: Final = "public_key.pem"

NameAllele = Callable[[Allele], VrsAllele | None]
"""Gives an allele as VRS has it; `None` where its sequence is not known."""


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
    """Who the answer is about, as far as it says; `sex` is the registered one in words."""

    person: str
    sex: str
    age_years: int
    sex_code: Sex


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What an answer is made from besides the case: it is kept, so that it can be made again.

    Parameters
    ----------
    made_at
        Moment of the signature, ISO with the distance from UTC.
    program
        Name and version of what made it.
    open_classes, relabelled
        What was open of the patient's secondary findings then, in their order.
    """

    order: ReleasedOrder
    subject: Subject
    signed_by: str
    organisation: str
    made_at: str
    program: str
    open_classes: tuple[FindingClass, ...]
    relabelled: tuple[str, ...]
    validation: Validation | None

    @property
    def disclosure(self) -> Disclosure:
        """What could be shown then."""
        return Disclosure(frozenset(self.open_classes), frozenset(self.relabelled))


def circumstances_of(  # noqa: PLR0913  one argument for each part
    order: ReleasedOrder,
    subject: Subject,
    signer: Identity,
    made_at: datetime,
    disclosure: Disclosure,
    *,
    program: str,
    validation: Validation | None,
) -> Circumstances:
    """Note the circumstances in which `signer` signs.

    Raises
    ------
    CaseError
        The signer belongs to no organisation.
    """
    if signer.organisation is None:
        raise CaseError("whoever signs an answer must belong to a hospital")
    return Circumstances(
        order=order,
        subject=subject,
        signed_by=signer.identifier,
        organisation=signer.organisation,
        made_at=made_at.isoformat(timespec="minutes"),
        program=program,
        open_classes=in_order(disclosure),
        relabelled=tuple(sorted(disclosure.relabelled)),
        validation=validation,
    )


def answer_report(
    case: Case, found: Interpretation, around: Circumstances, name_allele: NameAllele
) -> Report:
    """Make the report that is to be signed.

    Raises
    ------
    CaseError
        A judged variant is not among the candidates, or of a gene that fits the phenotype it is
        not known how much could be read.
    """
    _check_coverage(found.coverage)
    order, subject = around.order, around.subject
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
        made_at=datetime.fromisoformat(around.made_at),
        validation=around.validation,
    )
    conclusion = Conclusion(
        findings=tuple(_finding(judgement, found, name_allele) for judgement in case.judgements),
        no_finding=None if case.no_finding is None else case.no_finding.reason,
        signed_by=around.signed_by,
        organisation=around.organisation,
    )
    return replace(with_conclusion(report, conclusion), made_by=around.program)


def _check_coverage(coverage: tuple[GeneCoverage, ...]) -> None:
    # INVARIANT: no signature unless the answer says how much of each fitting gene could be read.
    unknown = [each.gene for each in coverage if each.callable_fraction is None]
    if unknown:
        raise CaseError(
            f"of `{', '.join(unknown)}`, which fit the phenotype, it is not known how much could "
            "be read: an answer is not signed without the callable regions of the genome"
        )


def kept_files(contents: Mapping[str, str]) -> tuple[KeptFile, ...]:
    """Return digests by file name as an event holds them, in the order of names."""
    return tuple(KeptFile(name, digest) for name, digest in sorted(contents.items()))


def _finding(judgement: Judgement, found: Interpretation, name_allele: NameAllele) -> Finding:
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
        variant=judged_anew(variant, said),
        classification=said.classification,
        bearing=said.bearing,
        reason=said.reason,
        vrs=name_allele(variant.allele),
        hgnc=candidate.hgnc,
    )
