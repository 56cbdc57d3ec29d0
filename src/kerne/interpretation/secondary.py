"""Secondary findings: which variants a person's choice closes.

A variant is secondary when its gene is on the versioned list beside this module and the gene does
not fit the clinical question. A closed variant appears nowhere but in a count.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from types import MappingProxyType


class SecondaryChoice(StrEnum):
    """Which secondary findings a person wants to be told."""

    ALL = "all"
    ACTIONABLE = "actionable"
    NONE = "none"


class FindingKind(StrEnum):
    """Whether something can be done about a finding in a gene."""

    ACTIONABLE = "actionable"
    NOT_ACTIONABLE = "not actionable"


CLOSED_KINDS: Mapping[SecondaryChoice, frozenset[FindingKind]] = MappingProxyType(
    {
        SecondaryChoice.ALL: frozenset(),
        SecondaryChoice.ACTIONABLE: frozenset({FindingKind.NOT_ACTIONABLE}),
        SecondaryChoice.NONE: frozenset(FindingKind),
    }
)


@dataclass(frozen=True, slots=True)
class SecondaryList:
    """The list of genes whose variants are secondary unless they fit the question."""

    version: str
    kinds: Mapping[str, FindingKind]

    def is_closed(self, gene: str, choice: SecondaryChoice, *, fits: bool) -> bool:
        """Say whether a variant of `gene` stays closed.

        Parameters
        ----------
        fits
            Whether the gene fits the phenotype or is on the panel of the clinical question.
        """
        kind = self.kinds.get(gene)
        # INVARIANT: a gene that fits the question is never closed, one off the list neither.
        return kind is not None and not fits and kind in CLOSED_KINDS[choice]


@cache
def secondary_list() -> SecondaryList:
    """Read the list that comes with the program."""
    text = files("kerne.interpretation").joinpath("secondary_findings.tsv").read_text("utf-8")
    head, _, *rows = text.splitlines()
    kinds = (row.split("\t")[:2] for row in rows)
    return SecondaryList(
        version=head.split("\t")[1],
        kinds=MappingProxyType({symbol: FindingKind(kind) for symbol, kind in kinds}),
    )
