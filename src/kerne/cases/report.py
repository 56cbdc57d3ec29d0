"""The report of one patient: what was found, on what grounds, and what was not looked at.

A `Report` is a plain value. It is written as a directory of a page for people (`report.html`), the
same content for machines (`report.json`, canonical) and a Phenopacket, all or nothing.
"""

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from kerne import __version__
from kerne.cases.events import Bearing
from kerne.errors import CaseError
from kerne.interpretation.candidate import (
    CandidateVariant,
    Classification,
    Interpretation,
    Mode,
)

FORMAT: Final = "kerne-report-0"

NOT_FOR_DIAGNOSIS: Final = (
    "Not for diagnosis. Kerne is not CE-marked, and no institution has recorded its own "
    "validation of this version."
)
SYNTHETIC: Final = (
    "Synthetic. This patient, this genome and these genes are invented; nothing here is about "
    "anybody."
)
NOT_EXCLUDED: Final = (
    "That no cause was found, or that one was, does not exclude another genetic disease."
)
SYNTHETIC_ASSEMBLIES: Final = frozenset({"Kernia1"})

PAGE: Final = "report.html"
RECORD: Final = "report.json"
PACKET: Final = "phenopacket.json"


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of the report's head, such as `Order` and its number."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One variant as a geneticist judged it."""

    gene: str
    disease: str
    disease_name: str
    mode: Mode
    variant: CandidateVariant
    classification: Classification
    bearing: Bearing
    reason: str


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What a geneticist signed. `no_finding` holds the reason when nothing explains the patient."""

    findings: tuple[Finding, ...]
    no_finding: str | None
    signed_by: str
    organisation: str


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
        made_by=f"Kerne {__version__}",
        warnings=(SYNTHETIC, NOT_FOR_DIAGNOSIS) if synthetic else (NOT_FOR_DIAGNOSIS,),
        interpretation=interpretation,
        conclusion=None,
    )


def with_conclusion(report: Report, conclusion: Conclusion) -> Report:
    """Return the report with what a geneticist signs."""
    return replace(report, conclusion=conclusion)


def write_files(files: Mapping[str, bytes], directory: Path) -> None:
    """Write `files` into `directory`, readable by the owner only.

    A new directory appears with all of them or not at all. In one that stands there each file is
    replaced whole, and nothing else is touched.
    """
    directory.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{directory.name}.", dir=directory.parent) as place:
        fresh = Path(place, "files")
        fresh.mkdir(mode=0o700)
        for name, content in files.items():
            _write_durably(fresh / name, content)
        if directory.exists():
            for name in files:
                (fresh / name).replace(directory / name)
        else:
            fresh.rename(directory)
    _make_durable(directory)
    _make_durable(directory.parent)


def _write_durably(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _make_durable(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
