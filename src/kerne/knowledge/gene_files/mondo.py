"""Read MONDO's mappings (SSSOM): under which names other lists have the same disease.

References
----------
Matentzoglu et al. 2022, doi:10.1093/database/baac035 (SSSOM).
"""

from pathlib import Path
from typing import Final

from kerne.errors import InputFileError
from kerne.knowledge.gene_files.rows import read_rows

COLUMNS: Final = ("subject_id", "predicate_id", "object_id")
SAME: Final = "skos:exactMatch"
_PREFIXES: Final = {"OMIM:": "OMIM:", "Orphanet:": "ORPHA:"}
"""As MONDO spells them, and as the annotations of HPO do."""


def read_same_diseases(path: Path) -> dict[str, tuple[str, ...]]:
    """Give the OMIM and ORPHA names of each disease of MONDO that has any, sorted.

    Raises
    ------
    InputFileError
        The file is no such mapping, or a line is malformed.
    """
    found: dict[str, set[str]] = {}
    for row in read_rows(path, COLUMNS):
        prefix, colon, number = row["object_id"].partition(":")
        ours = _PREFIXES.get(prefix + colon)
        if row["predicate_id"] == SAME and ours is not None:
            found.setdefault(row["subject_id"], set()).add(ours + number)
    if not found:
        raise InputFileError(path, "no disease of OMIM or Orphanet is matched in it")
    return {disease: tuple(sorted(names)) for disease, names in found.items()}
