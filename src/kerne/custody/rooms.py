"""What an erasure does in each room that holds anything of a person, and what it finds there.

The rooms are handed in by the wiring: custody knows of each only what is asked of it here.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pyroaring import BitMap
from sqlalchemy import Connection, Engine

from kerne.custody.erasure import Act
from kerne.custody.events import ErasureStep, Inventory
from kerne.database.engine import empty_log


class Keeper(Protocol):
    """A ledger that holds something of persons in the centre's database."""

    def forget_within(self, connection: Connection, person: str) -> None:
        """Take the person out, in a transaction of the caller's; again changes nothing."""
        ...


class Remembering(Keeper, Protocol):
    """A ledger whose events are a person's record."""

    def last_record(self, person: str) -> datetime | None:
        """Return when something last happened to the person here."""
        ...

    def count_of(self, person: str) -> int:
        """Return how many of what is kept here are the person's."""
        ...


class Answering(Remembering, Protocol):
    """The ledger of cases."""

    def last_answer(self, person: str) -> datetime | None:
        """Return when an answer about the person was last signed."""
        ...

    def signed_of(self, person: str) -> tuple[str, ...]:
        """Return the numbers of the person's cases that were signed."""
        ...


class Keys(Protocol):
    """The vault."""

    def holders(self) -> Mapping[str, bool]:
        """Return who has had a key, and whether it is still there."""
        ...

    def destroy(self, person: str) -> None:
        """Destroy the person's key for good."""
        ...

    def rotate_master(self) -> int:
        """Wrap all keys by a new master key and destroy the old one."""
        ...


class Genomes(Protocol):
    """The genome database."""

    def forget(self, person: str, *, entry: int) -> Sequence[str]:
        """Take every genome of the person out; return the segments that were replaced."""
        ...

    def remove_again(self, genomes: Iterable[tuple[str, int]], *, entry: int) -> int:
        """Take genomes out that were once, by sample and row; return how many there were."""
        ...


class Answers(Protocol):
    """Where signed answers are handed over."""

    def hand_over(self, person: str) -> None:
        """See to it that the person's signed answers stand as files; again changes nothing."""
        ...


class Log(Protocol):
    """The audit."""

    def count_naming(self, person: str) -> int:
        """Return how many entries name the person."""
        ...

    def destroy_personal(self, person: str, ask: int, at: datetime) -> None:
        """Destroy the personal part of the entries that name the person; again changes nothing."""
        ...


@dataclass(frozen=True, slots=True)
class Rooms:
    """Every room that holds something of persons.

    Parameters
    ----------
    engine
        The centre's database, in which `people` and all ledgers lie.
    rows_of
        Returns the genome rows of a person that can be read.
    replicate
        Keeps an erasure, whose proposal was carried out under an entry, apart from backups.
    logs
        The databases whose write-ahead logs hold what was overwritten.
    """

    engine: Engine
    people: Keeper
    consent: Remembering
    orders: Remembering
    cases: Answering
    rows_of: Callable[[str], BitMap]
    genomes: Genomes
    answers: Answers
    keys: Keys
    log: Log
    replicate: Callable[[str, int], None]
    logs: Sequence[Engine]
    clock: Callable[[], datetime]

    def last_answer(self, person: str) -> datetime | None:
        """Return when an answer about `person` was last signed; `None` without one."""
        return self.cases.last_answer(person)

    def last_record(self, person: str) -> datetime | None:
        """Return when anything last happened to `person`; `None` when nothing did."""
        ledgers = (self.consent, self.orders, self.cases)
        times = [at for ledger in ledgers if (at := ledger.last_record(person)) is not None]
        return max(times, default=None)

    def inventory(self, person: str) -> Inventory:
        """Count what there is of `person`."""
        return Inventory(
            genomes=len(self.rows_of(person)),
            orders=self.orders.count_of(person),
            cases=self.cases.count_of(person),
            choices=self.consent.count_of(person),
            accesses=self.log.count_naming(person),
            answers=self.cases.signed_of(person),
        )

    def acts(self) -> Mapping[ErasureStep, Act]:
        """Return what each step does; every one may be done again."""
        return {
            ErasureStep.ANSWERS: self._hand_over,
            ErasureStep.GENOMES: lambda person, entry: self.genomes.forget(person, entry=entry),
            ErasureStep.REPLICA: self.replicate,
            ErasureStep.KEY: lambda person, _entry: self.keys.destroy(person),
            ErasureStep.RECORDS: self._forget,
            ErasureStep.MASTER: lambda _person, _entry: self._rotate(),
            ErasureStep.LOG: self._blank_log,
            ErasureStep.REMNANTS: self._sweep,
        }

    def _hand_over(self, person: str, _entry: int) -> None:
        # Sealed documents of a person whose key is gone cannot be read again: their files stand.
        if self.keys.holders().get(person, True):
            self.answers.hand_over(person)

    def _forget(self, person: str, _entry: int) -> None:
        with self.engine.begin() as connection:
            for keeper in (self.consent, self.orders, self.cases, self.people):
                keeper.forget_within(connection, person)

    def _rotate(self) -> None:
        self.keys.rotate_master()

    def _blank_log(self, person: str, entry: int) -> None:
        self.log.destroy_personal(person, entry, self.clock())

    def _sweep(self, person: str, entry: int) -> None:
        # What another process had under way when the key went is gone with this second pass.
        self.replicate(person, entry)
        self._forget(person, entry)
        for engine in self.logs:
            empty_log(engine)
