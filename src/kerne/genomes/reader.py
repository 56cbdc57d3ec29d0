"""The two entrances to the National Genome Database.

`reader` wants a grant and sees the rows of the grant's population only. `open_freestanding` needs
none, and refuses a centre's store. Either way an answer comes from one snapshot of the store.

An allele is listed when a genome that may be seen carries it; in a free-standing store, where
everything may be seen, when a file mentions it. `rows` then narrows who is counted, not what is
listed: an allele that none of them carries stays with AC 0, as in `bcftools view -S`.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Final

import numpy as np
from pyroaring import BitMap

from kerne.alleles.allele import Allele
from kerne.alleles.assembly import Assembly
from kerne.alleles.interval import Interval, Intervals
from kerne.alleles.normalise import left_align, trim
from kerne.alleles.sequence import ReferenceSequence
from kerne.errors import GateError
from kerne.gate.grant import Grant
from kerne.genomes.asking import matrix, personal, questions
from kerne.genomes.asking.matrix import GenotypeBlock
from kerne.genomes.asking.personal import Carrying, PersonalCalls, Variants
from kerne.genomes.asking.scan import Engine
from kerne.genomes.complement import Karyotype, complement_of_copies
from kerne.genomes.disk.elsewhere import is_elsewhere
from kerne.genomes.disk.manifest import Keeper
from kerne.genomes.frequencies import Frequencies, joined_frequencies
from kerne.genomes.genotypes import Carrier, StoreStatistics
from kerne.genomes.keeping.readable import ReadableStore
from kerne.genomes.keeping.store import GenomeStore
from kerne.genomes.publishing.published_store import PublishedStore
from kerne.genomes.segments.counting import Chosen
from kerne.genomes.segments.rows import as_marks
from kerne.people.asking import Action


class Question(StrEnum):
    """Kinds of question, by what an answer tells of single people."""

    COUNT = "count"
    CARRIERS = "carriers"
    GENOME = "genome"
    MATRIX = "matrix"


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
    # Genotypes of many, side by side: for who may search single genomes, and nobody else.
    Question.MATRIX: frozenset({Action.FIND_CARRIERS}),
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


def open_freestanding(place: Path | str, engine: Engine | None = None) -> "Reader":
    """Open a store that no centre keeps: there are no people behind it, and no grant is needed.

    Parameters
    ----------
    place
        Its directory, or the address that it was published to, such as `s3://bucket/store`.
    engine
        Runs the scans; threads of this process unless given.

    Raises
    ------
    GateError
        A centre keeps the store.
    GenomeError
        There is no store.
    """
    store: ReadableStore
    if isinstance(place, str) and is_elsewhere(place):
        store = PublishedStore(place)
    else:
        store = GenomeStore(Path(place))
    if engine is not None:
        store.engine = engine
    return freestanding_reader(store, place)


def freestanding_reader(store: ReadableStore, place: Path | str) -> "Reader":
    """Return a reader of a store that is open; `GateError` when a centre keeps it."""
    if store.manifest.kept_by is Keeper.CENTRE:
        raise GateError(f"`{place}` is kept by a centre: ask there, with `--home`")
    return Reader(store, None, None)


class Reader:
    """Answers from one snapshot of a store; made by `reader` or `open_freestanding`.

    Every question raises `GateError` when the grant does not cover it, or has expired.
    """

    def __init__(self, store: ReadableStore, visible: BitMap | None, grant: Grant | None) -> None:
        self._store = store
        self._visible = visible
        self._grant = grant
        self._snapshot = store.snapshot()

    @property
    def assembly(self) -> Assembly:
        """The assembly of all coordinates."""
        return self._snapshot.assembly

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
        if alleles is None:
            return joined_frequencies(
                self._snapshot.names, list(self.each_frequencies(rows, region))
            )
        self._allow(Question.COUNT)
        return questions.count_named(self._snapshot, self._chosen(rows), self._normal(alleles))

    def each_frequencies(
        self, rows: BitMap | None = None, region: Interval | None = None
    ) -> Iterator[Frequencies]:
        """Count as `frequencies` does, a part of the genome at a time, in order."""
        self._allow(Question.COUNT)
        counted = self._chosen(rows)
        shown = None
        if self._visible is not None:
            is_all = rows is None or rows == self._visible
            shown = counted if is_all else self._chosen(None)
        choice = questions.Choice(counted, shown)
        return questions.count_listed(self._snapshot, choice, region, self._store.engine)

    def blocks(
        self, region: Interval | None = None, rows: BitMap | None = None
    ) -> Iterator[GenotypeBlock]:
        """Yield the genotypes of `rows`, or of everyone who may be seen, at every listed allele.

        In order of the genome; sample by sample in order of their rows.
        """
        self._allow(Question.MATRIX)
        shown = None if self._visible is None else self._chosen(None)
        choice = matrix.Choice(self._chosen(rows), shown)
        return matrix.genotype_blocks(self._snapshot, choice, region, self._store.engine)

    def carriers(self, allele: Allele, rows: BitMap | None = None) -> list[Carrier]:
        """Find the genomes that carry `allele`, by row."""
        self._allow(Question.CARRIERS)
        named = self._normal([allele])[0]
        return personal.find_carriers(self._snapshot, self._chosen(rows), named)

    def carrying(self, allele: Allele, rows: BitMap | None = None) -> Carrying:
        """Find the rows that carry `allele`, as arrays."""
        self._allow(Question.CARRIERS)
        named = self._normal([allele])[0]
        return personal.carrying(self._snapshot, self._chosen(rows), named)

    def first_seen(
        self, alleles: Sequence[Allele], rows: BitMap | None = None
    ) -> list[datetime | None]:
        """Return when the first genome that carries each allele was added, in UTC; `None`: never.

        Of the genomes that are there: who was removed was never there.
        """
        self._allow(Question.CARRIERS)
        first = personal.first_rows(self._snapshot, self._chosen(rows), self._normal(alleles))
        return [None if row < 0 else self._added(row) for row in first.tolist()]

    def alleles_by_row(self, region: Interval) -> dict[int, int]:
        """Return how many alternative alleles each row carries in `region`, if any.

        For a workspace that must know on how many genomes a number rests; names no sample.
        """
        self._allow(Question.COUNT)
        return personal.alleles_by_row(self._snapshot, self._chosen(None), region)

    def variants_of(self, row: int) -> Variants:
        """Return every allele that one genome carries, weak calls included, in order.

        Raises
        ------
        GateError
            The row is none of those that the grant opens.
        GenomeError
            There is no such row.
        """
        self._open_genome(row)
        return personal.variants_of(self._snapshot, row)

    def calls_of(self, row: int, region: Interval | None = None) -> PersonalCalls:
        """Return what `variants_of` does, as arrays, in `region` only when it is given.

        Raises
        ------
        GateError
            The row is none of those that the grant opens.
        GenomeError
            There is no such row.
        """
        self._open_genome(row)
        return personal.calls_of(self._snapshot, row, region)

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
        return personal.callable_of(self._snapshot, row)

    def structural_of(self, row: int) -> tuple[str, ...] | None:
        """Return the structural records of one genome, each a line of VCF, in order.

        As its file had them, whatever their filter. `None` when none were kept at the time when it
        was added.

        Raises
        ------
        GateError
            The row is none of those that the grant opens.
        GenomeError
            There is no such row.
        """
        self._open_genome(row)
        return personal.structural_of(self._snapshot, row)

    def rows(self) -> dict[str, int]:
        """Return the row of each sample that may be seen."""
        if self._visible is None:
            return self._snapshot.rows()
        samples = self._snapshot.samples
        return {samples[row]: row for row in self._visible & self._snapshot.row_ids}

    def row_ids(self) -> BitMap:
        """Return the rows that may be seen."""
        every = self._snapshot.row_ids
        return BitMap(every) if self._visible is None else self._visible & every

    def karyotypes(self) -> dict[int, Karyotype]:
        """Return the measured sex chromosomes of each row that may be seen, for counts by sex."""
        self._allow(Question.COUNT)
        found: dict[int, Karyotype] = {}
        for each in self._chosen(None):
            marks = as_marks(each.bits, len(each.rows))
            for at in np.flatnonzero(marks).tolist():
                copies = int(each.rows.x_copies[at]), int(each.rows.y_copies[at])
                found[int(each.rows.ids[at])] = complement_of_copies(*copies).karyotype
        return found

    def stats(self) -> StoreStatistics:
        """Return the store in numbers, as far as it may be seen."""
        self._allow(Question.COUNT)
        manifest, chosen = self._snapshot.manifest, self._chosen(None)
        marks = [as_marks(each.bits, len(each.rows)) for each in chosen]
        return StoreStatistics(
            assembly=manifest.assembly,
            normal_form=manifest.normal_form,
            min_gq=manifest.min_gq,
            min_dp=manifest.min_dp,
            genomes=sum(int(mask.sum()) for mask in marks),
            declared_whole=sum(
                int(each.rows.whole[mask].sum()) for each, mask in zip(chosen, marks, strict=True)
            ),
            alleles=sum(len(each) for each in self.each_frequencies()),
            calls=personal.calls_stored(self._snapshot, marks),
            segments=len(marks),
        )

    def _added(self, row: int) -> datetime:
        segment, at = self._snapshot.genome_at(row)
        return datetime.fromtimestamp(int(segment.rows.added[at]), UTC)

    def _allow(self, question: Question) -> None:
        if self._grant is not None:
            self._grant.require(ACTIONS[question], self._store.clock())

    def _open_genome(self, row: int) -> None:
        self._allow(Question.GENOME)
        if self._visible is not None and row not in self._visible:
            raise GateError(f"the grant does not open row `{row}`")

    def _chosen(self, rows: BitMap | None) -> Sequence[Chosen]:
        # INVARIANT: nothing outside the population is ever counted, whatever `rows` says.
        if self._visible is not None:
            rows = self._visible if rows is None else self._visible & rows
        return self._snapshot.chosen(rows)

    def _normal(self, alleles: Sequence[Allele]) -> list[Allele]:
        """Bring alleles into the store's normal form."""
        trimmed = [
            Allele(each.contig, *trim(each.position, each.reference, each.alternative))
            for each in alleles
        ]
        if self._snapshot.manifest.reference is None or all(map(self._is_normal, trimmed)):
            return trimmed
        place = self._store.reference_place()
        if place is None:
            return trimmed
        with closing(ReferenceSequence(place)) as sequence:
            return [left_align(allele, sequence) for allele in trimmed]

    def _is_normal(self, allele: Allele) -> bool:
        """Say of a trimmed allele whether it cannot be shifted, or is held as it is."""
        return allele.is_snv or personal.is_held(self._snapshot, allele)
