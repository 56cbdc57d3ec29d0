"""A hospital revises what it classified in a signed answer: with a reason, and with history.

The answer stays as it was signed. What is shared between hospitals gets a newer word, and a class
that changes opens a re-contact task in the same step, so that no patient is left with an old answer
in silence.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kerne.cases.actions import Cases
from kerne.cases.answers.report import Finding, Report
from kerne.cases.case import Case
from kerne.cases.reanalysis import Reanalysis
from kerne.cases.reanalysis_events import ClassificationRevised, ReanalysisEvent, RecontactOpened
from kerne.cases.sharing import signed_report
from kerne.cases.showing import Showing
from kerne.cases.verdict import Verdict, judged_anew
from kerne.errors import CaseError
from kerne.interpretation.secondary import FindingClass
from kerne.people.asking import Action, Ask, Door, Identity, Pass, Refusal


@dataclass(frozen=True, slots=True)
class Revisions:
    """The act of revising a classification; its parts are those of the other acts on cases."""

    parts: Cases

    def revise(
        self, who: Identity, purpose: str, case: str, allele: str, verdict: Verdict
    ) -> ClassificationRevised | Refusal:
        """Classify a variant of a signed answer anew; what the verdict says replaces the former.

        Raises
        ------
        CaseError
            The answer is not signed or another hospital's, classifies no such variant that may be
            shown, or the revision has no reason or changes nothing.
        InterpretationError
            What was judged otherwise cannot be combined.
        """

        def work(grant: Pass) -> ClassificationRevised:
            ledger = self.parts.ledger
            state, past = ledger.case(case), ledger.reanalyses.read(case)
            showing = Showing(ledger, self.parts.findings)
            report = signed_report(ledger, case)
            finding = _finding(report, showing.case(state), allele, who)
            listed = showing.listed(state).get(finding.gene, {})
            revised, *task = revise_classification(
                state, past, finding, verdict, who.identifier, listed
            )
            ledger.reanalyses.history.append(
                case, past.version, [revised, *task], entry=grant.entry, at=self.parts.clock()
            )
            return revised

        person = self.parts.ledger.line(case).person
        ask = Ask(who, purpose, Action.CLASSIFY, (person,), about=f"case {case}")
        revised = self._gate.answer(ask, work)
        if not isinstance(revised, Refusal):
            self.parts.shared.react()
        return revised

    @property
    def _gate(self) -> Door:
        return self.parts.gate


def revise_classification(
    case: Case,
    past: Reanalysis,
    finding: Finding,
    verdict: Verdict,
    by: str,
    listed: Mapping[str, FindingClass],
) -> tuple[ClassificationRevised, *tuple[ReanalysisEvent, ...]]:
    """Note a revision, and open a re-contact task where the class is another than before.

    Parameters
    ----------
    listed
        As in `RecontactOpened`.

    Raises
    ------
    CaseError
        There is no reason, or nothing changes.
    """
    if not verdict.reason.strip():
        raise CaseError("a classification is revised with a reason: what is known now")
    variant = judged_anew(finding.variant, verdict)
    about = (str(variant.allele), finding.gene, finding.disease)
    was = past.newest_class(about) or finding.classification
    now = verdict.classification or variant.classification
    if now is was and not (verdict.overrides or verdict.copies):
        raise CaseError(f"the variant is classified as `{was}` already: nothing is revised")
    revised = ClassificationRevised(
        case=case.number,
        person=case.person,
        by=by,
        allele=about[0],
        gene=finding.gene,
        disease=finding.disease,
        was=was,
        classification=now,
        reason=verdict.reason.strip(),
        overrides=verdict.overrides,
        copies=verdict.copies,
    )
    return revised, *_tasks(revised, len(past.tasks) + 1, dict(listed))


def _tasks(
    revised: ClassificationRevised, number: int, listed: dict[str, FindingClass]
) -> Iterator[RecontactOpened]:
    if revised.classification is not revised.was:
        yield RecontactOpened(
            case=revised.case,
            person=revised.person,
            task=number,
            gene=revised.gene,
            disease=revised.disease,
            alleles=(revised.allele,),
            was=revised.was.value,
            now=revised.classification.value,
            reasons=(f"revised by {revised.by}: {revised.reason}",),
            listed=listed,
            is_revision=True,
        )


def _finding(report: Report, shown: Case, allele: str, who: Identity) -> Finding:
    conclusion = report.conclusion
    if conclusion is None or conclusion.organisation != who.organisation:
        raise CaseError(f"the answer of case `{shown.number}` is another hospital's")
    judged = {(each.said.allele, each.said.gene, each.said.disease) for each in shown.judgements}
    for each in conclusion.findings:
        if str(each.variant.allele) == allele and (allele, each.gene, each.disease) in judged:
            return each
    raise CaseError(f"the answer of case `{shown.number}` classifies no such variant")
