"""The two entrances to the National Genome Database.

`reader` wants a grant and sees the rows of the grant's population only. `open_freestanding` needs
none, and refuses a centre's store. Either way an answer comes from one snapshot of the store.

An allele is listed when a genome that may be seen carries it; in a free-standing store, where
everything may be seen, when a file mentions it. `rows` then narrows who is counted, not what is
listed: an allele that none of them carries stays with AC 0, as in `bcftools view -S`.
"""

from collections.abc import Sequence
from contextlib import closing
from enum import StrEnum
from pathlib import Path
from typing import Final

import numpy as np
from pyroaring import BitMap

from kerne.alleles.allele import Allele
from kerne.alleles.interval import Interval, Intervals
from kerne.alleles.normalise import left_align, trim
from kerne.alleles.sequence import ReferenceSequence
from kerne.errors import GateError
from kerne.gate.grant import Grant
from kerne.genomes import questions
from kerne.genomes.complement import Karyotype, complement_of_copies
from kerne.genomes.frequencies import Frequencies
from kerne.genomes.genotypes import Carrier, GenotypedAllele, StoreStatistics
from kerne.genomes.manifest import Keeper
from kerne.genomes.questions import Asked
from kerne.genomes.store import GenomeStore
from kerne.people.asking import Action


class Question(StrEnum):
    """Kinds of question, by what an answer tells of single people."""

    COUNT = "count"
    CARRIERS = "carriers"
    GENOME = "genome"


ACTIONS: Final = {
    Question.COUNT: frozenset(
        {
            Action.COUNT_GENOMES,
            Action.ASK_QUESTION,
            Action.FIND_CARRIERS,
            Action.FIND_DUPLICATES,
        }
    ),
    Question.CARRIERS: frozenset({Action.FIND_CARRIERS, Action.FIND_DUPLICATES}),
    Question.GENOME: frozenset(
        {
            Action.READ_GENOME,
            Action.INTERPRET,
            Action.DOWNLOAD_GENOME,
            Action.READ_IDENTITY_CHECK,
        }
    ),
}
"""The actions whose grants cover each kind of question."""


def reader(grant: Grant, store: GenomeStore) -> "Reader":
    """Open a store for what `grant` allows, on the rows of its population only.

    Raises
    ------
    GateError
        The grant covers no question about genomes, or has expired.
    """
    every = frozenset[Action]().union(*ACTIONS.values())
    population = grant.genomes(every, store.clock())
    return Reader(store, population.rows, grant)


def open_freestanding(path: Path) -> "Reader":
    """Open a store that no centre keeps: there are no people behind it, and no grant is needed.

    Raises
    ------
    GateError
        A centre keeps the store.
    GenomeError
        There is no store.
    """
    store = GenomeStore(path)
    if store.manifest.kept_by is Keeper.CENTRE:
        raise GateError(f"`{path}` is kept by a centre: ask there, with `--home`")
    return Reader(store, None, None)


