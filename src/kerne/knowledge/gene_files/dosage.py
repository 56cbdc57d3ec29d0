"""Read ClinGen's lists of genes and of regions judged for dosage sensitivity.

References
----------
Riggs et al. 2012, doi:10.1111/j.1399-0004.2011.01818.x.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Final

from kerne.alleles.assembly import Assembly
from kerne.alleles.interval import Interval
from kerne.errors import AlleleError, InputFileError
from kerne.knowledge.gene_facts import DosageRegion, DosageScore
from kerne.knowledge.gene_files.rows import Row, read_rows
from kerne.knowledge.text import open_text

GENE: Final = ("#Gene Symbol", "Gene ID")
REGION: Final = ("#ISCA ID", "ISCA Region Name")
LOCATION: Final = "Genomic Location"
LOSS: Final = "Haploinsufficiency Score"
GAIN: Final = "Triplosensitivity Score"
EVALUATED: Final = "Date Last Evaluated"
NOT_YET: Final = frozenset({"Not yet evaluated", "", "-1"})
_SPAN: Final = re.compile(r"(\S+?):([0-9]+)-([0-9]+)")
_ASSEMBLY: Final = re.compile(r"#Genomic Locations are reported on (GRCh3[78])")
_HEADER_LINES: Final = 10


def read_dosage(path: Path, assembly: Assembly) -> Iterator[DosageRegion]:
    """Give the judged genes or regions of a list, but for those without a place.

    Raises
    ------
    InputFileError
        The file is no such list, is of another assembly, or a line is malformed.
    """
    head = _head(path)
    for line in head:
        stated = _ASSEMBLY.match(line)
        if stated and stated[1] != assembly.name:
            raise InputFileError(path, f"is of assembly `{stated[1]}`, not `{assembly.name}`")
    is_of_genes = any(line.startswith(GENE[0] + "\t") for line in head)
    names = GENE if is_of_genes else REGION
    columns = (*names, LOCATION, LOSS, GAIN, EVALUATED)
    for row in read_rows(path, columns):
        interval = _interval(row, assembly)
        if interval is not None:
            yield DosageRegion(
                identifier=row[names[0]],
                name=row[names[0]] if is_of_genes else row[names[1]],
                interval=interval,
                haploinsufficiency=_score(row, LOSS),
                triplosensitivity=_score(row, GAIN),
                date=row.day(EVALUATED) if row[EVALUATED].strip() else None,
                gene=row[names[0]] if is_of_genes else "",
            )


def check_dosage(path: Path, assembly: Assembly) -> None:
    """Read a list whole.

    Raises
    ------
    InputFileError
        It is none, is empty, of another assembly, or a line is malformed.
    """
    if not sum(1 for _ in read_dosage(path, assembly)):
        raise InputFileError(path, "no gene or region with a place in it")


def stated_day(path: Path) -> date | None:
    """Give the date in the second line (`#14 Nov,2023`); `None` when there is none."""
    for line in _head(path):
        try:
            # A day has no zone.
            return datetime.strptime(line.strip(), "#%d %b,%Y").date()  # noqa: DTZ007
        except ValueError:
            continue
    return None


def _head(path: Path) -> list[str]:
    with open_text(path) as file:
        return [line for line, _ in zip(file, range(_HEADER_LINES), strict=False)]


def _interval(row: Row, assembly: Assembly) -> Interval | None:
    """Read a place; `None` when it is still to be determined, or elsewhere."""
    text = row[LOCATION].strip()
    if text.lower() in {"", "tbd"}:
        return None
    found = _SPAN.fullmatch(text.replace(" ", ""))
    if found is None:
        raise row.error(f"expected a place such as `chr1:100-200`, found `{text}`")
    if not assembly.has_contig(found[1]):
        return None
    try:
        return Interval(assembly.canonical_name(found[1]), int(found[2]) - 1, int(found[3]))
    except AlleleError as error:
        raise row.error(str(error)) from error


def _score(row: Row, column: str) -> DosageScore | None:
    text = row[column].strip()
    if text in NOT_YET:
        return None
    try:
        return DosageScore(int(text))
    except ValueError as error:
        raise row.error(f"expected a dosage score in `{column}`, found `{text}`") from error
