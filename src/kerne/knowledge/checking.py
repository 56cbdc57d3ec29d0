"""Read files that are kept as they are: is each what it is said to be, and which date it states."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Final

from kerne.alleles.assembly import Assembly
from kerne.errors import InputFileError
from kerne.knowledge.cases import read_cases
from kerne.knowledge.gene_files import validity
from kerne.knowledge.gene_files.dosage import check_dosage
from kerne.knowledge.gene_files.dosage import stated_day as day_of_dosage
from kerne.knowledge.gene_files.hgnc import read_gene_names
from kerne.knowledge.genes import read_gene_models
from kerne.knowledge.loading import clinvar
from kerne.knowledge.panels import read_panel
from kerne.knowledge.panels import stated_day as day_of_panel
from kerne.knowledge.release import Kind
from kerne.knowledge.specifications import date_of_specifications, read_specifications

_STATED: Final[Mapping[Kind, Callable[[Path], date | None]]] = {
    Kind.CLINVAR: clinvar.stated_date,
    Kind.DOSAGE: day_of_dosage,
    Kind.VALIDITY: validity.created,
    Kind.PANELS: day_of_panel,
    Kind.HGNC: lambda path: read_gene_names(path).modified,
    Kind.SPECIFICATIONS: date_of_specifications,
}


def check_file(kind: Kind, files: Sequence[Path], assembly: Assembly | None) -> date | None:
    """Read files whole, and give the date that the first states; `None` when it states none.

    Raises
    ------
    InputFileError
        One of them is not what it is said to be.
    """
    for file in files:
        if kind is Kind.VALIDITY:
            validity.check_validity(file)
        if kind is Kind.SPECIFICATIONS:
            read_specifications(file)
        if kind is Kind.PANELS:
            read_panel(file)
        if kind is Kind.GENES and assembly is not None:
            read_gene_models(file, assembly)
        if kind is Kind.DOSAGE and assembly is not None:
            check_dosage(file, assembly)
        if kind is Kind.CASES and not sum(1 for _ in read_cases(file)):
            raise InputFileError(file, "no case in it")
    return stated_day(kind, files[0])


def stated_day(kind: Kind, file: Path) -> date | None:
    """Give the date that a file states; `None` when files of the kind, or this one, state none.

    Raises
    ------
    InputFileError
        It cannot be read.
    """
    return _STATED[kind](file) if kind in _STATED else None
