"""The report of one patient: what was found, on what grounds, and what was not looked at.

A `Report` is a plain value. It is written as a directory, all or nothing: a page for people in
English and Danish (`report.html`, `report.da.html`), the same to print (`report.pdf`,
`report.da.pdf`), the same content for machines (`report.json`, canonical), a Phenopacket and a FHIR
bundle.
"""

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from kerne import __version__
from kerne.alleles.vrs import VrsAllele
from kerne.cases.events import Bearing
from kerne.durable import (
    OWNER_ONLY,
    directory_in_the_making,
    make_directory,
    sync_directory,
    write_durably,
)
from kerne.errors import CaseError, reason_of
from kerne.interpretation.candidate import (
    CandidateVariant,
    Classification,
    Interpretation,
    Mode,
)
from kerne.policy.words import Language

PROGRAM: Final = f"Kerne {__version__}"
FORMAT: Final = "kerne-report-1"

NOT_FOR_DIAGNOSIS: Final = (
    "Not for diagnosis. Kerne is not CE-marked, and no institution has recorded its own "
    "validation of this version."
)
SYNTHETIC: Final = (
    "Synthetic. This patient, this genome and these genes are invented; nothing here is about "
    "anybody."
)
VALIDATED: Final = (
    "Kerne is not CE-marked. {institution} recorded its own validation of version {version} on "
    "{day} and answers for this use (Regulation (EU) 2017/746, article 5(5))."
)
NOT_EXCLUDED: Final = (
    "That no cause was found, or that one was, does not exclude another genetic disease."
)
SYNTHETIC_ASSEMBLIES: Final = frozenset({"Kernia1"})

CAUSES: Final = frozenset({Bearing.CAUSATIVE, Bearing.CONTRIBUTORY})
HALVES: Final = frozenset({Mode.RECESSIVE_COMPOUND, Mode.RECESSIVE_ONE_ALLELE})
"""Modes in which a single variant is half of the explanation."""

PAGE: Final = "report.html"
PAGES: Final[Mapping[Language, str]] = {
    Language.ENGLISH: PAGE,
    Language.DANISH: "report.da.html",
}
RECORD: Final = "report.json"
PACKET: Final = "phenopacket.json"
BUNDLE: Final = "fhir.json"
PRINTS: Final[Mapping[Language, str]] = {
    Language.ENGLISH: "report.pdf",
    Language.DANISH: "report.da.pdf",
}


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of the report's head, such as `Order` and its number."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Validation:
    """An institution's own validation of one version of Kerne.

    Parameters
    ----------
    day
        ISO date on which it was concluded.
    document
        Where the institution keeps it: a title or a number.
    """

    institution: str
    version: str
    day: str
    document: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One variant as a geneticist judged it.

    Parameters
    ----------
    vrs
        `None` where its sequence is not known.
    hgnc
        Number of the gene at HGNC; empty when no release says it.
    """

    gene: str
    disease: str
    disease_name: str
    mode: Mode
    variant: CandidateVariant
    classification: Classification
    bearing: Bearing
    reason: str
    vrs: VrsAllele | None = None
    hgnc: str = ""


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What a geneticist signed. `no_finding` holds the reason when nothing explains the patient."""

    findings: tuple[Finding, ...]
    no_finding: str | None
    signed_by: str
    organisation: str


def explaining(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Return the causes that suffice: in a recessive disease, those on both copies of the gene.

    A compound heterozygous disease is explained by two causes; one beside an uncertain variant is
    half an explanation.
    """
    causes = [one for one in findings if one.bearing in CAUSES]
    of_disease = Counter((one.gene, one.disease) for one in causes)
    return tuple(
        one for one in causes if one.mode not in HALVES or of_disease[one.gene, one.disease] > 1
    )


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that the report says.

    Parameters
    ----------
    subject
        Number of the patient, never the name: the hospital record joins them.
    conclusion
        `None` while nobody has judged: the report then shows candidates only.
    warnings
        What must be seen before anything else.
    validation
        Of this version by the institution that answers; `None` while there is none.
    """

    format: str
    title: str
    subject: str
    facts: tuple[Fact, ...]
    made_at: str
    made_by: str
    warnings: tuple[str, ...]
    interpretation: Interpretation
    conclusion: Conclusion | None
    validation: Validation | None = None


@dataclass(frozen=True, slots=True)
class ReportFiles:
    """Where a report was written."""

    directory: Path
    page: Path
    record: Path
    packet: Path


def report_of(
    interpretation: Interpretation,
    *,
    title: str,
    subject: str,
    facts: tuple[Fact, ...],
    made_at: datetime,
    validation: Validation | None = None,
) -> Report:
    """Make the report of an interpretation that nobody has judged yet; see `with_conclusion`.

    Raises
    ------
    CaseError
        The interpretation does not say what was not examined: there is no report without it.
    """
    if not interpretation.not_examined:
        raise CaseError("the interpretation does not say what was not examined")
    synthetic = interpretation.assembly in SYNTHETIC_ASSEMBLIES
    return Report(
        format=FORMAT,
        title=title,
        subject=subject,
        facts=facts,
        made_at=made_at.isoformat(timespec="minutes"),
        made_by=PROGRAM,
        warnings=(*((SYNTHETIC,) if synthetic else ()), _standing(validation)),
        interpretation=interpretation,
        conclusion=None,
        validation=validation,
    )


def _standing(validation: Validation | None) -> str:
    if validation is None:
        return NOT_FOR_DIAGNOSIS
    return VALIDATED.format(
        institution=validation.institution, version=validation.version, day=validation.day
    )


def with_conclusion(report: Report, conclusion: Conclusion) -> Report:
    """Return the report with what a geneticist signs."""
    return replace(report, conclusion=conclusion)


def check_place(directory: Path) -> None:
    """Check, before anything is worked out, that a report can be written into `directory`.

    Raises
    ------
    CaseError
        It is a file, or the place may not be written to.
    """
    if directory.exists() and not directory.is_dir():
        raise CaseError(f"`{directory}` is a file, expected a directory, or a name for a new one")
    place = next(each for each in (directory, *directory.absolute().parents) if each.exists())
    if not place.is_dir():
        raise CaseError(f"`{directory}` cannot be made: `{place}` is a file")
    if not os.access(place, os.W_OK | os.X_OK):
        raise CaseError(f"`{directory}` cannot be written: `{place}` is not writable")


def write_files(files: Mapping[str, bytes], directory: Path) -> None:
    """Write `files` into `directory`, readable by the owner only.

    A new directory appears with all of them or not at all. In one that stands there each file is
    replaced whole, and nothing else is touched.

    Raises
    ------
    CaseError
        The place cannot be written to.
    """
    try:
        _write_all(files, directory)
    except OSError as error:
        raise CaseError(f"`{directory}` cannot be written: {reason_of(error)}") from error


def _write_all(files: Mapping[str, bytes], directory: Path) -> None:
    make_directory(directory.parent)
    with directory_in_the_making(directory) as fresh:
        for name, content in files.items():
            write_durably(fresh / name, content, OWNER_ONLY)
        sync_directory(fresh)
        try:
            fresh.rename(directory)
        except OSError:
            # It stands there, maybe since a moment: two may hand over the same answer at once.
            if not directory.is_dir():
                raise
            for name in files:
                (fresh / name).replace(directory / name)
    sync_directory(directory)
    sync_directory(directory.parent)
