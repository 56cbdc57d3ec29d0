"""Read the complete set of HGNC: which names a gene has and had.

References
----------
Seal et al. 2023, doi:10.1093/nar/gkac888.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
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
    """A gene by its number at HGNC and its approved symbol."""

    hgnc: str
    symbol: str


class GeneNames:
    """The names of all genes.

    Parameters
    ----------
    symbols
        HGNC's numbers by approved symbol.
    others
        Approved symbols by former symbol or alias, of those that only one gene had.
    modified
        The last day on which any gene was changed; `None` when not known.
    """

    def __init__(
        self,
        symbols: Mapping[str, str] | None = None,
        others: Mapping[str, str] | None = None,
        modified: date | None = None,
    ) -> None:
        self.symbols = dict(symbols or {})
        self.others = dict(others or {})
        self.modified = modified
        self._by_hgnc = {hgnc: symbol for symbol, hgnc in self.symbols.items()}

    def find(self, name: str) -> NamedGene | None:
        """Find a gene by its approved symbol, else a former one, else an alias.

        `None` when nothing has this name, or several genes had it.
        """
        symbol = name if name in self.symbols else self.others.get(name)
        return None if symbol is None else NamedGene(self.symbols[symbol], symbol)

    def approved(self, name: str) -> str:
        """Give the approved symbol of a gene, or the name itself if it is not known."""
        found = self.find(name)
        return name if found is None else found.symbol

    def changed(self, symbols: Collection[str]) -> dict[str, str]:
        """Give the approved symbol of those that are others, unless another of them has it."""
        approved = {symbol: self.approved(symbol) for symbol in symbols}
        return {old: new for old, new in approved.items() if new not in symbols}

    def symbol_of(self, hgnc: str) -> str | None:
        """Give the approved symbol of a number at HGNC; `None` when it is not known."""
        return self._by_hgnc.get(hgnc)


def read_gene_names(path: Path) -> GeneNames:
    """Read the complete set.

    Raises
    ------
    InputFileError
        The file is none, or a line is malformed.
    """
    symbols: dict[str, str] = {}
    previous, aliases = list[tuple[str, str]](), list[tuple[str, str]]()
    last = ""
    for row in read_rows(path, COLUMNS):
        if not row["hgnc_id"].startswith("HGNC:"):
            raise row.error(f"expected `HGNC:` and a number, found `{row['hgnc_id']}`")
        if row["status"] == APPROVED:
            symbols[row["symbol"]] = row["hgnc_id"]
            previous += ((name, row["symbol"]) for name in _names(row["prev_symbol"]))
            aliases += ((name, row["symbol"]) for name in _names(row["alias_symbol"]))
        if row["date_modified"] > last:
            last = row.day("date_modified").isoformat()
    if not symbols:
        raise InputFileError(path, "no approved gene in it")
    others = _unique(aliases) | _unique(previous)
    return GeneNames(symbols, others, date.fromisoformat(last) if last else None)


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split("|") if name.strip())


def _unique(named: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Give the symbols by those names that only one of them has."""
    pairs = list(dict.fromkeys(named))
    counts = Counter(name for name, _ in pairs)
    return {name: symbol for name, symbol in pairs if counts[name] == 1}
