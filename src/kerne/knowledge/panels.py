"""Gene panels: a file of PanelApp's API, or a plain list of gene symbols."""

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from kerne.alleles.text import read_text
from kerne.errors import InputFileError

GREEN = "3"
"""PanelApp's confidence level of a gene with diagnostic-grade evidence."""


@dataclass(frozen=True, slots=True)
class Panel:
    """A virtual gene panel.

    Parameters
    ----------
    genes
        Symbols; of a PanelApp panel its green genes only.
    left_out
        Genes that the file lists with less than diagnostic-grade evidence.
    """

    name: str
    version: str
    genes: frozenset[str]
    left_out: frozenset[str] = frozenset()

    @property
    def label(self) -> str:
        """Name, version and size in words."""
        version = f" version {self.version}" if self.version else ""
        amber = f"; {len(self.left_out)} amber or red genes left out" if self.left_out else ""
        return f"panel `{self.name}`{version}, {len(self.genes)} genes{amber}"


def read_panel(path: Path) -> Panel:
    """Read a panel; what starts with `{` or `[` is PanelApp JSON, all else a list of symbols.

    Raises
    ------
    InputFileError
        The file is missing, is not a panel or holds no gene.
    """
    text = read_text(path)
    panel = (
        _from_panelapp(path, text)
        if text.lstrip().startswith(("{", "["))
        else _from_list(path, text)
    )
    if not panel.genes:
        raise InputFileError(path, "holds no gene; expected PanelApp JSON or a symbol a line")
    return panel


def stated_day(path: Path) -> date | None:
    """Give the day on which PanelApp made this version; `None` when the file does not say.

    Raises
    ------
    InputFileError
        The file cannot be read.
    """
    try:
        document = json.loads(read_text(path))
        return date.fromisoformat(document["version_created"][:10])
    except (ValueError, TypeError, KeyError):
        return None


def _from_panelapp(path: Path, text: str) -> Panel:
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise InputFileError(path, f"not JSON: {error.msg.lower()}", error.lineno) from error
    rows = document.get("genes") if isinstance(document, dict) else None
    if not isinstance(rows, list):
        raise InputFileError(path, "is not a PanelApp panel: no list `genes`")
    green: set[str] = set()
    others: set[str] = set()
    for number, row in enumerate(rows, start=1):
        symbol = _symbol(row)
        if symbol is None:
            raise InputFileError(path, f"gene {number} has no `gene_data.gene_symbol`")
        is_green = str(row.get("confidence_level", GREEN)) == GREEN
        (green if is_green else others).add(symbol)
    return Panel(
        name=str(document.get("name", path.stem)),
        version=str(document.get("version", "")),
        genes=frozenset(green),
        left_out=frozenset(others - green),
    )


def _symbol(row: object) -> str | None:
    if not isinstance(row, dict) or not isinstance(row.get("gene_data"), dict):
        return None
    symbol = row["gene_data"].get("gene_symbol")
    return symbol if isinstance(symbol, str) and symbol else None


def _from_list(path: Path, text: str) -> Panel:
    genes = set()
    for number, line in enumerate(text.splitlines(), start=1):
        symbol = line.split("#", 1)[0].strip()
        if not symbol:
            continue
        if len(symbol.split()) > 1:
            raise InputFileError(path, f"expected one gene symbol, found `{symbol}`", number)
        genes.add(symbol)
    return Panel(name=path.stem, version="", genes=frozenset(genes))
