"""Gather the facts of one ask: what the rules are about, and whose genomes it opens.

Every fact is read from its ledger for this ask; nothing is remembered between two asks. Whether
facts still stand when the answer is handed out is asked of the database (`database.commits`): where
nothing was committed since, and neither the day nor a treatment relation has ended, they do.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Final

from pyroaring import BitMap

from kerne.consent.events import ResearchLevel
from kerne.consent.ledger import ConsentLedger
from kerne.gate.permits import PermitRegister
from kerne.gate.proposals import ProposalRegister
from kerne.people.asking import Action, Ask, Epoch, Population, Purpose
from kerne.people.ledger import PeopleLedger
from kerne.people.person import age_years
from kerne.people.standing import Standing, standings
from kerne.policy.decision import PermitTerms, PersonFacts, Record, Request

LOOKS: Final = {
    Action.COUNT_GENOMES: ResearchLevel.ALLELE_FREQUENCY,
    Action.ASK_QUESTION: ResearchLevel.ALLELE_FREQUENCY,
    Action.FIND_CARRIERS: ResearchLevel.SUBJECT_QUERY,
    Action.FIND_DUPLICATES: ResearchLevel.SUBJECT_QUERY,
}
"""How closely each action looks that reads the genomes of everyone who allows it."""

OPENS_GENOMES: Final = frozenset(
    {
        Action.READ_GENOME,
        Action.INTERPRET,
        Action.DOWNLOAD_GENOME,
        Action.REMOVE_GENOME,
        Action.READ_IDENTITY_CHECK,
    }
)
"""Actions that read the genomes of the persons they name."""

_LEVELLED: Final = frozenset({Purpose.RESEARCH, Purpose.STATISTICS})


@dataclass(frozen=True, slots=True)
class Facts:
    """The requests of one ask, one for each person or one for nobody by name, and its day.

    `mark` is what the ledgers were marked with before they were read; `changes` is when time alone
    next changes a fact within the day, `None` when it does not.
    """

    requests: tuple[Request, ...]
    today: date
    mark: object
    changes: datetime | None


class FactFinder:
    """Reads the facts of an ask from people, consent and permits.

    Parameters
    ----------
    moves
        Marks all these ledgers: two marks that are equal have no commit between them.
    """

    def __init__(
        self,
        people: PeopleLedger,
        consent: ConsentLedger,
        permits: PermitRegister,
        proposals: ProposalRegister,
        zone: tzinfo,
        moves: Callable[[], object],
    ) -> None:
        self._moves = moves
        self._people = people
        self._proposals = proposals
        self._consent = consent
        self._permits = permits
        self._zone = zone

    def today(self, at: datetime) -> date:
        """Return the country's day at the moment `at`."""
        return at.astimezone(self._zone).date()

    def facts(self, ask: Ask, at: datetime, record: Record = Record.MAIN) -> Facts:
        """Return the facts of `ask` as they are at the moment `at`.

        Parameters
        ----------
        record
            What can take the record of it now.
        """
        # INVARIANT: marked before anything is read, so that a commit in between is never missed.
        mark = self._moves()
        today = self.today(at)
        persons = tuple(dict.fromkeys(ask.persons))
        named = persons if ask.patient is None else (*persons, ask.patient)
        known = standings(self._people.engine, named, ask.who.identifier, at, today)
        permit = None if ask.project is None else self._permit(ask.project)
        look = LOOKS.get(ask.action, ResearchLevel.ALLELE_FREQUENCY)
        subjects = [self._person(ask, number, known.get(number), today) for number in persons]
        patient = None
        if ask.patient is not None:
            patient = self._person(ask, ask.patient, known.get(ask.patient), today)
        proposed_by = None if ask.proposal is None else self._proposals.proposer(ask.proposal)
        return Facts(
            requests=tuple(
                Request(
                    who=ask.who,
                    purpose=ask.purpose,
                    action=ask.action,
                    person=subject,
                    permit=permit,
                    level=look.rank,
                    reason=ask.reason,
                    today=today,
                    record=record,
                    patient=patient,
                    proposed_by=proposed_by,
                )
                for subject in subjects or (None,)
            ),
            today=today,
            mark=mark,
            changes=min((each.changes for each in known.values() if each.changes), default=None),
        )

    def still_stand(self, facts: Facts, at: datetime) -> bool:
        """Say whether nothing that `facts` rest on can have changed by the moment `at`."""
        is_before = facts.changes is None or at < facts.changes
        return is_before and self.today(at) == facts.today and self._moves() == facts.mark

    def population(self, ask: Ask, purpose: Purpose, today: date) -> Population | None:
        """Return the genome rows that `ask` opens; `None` when its action reads no genome."""
        if ask.persons:
            return self._of_persons(ask, today)
        look = LOOKS.get(ask.action)
        if look is None:
            return None
        return self._consent.population(purpose, look if purpose in _LEVELLED else None, today)

    def epoch(self, at: datetime) -> Epoch:
        """Return the epoch of all populations at the moment `at`."""
        return self._consent.epoch(self.today(at))

    def _of_persons(self, ask: Ask, today: date) -> Population | None:
        if ask.action not in OPENS_GENOMES:
            return None
        epoch = self._consent.epoch(today)
        rows = BitMap()
        for person in ask.persons:
            rows |= self._people.rows_of(person)
        return Population(rows, epoch)

    def _person(self, ask: Ask, number: str, standing: Standing | None, today: date) -> PersonFacts:
        if standing is None:
            return _nobody(number)
        choices = self._consent.choices(number)
        return PersonFacts(
            number=number,
            known=True,
            alive=standing.is_alive,
            age_years=age_years(standing.born, today),
            analysis_consent=choices.has_analysis_consent,
            treated_by_asker=standing.is_treated,
            blocks_asker=choices.blocks(ask.who.identifier),
            guardians=standing.guardians,
            download_consent=choices.has_download_consent,
            limited=choices.is_limited_to_own_treatment,
            recontact=choices.recontact,
            representatives=standing.representatives,
            relatives=self._kin(ask.patient, number),
        )

    def _kin(self, patient: str | None, number: str) -> frozenset[str]:
        """Return the patient alone if `number` is genetic kin of theirs."""
        if patient is None or patient == number:
            return frozenset()
        family = self._people.kinship().family_of(patient)
        return frozenset({patient}) if number in family else frozenset()

    def _permit(self, project: str) -> PermitTerms | None:
        facts = self._permits.facts(project)
        if facts is None:
            return None
        return PermitTerms(
            purpose=facts.purpose,
            ethics_approved=facts.ethics_approved,
            active_from=facts.active_from,
            expires=facts.expires,
            users=facts.users,
            level=facts.level.rank,
        )


def _nobody(number: str) -> PersonFacts:
    return PersonFacts(
        number=number,
        known=False,
        alive=True,
        age_years=0,
        analysis_consent=False,
        treated_by_asker=False,
        blocks_asker=False,
        guardians=frozenset(),
    )
