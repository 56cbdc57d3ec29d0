"""Which genome rows a question may draw on, for everyone at once and always of one epoch.

Each row stands in the bitmap of its owner's profile of choices at their age. Each distinct profile
is put to the law once, and the bitmaps of those that it lets through are united. What was computed
is brought up to a newer epoch by reading who changed since, and made anew when the day has changed.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import astuple, dataclass, field
from datetime import date
from functools import lru_cache
from threading import Lock
from typing import Protocol

from pyroaring import BitMap
from sqlalchemy import Connection, Engine, Table, func, select

from kerne.consent.choices import Profile
from kerne.consent.events import Capacity, ResearchLevel
from kerne.consent.law import AgedProfile, GenomeLaw
from kerne.database.commits import ReadOnce
from kerne.database.engine import in_batches, reading
from kerne.people.asking import Epoch, Population, Purpose
from kerne.people.person import age_years
from kerne.people.sample import CountableRow, RowSnapshot


class Rows(Protocol):
    """What consent must know of genome rows; `people.ledger.PeopleLedger` knows it."""

    def rows_epoch(self) -> int:
        """Return the number of the newest change to rows."""
        ...

    def row_snapshot(self, since: int = 0) -> RowSnapshot:
        """Return the rows to count, of whoever changed after the epoch `since`."""
        ...


@dataclass(slots=True)
class _Computed:
    """Rows by profile at one epoch, and the unions asked for so far."""

    epoch: Epoch
    rows: dict[str, CountableRow] = field(default_factory=dict)
    profiles: dict[str, Profile] = field(default_factory=dict)
    by_profile: dict[AgedProfile, BitMap] = field(default_factory=lambda: defaultdict(BitMap))
    unions: dict[tuple[Purpose, ResearchLevel], BitMap] = field(default_factory=dict)


class Populations:
    """Rows by profile, brought up to the epoch of each question.

    Parameters
    ----------
    engine
        The database of choices.
    events, profiles
        Its tables: the history of choices, and the profile that each person's choices add up to.
    rows
        The register of genome rows.
    law
        The country's.
    """

    def __init__(
        self, engine: Engine, events: Table, profiles: Table, rows: Rows, law: GenomeLaw
    ) -> None:
        self._engine = engine
        self._events = events
        self._profiles = profiles
        self._rows = rows
        self._law = law
        self._choices = ReadOnce(engine, self._newest)
        self._lock = Lock()
        self._computed: _Computed | None = None

    def epoch(self, today: date) -> Epoch:
        """Return the epoch that the databases are at."""
        return Epoch(self._choices.value(), self._rows.rows_epoch(), today.isoformat())

    def population(self, purpose: Purpose, level: ResearchLevel, today: date) -> Population:
        """Return the rows that may be drawn on now, one a person, with their epoch."""
        with self._lock:
            computed = self._at(self.epoch(today), today)
            rows = computed.unions.get((purpose, level))
            if rows is None:
                rows = computed.unions[purpose, level] = self._united(computed, purpose, level)
            return Population(BitMap(rows), computed.epoch)

    def forget(self) -> None:
        """Forget what was computed: the next question starts from the databases."""
        with self._lock:
            self._computed = None

    def _united(self, computed: _Computed, purpose: Purpose, level: ResearchLevel) -> BitMap:
        profiles = list(computed.by_profile)
        allowed = self._law.may_draw_on(profiles, purpose, level)
        return BitMap.union(
            BitMap(),
            *(
                computed.by_profile[profile]
                for profile, is_allowed in zip(profiles, allowed, strict=True)
                if is_allowed
            ),
        )

    def _at(self, epoch: Epoch, today: date) -> _Computed:
        """Return rows by profile for `epoch` or, if things move meanwhile, a newer one."""
        computed = self._computed
        # INVARIANT: what was computed is used only when its epoch is the one just read.
        if computed is not None and computed.epoch == epoch:
            return computed
        if computed is None or computed.epoch.day != epoch.day:
            computed = _Computed(Epoch(0, 0, epoch.day))
        # A fault in the middle leaves nothing half-moved behind.
        self._computed = None
        self._bring_up(computed, today)
        self._computed = computed
        return computed

    def _bring_up(self, computed: _Computed, today: date) -> None:
        snapshot = self._rows.row_snapshot(computed.epoch.rows)
        # INVARIANT: who changed, their profiles and the newest number are of one transaction.
        with reading(self._engine).connect() as connection:
            choices = self._newest(connection)
            changed = self._changed_since(connection, computed.epoch.choices)
        moved = snapshot.persons | changed.keys()
        self._take_out(computed, moved, today)
        for person in snapshot.persons:
            computed.rows.pop(person, None)
        computed.rows |= {each.person: each for each in snapshot.rows}
        computed.profiles |= changed
        self._put_in(computed, moved, today)
        computed.unions.clear()
        computed.epoch = Epoch(choices, snapshot.epoch, computed.epoch.day)

    def _take_out(self, computed: _Computed, persons: Iterable[str], today: date) -> None:
        for person in persons:
            row = computed.rows.get(person)
            if row is not None:
                profile = self._aged(computed, row, today)
                computed.by_profile[profile].discard(row.row)
                if not computed.by_profile[profile]:
                    del computed.by_profile[profile]

    def _put_in(self, computed: _Computed, persons: Iterable[str], today: date) -> None:
        gathered: dict[AgedProfile, list[int]] = defaultdict(list)
        for person in persons:
            row = computed.rows.get(person)
            if row is not None:
                gathered[self._aged(computed, row, today)].append(row.row)
        for profile, rows in gathered.items():
            computed.by_profile[profile].update(rows)

    def _aged(self, computed: _Computed, row: CountableRow, today: date) -> AgedProfile:
        profile = computed.profiles.get(row.person, _SILENT)
        age = age_years(row.born, today)
        return AgedProfile(
            profile, max((each for each in self._law.ages if each <= age), default=0)
        )

    def _newest(self, connection: Connection) -> int:
        return connection.execute(select(func.max(self._events.c.number))).scalar() or 0

    def _changed_since(self, connection: Connection, number: int) -> dict[str, Profile]:
        """Return the profiles of whoever's choices have changed after event `number`."""
        table = self._profiles
        if number == 0:
            found = connection.execute(select(table.c.person, table.c.profile))
            return {person: profile_of(text) for person, text in found}
        changed = select(self._events.c.stream).where(self._events.c.number > number).distinct()
        persons = connection.execute(changed).scalars().all()
        return self._profiles_of(connection, persons)

    def _profiles_of(self, connection: Connection, persons: Collection[str]) -> dict[str, Profile]:
        table = self._profiles
        profiles: dict[str, Profile] = {}
        for batch in in_batches(list(persons)):
            query = select(table.c.person, table.c.profile).where(table.c.person.in_(batch))
            profiles |= {person: profile_of(text) for person, text in connection.execute(query)}
        return profiles


_SILENT = Profile()


def text_of(profile: Profile) -> str:
    """Return a profile as the table of profiles holds it."""
    return json.dumps(astuple(profile))


@lru_cache(maxsize=4096)
def profile_of(text: str | None) -> Profile:
    """Return the profile written as `text`; the one of who never said anything when absent."""
    if text is None:
        return _SILENT
    consent, limited, floor, ceiling, by = json.loads(text)
    return Profile(consent, limited, floor, ceiling, None if by is None else Capacity(by))
