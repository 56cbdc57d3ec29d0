"""Read ClinGen's list of gene-disease validity.

References
----------
Strande et al. 2017, doi:10.1016/j.ajhg.2017.04.015.
"""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Final

from kerne.errors import InputFileError
from kerne.knowledge.gene_facts import Validity, ValidityClass
from kerne.knowledge.gene_files.rows import read_rows
from kerne.knowledge.text import open_text

COLUMNS: Final = (
    "GENE SYMBOL",
    "GENE ID (HGNC)",
    "DISEASE LABEL",
    "DISEASE ID (MONDO)",
    "MOI",
    "CLASSIFICATION",
    "CLASSIFICATION DATE",
    "GCEP",
)
_CREATED: Final = re.compile(r'"?FILE CREATED: (\d{4}-\d{2}-\d{2})')
_HEADER_LINES: Final = 10


def read_validity(path: Path) -> Iterator[tuple[str, str, Validity]]:
    """Give symbol, HGNC identifier and judgement, one by one.

    Raises
    ------
    InputFileError
        The file is no such list, or a line is malformed.
    """
    classes = {each.value: each for each in ValidityClass}
    is_filler = _is_rule
    for row in read_rows(path, COLUMNS, separator=",", is_filler=is_filler):
        if row["CLASSIFICATION"] not in classes:
            names = ", ".join(f"`{name}`" for name in classes)
            found = row["CLASSIFICATION"]
            raise row.error(f"expected a classification ({names}), found `{found}`")
        validity = Validity(
            diseases=(row["DISEASE ID (MONDO)"],),
            label=row["DISEASE LABEL"],
            inheritance=row["MOI"],
            classification=classes[row["CLASSIFICATION"]],
            date=row.day("CLASSIFICATION DATE"),
            source=row["GCEP"],
        )
        yield row["GENE SYMBOL"], row["GENE ID (HGNC)"], validity


def check_validity(path: Path) -> None:
    """Read a list whole.

    Raises
    ------
    InputFileError
        It is none, is empty, or a line is malformed.
    """
    if not sum(1 for _ in read_validity(path)):
        raise InputFileError(path, "no judgement in it")


def created(path: Path) -> date | None:
    """Give the date that a list states above its header; `None` when it states none."""
    with open_text(path) as file:
        for line, _ in zip(file, range(_HEADER_LINES), strict=False):
            found = _CREATED.match(line)
            if found:
                return date.fromisoformat(found[1])
    return None


def _is_rule(fields: list[str]) -> bool:
    """Say whether a line only parts the header from the rest."""
    return fields[0].startswith("+++")
