"""The road that leaves the centre: a permit, a question, a withdrawal, and what each may know."""

from dataclasses import dataclass
from typing import Final

from kerne.alleles.allele import Allele
from kerne.audit.access import Access
from kerne.centre import Centre
from kerne.cli.demo.clock import StoryClock
from kerne.cli.demo.road import Answered
from kerne.cli.demo.settling import as_identity
from kerne.cli.demo.voice import Voice
from kerne.cli.options import unwrap
from kerne.consent.events import ResearchLevel
from kerne.errors import SyntheticError
from kerne.people.asking import Identity, Purpose, Refusal, Role
from kerne.research.events import PermitIssued, QuestionAnswered
from kerne.synthetic.citizen import ParentKind
from kerne.synthetic.country import Country
from kerne.synthetic.staff import ResearchProject

ADULT_YEARS: Final = 15
"""From this age a citizen decides alone."""


@dataclass(frozen=True, slots=True)
class Questioning:
    """One question, before and after a citizen withdraws."""

    centre: Centre
    country: Country
    answered: Answered
    clock: StoryClock
    voice: Voice

    def walk(self) -> None:
        """Walk from the permit to the citizen's page, and try what nobody may."""
        project = self.country.institutions.projects[0]
        researcher = self.centre.identify(project.users[0])
        self._permit(project)
        before = self._ask(researcher, project)
        allele = self._allele()
        public_before = self._ask_public(allele)
        citizen = self._withdraw()
        after = self._ask_again(researcher, project, before)
        self._take_out(researcher, project, before, after)
        self._compare_public(public_before, self._ask_public(allele))
        self._insurance()
        self._accesses(citizen)

    def _permit(self, project: ResearchProject) -> None:
        self.voice.step("The access committee issues a permit")
        committee = as_identity(self.country.institutions.working_as(Role.ACCESS_COMMITTEE)[0])
        terms = PermitIssued(
            project=project.identifier,
            title=project.title,
            level=ResearchLevel(project.level.value),
            users=project.users,
            ethics_reference="KNC-2026-017",
            first_day=project.active_from,
            last_day=project.expires,
            issued_by=committee.identifier,
        )
        unwrap(self.centre.research.issue_permit(committee, Purpose.RESEARCH, terms))
        self.voice.say(
            f"{project.identifier} “{project.title}”, level {project.level}, "
            f"users {', '.join(project.users)}, until {project.expires}."
        )

    def _ask(self, researcher: Identity, project: ResearchProject) -> QuestionAnswered:
        gene = self.answered.gene
        self.voice.step(f"A researcher asks, inside the workspace, for the allele count of {gene}")
        counted = self._count(researcher, project)
        self._tell(counted)
        return counted

    def _count(self, researcher: Identity, project: ResearchProject) -> QuestionAnswered:
        return unwrap(
            self.centre.research.count_alleles(
                researcher, Purpose.RESEARCH, project.identifier, self.answered.gene
            )
        )

    def _tell(self, counted: QuestionAnswered) -> None:
        self.voice.table(
            ("question", "gene", "genomes", "carriers", "alleles"),
            [
                (
                    counted.question,
                    counted.gene,
                    str(counted.genomes),
                    str(counted.carriers),
                    str(counted.alleles),
                )
            ],
        )

    def _withdraw(self) -> str:
        self.voice.step("A citizen in that count withdraws from research")
        self.clock.next_working_morning()
        number = self._withdrawing_citizen()
        self_identity = self.centre.identify(number)
        receipt = unwrap(
            self.centre.consent.refuse_research(self_identity, Purpose.OWN_ACCESS, number)
        )
        self.voice.say(f"{number}: {receipt.change}.")
        for words in receipt.from_now_on:
            self.voice.say(f"· from now on: {words}")
        for words in receipt.cannot_be_recalled:
            self.voice.say(f"· cannot be recalled: {words}")
        return number

    def _withdrawing_citizen(self) -> str:
        """Return the first who wishes to withdraw, is old enough, and is not the patient's kin."""
        family = {
            self.answered.patient.person,
            *(
                parent.parent
                for parent in self.country.register.parents
                if parent.child == self.answered.patient.person
                and parent.kind is ParentKind.GENETIC
            ),
        }
        for number in self.country.choices.withdrawing:
            age_years = self.country.citizen(number).age_years(self.country.today)
            if number not in family and age_years >= ADULT_YEARS:
                return number
        raise SyntheticError("nobody in this country wishes to withdraw")

    def _ask_again(
        self, researcher: Identity, project: ResearchProject, before: QuestionAnswered
    ) -> QuestionAnswered:
        self.voice.step("The same question again, inside the workspace")
        after = self._count(researcher, project)
        self._tell(after)
        self.voice.say(
            f"{before.genomes - after.genomes} genome fewer: the withdrawal holds in this answer."
        )
        return after

    def _take_out(
        self,
        researcher: Identity,
        project: ResearchProject,
        before: QuestionAnswered,
        after: QuestionAnswered,
    ) -> None:
        self.voice.step("Both numbers ask to leave through the airlock")
        for counted in (before, after):
            verdict = unwrap(
                self.centre.research.request_output(
                    researcher, Purpose.RESEARCH, project.identifier, counted.question
                )
            )
            if verdict.passes:
                self.voice.say(f"{counted.question} [bold green]released[/bold green]")
            else:
                self.voice.refused(f"{counted.question}: {'; '.join(verdict.words)}")

    def _allele(self) -> Allele:
        answer = next(
            each for each in self.country.answers if each.patient == self.answered.patient.person
        )
        return answer.variants[0].allele

    def _ask_public(self, allele: Allele) -> str:
        reply = unwrap(self.centre.research.ask_public(Purpose.STATISTICS, allele))
        return f"{reply.answer} ({reply.words})"

    def _compare_public(self, before: str, after: str) -> None:
        self.voice.step("The public asks about the causal variant, before and after")
        self.voice.say(f"before: {before}")
        self.voice.say(f"after:  {after}")
        moved = "moved" if before != after else "did not move"
        self.voice.say(f"The public answer {moved}.")

    def _insurance(self) -> None:
        self.voice.step("Somebody asks for the purpose “insurance”")
        patient = self.answered.patient
        doctor = self.centre.identify(patient.ordered_by)
        refusal = self.centre.cases.read_answer(doctor, "insurance", self.answered.case)
        if not isinstance(refusal, Refusal):
            raise SyntheticError("the gate let the purpose `insurance` through")
        self.voice.refused("; ".join(refusal.reasons))

    def _accesses(self, citizen: str) -> None:
        guardian = self._reader_of(self.answered.patient.person)
        for person, reader, purpose in (
            (citizen, self.centre.identify(citizen), Purpose.OWN_ACCESS),
            (self.answered.patient.person, *guardian),
        ):
            who = "The citizen" if person == citizen else "The patient"
            self.voice.step(f"{who} sees who asked, why, and what they were answered")
            accesses = unwrap(self.centre.audit.log_of(reader, purpose, person)).accesses
            self.voice.say(f"{person}, as {reader.identifier} sees it:")
            self.voice.table(
                ("entry", "day", "who", "purpose", "what", "answer"),
                [_access_row(access) for access in accesses],
            )

    def _reader_of(self, person: str) -> tuple[Identity, Purpose]:
        """Return who may see the accesses of `person`: themselves from 15, else a guardian."""
        if self.country.citizen(person).age_years(self.country.today) >= ADULT_YEARS:
            return self.centre.identify(person), Purpose.OWN_ACCESS
        guardians = self.country.register.guardians
        guardian = next(each.guardian for each in guardians if each.child == person)
        return self.centre.identify(guardian), Purpose.GUARDIAN_ACCESS


def _access_row(access: Access) -> tuple[str, ...]:
    organisation = f", {access.organisation}" if access.organisation else ""
    one_of_many = " (one of many)" if access.is_collective else ""
    return (
        str(access.number),
        access.at.date().isoformat(),
        f"{access.who}{organisation}",
        access.purpose,
        f"{access.action}: {access.about}{one_of_many}",
        access.verdict,
    )
