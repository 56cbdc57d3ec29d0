"""Mixed work in a small centre: what its people do, in a random order that a seed fixes.

A `Workload` knows nothing of how it will end. It finds what comes next by looking at the centre,
so that it goes on sensibly wherever an earlier one was cut off.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from kerne.alleles.allele import Allele
from kerne.alleles.interval import Interval
from kerne.cases.case import Stage as CaseStage
from kerne.centre import Centre
from kerne.consent.events import ResearchLevel, SecondaryChoice
from kerne.errors import (
    CaseError,
    ConsentError,
    GenomeError,
    OrderError,
    PersonError,
    ResearchError,
    StaleVersionError,
)
from kerne.genomes.reading.intake import GenomeFile
from kerne.people.asking import Identity, Purpose, Role
from kerne.people.ledger import PeopleLedger
from kerne.people.person import Person, RegisteredSex
from kerne.sequencing.events import CancelReason
from kerne.sequencing.order import Stage, TubeQuality

OWN: Final = Purpose.OWN_TREATMENT
ACCESS: Final = Purpose.OWN_ACCESS
ANOTHER: Final = Purpose.TREATMENT_OF_ANOTHER
PROJECT: Final = "PRJ-0001"
TERMS: Final = ("HP:0000510",)
TUBE: Final = TubeQuality(80, 50, 1.8)

DECLINED: Final = (
    CaseError,
    ConsentError,
    GenomeError,
    OrderError,
    PersonError,
    ResearchError,
    StaleVersionError,
)
"""What an act may meet because of what was done before it; anything else is a fault."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """Genomes that lie ready: file by sample, and the allele that each of them carries."""

    files: dict[str, Path]
    shared: Allele
    gene: str

    def person_of(self, sample: str) -> str:
        """Return the number under which the person of a sample is registered."""
        return f"P-9{sample.removeprefix('N-')}"

    def sample_of(self, person: str) -> str:
        """Return the sample of somebody who came in."""
        return f"N-{person.removeprefix('P-9')}"


def citizen(person: str) -> Identity:
    """Return a citizen who asks for themselves."""
    return Identity(person, frozenset({Role.CITIZEN}), None, person)


class Workload:
    """The acts of one process in `centre`; `rng` chooses among them."""

    def __init__(self, centre: Centre, rng: random.Random, incoming: Incoming) -> None:
        self.centre = centre
        self._rng = rng
        self._incoming = incoming
        names = ("doctor", "geneticist", "laboratory", "registrar", "researcher", "custodian")
        self._staff = {name: centre.identify(f"{name}-1") for name in names}
        self._weights: dict[str, tuple[int, Callable[[], object]]] = {
            "register a person": (3, self.register),
            "assign a sample": (3, self.assign),
            "add genomes": (4, self.add),
            "remove a genome": (1, self.remove),
            "consent": (3, self.consent),
            "change a choice": (9, self.choose),
            "place an order": (4, self.place),
            "take an order further": (8, self.take_order_further),
            "cancel an order": (1, self.cancel),
            "take a case further": (4, self.take_case_further),
            "count alleles": (3, self.count),
            "find carriers": (2, self.find),
            "ask in a project": (2, self.ask),
            "request an output": (1, self.take_out),
            "read a genome": (3, self.read),
            "read an answer": (2, self.read_answer),
            "follow orders": (1, self.follow),
            "look at the log": (2, self.look),
            "sign a checkpoint": (2, self.checkpoint),
        }

    def acts(self) -> Iterator[tuple[str, Callable[[], object]]]:
        """Yield the names of acts, and what does them, without end."""
        names = list(self._weights)
        weights = [weight for weight, _ in self._weights.values()]
        while True:
            (name,) = self._rng.choices(names, weights)
            yield name, self._weights[name][1]

    # People

    def register(self) -> object:
        """Register the next person who comes in."""
        sample = next(each for each in self._incoming.files if not self._is_registered(each))
        number = self._incoming.person_of(sample)
        sex = RegisteredSex.FEMALE
        person = Person(number, f"Name {number}", None, date(1980, 1, 1), sex, "East")
        people = self.centre.people
        return people.register_persons(self._staff["registrar"], Purpose.QUALITY, [person])

    def assign(self) -> object:
        """Say whose sample it is that came in."""
        people = self.centre.people
        samples = [each for each in self._incoming.files if self._is_registered(each)]
        sample = next((each for each in samples if not self._is_assigned(each)), samples[-1])
        whose = {sample: self._incoming.person_of(sample)}
        return people.assign_samples(self._staff["registrar"], Purpose.QUALITY, whose)

    def consent(self) -> object:
        """Consent to analysis, where that is not in force already."""
        person = self._someone(lambda number: not self._has_consented(number))
        return self.centre.consent.consent_to_analysis(
            self._staff["doctor"],
            OWN,
            person,
            document="form",
            document_version=f"{self._rng.randrange(1_000_000)}",
            secondary=self._rng.choice(list(SecondaryChoice)),
            recontact=False,
        )

    def choose(self) -> object:
        """Change one choice of one person."""
        consent, me = self.centre.consent, self._someone()
        level = self._rng.choice(list(ResearchLevel))
        changes: list[Callable[[], object]] = [
            lambda: consent.refuse_research(citizen(me), ACCESS, me, level=level),
            lambda: consent.allow_research(citizen(me), ACCESS, me, level=level),
            lambda: consent.limit_to_own_treatment(citizen(me), ACCESS, me),
            lambda: consent.lift_limit(citizen(me), ACCESS, me),
            lambda: consent.withdraw_analysis(citizen(me), ACCESS, me),
            lambda: consent.block_reader(citizen(me), ACCESS, me, "doctor-2"),
            lambda: consent.unblock_reader(citizen(me), ACCESS, me, "doctor-2"),
        ]
        return self._rng.choice(changes)()

    # Genomes

    def add(self) -> object:
        """Add one or two genomes whose samples are assigned."""
        held = self._rows().keys()
        ready = [
            sample
            for sample in self._incoming.files
            if self._is_assigned(sample)
            and sample not in held
            and self._has_consented(self._incoming.person_of(sample))
        ]
        if not ready:
            return self.assign()
        some = self._rng.sample(ready, min(len(ready), self._rng.choice([1, 1, 2])))
        files = [GenomeFile(self._incoming.files[sample]) for sample in some]
        return self.centre.genomes.add(self._staff["laboratory"], OWN, files)

    def remove(self) -> object:
        """Take a genome out for good."""
        held = sorted(sample for sample in self._rows() if sample in self._incoming.files)
        if not held:
            return None
        custodian, sample = self._staff["custodian"], self._rng.choice(held)
        return self.centre.genomes.remove(custodian, Purpose.CUSTODY, sample, reason="asked for")

    def count(self) -> object:
        """Count alleles among those who may be counted."""
        at = self._incoming.shared
        region = Interval(at.contig, at.position, at.position + 5_000)
        who = self._staff["geneticist"]
        return self.centre.genomes.frequencies(who, ANOTHER, region=region)

    def find(self) -> object:
        """Find the carriers of the allele that every incoming genome carries."""
        who = self._staff["geneticist"]
        return self.centre.genomes.carriers(who, ANOTHER, self._incoming.shared)

    def read(self) -> object:
        """Read somebody's genome."""
        person = self._someone()
        who = self._rng.choice([self._staff["doctor"], self._staff["geneticist"]])
        return self.centre.genomes.variants_of(who, OWN, person)

    # Orders and cases

    def prepare_case(self, person: str) -> None:
        """Take somebody who consented to where the answer can be signed."""
        self.place(person)
        for _ in range(4):
            self.take_order_further()
        self.open_case()
        who, cases = self._staff["geneticist"], self.centre.cases
        for stage, further in (
            (CaseStage.OPENED, cases.interpret),
            (CaseStage.RANKED, _conclude(self)),
        ):
            for line in cases.ledger.lines(opened_by=who.identifier, stage=stage):
                further(who, OWN, line.number)

    def place(self, person: str | None = None) -> object:
        """Order sequencing for somebody who consented."""
        person = person or self._someone(self._has_consented)
        return self.centre.orders.place(
            self._staff["doctor"], OWN, person, patient_group="eye", question="Why?"
        )

    def take_order_further(self) -> object:
        """Take an order one step further."""
        orders = self.centre.orders
        waiting = [line for line in orders.ledger.lines() if line.stage in _STEPS]
        if not waiting:
            return self.place()
        line = self._rng.choice(waiting)
        return _STEPS[line.stage](self, line.number)

    def accept(self, order: str) -> object:
        """Take the tube of an order in."""
        ledger = self.centre.orders.ledger
        own = self._incoming.sample_of(ledger.line(order).person)
        sample = f"T-{order}" if own in {line.sample for line in ledger.lines()} else own
        return self.centre.orders.accept_sample(
            self._staff["laboratory"], OWN, order, barcode=sample, sample=sample
        )

    def judge(self, order: str) -> object:
        """Record the quality of the tube."""
        return self.centre.orders.record_quality(self._staff["laboratory"], OWN, order, TUBE)

    def run(self, order: str) -> object:
        """Record the run."""
        return self.centre.orders.record_run(
            self._staff["laboratory"],
            OWN,
            order,
            run="R1",
            mean_depth_reads=35,
            callable_fraction=0.97,
        )

    def release(self, order: str) -> object:
        """Release the sample; the doctor opens no case, a geneticist does."""
        return self.centre.orders.release_sample(self._staff["laboratory"], OWN, order)

    def cancel(self) -> object:
        """Take an order back."""
        lines = [line for line in self.centre.orders.ledger.lines() if line.stage in _STEPS]
        if not lines:
            return None
        number = self._rng.choice(lines).number
        return self.centre.orders.cancel(
            self._staff["doctor"], OWN, number, CancelReason.ORDERED_BY_MISTAKE
        )

    def take_case_further(self) -> object:
        """Sign an answer, or bring a case nearer to that."""
        cases, who = self.centre.cases, self._staff["geneticist"]
        lines = cases.ledger.lines(opened_by=who.identifier)
        for stage, further in (
            (CaseStage.JUDGED, cases.sign),
            (CaseStage.RANKED, _conclude(self)),
            (CaseStage.OPENED, cases.interpret),
        ):
            found = [line.number for line in lines if line.stage is stage]
            if found:
                return further(who, OWN, self._rng.choice(found))
        return self.open_case()

    def open_case(self) -> object:
        """Open the case of an order that was released."""
        cases = self.centre.cases
        taken = {line.order_number for line in cases.ledger.lines()}
        lines = self.centre.orders.ledger.lines()
        free = [
            line.number
            for line in lines
            if line.stage is Stage.RELEASED
            and line.number not in taken
            and line.sample in self._rows()
        ]
        if not free:
            return self.take_order_further()
        order = self._rng.choice(free)
        return cases.open_case(self._staff["geneticist"], OWN, order, observed=TERMS)

    def read_answer(self) -> object:
        """Read an answer that was signed."""
        lines = self.centre.cases.ledger.lines(stage=CaseStage.ISSUED)
        if not lines:
            return None
        number = self._rng.choice(lines).number
        return self.centre.cases.read_answer(self._staff["geneticist"], OWN, number)

    def follow(self) -> object:
        """See where the orders of a laboratory stand: one ask for each of them."""
        return self.centre.orders.follow_all(self._staff["laboratory"], OWN)

    # Research and the audit

    def ask(self) -> object:
        """Count the alleles of a gene for a research project."""
        research, who = self.centre.research, self._staff["researcher"]
        return research.count_alleles(who, Purpose.RESEARCH, PROJECT, self._incoming.gene)

    def take_out(self) -> object:
        """Ask for an answer to leave the workspace."""
        question = f"{PROJECT}/Q-{self._rng.randrange(1, 9)}"
        who = self._staff["researcher"]
        return self.centre.research.request_output(who, Purpose.RESEARCH, PROJECT, question)

    def look(self) -> object:
        """See who has asked for one's data."""
        me = self._someone()
        return self.centre.audit.log_of(citizen(me), ACCESS, me)

    def checkpoint(self) -> object:
        """Sign the audit as it stands."""
        return self.centre.audit.checkpoint()

    # Who and what there is

    def people(self) -> list[str]:
        """Return those who came in and are registered."""
        numbers = map(self._incoming.person_of, self._incoming.files)
        return [number for number in numbers if self._people.has_person(number)]

    @property
    def _people(self) -> PeopleLedger:
        return self.centre.people._ledger

    def _rows(self) -> dict[str, int]:
        return self.centre.genomes._store.rows()

    def _is_registered(self, sample: str) -> bool:
        return self._people.has_person(self._incoming.person_of(sample))

    def _is_assigned(self, sample: str) -> bool:
        return sample in self._people.samples_of(self._incoming.person_of(sample))

    def _has_consented(self, person: str) -> bool:
        return self.centre.consent._ledger.choices(person).has_analysis_consent

    def _someone(self, fits: Callable[[str], bool] = lambda _person: True) -> str:
        """Return one of those who came in, the first of them if none fits."""
        known = self.people()
        fitting = [number for number in known if fits(number)] or known
        return self._rng.choice(fitting)


_STEPS: Final[dict[Stage, Callable[[Workload, str], object]]] = {
    Stage.PLACED: Workload.accept,
    Stage.ACCEPTED: Workload.judge,
    Stage.PASSED: Workload.run,
    Stage.SEQUENCED: Workload.release,
}


def _conclude(work: Workload) -> Callable[[Identity, str, str], object]:
    return lambda who, purpose, case: work.centre.cases.declare_no_finding(
        who, purpose, case, "no candidate fits"
    )
