"""What people do with the National Genome Database: each asks the gate, and works under its grant.

In a centre a sample has a number, not a name, and whose it is stands in the people ledger. The
store and that ledger are two files and not one transaction: rows that an interrupted `add` left
in the store alone belong to nobody, are in no population, and are registered by `recover`; rows
that an interrupted `remove` retired are in no population either, and `recover` takes them out.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pyroaring import BitMap

from kerne.alleles.allele import Allele
from kerne.alleles.interval import Interval, Intervals
from kerne.errors import GenomeError
from kerne.gate.door import Gate
from kerne.gate.grant import Grant
from kerne.genomes.check_actions import CheckActions
from kerne.genomes.closed_places import WITHOUT_NAMES, ClosedPlaces, NothingClosed
from kerne.genomes.count_actions import CountActions
from kerne.genomes.exporting.own_copy import OwnCopy, check_own_copy_place, write_own_copy
from kerne.genomes.genotypes import AddedGenome, Carrier, GenotypedAllele, StoreStatistics
from kerne.genomes.keeping.compaction import Rewritten
from kerne.genomes.keeping.store import GenomeStore
from kerne.genomes.keeping.tending import Tending
from kerne.genomes.keeping.verifying import Unlike, verify
from kerne.genomes.memory import HotStatistics
from kerne.genomes.reader import Reader, reader
from kerne.genomes.reading.chunks import samples_in
from kerne.genomes.reading.intake import GenomeFile
from kerne.genomes.watching import Watch, unwatched
from kerne.people.asking import Action, Ask, Identity, Refusal
from kerne.people.ledger import PeopleLedger
from kerne.people.sample import GenomeOrigin, GenomeRow


@dataclass(frozen=True, slots=True)
class PersonalGenome:
    """One genome as its person's doctors read it.

    Parameters
    ----------
    callable
        `None` when declared whole.
    structural
        Its structural records, each a line of VCF; `None` when it was added before they were kept.
    """

    sample: str
    row: int
    variants: Sequence[GenotypedAllele]
    callable: Intervals | None
    structural: tuple[str, ...] | None = ()


def kept_nowhere(_person: str, _sample: str, _row: int) -> None:
    """Keep a removal in no other place."""


class Genomes(CountActions, CheckActions):
    """The actions of the genome database, over the parts that the centre joins.

    Parameters
    ----------
    keep_removal
        Keeps apart from backups that a person's sample, in a row, is about to be removed.
    """

    def __init__(
        self,
        store: GenomeStore,
        gate: Gate,
        people: PeopleLedger,
        closed: ClosedPlaces | None = None,
        keep_removal: Callable[[str, str, int], None] = kept_nowhere,
    ) -> None:
        self._keep_removal = keep_removal
        CountActions.__init__(self, store, gate, people, closed or NothingClosed())
        CheckActions.__init__(self, store, gate, people)

    def add(
        self,
        who: Identity,
        purpose: str,
        files: Sequence[GenomeFile],
        *,
        project: str | None = None,
        reason: str | None = None,
        watch: Watch = unwatched,
    ) -> list[AddedGenome] | Refusal:
        """Add the genomes of every file, all or none.

        Parameters
        ----------
        watch
            Told now and then how many bytes of the files were read since it was last told.

        Raises
        ------
        InputFileError
            A file is malformed, truncated or of another assembly.
        PersonError
            A sample is assigned to nobody.
        GenomeError
            A sample is in the database already.
        """
        samples = [
            sample for file in files for sample in samples_in(file.path, self._store.assembly)
        ]
        persons = {sample: self._people.person_of_sample(sample) for sample in samples}

        def work(grant: Grant) -> list[AddedGenome]:
            self.recover()
            added = self._store.add(files, entry=grant.entry, watch=watch)
            self._people.register_rows(
                GenomeRow(genome.row, genome.sample, persons[genome.sample]) for genome in added
            )
            return added

        about = f"{len(samples)} new genome{'s' if len(samples) > 1 else ''}"
        ask = Ask(who, purpose, Action.ADD_GENOME, tuple(persons.values()), project, reason, about)
        return self._gate.answer(ask, work)

    def recover(self) -> int:
        """Carry on an interrupted `add` or `remove`; return how many rows it was about.

        Rows that nobody registered are registered, and retired ones leave the store.
        """
        rows = self._store.rows()
        retired = self._people.retired(BitMap(rows.values()))
        for sample, row in rows.items():
            if row in retired:
                self._take_out(sample, None)
        return self._register_missing(rows) + len(retired)

    def _register_missing(self, rows: Mapping[str, int]) -> int:
        known = self._people.persons_of_rows(BitMap(rows.values()))
        missing = [
            GenomeRow(row, sample, self._people.person_of_sample(sample))
            for sample, row in rows.items()
            if row not in known
        ]
        if missing:
            self._people.register_rows(missing)
        return len(missing)

    def _take_out(self, sample: str, entry: int | None) -> None:
        """Remove a sample from the store, unless another process that carries on was faster."""
        try:
            self._store.remove(sample, entry=entry)
        except GenomeError:
            if sample in self._store.rows():
                raise

    def memory(self) -> HotStatistics:
        """Return what this process keeps decoded in memory; it tells of nobody."""
        return self._store.memory()

    def tending(self) -> Tending:
        """Return what merges segments behind whoever adds; it shows nobody's data."""
        return Tending(lambda: self._store)

    def has_entry(self, entry: int) -> bool:
        """Say whether the database was changed under the audit entry `entry`."""
        return self._store.has_entry(entry)

    def remove(
        self, who: Identity, purpose: str, sample: str, *, reason: str | None = None
    ) -> int | Refusal:
        """Take a genome out of the database for good; return the row that it had.

        Raises
        ------
        PersonError
            The sample is assigned to nobody.
        GenomeError
            The database has no such sample.
        """
        person = self._people.person_of_sample(sample)

        def work(grant: Grant) -> int:
            row = self._store.rows().get(sample)
            if row is None:
                raise GenomeError(f"no sample `{sample}` in the genome database")
            # Out of every population first: interrupted here, it is gone for all who count.
            self.recover()
            self._keep_removal(person, sample, row)
            self._people.retire_row(row, entry=grant.entry, at=self._store.clock())
            self._take_out(sample, grant.entry)
            return row

        about = f"removal of sample {sample}"
        ask = Ask(who, purpose, Action.REMOVE_GENOME, (person,), None, reason, about)
        return self._gate.answer(ask, work)

    def remove_again(self, genomes: Iterable[tuple[str, int]], *, entry: int) -> int:
        """Take genomes out that a restore brought back; return how many there were.

        Parameters
        ----------
        genomes
            Sample and row; one that is there in another row was added again since.
        """
        held = self._store.rows()
        back = [(sample, row) for sample, row in genomes if held.get(sample) == row]
        for sample, row in back:
            self._people.retire_row(row)
            self._take_out(sample, entry)
        return len(back)

    def forget(self, person: str, *, entry: int) -> list[str]:
        """Take every genome of `person` out of the database: a step of an erasure that was granted.

        Returns the segments that were written anew without it, and are no more.

        To do it again changes nothing. Out of every population first: cut off in between, the
        genomes are gone for all who count.
        """
        self.recover()
        for row in self._people.rows_of(person):
            self._people.retire_row(row)
        held = self._store.rows()
        for sample in self._people.samples_of(person):
            if sample in held:
                self._store.remove(sample, entry=entry)
        # What held the person is rewritten, and its keys are destroyed.
        done = self._store.compact(forgotten=True)
        return [name for each in done for name in each.sources]

    def compact(self, *, forgotten: bool = False) -> list[Rewritten]:
        """Make few segments of many; an operator's care for the disk, which shows nobody's data.

        Parameters
        ----------
        forgotten
            Rewrite those that hold genomes which were removed, too.
        """
        return self._store.compact(forgotten=forgotten)

    def verify(self) -> list[Unlike]:
        """Return where the two orientations of the database do not agree; shows nobody's data.

        Raises
        ------
        DamagedStoreError
            A file does not open.
        """
        return list(verify(self._store.snapshot()))

    def carriers(
        self,
        who: Identity,
        purpose: str,
        allele: Allele,
        *,
        project: str | None = None,
        reason: str | None = None,
        without: frozenset[str] = frozenset(),
    ) -> list[Carrier] | Refusal:
        """Find who carries an allele, among the genomes that may be searched for the purpose.

        The clinic does not find those to whom secondary findings at that place are closed.
        """

        def work(grant: Grant) -> list[Carrier]:
            opened = reader(grant, self._store)
            rows = opened.row_ids()
            found = opened.carriers(allele, rows - self._rows_of(without))
            return found if purpose in WITHOUT_NAMES else self._open_to(found, allele)

        about = f"carriers of one allele on {allele.contig}"
        ask = Ask(who, purpose, Action.FIND_CARRIERS, (), project, reason, about)
        return self._gate.answer(ask, work)

    def first_seen(
        self,
        who: Identity,
        purpose: str,
        alleles: Sequence[Allele],
        *,
        project: str | None = None,
        reason: str | None = None,
    ) -> list[datetime | None] | Refusal:
        """Find when the first genome was added that carries each allele, as `carriers` finds it."""

        def work(grant: Grant) -> list[datetime | None]:
            opened = reader(grant, self._store)
            if purpose in WITHOUT_NAMES:
                return opened.first_seen(alleles)
            return [self._first_open(opened, allele) for allele in alleles]

        about = f"when {len(alleles)} allele{'' if len(alleles) == 1 else 's'} were first seen"
        ask = Ask(who, purpose, Action.FIND_CARRIERS, (), project, reason, about)
        return self._gate.answer(ask, work)

    def variants_of(
        self,
        who: Identity,
        purpose: str,
        person: str,
        *,
        reason: str | None = None,
        action: Action = Action.READ_GENOME,
    ) -> PersonalGenome | Refusal:
        """Read the newest genome of one person, whole: of germline origin, if there is one.

        Parameters
        ----------
        action
            `READ_GENOME`, or `INTERPRET` when a case is what it is read for.

        Raises
        ------
        GenomeError
            The database has no genome of the person.
        """
        ask = Ask(who, purpose, action, (person,), None, reason, "the whole genome")
        return self._gate.answer(ask, lambda grant: self._newest(grant, person))

    def download(self, who: Identity, purpose: str, person: str, path: Path) -> OwnCopy | Refusal:
        """Write a person's own genome as files, unfiltered: nothing is closed in it.

        Parameters
        ----------
        path
            Of the VCF, ending in `.vcf.gz`; the BED of where it is callable stands beside it.

        Raises
        ------
        GenomeError
            The database has no genome of the person, or the files cannot be written: a file that
            is there is not replaced.
        """
        check_own_copy_place(path)
        about = "an unfiltered copy of the whole genome"
        ask = Ask(who, purpose, Action.DOWNLOAD_GENOME, (person,), about=about)
        found = self._gate.answer(ask, lambda grant: self._newest(grant, person))
        if isinstance(found, Refusal):
            return found
        return write_own_copy(
            path,
            found.sample,
            self._store.assembly,
            found.variants,
            found.callable,
            found.structural,
        )

    def stats(
        self,
        who: Identity,
        purpose: str,
        *,
        project: str | None = None,
        reason: str | None = None,
    ) -> StoreStatistics | Refusal:
        """Return the database in numbers, as far as it may be counted for the purpose now."""

        def work(grant: Grant) -> StoreStatistics:
            return reader(grant, self._store).stats()

        about = "size of the genome database"
        ask = Ask(who, purpose, Action.COUNT_GENOMES, (), project, reason, about)
        return self._gate.answer(ask, work)

    def _open_to(self, carriers: Sequence[Carrier], allele: Allele) -> list[Carrier]:
        place = Interval(allele.contig, allele.position, allele.end)
        if not self._closed.listed().covers(place):
            return list(carriers)
        persons = self._people.persons_of_rows(BitMap(each.row for each in carriers))
        return [
            each
            for each in carriers
            if not self._closed.closed_to({persons[each.row]}).covers(place)
        ]

    def _first_open(self, opened: Reader, allele: Allele) -> datetime | None:
        carriers = self._open_to(opened.carriers(allele), allele)
        return opened.first_seen([allele], BitMap(each.row for each in carriers))[0]

    def _newest(self, grant: Grant, person: str) -> PersonalGenome:
        opened = reader(grant, self._store)
        rows = {row: sample for sample, row in opened.rows().items()}
        if not rows:
            raise GenomeError(f"the database has no genome of `{person}`")
        row = next(iter(rows)) if len(rows) == 1 else self._germline_first(rows, person)
        variants = opened.variants_of(row)
        callable_in, structural = opened.callable_of(row), opened.structural_of(row)
        return PersonalGenome(rows[row], row, variants, callable_in, structural)

    def _germline_first(self, rows: Mapping[int, str], person: str) -> int:
        """Return the newest row; one of a tumour or of a donor's cells only where no other is."""
        origins = self._people.origins_of(person)
        return max(rows, key=lambda row: (origins.get(rows[row]) is GenomeOrigin.GERMLINE, row))
