"""Secondary findings: which genes they are in, of what class, and what may be shown of them now.

A variant is secondary when its gene is on the versioned list beside this module and the gene does
not fit the clinical question. Which classes of findings are open for a person, and which genes a
geneticist has re-labelled as primary, comes in as a value: science knows no choice and no law.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import product
from types import MappingProxyType
from typing import Final

from kerne.alleles.allele import Allele

_YES_OR_NO: Final = {"yes": True, "no": False}


@dataclass(frozen=True, slots=True)
class FindingClass:
    """What the findings in a gene mean to whoever carries one.

    Parameters
    ----------
    actionable
        Something can be done about the disease.
    adult_onset
        The disease begins in adult life and nothing is done about it in childhood.
    """

    actionable: bool
    adult_onset: bool


FINDING_CLASSES: Final = frozenset(
    FindingClass(actionable, adult_onset)
    for actionable, adult_onset in product((True, False), repeat=2)
)


@dataclass(frozen=True, slots=True)
class SecondaryList:
    """The genes whose variants are secondary unless they fit the question, each with its class."""

    version: str
    classes: Mapping[str, FindingClass]

    @property
    def number(self) -> str:
        """The version without what is said about it."""
        return self.version.split(" ")[0]


@dataclass(frozen=True, slots=True)
class Disclosure:
    """What may be shown of one person's secondary findings now.

    Parameters
    ----------
    open_classes
        Classes of findings that are open to this person.
    relabelled
        Symbols of genes that a geneticist has re-labelled as primary in this case.
    """

    open_classes: frozenset[FindingClass]
    relabelled: frozenset[str] = frozenset()

    def shows(self, listed: Mapping[str, FindingClass]) -> bool:
        """Say whether what is secondary because of these genes may be shown.

        One closed gene closes it: a variant that lies in two is not shown under the other.
        """
        return all(
            symbol in self.relabelled or each in self.open_classes
            for symbol, each in listed.items()
        )

    @property
    def words(self) -> str:
        """Which findings are open, in words that do not depend on whether there are any."""
        named = sorted(_CLASS_WORDS[each] for each in self.open_classes)
        return ", ".join(named) or "none"


_CLASS_WORDS: Final[Mapping[FindingClass, str]] = {
    FindingClass(actionable=True, adult_onset=False): "can be acted on, from childhood",
    FindingClass(actionable=True, adult_onset=True): "can be acted on, in adults",
    FindingClass(actionable=False, adult_onset=False): "cannot be acted on, from childhood",
    FindingClass(actionable=False, adult_onset=True): "cannot be acted on, in adults",
}

EVERYTHING_OPEN: Final = Disclosure(FINDING_CLASSES)


def secondary_genes(
    alleles: Mapping[str, Collection[Allele]], classes: Mapping[str, FindingClass]
) -> dict[str, dict[str, FindingClass]]:
    """Give for each gene that is secondary the genes of the list that make it so.

    Parameters
    ----------
    alleles
        By symbol of a gene that does not fit the question: the alleles in it.
    classes
        The list.

    Returns
    -------
    A gene of the list is there because of itself. One off the list that shares an allele with it
    is there too, for under its name the allele would show.
    """
    of_list = {symbol: classes[symbol] for symbol in alleles if symbol in classes}
    listed = {
        symbol: {
            other: each
            for other, each in of_list.items()
            if other == symbol or not set(inside).isdisjoint(alleles[other])
        }
        for symbol, inside in alleles.items()
    }
    return {symbol: because for symbol, because in listed.items() if because}


@cache
def secondary_list() -> SecondaryList:
    """Read the list that comes with the program."""
    text = files("kerne.interpretation").joinpath("secondary_findings.tsv").read_text("utf-8")
    head, _, *rows = text.splitlines()
    columns = (row.split("\t") for row in rows)
    return SecondaryList(
        version=head.split("\t")[1],
        classes=MappingProxyType(
            {
                symbol: FindingClass(kind == "actionable", _YES_OR_NO[adult_onset])
                for symbol, kind, adult_onset, _, _ in columns
            }
        ),
    )
