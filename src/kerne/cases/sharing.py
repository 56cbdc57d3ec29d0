"""What hospitals see and hand on of what is known: classifications, and profiles of solved cases.

Every look is a collective question at the gate, for the treatment of another patient. It names no
patient, and draws only on those whose choices allow that purpose at that moment.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TypeVar

from kerne.cases.answers.answer import Circumstances
from kerne.cases.answers.document import read_document
from kerne.cases.answers.report import RECORD, Report
from kerne.cases.case import Case
from kerne.cases.clinvar import ClinVarSubmission, clinvar_submission
from kerne.cases.events import AnswerSigned
from kerne.cases.ledger import CaseLedger
from kerne.cases.parts import KinUse, Register
from kerne.cases.profiles import ProfileMarks, SolvedProfile, profile_of
from kerne.cases.statement import (
    Disagreement,
    SharedClassification,
    classifications_of,
    differing,
    disagreements,
    newest_of_each,
    when,
)
from kerne.cases.va_spec import Statements, statements_of
from kerne.errors import CaseError
from kerne.people.asking import Action, Ask, Door, Identity, Purpose, Refusal

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SharedKnowledge:
    """The acts on what signed answers taught.

    Parameters
    ----------
    kin
        Says whether the treatment of another may draw on a person's genome now.
    marks
        Makes the marks of released profiles.
    """

    ledger: CaseLedger
    gate: Door
    kin: KinUse
    register: Register
    marks: ProfileMarks

    def classifications(
        self, who: Identity, purpose: str, *, gene: str | None = None, allele: str | None = None
    ) -> tuple[SharedClassification, ...] | Refusal:
        """See what hospitals have signed of a gene or a variant, oldest first: its history."""

        def look() -> tuple[SharedClassification, ...]:
            found = (
                each
                for each in self._open(None if allele is None else {allele})
                if gene in {None, each.gene}
            )
            return tuple(each.seen_by(who.organisation) for each in sorted(found, key=when))

        about = "classifications" if gene is None else f"classifications in gene {gene}"
        return self._ask(who, purpose, Action.READ_CLASSIFICATIONS, about, look)

    def disagreements(self, who: Identity, purpose: str) -> tuple[Disagreement, ...] | Refusal:
        """See where the asker's hospital and another classify a variant otherwise.

        Each of the two sees it, whoever was first.
        """

        def look() -> tuple[Disagreement, ...]:
            return tuple(
                Disagreement(tuple(said.seen_by(who.organisation) for said in each.said))
                for each in disagreements(self._open())
                if who.organisation in {said.organisation for said in each.said}
            )

        return self._ask(who, purpose, Action.READ_CLASSIFICATIONS, "disagreements", look)

    def differing(
        self, who: Identity, case: Case, assembly: str
    ) -> tuple[SharedClassification, ...]:
        """See which hospitals class what was judged in a case otherwise, by their newest words.

        None when the asker may not draw on what others classified: what is signed does not hang
        on it.
        """
        judged = {
            (assembly, each.said.allele, each.said.gene): each.said.classification
            for each in case.judgements
        }

        def look() -> tuple[SharedClassification, ...]:
            alleles = {allele for _, allele, _ in judged}
            found = differing(self._open(alleles), who.organisation, judged)
            return tuple(each.seen_by(who.organisation) for each in found)

        about = "classifications that differ, at a signature"
        purpose = Purpose.TREATMENT_OF_ANOTHER
        found = self._ask(who, purpose, Action.READ_CLASSIFICATIONS, about, look)
        return () if isinstance(found, Refusal) else found

    def clinvar(self, who: Identity, purpose: str, name: str) -> ClinVarSubmission | Refusal:
        """Export the newest classifications of the asker's hospital as a ClinVar submission."""
        return self._ask(
            who,
            purpose,
            Action.EXPORT_CLASSIFICATIONS,
            "ClinVar submission",
            lambda: clinvar_submission(name, self._own(who)),
        )

    def statements(self, who: Identity, purpose: str) -> Statements | Refusal:
        """Export the newest classifications of the asker's hospital as VA-Spec statements."""
        return self._ask(
            who,
            purpose,
            Action.EXPORT_CLASSIFICATIONS,
            "VA-Spec statements",
            lambda: statements_of(self._own(who)),
        )

    def profiles(self, who: Identity, purpose: str) -> tuple[SolvedProfile, ...] | Refusal:
        """Give the profiles of the centre's solved cases, by their marks.

        Raises
        ------
        CaseError
            No solved case may be drawn on.
        """

        def look() -> tuple[SolvedProfile, ...]:
            made = [self._profile(number) for number in self.ledger.signed()]
            found = [each for each in made if each is not None]
            if not found:
                raise CaseError("there is no solved case whose patient lets others learn from it")
            return tuple(sorted(found, key=lambda each: each.identifier))

        return self._ask(who, purpose, Action.RELEASE_PROFILES, "solved cases", look)

    def react(self) -> None:
        """Keep what answers classify that were signed or revised since; at start-up too."""
        for recorded in self.ledger.unhandled("sharing", AnswerSigned):
            self._keep(recorded.event.case)
        for number in self.ledger.reanalyses.unshared():
            self._keep(number)

    def _keep(self, number: str) -> None:
        revisions = self.ledger.reanalyses.read(number).revisions
        said = classifications_of(signed_report(self.ledger, number), number, revisions)
        self.ledger.shared.keep(number, self.ledger.line(number).person, said)

    def _open(self, alleles: Collection[str] | None = None) -> list[SharedClassification]:
        allowed = [each for each in self.ledger.shared.persons() if self.kin.may_help(each)]
        return [each.said for each in self.ledger.shared.read(allowed, alleles)]

    def _own(self, who: Identity) -> Sequence[SharedClassification]:
        own = [each for each in self._open() if each.organisation == who.organisation]
        return newest_of_each(own)

    def _profile(self, number: str) -> SolvedProfile | None:
        case = self.ledger.case(number)
        if case.signed is None or case.signed.around is None or not self.kin.may_help(case.person):
            return None
        around = read_document(self.ledger.document(number, case.signed.around), Circumstances)
        family = self.register.kinship().family_of(case.person)
        return profile_of(
            signed_report(self.ledger, number),
            around.subject.sex_code,
            self.marks.case(number),
            self.marks.family({case.person, *family}),
        )

    def _ask(
        self, who: Identity, purpose: str, action: Action, about: str, look: Callable[[], T]
    ) -> T | Refusal:
        return self.gate.answer(Ask(who, purpose, action, about=about), lambda _grant: look())


def signed_report(ledger: CaseLedger, number: str) -> Report:
    """Return the report that was signed in a case.

    Raises
    ------
    CaseError
        There is none yet.
    """
    signed = ledger.case(number).signed
    if signed is None:
        raise CaseError(f"case `{number}` has no signed answer")
    (record,) = (file.digest for file in signed.files if file.name == RECORD)
    return read_document(ledger.document(number, record), Report)
