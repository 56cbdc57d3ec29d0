"""Interpret a patient's file without a centre around it: files in, a report out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from kerne.alleles.interval import read_bed
from kerne.alleles.vcf import open_vcf
from kerne.cases.answers.document import report_record
from kerne.cases.answers.fhir import bundle_record
from kerne.cases.answers.packet import packet_record
from kerne.cases.answers.page import render_page
from kerne.cases.answers.report import (
    BUNDLE,
    PACKET,
    PAGE,
    PAGES,
    PRINTS,
    RECORD,
    Fact,
    Report,
    ReportFiles,
    check_place,
    report_of,
    write_files,
)
from kerne.errors import InputFileError, InterpretationError
from kerne.interpretation.at_hand import Knowledge
from kerne.interpretation.candidate import Interpretation
from kerne.interpretation.consequences.consequence import neighbourhood
from kerne.interpretation.examination import everything
from kerne.interpretation.family.parentage import RelationshipCheck
from kerne.interpretation.family.pedigree import Family, Pedigree, family_of, read_ped
from kerne.interpretation.interpretation import examine
from kerne.interpretation.reading.call_file import read_calls
from kerne.interpretation.reading.calls import GenomeCalls
from kerne.knowledge.panels import Panel
from kerne.phenotype.ontology import Ontology
from kerne.phenotype.phenopacket import Phenotype, Sex, read_phenopacket

SEX_IN_WORDS: Final = {
    Sex.FEMALE: "female",
    Sex.MALE: "male",
    Sex.OTHER: "other",
    Sex.UNKNOWN: "not stated",
}


@dataclass(frozen=True, slots=True)
class PatientFiles:
    """What is at hand about one patient.

    Parameters
    ----------
    sample
        Which sample of the VCF is the patient; `None` when it holds only one, or when the
        phenopacket's subject is one of them.
    callable_bed
        Where the genome could be read.
    """

    variants: Path
    phenopacket: Path
    sample: str | None = None
    pedigree: Path | None = None
    panel: Panel | None = None
    callable_bed: Path | None = None


@dataclass(frozen=True, slots=True)
class InterpretedFile:
    """What came out; `files` is `None` when nothing was to be written.

    `relationships` is for the laboratory: no report holds it.
    """

    interpretation: Interpretation
    relationships: RelationshipCheck
    report: Report
    files: ReportFiles | None


def interpret_file(
    patient: PatientFiles, knowledge: Knowledge, *, made_at: datetime, out: Path | None = None
) -> InterpretedFile:
    """Interpret a patient's VCF and phenopacket, and write the report into `out`.

    Raises
    ------
    InputFileError
        A file is not what it should be.
    InterpretationError
        The genome cannot be interpreted with this knowledge.
    CaseError
        The report cannot be written into `out`; this is known before anything is worked out.
    """
    if out is not None:
        check_place(out)
    phenotype = read_phenopacket(patient.phenopacket, knowledge.ontology)
    genome, family = _read_genomes(patient, phenotype, knowledge)
    seen = examine(genome, phenotype, knowledge, family=family, panel=patient.panel)
    found = everything(seen)
    report = report_of(
        found,
        title="Interpretation of a genome",
        subject=phenotype.subject,
        facts=(
            Fact("Variants", patient.variants.name),
            Fact("Phenotype", patient.phenopacket.name),
            Fact("Sex, as stated", SEX_IN_WORDS[phenotype.sex]),
        ),
        made_at=made_at,
    )
    files = None
    if out is not None:
        files = write_report(report, phenotype.sex, knowledge.ontology, out)
    return InterpretedFile(found, seen.relationships, report, files)


def write_report(report: Report, sex: Sex, ontology: Ontology, directory: Path) -> ReportFiles:
    """Write the files of a report into `directory`."""
    write_files(report_files(report, sex, ontology), directory)
    return ReportFiles(directory, directory / PAGE, directory / RECORD, directory / PACKET)


def report_files(report: Report, sex: Sex, ontology: Ontology) -> dict[str, bytes]:
    """Return the contents of the files of a report, by name."""
    # It takes longer to load than most commands to run, and few of them print.
    from kerne.cases.answers.printing import render_pdf  # noqa: PLC0415

    pages = {name: render_page(report, language) for language, name in PAGES.items()}
    prints = {name: render_pdf(report, language) for language, name in PRINTS.items()}
    return {
        **pages,
        **prints,
        RECORD: report_record(report),
        PACKET: packet_record(report, sex, ontology),
        BUNDLE: bundle_record(report, sex),
    }


def _read_genomes(
    patient: PatientFiles, phenotype: Phenotype, knowledge: Knowledge
) -> tuple[GenomeCalls, Family | None]:
    with open_vcf(patient.variants) as vcf:
        present = vcf.header.samples
    name = choose_sample(patient.variants, present, patient.sample, phenotype.subject)
    pedigree = None if patient.pedigree is None else read_ped(patient.pedigree)
    relatives = () if pedigree is None else _relatives(pedigree, name, patient.pedigree)
    genomes = read_calls(
        patient.variants,
        knowledge.assembly,
        (name, *(relative for relative in relatives if relative in present)),
        reference=knowledge.reference,
        within=neighbourhood(knowledge.genes),
    )
    calls = {genome.sample: genome for genome in genomes}
    family = None if pedigree is None else family_of(pedigree, name, calls)
    if patient.callable_bed is None:
        return calls[name], family
    seen = read_bed(patient.callable_bed, knowledge.assembly)
    return calls[name].with_callable(seen), family


def _relatives(pedigree: Pedigree, sample: str, path: Path | None) -> tuple[str, ...]:
    try:
        return pedigree.relatives(sample)
    except InterpretationError as error:
        raise InterpretationError(f"`{path}`: {error}") from error


def choose_sample(path: Path, present: Sequence[str], named: str | None, subject: str) -> str:
    """Return which sample of a VCF is the patient.

    Raises
    ------
    InputFileError
        The named sample is not there, or several are and none is named.
    """
    if named is None and subject in present:
        return subject
    if named is None and len(present) == 1:
        return present[0]
    if named is None or named not in present:
        names = ", ".join(f"`{name}`" for name in present[:10]) or "none"
        wanted = "the patient's sample" if named is None else f"sample `{named}`"
        raise InputFileError(path, f"cannot tell {wanted}: it holds {names}; name one of them")
    return named
