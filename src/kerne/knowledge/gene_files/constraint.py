"""Read gnomAD's table of constraint, of version 2.1.1 or 4.

One transcript speaks for a gene: MANE Select (Ensembl's) first, then the canonical one, then the
first in the file.

References
----------
Karczewski et al. 2020, doi:10.1038/s41586-020-2308-7.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kerne.errors import InputFileError
from kerne.knowledge.gene_files.rows import Row, read_rows
from kerne.knowledge.text import open_text


@dataclass(frozen=True, slots=True)
class Constraint:
    """How a gene resists change; see `GeneFacts` for the numbers."""

    symbol: str
    pli: float | None
    loeuf: float | None
    missense_z: float | None
    oe_missense: float | None


_OLD: Final = ("pLI", "oe_lof_upper", "mis_z", "oe_mis")
_NEW: Final = ("lof.pLI", "lof.oe_ci.upper", "mis.z_score", "mis.oe")
_PREFERRED: Final = ("mane_select", "canonical")


def read_constraint(path: Path) -> dict[str, Constraint]:
    """Give the constraint of each gene by the symbol in the file.

    Raises
    ------
    InputFileError
        The file is none of both, or a line is malformed.
    """
    with open_text(path) as file:
        header = file.readline().rstrip("\n").split("\t")
    numbers = _NEW if _NEW[0] in header else _OLD
    marks = tuple(name for name in (*_PREFERRED, "transcript") if name in header)
    chosen: dict[str, tuple[int, Constraint]] = {}
    for row in read_rows(path, ("gene", *numbers, *marks)):
        place = _place(row, marks)
        symbol = row["gene"]
        if symbol not in chosen or place < chosen[symbol][0]:
            values = [row.number(name) for name in numbers]
            chosen[symbol] = (place, Constraint(symbol, *values))
    if not chosen:
        raise InputFileError(path, "no gene in it")
    return {symbol: constraint for symbol, (_, constraint) in chosen.items()}


def _place(row: Row, marks: Iterable[str]) -> int:
    """Give the place of a transcript among those that could speak for its gene, the best is 0."""
    is_marked = [row[name].lower() == "true" for name in marks if name in _PREFERRED]
    is_refseq = "transcript" in row.texts and row["transcript"].startswith("NM_")
    best = is_marked.index(True) if True in is_marked else len(is_marked)
    return 2 * best + is_refseq
