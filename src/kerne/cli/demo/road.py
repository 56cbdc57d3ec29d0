"""The road of the demo's first patient: from the doctor's order to the signed answer."""

from dataclasses import dataclass
from typing import Final

from kerne.cases.actions import Answer
from kerne.cases.events import KinInCase
from kerne.cases.verdict import Verdict
from kerne.centre import Centre
from kerne.cli.demo.clock import StoryClock
from kerne.cli.demo.settling import (
    CONSENT_FORM,
    CONSENT_VERSION,
    Settlement,
    place_order,
    sequence,
    signer,
)
from kerne.cli.demo.voice import Voice
from kerne.cli.options import unwrap
from kerne.genomes.reading.intake import GenomeFile
from kerne.interpretation.candidate import Candidate, Interpretation, Met
from kerne.people.asking import Identity, Purpose
from kerne.synthetic.country import Country
from kerne.synthetic.patient import Patient
from kerne.synthetic.writing import CountryFiles

SHOWN_CANDIDATES: Final = 5


@dataclass(frozen=True, slots=True)
class Answered:
    """What the road led to: the answer, and the gene that explains the patient."""

    patient: Patient
    order: str
    case: str
    answer: Answer
    gene: str


@dataclass(frozen=True, slots=True)
class Road:
    """One patient's way, told as it is walked."""

    centre: Centre
    country: Country
    files: CountryFiles
    settlement: Settlement
    clock: StoryClock
    voice: Voice

    def walk(self) -> Answered:
        """Walk from the order to the signed answer."""
        patient = self.country.patients[0]
        self.clock.move_to(self.country.today)
        order = self._order(patient)
        self._laboratory(patient, order)
        geneticist = self.centre.identify(patient.geneticist)
        case = self._open_case(patient, geneticist, order)
        found = self._rank(geneticist, case)
        self._classify(geneticist, case, found.candidates[0])
        answer = self._sign(geneticist, case)
        self._read(patient, case)
        return Answered(patient, order, case, answer, found.candidates[0].gene)

    def _order(self, patient: Patient) -> str:
        doctor = self.centre.identify(patient.ordered_by)
        citizen = self.country.citizen(patient.person)
        self.voice.step("A doctor orders whole genome sequencing, with the patient's consent")
        signed_by = signer(self.centre, self.country, patient.person, self.clock.day)
        order = place_order(self.centre, patient, doctor, signed_by)
        self.voice.say(
            f"{doctor.identifier} at {doctor.organisation} orders for {patient.person}, "
            f"{citizen.age_years(self.country.today)} years, group {patient.patient_group}: "
            f"order [bold]{order}[/bold]."
        )
        self.voice.say(f"Question: {patient.clinical_question}")
        self.voice.say(
            f"Consent: “{CONSENT_FORM}”, version {CONSENT_VERSION}; secondary findings wanted: "
            f"{patient.secondary}; to be contacted again: {'yes' if patient.recontact else 'no'}."
        )
        return order

    def _laboratory(self, patient: Patient, order: str) -> None:
        laboratory = self.settlement.laboratory(patient)
        self.voice.step(f"The tube reaches {laboratory.organisation}")
        self.clock.next_working_morning(2)
        sequence(self.centre, laboratory, order, self.country.citizen(patient.person).sample)
        self.voice.say("Accepted, quality passed, sequenced. The working-day clock runs.")
        self.clock.next_working_morning(7)
        self._add(patient, laboratory)
        unwrap(self.centre.orders.release_sample(laboratory, Purpose.OWN_TREATMENT, order))
        doctor = self.centre.identify(patient.ordered_by)
        followed = unwrap(self.centre.orders.follow(doctor, Purpose.OWN_TREATMENT, order))
        turnaround = followed.turnaround
        days = "?" if turnaround is None else turnaround.working_days
        self.voice.say(f"Released for interpretation after {days} working days.")

    def _add(self, patient: Patient, laboratory: Identity) -> None:
        self.voice.step("The family's genomes enter the National Genome Database")
        delivered = [
            self.files.own_genomes[person] for person in (patient.person, *patient.relatives)
        ]
        added = unwrap(
            self.centre.genomes.add(
                laboratory,
                Purpose.OWN_TREATMENT,
                [GenomeFile(genome.vcf, genome.callable_bed) for genome in delivered],
            )
        )
        self.voice.table(
            ("sample", "row", "alleles carried", "callable regions"),
            [
                (
                    genome.sample,
                    str(genome.row),
                    f"{genome.variants:,}",
                    "declared whole" if genome.callable_declared_whole else "from BED",
                )
                for genome in added
            ],
        )

    def _open_case(self, patient: Patient, geneticist: Identity, order: str) -> str:
        self.voice.step("The case opens with the patient's HPO terms")
        relatives = [KinInCase(person, person in patient.affected) for person in patient.relatives]
        case = unwrap(
            self.centre.cases.open_case(
                geneticist,
                Purpose.OWN_TREATMENT,
                order,
                observed=patient.observed,
                excluded=patient.excluded,
                relatives=relatives,
            )
        )
        labels = self.country.ontology.labels
        self.voice.say(
            f"{geneticist.identifier} opens [bold]{case.number}[/bold] with "
            f"{len(relatives)} relatives: "
            + ", ".join(f"{labels[term]} ({term})" for term in patient.observed)
        )
        return case.number

    def _rank(self, geneticist: Identity, case: str) -> Interpretation:
        self.voice.step("Candidates are ranked, with reasons")
        with self.voice.working("genome, phenotype and pedigree against dated releases"):
            found = unwrap(self.centre.cases.interpret(geneticist, Purpose.OWN_TREATMENT, case))
        self.voice.say(
            f"{found.variants_read:,} alleles read, {found.variants_considered:,} considered; "
            "what the patient chose not to know is not among them."
        )
        self.voice.table(
            ("rank", "gene", "disease", "mode", "variants", "log10 odds"),
            [_candidate_row(each) for each in found.candidates[:SHOWN_CANDIDATES]],
        )
        for reason in found.candidates[0].reasons:
            self.voice.say(f"· {reason}")
        return found

    def _classify(self, geneticist: Identity, case: str, best: Candidate) -> None:
        self.voice.step("A geneticist classifies by ACMG/AMP")
        for variant in best.variants:
            verdict = Verdict(
                variant.classification,
                reason=f"fits {best.disease_name} in {best.gene}; agrees with the points",
            )
            unwrap(
                self.centre.cases.classify(
                    geneticist, Purpose.OWN_TREATMENT, case, str(variant.allele), verdict
                )
            )
            met = ", ".join(
                f"{each.criterion} {each.points:+d}"
                for each in variant.evidence
                if each.met is Met.MET
            )
            self.voice.say(
                f"{variant.coding_name} {variant.protein_name}: "
                f"[bold]{variant.classification}[/bold], {variant.points} points ({met or 'none'})"
            )

    def _sign(self, geneticist: Identity, case: str) -> Answer:
        self.voice.step("The answer is signed and handed over")
        answer = unwrap(self.centre.cases.sign(geneticist, Purpose.OWN_TREATMENT, case))
        holds = "holds" if answer.verified else "does not hold"
        self.voice.say(f"The signature {holds}. Not for diagnosis: this country is synthetic.")
        for path in sorted(answer.directory.iterdir()):
            self.voice.say(str(path))
        return answer

    def _read(self, patient: Patient, case: str) -> None:
        doctor = self.centre.identify(patient.ordered_by)
        unwrap(self.centre.cases.read_answer(doctor, Purpose.OWN_TREATMENT, case))
        self.voice.say(f"{doctor.identifier}, who ordered it, reads it.")


def _candidate_row(candidate: Candidate) -> tuple[str, ...]:
    return (
        str(candidate.rank),
        candidate.gene,
        candidate.disease_name,
        candidate.mode,
        "; ".join(variant.coding_name for variant in candidate.variants),
        f"{candidate.log10_odds:.1f}",
    )
