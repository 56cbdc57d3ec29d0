"""The country's people as files: the register with choices and referrals, phenotypes, pedigrees."""

import json
from dataclasses import asdict
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Final

from kerne.phenotype.phenopacket import PacketFacts, Phenotype, phenopacket_json
from kerne.phenotype.phenopacket import Sex as PacketSex
from kerne.synthetic.citizen import Sex
from kerne.synthetic.country import NOTICE, Country
from kerne.synthetic.genome import ASSEMBLY
from kerne.synthetic.patient import Patient

NOBODY: Final = "0"
_PED_SEX: Final = {Sex.MALE: "1", Sex.FEMALE: "2"}
_UNAFFECTED: Final = "1"
_AFFECTED: Final = "2"


def write_people(path: Path, country: Country) -> None:
    """Write everything that the centre is told of people, as JSON; none of the answers."""
    document = {
        "notice": NOTICE,
        "seed": country.seed,
        "today": country.today,
        "citizens": [asdict(citizen) for citizen in country.citizens],
        "parents": [asdict(parent) for parent in country.register.parents],
        "guardians": [asdict(guardian) for guardian in country.register.guardians],
        **asdict(country.institutions),
        "patients": [asdict(patient) for patient in country.patients],
        "choices": asdict(country.choices),
    }
    text = json.dumps(document, indent=1, ensure_ascii=False, default=date.isoformat)
    path.write_text(text + "\n", encoding="utf-8")


def write_phenopacket(path: Path, country: Country, patient: Patient) -> None:
    """Write what the doctor found in a patient as a Phenopacket v2; the subject is the sample."""
    citizen = country.citizen(patient.person)
    sex = PacketSex.FEMALE if citizen.sex is Sex.FEMALE else PacketSex.MALE
    phenotype = Phenotype(citizen.sample, sex, patient.observed, patient.excluded)
    facts = PacketFacts(
        identifier=f"synthetic-{citizen.sample}",
        assembly=ASSEMBLY,
        created=datetime.combine(patient.ordered_on, time(12), UTC),
        created_by=f"kerne; {NOTICE}",
    )
    packet = phenopacket_json(phenotype, (), facts, country.ontology)
    path.write_text(json.dumps(packet, indent=1) + "\n", encoding="utf-8")


def write_pedigree(path: Path, country: Country, patient: Patient) -> None:
    """Write the sequenced family as PED, by sample name; affected are those with the disease."""
    ill = {patient.person, *patient.affected}
    children = {patient.person, *patient.siblings}
    lines: list[str] = []
    for number in (*patient.relatives, patient.person):
        citizen = country.citizen(number)
        parents = (patient.father, patient.mother) if number in children else (None, None)
        samples = [NOBODY if p is None else country.citizen(p).sample for p in parents]
        status = _AFFECTED if number in ill else _UNAFFECTED
        row = (citizen.family, citizen.sample, *samples, _PED_SEX[citizen.sex], status)
        lines.append("\t".join(row))
    path.write_text("\n".join(lines) + "\n")
