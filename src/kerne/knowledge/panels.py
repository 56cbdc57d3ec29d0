"""Gene panels: a file of PanelApp's API, or a plain list of gene symbols.

A list may say what it is in comments of its own, each on a line: `# name: ...`, `# version: ...`,
`# date: 2026-01-31`, and `# group: ...` for each group of patients that it is for.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Final

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
    day
        On which this version was made; `None` when the file does not say.
    groups
        Groups of patients that it is for, as its makers call them.
    """

    name: str
    version: str
    genes: frozenset[str]
    left_out: frozenset[str] = frozenset()
    day: date | None = None
    groups: tuple[str, ...] = ()

    def called(self, name: Callable[[str], str]) -> "Panel":
        """Give the panel with the symbols that `name` gives for its own."""
        genes = frozenset(name(each) for each in self.genes)
        return replace(self, genes=genes, left_out=frozenset(map(name, self.left_out)) - genes)

    @property
    def label(self) -> str:
        """Name, version, day and size in words."""
        version = f" version {self.version}" if self.version else ""
        version += f" of {self.day}" if self.day else ""
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
    panel = _from_panelapp(path, text) if _is_json(text) else _from_list(path, text)
    if not panel.genes:
        raise InputFileError(path, "holds no gene; expected PanelApp JSON or a symbol a line")
    return panel


def stated_day(path: Path) -> date | None:
    """Give the day on which this version was made; `None` when the file does not say.

    Raises
    ------
    InputFileError
        The file cannot be read, or is a list with an error in it.
    """
    text = read_text(path)
    if not _is_json(text):
        return _from_list(path, text).day
    try:
        document = json.loads(text)
    except json.JSONDecodeError:
        return None
    return _day_of(document) if isinstance(document, dict) else None


def _is_json(text: str) -> bool:
    return text.lstrip().startswith(("{", "["))


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
        day=_day_of(document),
        groups=_groups_of(document),
    )


def _day_of(document: Mapping[str, object]) -> date | None:
    try:
        return date.fromisoformat(str(document.get("version_created"))[:10])
    except ValueError:
        return None


def _groups_of(document: Mapping[str, object]) -> tuple[str, ...]:
    named = document.get("relevant_disorders")
    return tuple(map(str, named)) if isinstance(named, list) else ()


def _symbol(row: object) -> str | None:
    if not isinstance(row, dict) or not isinstance(row.get("gene_data"), dict):
        return None
    symbol = row["gene_data"].get("gene_symbol")
    return symbol if isinstance(symbol, str) and symbol else None


def _from_list(path: Path, text: str) -> Panel:
    genes, said = set[str](), dict[str, list[str]]()
    for number, line in enumerate(text.splitlines(), start=1):
        symbol, _, comment = (part.strip() for part in line.partition("#"))
        if not symbol:
            _take_comment(path, number, comment, said)
            continue
        if len(symbol.split()) > 1:
            raise InputFileError(path, f"expected one gene symbol, found `{symbol}`", number)
        genes.add(symbol)
    days = said.get("date", [])
    return Panel(
        name=said.get("name", [path.stem])[-1],
        version=said.get("version", [""])[-1],
        genes=frozenset(genes),
        day=date.fromisoformat(days[-1]) if days else None,
        groups=tuple(said.get("group", ())),
    )


def _take_comment(path: Path, number: int, comment: str, said: dict[str, list[str]]) -> None:
    key, colon, value = (part.strip() for part in comment.partition(":"))
    if not colon or key not in _SAID:
        return
    if key == "date":
        try:
            date.fromisoformat(value)
        except ValueError as error:
            problem = f"expected a date such as `2026-01-31`, found `{value}`"
            raise InputFileError(path, problem, number) from error
    said.setdefault(key, []).append(value)


_SAID: Final = frozenset({"name", "version", "date", "group"})
