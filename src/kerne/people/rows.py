"""Samples and genome rows in the register of people: which person each belongs to.

The epoch of rows is the number of the newest change to them. It only grows, and moves in the
transaction that makes the change, whichever process that is.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Final

from pyroaring import BitMap
from sqlalchemy import Connection, Engine, Select, bindparam, case, func, insert, select, update

from kerne.database.commits import ReadOnce
from kerne.database.engine import reading
from kerne.errors import PersonError
from kerne.people.sample import BesideRow, CountableRow, GenomeOrigin, GenomeRow, RowSnapshot
from kerne.people.tables import (
    GENOME_ROW,
    NO_ROW,
    PERSON,
    ROW_CHANGE,
    SAMPLE,
    check_never_erased,
    check_registered,
    found_rows,
    record_change,
)

ROWS = 2**32
"""Rows are positions in roaring bitmaps: 32 bits."""

_ROWS_OF: Final = select(GENOME_ROW.c.row).where(
    GENOME_ROW.c.person == bindparam("person"), GENOME_ROW.c.retired == 0
)


class RowRegister:
    """The part of the register that knows samples and rows; see `people.ledger.PeopleLedger`."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._newest_change = ReadOnce(engine, _epoch)

    def assign_sample(
        self, sample: str, person: str, origin: GenomeOrigin = GenomeOrigin.GERMLINE
    ) -> None:
        """Say whose sample `sample` is; saying the same again changes nothing.

        Raises
        ------
        PersonError
            The person is not registered, or the sample is another person's.
        """
        self.assign_samples({sample: person}, origin)

    def assign_samples(
        self,
        persons: Mapping[str, str],
        origin: GenomeOrigin = GenomeOrigin.GERMLINE,
        *,
        entry: int | None = None,
        at: datetime | None = None,
    ) -> None:
        """Say of many samples whose each is (person by sample), all or none.

        Raises
        ------
        PersonError
            A person is not registered, or a sample is another person's or of another origin.
        """
        with self.engine.begin() as connection:
            known = {row.sample: row for row in found_rows(connection, SAMPLE.c.sample, persons)}
            for sample, person in persons.items():
                found = known.get(sample)
                if found is not None and (found.person, found.origin) != (person, origin.value):
                    raise PersonError(f"sample `{sample}` was assigned otherwise before")
            new = [
                {"sample": sample, "person": person, "origin": origin.value}
                for sample, person in persons.items()
                if sample not in known
            ]
            check_never_erased(connection, [value["sample"] for value in new])
            check_registered(connection, {value["person"] for value in new})
            if new:
                connection.execute(insert(SAMPLE), new)
            record_change(connection, "samples assigned", entry, at)

    def person_of_sample(self, sample: str) -> str:
        """Return the number of the person whose sample it is.

        Raises
        ------
        PersonError
            The sample was assigned to nobody.
        """
        query = select(SAMPLE.c.person).where(SAMPLE.c.sample == sample)
        with reading(self.engine).connect() as connection:
            person = connection.execute(query).scalar()
        if person is None:
            raise PersonError(f"sample `{sample}` was assigned to nobody")
        return str(person)

    def samples_of(self, person: str) -> tuple[str, ...]:
        """Return the samples of `person`, by name."""
        query = select(SAMPLE.c.sample).where(SAMPLE.c.person == person).order_by(SAMPLE.c.sample)
        with reading(self.engine).connect() as connection:
            return tuple(connection.execute(query).scalars())

    def register_row(self, row: int, sample: str, person: str) -> None:
        """Say that row `row` holds the genome of `sample`; see `register_rows`."""
        self.register_rows([GenomeRow(row, sample, person)])

    def register_rows(self, rows: Iterable[GenomeRow]) -> None:
        """Say whose genome each row holds, all or none; saying the same again changes nothing.

        Raises
        ------
        PersonError
            A sample is not its person's, a row holds something else or was retired, or a row is
            not a number of 32 bits.
        """
        wanted = list(rows)
        with self.engine.begin() as connection:
            samples = found_rows(connection, SAMPLE.c.sample, {genome.sample for genome in wanted})
            owners = {found.sample: found.person for found in samples}
            known = {
                found.row: (GenomeRow(found.row, found.sample, found.person), found.retired)
                for found in found_rows(connection, GENOME_ROW.c.row, {each.row for each in wanted})
            }
            for genome in wanted:
                if known.get(genome.row) == (genome, 0):
                    continue
                _check_new_row(genome, owners, is_taken=genome.row in known)
                known[genome.row] = (genome, 0)
                values = {"row": genome.row, "sample": genome.sample, "person": genome.person}
                connection.execute(insert(GENOME_ROW).values(**values, retired=0))
                connection.execute(insert(ROW_CHANGE).values(row=genome.row, change="registered"))

    def retire_row(self, row: int, *, entry: int | None = None, at: datetime | None = None) -> None:
        """Take `row` out of all counting for good; a retired row may be retired again.

        Raises
        ------
        PersonError
            There is no such row.
        """
        with self.engine.begin() as connection:
            query = select(GENOME_ROW.c.retired).where(GENOME_ROW.c.row == row)
            retired = connection.execute(query).scalar()
            if retired is None:
                raise PersonError(f"row `{row}` is not registered")
            if retired:
                return
            connection.execute(update(GENOME_ROW).where(GENOME_ROW.c.row == row).values(retired=1))
            connection.execute(insert(ROW_CHANGE).values(row=row, change="retired"))
            record_change(connection, "row retired", entry, at)

    def retired(self, rows: BitMap) -> BitMap:
        """Return which of `rows` are retired."""
        return rows & self._bitmap(select(GENOME_ROW.c.row).where(GENOME_ROW.c.retired == 1))

    def rows_of(self, person: str) -> BitMap:
        """Return the rows of `person` that can be read: of every origin, none of them retired."""
        return self._bitmap(_ROWS_OF, person=person)

    def rows_ever_of(self, person: str) -> BitMap:
        """Return every row that ever held a genome of `person`: what old accesses may name."""
        return self._bitmap(select(GENOME_ROW.c.row).where(GENOME_ROW.c.person == person))

    def genomes_of(self, person: str) -> tuple[GenomeRow, ...]:
        """Return the rows of `person` that can be read, oldest first, with their samples."""
        query = (
            select(GENOME_ROW.c.row, GENOME_ROW.c.sample, GENOME_ROW.c.person)
            .where(GENOME_ROW.c.person == person, GENOME_ROW.c.retired == 0)
            .order_by(GENOME_ROW.c.row)
        )
        with reading(self.engine).connect() as connection:
            return tuple(GenomeRow(*found) for found in connection.execute(query))

    def origins_of(self, person: str) -> dict[str, GenomeOrigin]:
        """Return the origin of each sample of `person`."""
        query = select(SAMPLE.c.sample, SAMPLE.c.origin).where(SAMPLE.c.person == person)
        with reading(self.engine).connect() as connection:
            found = connection.execute(query).all()
        return {sample: GenomeOrigin(origin) for sample, origin in found}

    def persons_of_rows(self, rows: BitMap) -> dict[int, str]:
        """Return the person of each row in `rows`, retired ones included."""
        with reading(self.engine).connect() as connection:
            found = connection.execute(select(GENOME_ROW.c.row, GENOME_ROW.c.person))
            return {row: person for row, person in found if row in rows}

    def rows_by_region(self, rows: BitMap) -> dict[str, BitMap]:
        """Return `rows` by the region in which their persons live, regions by name."""
        query = (
            select(GENOME_ROW.c.row, PERSON.c.region)
            .join(PERSON, PERSON.c.number == GENOME_ROW.c.person)
            .order_by(PERSON.c.region)
        )
        regions: dict[str, BitMap] = {}
        with reading(self.engine).connect() as connection:
            for row, region in connection.execute(query):
                if row in rows:
                    regions.setdefault(region, BitMap()).add(row)
        return regions

    def current_rows(self) -> list[tuple[int, str]]:
        """Return the rows to count, with their persons: the newest germline row of each person."""
        return [(each.row, each.person) for each in self.row_snapshot().rows]

    def rows_epoch(self) -> int:
        """Return the number of the newest change to rows, 0 when there was none."""
        return self._newest_change.value()

    def kin_changed(self, since: int) -> bool:
        """Say whether kin changed after the epoch `since`."""
        changed = (
            select(ROW_CHANGE.c.number)
            .where(ROW_CHANGE.c.number > since, ROW_CHANGE.c.row == NO_ROW)
            .limit(1)
        )
        with reading(self.engine).connect() as connection:
            return connection.execute(changed).first() is not None

    def beside_rows(self) -> dict[int, BesideRow]:
        """Return what other genomes the persons of countable rows have, where there are any."""
        germline = SAMPLE.c.origin == GenomeOrigin.GERMLINE.value
        newest = func.max(case((germline, GENOME_ROW.c.row)))
        query = (
            select(newest, func.count(case((germline, 1))), func.count())
            .join(SAMPLE, SAMPLE.c.sample == GENOME_ROW.c.sample)
            .where(GENOME_ROW.c.retired == 0)
            .group_by(GENOME_ROW.c.person)
            .having(func.count() > 1)
        )
        with reading(self.engine).connect() as connection:
            found = connection.execute(query).all()
        return {
            row: BesideRow(of_germline - 1, genomes - of_germline)
            for row, of_germline, genomes in found
            if row is not None
        }

    def row_snapshot(self, since: int = 0) -> RowSnapshot:
        """Return the rows to count together with the epoch that they belong to.

        Parameters
        ----------
        since
            Tell only of persons of whom a row changed after this epoch; 0 tells of everyone.
        """
        countable = (
            select(func.max(GENOME_ROW.c.row), GENOME_ROW.c.person, PERSON.c.born)
            .join(SAMPLE, SAMPLE.c.sample == GENOME_ROW.c.sample)
            .join(PERSON, PERSON.c.number == GENOME_ROW.c.person)
            .where(GENOME_ROW.c.retired == 0, SAMPLE.c.origin == GenomeOrigin.GERMLINE.value)
            .group_by(GENOME_ROW.c.person)
        )
        concerned = select(GENOME_ROW.c.person).distinct()
        if since:
            changed = select(ROW_CHANGE.c.row).where(ROW_CHANGE.c.number > since)
            concerned = concerned.where(GENOME_ROW.c.row.in_(changed))
            countable = countable.where(GENOME_ROW.c.person.in_(concerned))
        # INVARIANT: all questions are put in one transaction, so the rows are those of the epoch.
        with reading(self.engine).connect() as connection:
            epoch = _epoch(connection)
            persons = frozenset(connection.execute(concerned).scalars())
            rows = sorted(tuple(found) for found in connection.execute(countable))
        return RowSnapshot(
            epoch,
            tuple(
                CountableRow(row, person, date.fromisoformat(born)) for row, person, born in rows
            ),
            persons,
        )

    def _bitmap(self, query: Select[int], **given: str) -> BitMap:
        with reading(self.engine).connect() as connection:
            return BitMap(connection.execute(query, given).scalars().all())


def _epoch(connection: Connection) -> int:
    return connection.execute(select(func.max(ROW_CHANGE.c.number))).scalar() or 0


def _check_new_row(genome: GenomeRow, owners: Mapping[str, str], *, is_taken: bool) -> None:
    if not 0 <= genome.row < ROWS:
        raise PersonError(f"row `{genome.row}` is not a number of 32 bits")
    if is_taken:
        raise PersonError(f"row `{genome.row}` was used before: a row is never used again")
    if owners.get(genome.sample) != genome.person:
        raise PersonError(f"sample `{genome.sample}` is not assigned to `{genome.person}`")
