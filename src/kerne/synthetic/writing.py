"""The country on disk: what a centre is given, and in another folder the answers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kerne.errors import SyntheticError
from kerne.synthetic.citizen import Citizen
from kerne.synthetic.country import NOTICE, Country
from kerne.synthetic.genome_files import DeliveredGenomes, Delivery
from kerne.synthetic.patient import Answer, PlantedVariant
from kerne.synthetic.people_files import write_pedigree, write_people, write_phenopacket
from kerne.synthetic.reference_files import write_frequencies, write_genes, write_sequence
from kerne.synthetic.staff import SITE_OF_REGION, SITES

KEY_COLUMNS: Final = (
    *("patient", "sample", "gene", "disease", "disease_name", "mode", "alleles", "genotypes"),
    *("effects", "origins", "terms", "incidental", "carriers"),
)


@dataclass(frozen=True, slots=True)
class CountryFiles:
    """Where everything is.

    Parameters
    ----------
    own_genomes
        Files of patients and their relatives, by person number.
    site_genomes
        The file of everybody else, by sequencing site; a site without anybody has none.
    phenopackets, pedigrees
        By person number of the patient.
    answer_key
        Not in the folder of the others.
    """

    reference: Path
    genes: Path
    frequencies: Path
    people: Path
    own_genomes: dict[str, DeliveredGenomes]
    site_genomes: dict[str, DeliveredGenomes]
    phenopackets: dict[str, Path]
    pedigrees: dict[str, Path]
    answer_key: Path


def write_country(
    country: Country,
    directory: Path,
    answers: Path,
    progress: Callable[[int, int], None] | None = None,
) -> CountryFiles:
    """Write the country into `directory`, and the answer key into the folder `answers`.

    Parameters
    ----------
    progress
        Called with how many genome files are written and how many there will be.

    Raises
    ------
    SyntheticError
        `answers` lies in `directory`: the centre would hold the answers.
    """
    if answers.resolve().is_relative_to(directory.resolve()):
        raise SyntheticError(f"answers in `{answers}` would lie in the country's own `{directory}`")
    folders = {name: directory / name for name in ("genomes", "phenotypes", "pedigrees")}
    for folder in (*folders.values(), answers):
        folder.mkdir(parents=True, exist_ok=True)
    files = CountryFiles(
        reference=directory / "reference.fa",
        genes=directory / "genes.gff3",
        frequencies=directory / "frequencies.tsv",
        people=directory / "people.json",
        own_genomes={},
        site_genomes={},
        phenopackets={
            p.person: _named(folders["phenotypes"], country, p.person, "json")
            for p in country.patients
        },
        pedigrees={
            p.person: _named(folders["pedigrees"], country, p.person, "ped")
            for p in country.patients
        },
        answer_key=answers / "answer_key.tsv",
    )
    write_sequence(files.reference, country.genome)
    write_genes(files.genes, country.genome)
    write_frequencies(files.frequencies, country.published)
    write_people(files.people, country)
    for patient in country.patients:
        write_phenopacket(files.phenopackets[patient.person], country, patient)
        write_pedigree(files.pedigrees[patient.person], country, patient)
    _deliver(country, Delivery(country, folders["genomes"]), files, progress)
    write_answers(files.answer_key, country)
    return files


def clinic_citizens(country: Country) -> tuple[str, ...]:
    """List the patients and their sequenced relatives by person number, each once."""
    numbers = [n for patient in country.patients for n in (patient.person, *patient.relatives)]
    return tuple(dict.fromkeys(numbers))


def write_answers(path: Path, country: Country) -> None:
    """Write what was planted, a line a patient; several alleles or terms are joined by `;`."""
    lines = [f"# {NOTICE}", "\t".join(KEY_COLUMNS)]
    rows = (_answer_row(country.citizen(answer.patient), answer) for answer in country.answers)
    lines.extend("\t".join(row) for row in rows)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _deliver(
    country: Country,
    delivery: Delivery,
    files: CountryFiles,
    progress: Callable[[int, int], None] | None,
) -> None:
    """Write the genome files: one each for the clinic, one a site for the rest."""
    own = clinic_citizens(country)
    rest = [citizen for citizen in country.citizens if citizen.number not in set(own)]
    by_site = {site: [c.number for c in rest if SITE_OF_REGION[c.region] == site] for site in SITES}
    served = {site: numbers for site, numbers in by_site.items() if numbers}
    total = len(own) + len(served)
    for done, number in enumerate(own, start=1):
        files.own_genomes[number] = delivery.deliver_one(number)
        if progress is not None:
            progress(done, total)
    for done, (site, numbers) in enumerate(served.items(), start=len(own) + 1):
        files.site_genomes[site] = delivery.deliver_many(f"site-{site.lower()}", numbers)
        if progress is not None:
            progress(done, total)


def _named(folder: Path, country: Country, number: str, suffix: str) -> Path:
    return folder / f"{country.citizen(number).sample}.{suffix}"


def _answer_row(citizen: Citizen, answer: Answer) -> tuple[str, ...]:
    terms = (
        f"{term.identifier}={term.noise}" + (f"<{term.profile_term}" if term.profile_term else "")
        for term in answer.terms
    )
    incidental = answer.incidental
    beside = "" if incidental is None else f"{incidental.gene}:{incidental.variant.allele}"
    return (
        answer.patient,
        citizen.sample,
        answer.gene,
        answer.disease,
        answer.disease_name,
        answer.mode,
        *_variant_columns(answer.variants),
        ";".join(terms),
        beside,
        ";".join(answer.carriers),
    )


def _variant_columns(variants: Sequence[PlantedVariant]) -> tuple[str, str, str, str]:
    return (
        ";".join(str(variant.allele) for variant in variants),
        ";".join(variant.genotype for variant in variants),
        ";".join(variant.effect for variant in variants),
        ";".join(variant.origin for variant in variants),
    )
