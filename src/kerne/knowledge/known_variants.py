"""Variants that ClinVar classes, by place and gene: what else is known at a codon, or near one."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from kerne.alleles.allele import Allele
from kerne.alleles.interval import Interval
from kerne.knowledge.allele_facts import ClinVarRecord
from kerne.knowledge.clinvar_records import records_of
from kerne.knowledge.variant_table.fields import MISSING
from kerne.knowledge.variant_table.table import VariantTable


@dataclass(frozen=True, slots=True)
class KnownVariant:
    """A classified variant."""

    allele: Allele
    record: ClinVarRecord


class KnownVariants:
    """The classified variants of one release.

    Parameters
    ----------
    release
        Its name; empty when no release is at hand, and nothing is then found.
    """

    def __init__(self, variants: Iterable[KnownVariant] = (), release: str = "") -> None:
        self._variants = tuple(sorted(variants, key=lambda each: each.allele))
        self.release = release

    def within(self, interval: Interval) -> tuple[KnownVariant, ...]:
        """Give those whose replaced bases share one with `interval`, by place."""
        return tuple(
            each
            for each in self._variants
            if each.allele.contig == interval.contig
            and each.allele.position < interval.end
            and each.allele.end > interval.start
        )

    def of_gene(self, symbol: str) -> tuple[KnownVariant, ...]:
        """Give those that ClinVar files under a gene, by place."""
        return tuple(each for each in self._variants if each.record.gene == symbol)


class KnownInTable(KnownVariants):
    """The same, read from a table when they are asked for."""

    def __init__(self, table: VariantTable, release: str) -> None:
        super().__init__((), release)
        self._table = table

    def within(self, interval: Interval) -> tuple[KnownVariant, ...]:
        """Give those whose replaced bases share one with `interval`, by place."""
        return self._of(self._table.overlapping(interval))

    def of_gene(self, symbol: str) -> tuple[KnownVariant, ...]:
        """Give those that ClinVar files under a gene, by place."""
        # The empty text is the gene of records that are filed under none.
        number = self._table.number_of_text(symbol) if symbol else MISSING
        rows, genes = self._by_gene
        first, last = np.searchsorted(genes, [number, number + 1])
        return tuple(sorted(self._of(rows[first:last]), key=lambda each: each.allele))

    @cached_property
    def _by_gene(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Rows in the order of the numbers of their genes, and these numbers."""
        genes = self._table.whole("gene", np.arange(len(self._table)))
        rows = np.argsort(genes, kind="stable")
        return rows, genes[rows]

    def _of(self, rows: NDArray[np.int64]) -> tuple[KnownVariant, ...]:
        pairs = zip(rows.tolist(), records_of(self._table, rows), strict=True)
        return tuple(KnownVariant(self._table.allele(row), record) for row, record in pairs)
