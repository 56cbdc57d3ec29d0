"""Read the complete set of HGNC: which names a gene has and had.

References
----------
Seal et al. 2023, doi:10.1093/nar/gkac888.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from kerne.errors import InputFileError
from kerne.knowledge.gene_files.rows import read_rows

COLUMNS: Final = ("hgnc_id", "symbol", "status", "alias_symbol", "prev_symbol", "date_modified")
APPROVED: Final = "Approved"


@dataclass(frozen=True, slots=True)
class NamedGene:
    """A gene with its approved symbol, former ones and aliases."""

    hgnc: str
    symbol: str
    previous: tuple[str, ...]
    aliases: tuple[str, ...]


class GeneNames:
    """The names of all genes.

    Parameters
    ----------
    modified
        The last day on which any gene was changed.
    """

    def __init__(self, genes: Iterable[NamedGene], modified: date | None = None) -> None:
        self.modified = modified
        self.by_symbol = {gene.symbol: gene for gene in genes}
        self.by_hgnc = {gene.hgnc: gene for gene in self.by_symbol.values()}
        ours = self.by_symbol.values()
        previous = _unique((name, gene) for gene in ours for name in gene.previous)
        aliases = _unique((name, gene) for gene in ours for name in gene.aliases)
        self._by_other_name = aliases | previous

    def find(self, name: str) -> NamedGene | None:
        """Find a gene by its approved symbol, else a former one, else an alias.

        `None` when nothing has this name, or several genes had it.
        """
        return self.by_symbol.get(name) or self._by_other_name.get(name)


def read_gene_names(path: Path) -> GeneNames:
    """Read the complete set.

    Raises
    ------
    InputFileError
        The file is none, or a line is malformed.
    """
    genes, modified = [], list[date]()
    for row in read_rows(path, COLUMNS):
        if not row["hgnc_id"].startswith("HGNC:"):
            raise row.error(f"expected `HGNC:` and a number, found `{row['hgnc_id']}`")
        if row["status"] == APPROVED:
            names = (_names(row["prev_symbol"]), _names(row["alias_symbol"]))
            genes.append(NamedGene(row["hgnc_id"], row["symbol"], *names))
        if row["date_modified"]:
            modified.append(row.day("date_modified"))
    if not genes:
        raise InputFileError(path, "no approved gene in it")
    return GeneNames(genes, max(modified, default=None))


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split("|") if name.strip())


def _unique(named: Iterable[tuple[str, NamedGene]]) -> dict[str, NamedGene]:
    """Give the genes by those names that only one of them has."""
    pairs = list(dict.fromkeys(named))
    counts = Counter(name for name, _ in pairs)
    return {name: gene for name, gene in pairs if counts[name] == 1}
