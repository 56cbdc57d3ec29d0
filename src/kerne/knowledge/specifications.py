"""Specifications of ClinGen's expert panels, gene by gene, as a dated table of our own.

Tab-separated, one rule a line under `gene specification rule value source`:

| rule | value |
|---|---|
| `PM2`, `BS1`, `BA1` | a frequency: at most (PM2), at least |
| `BS2` | a number of people |
| `PP3`, `BP4` | a score of REVEL: at least, at most |
| any criterion | `used`, or `unused` for one that does not apply to the gene |
| `PM1`, `BP1` | regions: codons, 1-based, with the strength there: `90-94,123-130 moderate` |
| `PM1` | `open`: met elsewhere too, by knowledge that is not in the table |

A line `# date: 2026-01-31` at the top dates the release. A gene may stand there under several
editions of its specification, in their order: the last one holds.

References
----------
ClinGen Criteria Specification Registry, https://cspec.genome.network.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Final

from kerne.errors import InputFileError
from kerne.knowledge.specification import Region, Specification
from kerne.knowledge.text import open_text

COLUMNS: Final = ("gene", "specification", "rule", "value", "source")
LIMITS: Final = frozenset({"PM2", "BS1", "BA1", "BS2", "PP3", "BP4"})
RULES: Final = re.compile(r"PVS1|PS[1-4]|PM[1-6]|PP[1-4]|BA1|BS[1-4]|BP[1-57]")
STRENGTHS: Final = frozenset({"supporting", "moderate", "strong"})
USED: Final = "used"
UNUSED: Final = "unused"
OPEN: Final = "open"
WITH_REGIONS: Final = frozenset({"PM1", "BP1"})

_DATE: Final = re.compile(r"# date: (\d{4}-\d{2}-\d{2})$")
_REGIONS: Final = re.compile(r"(\d+(?:-\d+)?(?:,\d+(?:-\d+)?)*) (\w+)$")
_NONE: Final = Specification()


class Specifications:
    """The specifications of one release, by gene.

    Parameters
    ----------
    editions
        By symbol, the one that holds last.
    """

    def __init__(
        self,
        editions: Mapping[str, Iterable[Specification]] | None = None,
        release: str = "",
    ) -> None:
        self._editions = {gene: tuple(each) for gene, each in (editions or {}).items()}
        self.release = release

    def __len__(self) -> int:
        return len(self._editions)

    def of(self, symbol: str) -> Specification:
        """Give the specification that holds for a gene; one without rules when there is none."""
        return next(reversed(self.editions(symbol)), _NONE)

    def editions(self, symbol: str) -> tuple[Specification, ...]:
        """Give all editions for a gene, the one that holds last."""
        return self._editions.get(symbol, ())


def read_specifications(path: Path, release: str = "") -> Specifications:
    """Read a table of specifications.

    Raises
    ------
    InputFileError
        The header differs, or a line is malformed: a rule that there is not, or a value that the
        rule does not take.
    """
    editions: dict[str, dict[str, Specification]] = {}
    for row in _rows(path):
        of_gene = editions.setdefault(row.gene, {})
        label = f"{row.specification} ({row.source})"
        before = of_gene.get(row.specification, Specification(label))
        of_gene[row.specification] = _ruled(before, row, path)
    return Specifications({gene: each.values() for gene, each in editions.items()}, release)


def date_of_specifications(path: Path) -> date | None:
    """Give the date that a table states; `None` when it states none."""
    with open_text(path) as file:
        for line in file:
            if not line.startswith("#"):
                return None
            found = _DATE.match(line.rstrip("\n"))
            if found:
                return date.fromisoformat(found[1])
    return None


@dataclass(frozen=True, slots=True)
class _Row:
    """One line of the table; `number` is 1-based."""

    gene: str
    specification: str
    rule: str
    value: str
    source: str
    number: int


def _rows(path: Path) -> Iterator[_Row]:
    has_header = False
    with open_text(path) as file:
        for number, line in enumerate(file, start=1):
            fields = tuple(line.rstrip("\n").split("\t"))
            if line.startswith("#"):
                continue
            if not has_header:
                has_header = fields == COLUMNS
                if not has_header:
                    raise InputFileError(path, f"expected the header `{' '.join(COLUMNS)}`", number)
                continue
            if len(fields) != len(COLUMNS) or not all(fields):
                problem = f"expected {len(COLUMNS)} columns and none empty, found `{len(fields)}`"
                raise InputFileError(path, problem, number)
            gene, specification, rule, value, source = fields
            yield _Row(gene, specification, rule, value, source, number)
    if not has_header:
        raise InputFileError(path, f"expected the header `{' '.join(COLUMNS)}`")


def _ruled(before: Specification, row: _Row, path: Path) -> Specification:
    """Add one rule to a specification."""
    if not RULES.fullmatch(row.rule):
        problem = f"unknown rule `{row.rule}`, expected a criterion such as `PM2`"
        raise InputFileError(path, problem, row.number)
    if row.value == USED:
        return replace(before, used=before.used | {row.rule})
    if row.value == UNUSED:
        return replace(before, unused=before.unused | {row.rule})
    if row.rule in WITH_REGIONS and row.value == OPEN:
        return replace(before, open_beyond=before.open_beyond | {row.rule})
    if row.rule in WITH_REGIONS:
        return replace(before, regions=(*before.regions, *_regions(row, path)))
    if row.rule in LIMITS:
        return replace(before, limits={**before.limits, row.rule: _limit(row, path)})
    problem = f"`{row.rule}` with `{row.value}`, expected `{USED}` or `{UNUSED}`"
    raise InputFileError(path, problem, row.number)


def _limit(row: _Row, path: Path) -> float:
    try:
        limit = float(row.value)
    except ValueError:
        limit = -1.0
    if not 0 <= limit < float("inf"):
        problem = f"`{row.rule}` with `{row.value}`, expected a number of 0 or more"
        raise InputFileError(path, problem, row.number)
    return limit


def _regions(row: _Row, path: Path) -> Iterator[Region]:
    found = _REGIONS.match(row.value)
    if found is None or found[2] not in STRENGTHS:
        wanted = "expected codons and a strength, as `90-94,97 moderate`"
        problem = f"`{row.rule}` with `{row.value}`, {wanted}"
        raise InputFileError(path, problem, row.number)
    for part in found[1].split(","):
        first, _, last = part.partition("-")
        region = Region(int(first), int(last or first), found[2], row.rule)
        if not 1 <= region.first <= region.last:
            problem = f"`{row.rule}` with codons `{part}`, expected 1 or more, ascending"
            raise InputFileError(path, problem, row.number)
        yield region