class Reader:
    """Answers from one snapshot of a store; made by `reader` or `open_freestanding`.

    Every question raises `GateError` when the grant does not cover it, or has expired.
    """

    def __init__(self, store: GenomeStore, visible: BitMap | None, grant: Grant | None) -> None:
        self._store = store
        self._visible = visible
        self._grant = grant
        self._snapshot = store.snapshot()

    def frequencies(
        self,
        rows: BitMap | None = None,
        region: Interval | None = None,
        alleles: Sequence[Allele] | None = None,
    ) -> Frequencies:
        """Count alleles among `rows`, or among everyone who may be seen.

        Parameters
        ----------
        region
            List alleles whose reference bases overlap it.
        alleles
            Count these instead, in this order; one that nobody carries has AC 0 and the AN of its
            place.
        """
        self._allow(Question.COUNT)
        asked = self._listed(region) if alleles is None else self._named(alleles)
        return questions.count(self._snapshot, self._masks(rows), asked)

    def carriers(self, allele: Allele, rows: BitMap | None = None) -> list[Carrier]:
        """Find the genomes that carry `allele`, by row."""
        self._allow(Question.CARRIERS)
        return questions.find_carriers(self._snapshot, self._masks(rows), self._normal([allele])[0])

    def alleles_by_row(self, region: Interval) -> dict[int, int]:
        """Return how many alternative alleles each row carries in `region`, if any.

        For a workspace that must know on how many genomes a number rests; names no sample.
        """
        self._allow(Question.COUNT)
        return questions.alleles_by_row(self._snapshot, self._masks(None), region)

    def variants_of(self, row: int) -> list[GenotypedAllele]:
        """Return every allele that one genome carries, weak calls included, in order.

        Raises
        ------
        GateError
            The row is none of those that the grant opens.
        GenomeError
            There is no such row.
        """
        self._open_genome(row)
        return questions.variants_of(self._snapshot, row)

    def callable_of(self, row: int) -> Intervals | None:
        """Return where one genome is callable; `None` when it is declared whole.

        Raises
        ------
        GateError
            The row is none of those that the grant opens.
        GenomeError
            There is no such row.
        """
        self._open_genome(row)
        return questions.callable_of(self._snapshot, row)

    def rows(self) -> dict[str, int]:
        """Return the row of each sample that may be seen."""
        rows = self._snapshot.rows()
        if self._visible is None:
            return rows
        return {sample: row for sample, row in rows.items() if row in self._visible}

    def karyotypes(self) -> dict[int, Karyotype]:
        """Return the measured sex chromosomes of each row that may be seen, for counts by sex."""
        self._allow(Question.COUNT)
        visible = set(self.rows().values())
        return {
            int(row): complement_of_copies(int(x_copies), int(y_copies)).karyotype
            for segment in self._snapshot.segments
            for row, x_copies, y_copies in zip(
                segment.rows.ids, segment.rows.x_copies, segment.rows.y_copies, strict=True
            )
            if int(row) in visible
        }

    def stats(self) -> StoreStatistics:
        """Return the store in numbers, as far as it may be seen."""
        self._allow(Question.COUNT)
        manifest, masks = self._snapshot.manifest, self._masks(None)
        pairs = list(zip(self._snapshot.segments, masks, strict=True))
        return StoreStatistics(
            assembly=manifest.assembly,
            normal_form=manifest.normal_form,
            min_gq=manifest.min_gq,
            min_dp=manifest.min_dp,
            genomes=sum(int(mask.sum()) for mask in masks),
            declared_whole=sum(int(segment.rows.whole[mask].sum()) for segment, mask in pairs),
            alleles=len(self._listed(None).site),
            calls=sum(int(mask[segment.calls.row].sum()) for segment, mask in pairs),
            segments=len(pairs),
        )

    def _allow(self, question: Question) -> None:
        if self._grant is not None:
            self._grant.require(ACTIONS[question], self._store.clock())

    def _open_genome(self, row: int) -> None:
        self._allow(Question.GENOME)
        if self._visible is not None and row not in self._visible:
            raise GateError(f"the grant does not open row `{row}`")

    def _masks(self, rows: BitMap | None) -> questions.Masks:
        # INVARIANT: nothing outside the population is ever counted, whatever `rows` says.
        if self._visible is not None:
            rows = self._visible if rows is None else self._visible & rows
        return questions.masks_of(self._snapshot, rows)

    def _listed(self, region: Interval | None) -> Asked:
        snapshot = self._snapshot
        wanted = np.ones(len(snapshot.united.sites), dtype=np.bool_)
        if self._visible is not None:
            wanted = questions.carried_sites(snapshot, self._masks(None))
        if region is not None:
            wanted &= questions.overlapping_sites(snapshot, region)
        return questions.asked_sites(snapshot, wanted)

    def _named(self, alleles: Sequence[Allele]) -> Asked:
        return questions.asked_alleles(self._snapshot, self._normal(alleles))

    def _normal(self, alleles: Sequence[Allele]) -> list[Allele]:
        """Bring alleles into the store's normal form."""
        trimmed = [
            Allele(each.contig, *trim(each.position, each.reference, each.alternative))
            for each in alleles
        ]
        reference = self._snapshot.manifest.reference
        if reference is None or all(map(self._is_normal, trimmed)):
            return trimmed
        with closing(ReferenceSequence(reference.place(self._store.path))) as sequence:
            return [left_align(allele, sequence) for allele in trimmed]

    def _is_normal(self, allele: Allele) -> bool:
        """Say of a trimmed allele whether it cannot be shifted, or is held as it is."""
        return allele.is_snv or int(questions.asked_alleles(self._snapshot, [allele]).site[0]) >= 0
