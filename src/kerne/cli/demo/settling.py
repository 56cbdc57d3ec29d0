"""The synthetic country moves into a new centre: people, choices, genomes, a year of orders.

Everything is done by those whose job it is, through the gate, on the country's own days. Left for
the story is the first patient: registered like everybody else, but nothing is ordered yet.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from kerne.centre import Centre, found_centre
from kerne.cli.demo.clock import StoryClock
from kerne.cli.options import unwrap
from kerne.consent.events import (
    AnalysisConsented,
    Capacity,
    ConsentEvent,
    LimitedToOwnTreatment,
    ResearchLevel,
    ResearchUseRefused,
    SecondaryChoice,
)
from kerne.genomes.reading.intake import GenomeFile
from kerne.knowledge.actions import add_release
from kerne.people.asking import Identity, Purpose, Role
from kerne.people.kinship import Custody, Parenthood, ParentOf
from kerne.people.organisation import Organisation, OrganisationKind
from kerne.people.person import Person, RegisteredSex, age_years
from kerne.sequencing.order import TubeQuality
from kerne.settings import Settings
from kerne.synthetic.country import Country
from kerne.synthetic.genome import ASSEMBLY
from kerne.synthetic.patient import Patient
from kerne.synthetic.staff import SITE_OF_REGION, StaffMember, laboratory_of
from kerne.synthetic.writing import CountryFiles

CONSENT_FORM: Final = "Consent to comprehensive genetic analysis"
CONSENT_VERSION: Final = "2026-01"
GOOD_TUBE: Final = TubeQuality(dna_ng_per_ul=85.0, volume_ul=60.0, absorbance_ratio=1.84)
MEAN_DEPTH_READS: Final = 36.0
CALLABLE_FRACTION: Final = 0.985
SETTLED_BEFORE: Final = timedelta(days=400)
"""How long before the story's day the country moved in."""

_KIND_OF_ROLE: Final = {
    Role.DOCTOR: OrganisationKind.HOSPITAL,
    Role.GENETICIST: OrganisationKind.HOSPITAL,
    Role.LABORATORY: OrganisationKind.LABORATORY,
    Role.RESEARCHER: OrganisationKind.UNIVERSITY,
}


def found_country(country: Country, files: CountryFiles, home: Path) -> None:
    """Make the centre's directory, with the country's reference data and its registrar."""
    home.mkdir(parents=True, exist_ok=True)
    registrar = country.institutions.working_as(Role.REGISTRAR)[0]
    found_centre(
        Settings(home, assembly=ASSEMBLY, demo=True),
        as_identity(registrar),
        tuple(_organisations(country)),
        reference=files.reference,
    )
    for kind, path in (("genes", files.genes), ("frequencies", files.frequencies)):
        add_release(home / "knowledge", kind, path, assembly=ASSEMBLY)


def as_identity(member: StaffMember) -> Identity:
    """Return the identity under which somebody works."""
    return Identity(member.identifier, frozenset({Role(member.role)}), member.organisation)


def _organisations(country: Country) -> Iterator[Organisation]:
    seen = set()
    for member in country.institutions.staff:
        if member.organisation not in seen:
            seen.add(member.organisation)
            kind = _KIND_OF_ROLE.get(Role(member.role), OrganisationKind.AUTHORITY)
            yield Organisation(member.organisation, member.organisation, kind, member.region)


