"""All that the releases at hand say about alleles, asked at once."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from kerne.alleles.allele import Allele
from kerne.knowledge.allele_facts import (
    NOTHING_KNOWN,
    AlleleFacts,
    ClinVarRecord,
    PublishedFrequency,
)
from kerne.knowledge.clinvar_records import records_of
from kerne.knowledge.frequencies import PublishedFrequencies
from kerne.knowledge.variant_table.table import VariantTable

T = TypeVar("T")


class AlleleLibrary:
    """Joins releases of frequencies, scores and classifications.

    Parameters
    ----------
    frequencies
        In order: an allele's is that of the first that lists it; `None` for one not at hand.
    scores
        Tables by the name of the score, which is that of its field.
    clinvar
        `None` when no release is at hand.
    """

    def __init__(
        self,
        *frequencies: PublishedFrequencies | None,
        scores: Mapping[str, VariantTable] | None = None,
        clinvar: VariantTable | None = None,
    ) -> None:
        self._frequencies = tuple(each for each in frequencies if each is not None)
        self._scores = dict(scores or {})
        self._clinvar = clinvar

    def look_up(self, alleles: Sequence[Allele]) -> Sequence[AlleleFacts]:
        """Say what is known of each allele, in their order; of a symbolic one nothing is."""
        if any(each.is_symbolic for each in alleles):
            told = iter(self.look_up([each for each in alleles if not each.is_symbolic]))
            return [NOTHING_KNOWN if each.is_symbolic else next(told) for each in alleles]
        if not (self._frequencies or self._scores or self._clinvar):
            return [NOTHING_KNOWN] * len(alleles)
        surveyed = {contig: self._surveys(contig) for contig in {each.contig for each in alleles}}
        scores = {name: self._score(name, alleles) for name in ("revel", "alphamissense", "splice")}
        rows = zip(
            alleles,
            self._published(alleles),
            *scores.values(),
            self._classed(alleles),
            strict=True,
        )
        return [AlleleFacts(fact, surveyed[each.contig], *rest) for each, fact, *rest in rows]

    def _surveys(self, contig: str) -> bool:
        return any(each.lists_contig(contig) for each in self._frequencies)

    def _published(self, alleles: Sequence[Allele]) -> list[PublishedFrequency | None]:
        found: list[PublishedFrequency | None] = [None] * len(alleles)
        for release in reversed(self._frequencies):
            ours = release.look_up(alleles)
            found = [new or old for new, old in zip(ours, found, strict=True)]
        return found

    def _score(self, name: str, alleles: Sequence[Allele]) -> list[float | None]:
        table = self._scores.get(name)
        return _stated(table, alleles, lambda table, rows: table.number(name, rows).tolist())

    def _classed(self, alleles: Sequence[Allele]) -> list[ClinVarRecord | None]:
        return _stated(self._clinvar, alleles, records_of)


def _stated(
    table: VariantTable | None,
    alleles: Sequence[Allele],
    read: Callable[[VariantTable, NDArray[np.int64]], list[T]],
) -> list[T | None]:
    """Give what a table states of each allele; `None` where it does not list it."""
    found: list[T | None] = [None] * len(alleles)
    if table is not None:
        rows = table.find(alleles)
        listed = np.flatnonzero(rows >= 0)
        for number, value in zip(listed.tolist(), read(table, rows[listed]), strict=True):
            found[number] = value
    return found