class Settlement:
    """The country's people at work in their centre, until the story begins."""

    def __init__(
        self, centre: Centre, country: Country, files: CountryFiles, clock: StoryClock
    ) -> None:
        self._centre = centre
        self._country = country
        self._files = files
        self._clock = clock
        self._registrar = as_identity(country.institutions.working_as(Role.REGISTRAR)[0])
        self._hero = country.patients[0]

    def register_people(self) -> int:
        """Register everybody with kin and guardians, and appoint the staff; count the persons."""
        register = self._country.register
        persons = [
            Person(c.number, c.name, None, c.born, RegisteredSex(c.sex.value), c.region)
            for c in register.citizens
        ]
        kinship = [ParentOf(p.parent, p.child, Parenthood(p.kind.value)) for p in register.parents]
        guardians = [Custody(g.guardian, g.child, g.since, g.until) for g in register.guardians]
        people = self._centre.people
        unwrap(
            people.register_persons(self._registrar, Purpose.QUALITY, persons, kinship, guardians)
        )
        staff = [as_identity(member) for member in self._country.institutions.staff]
        unwrap(people.appoint(self._registrar, Purpose.QUALITY, staff))
        return len(persons)

    def take_over_choices(self) -> int:
        """Record what everybody but the patients chose on paper; count the choices."""
        patients = {patient.person for patient in self._country.patients}
        choices = self._country.choices
        events: list[ConsentEvent] = [
            self._consented(citizen.number)
            for citizen in self._country.citizens
            if citizen.number not in patients
        ]
        registrar = self._registrar.identifier
        events.extend(
            ResearchUseRefused(
                refusal.person,
                ResearchLevel(refusal.level.value),
                registrar,
                capacity=self._signer(refusal.person),
            )
            for refusal in choices.refusals
        )
        events.extend(
            LimitedToOwnTreatment(person, registrar, capacity=self._signer(person))
            for person in choices.own_treatment_only
        )
        return unwrap(self._centre.consent.take_over(self._registrar, Purpose.QUALITY, events))

    def _consented(self, person: str) -> AnalysisConsented:
        return AnalysisConsented(
            person,
            CONSENT_FORM,
            CONSENT_VERSION,
            self._registrar.identifier,
            SecondaryChoice.NONE,
            recontact=False,
            capacity=self._signer(person),
        )

    def _signer(self, person: str) -> Capacity:
        return signer(self._centre, self._country, person, self._clock.day)

    def order_for_patients(self) -> int:
        """Take every patient but the story's from order to sequenced sample; count the orders."""
        earlier = sorted(self._country.patients[1:], key=lambda patient: patient.ordered_on)
        for patient in earlier:
            self._clock.move_to(patient.ordered_on)
            signed_by = self._signer(patient.person)
            order = place_order(self._centre, patient, self._doctor(patient), signed_by)
            laboratory = self.laboratory(patient)
            self._clock.next_working_morning(2)
            sequence(self._centre, laboratory, order, self._country.citizen(patient.person).sample)
        return len(earlier)

    def add_genomes(self) -> int:
        """Add everybody's genome but those of the story's family, site by site; count them."""
        self._clock.move_to(self._country.today - timedelta(days=14))
        family = {self._hero.person, *self._hero.relatives}
        self._assign_samples()
        added = 0
        for site in self._country.institutions.sites:
            laboratory = as_identity(self._member(Role.LABORATORY, site.organisation))
            delivered = [
                genome for name, genome in self._files.site_genomes.items() if name == site.name
            ]
            delivered.extend(
                genome
                for person, genome in self._files.own_genomes.items()
                if person not in family and self._site_of(person) == site.name
            )
            if not delivered:
                continue
            files = [GenomeFile(genome.vcf, genome.callable_bed) for genome in delivered]
            genomes = self._centre.genomes.add(laboratory, Purpose.OWN_TREATMENT, files)
            added += len(unwrap(genomes))
        return added

    def _assign_samples(self) -> None:
        """Say whose the samples are that came without an order: all but the patients'."""
        ordered = {patient.person for patient in self._country.patients}
        samples = {
            citizen.sample: citizen.number
            for citizen in self._country.citizens
            if citizen.number not in ordered
        }
        unwrap(self._centre.people.assign_samples(self._registrar, Purpose.QUALITY, samples))

    def laboratory(self, patient: Patient) -> Identity:
        """Return who works at the site that receives the patient's tube."""
        return as_identity(self._member(Role.LABORATORY, laboratory_of(patient.site)))

    def _doctor(self, patient: Patient) -> Identity:
        return self._centre.identify(patient.ordered_by)

    def _member(self, role: Role, organisation: str) -> StaffMember:
        return next(
            member
            for member in self._country.institutions.working_as(role)
            if member.organisation == organisation
        )

    def _site_of(self, person: str) -> str:
        return SITE_OF_REGION[self._country.citizen(person).region]


def signer(centre: Centre, country: Country, person: str, on: date) -> Capacity:
    """Return as what a form about `person` is signed on the day `on`."""
    is_of_age = age_years(country.citizen(person).born, on) >= centre.terms.own_choices_from_years
    return Capacity.SELF if is_of_age else Capacity.GUARDIAN


def place_order(centre: Centre, patient: Patient, doctor: Identity, signed_by: Capacity) -> str:
    """Take the patient's written consent and place the order; return the order's number."""
    unwrap(
        centre.consent.consent_to_analysis(
            doctor,
            Purpose.OWN_TREATMENT,
            patient.person,
            document=CONSENT_FORM,
            document_version=CONSENT_VERSION,
            secondary=SecondaryChoice(patient.secondary.value),
            recontact=patient.recontact,
            signed_by=signed_by,
        )
    )
    order = unwrap(
        centre.orders.place(
            doctor,
            Purpose.OWN_TREATMENT,
            patient.person,
            patient_group=patient.patient_group,
            question=patient.clinical_question,
            urgency="urgent" if patient.urgent else "routine",
        )
    )
    return order.number


def sequence(centre: Centre, laboratory: Identity, order: str, sample: str) -> None:
    """Take the tube of an order in, check it and run it."""
    purpose = Purpose.OWN_TREATMENT
    unwrap(
        centre.orders.accept_sample(
            laboratory, purpose, order, barcode=f"T{sample[2:]}", sample=sample
        )
    )
    unwrap(centre.orders.record_quality(laboratory, purpose, order, GOOD_TUBE))
    unwrap(
        centre.orders.record_run(
            laboratory,
            purpose,
            order,
            run=f"R-{order[2:]}",
            mean_depth_reads=MEAN_DEPTH_READS,
            callable_fraction=CALLABLE_FRACTION,
        )
    )
