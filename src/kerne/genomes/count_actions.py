"""Counting in a centre: among whom, with whom left out, whole or by stratum; each asks the gate.

Who may be counted is settled by choices; who of them is counted, by `people.counted`. Strata single
out parts of those counted, so they are for a project's permit only, and what they say stays in its
workspace until the airlock lets it out.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

from pyroaring import BitMap

from kerne.alleles.allele import Allele
from kerne.alleles.interval import Interval
from kerne.gate.door import Gate
from kerne.gate.grant import Grant
from kerne.genomes.asking.engine import opened_engine
from kerne.genomes.asking.engine_choice import EngineChoice
from kerne.genomes.closed_places import WITHOUT_NAMES, ClosedPlaces, outside
from kerne.genomes.cohorts import Samples, cohort_of
from kerne.genomes.frequencies import Frequencies
from kerne.genomes.keeping.store import GenomeStore
from kerne.genomes.reader import Reader, reader
from kerne.genomes.strata import (
    Strata,
    StratifiedFrequencies,
    check_strata,
    rows_by_sex,
    unite_strata,
)
from kerne.people.asking import Action, Ask, Identity, Purpose, Refusal
from kerne.people.counted import CountedPersons, Relatives, Selection, WhoCounted
from kerne.people.ledger import PeopleLedger

COUNTS = frozenset({Action.COUNT_GENOMES, Action.FIND_CARRIERS})
PERMIT_ONLY = Refusal(("genomes are counted by stratum for a project's permit only",))


class CountActions:
    """The questions of the genome database whose answers are counts."""

    def __init__(
        self, store: GenomeStore, gate: Gate, people: PeopleLedger, closed: ClosedPlaces
    ) -> None:
        self._store = store
        self._gate = gate
        self._people = people
        self._closed = closed
        self._counted = CountedPersons(people)

    @contextmanager
    def counting_with(self, choice: EngineChoice) -> Iterator[None]:
        """Run scans on the engine of one's choice, inside.

        Raises
        ------
        GenomeError
            It cannot be had, or keys would leave this machine unsealed.
        """
        usual = self._store.engine
        with opened_engine(choice, keys_are_secret=True) as engine:
            self._store.engine = engine
            try:
                yield
            finally:
                self._store.engine = usual

    def frequencies(  # noqa: PLR0913  who, why and of what are one question
        self,
        who: Identity,
        purpose: str,
        *,
        region: Interval | None = None,
        alleles: Sequence[Allele] | None = None,
        samples: Samples | None = None,
        project: str | None = None,
        reason: str | None = None,
        without: frozenset[str] = frozenset(),
        relatives: Relatives = Relatives.LEFT_OUT,
    ) -> Frequencies | Refusal:
        """Count alleles among the genomes that may be counted for the purpose now.

        The answer's `counted` says whose genomes they were.

        Parameters
        ----------
        samples
            Count these only; those that may not be counted are left out. Choosing who is counted
            can single one out, so it is asked for like a search for carriers, and the clinic gets
            no line about a place whose secondary findings are closed to one of them.
        without
            Persons to leave out: a patient and the family, when others are the evidence.
        relatives
            What becomes of relatives; samples that are named are all counted.
        """

        def work(grant: Grant) -> Frequencies:
            opened = reader(grant, self._store)
            selection = self._select(grant, opened, samples, without, relatives)
            found = opened.frequencies(selection.rows, region, alleles)
            found = replace(found, counted=selection.who)
            if samples is None or purpose in WITHOUT_NAMES:
                return found
            persons = set(self._people.persons_of_rows(selection.rows).values())
            return outside(found, self._closed.closed_to(persons))

        # INVARIANT: whoever chooses who is counted looks at single persons; only the clinic may
        # leave a patient's family out of what is evidence about them.
        chosen = samples is not None or (without and purpose != Purpose.TREATMENT_OF_ANOTHER)
        action = Action.FIND_CARRIERS if chosen else Action.COUNT_GENOMES
        about = f"allele frequencies of {_words(region, alleles)}"
        ask = Ask(who, purpose, action, (), project, reason, about)
        return self._gate.answer(ask, work)

    def frequencies_by(  # noqa: PLR0913  who, why and of what are one question
        self,
        who: Identity,
        purpose: str,
        strata: Strata,
        *,
        region: Interval | None = None,
        samples: Samples | None = None,
        project: str | None = None,
        reason: str | None = None,
        relatives: Relatives = Relatives.LEFT_OUT,
    ) -> StratifiedFrequencies | Refusal:
        """Count alleles as `frequencies` does, and among parts of those counted.

        Raises
        ------
        GenomeError
            A stratum cannot be named so, or two have one name.
        """
        check_strata(strata.named)

        def work(grant: Grant) -> StratifiedFrequencies | Refusal:
            if project is None or purpose not in WITHOUT_NAMES:
                return PERMIT_ONLY
            opened = reader(grant, self._store)
            selection = self._select(grant, opened, samples, frozenset(), relatives)
            whole = replace(opened.frequencies(selection.rows, region), counted=selection.who)
            parts = self._parts(opened, selection.rows, strata)
            return StratifiedFrequencies(
                whole,
                {
                    name: replace(opened.frequencies(rows, region), counted=WhoCounted(len(rows)))
                    for name, rows in parts.items()
                },
            )

        about = f"allele frequencies of {_words(region, None)} by stratum"
        ask = Ask(who, purpose, Action.FIND_CARRIERS, (), project, reason, about)
        return self._gate.answer(ask, work)

    def _parts(self, opened: Reader, rows: BitMap, strata: Strata) -> dict[str, BitMap]:
        seen = opened.rows()
        parts = unite_strata(
            rows_by_sex(opened.karyotypes()) if strata.by_sex else {},
            self._people.rows_by_region(rows) if strata.by_region else {},
            {name: _rows_in(seen, samples) for name, samples in strata.named.items()},
        )
        return {name: part & rows for name, part in parts.items()}

    def _select(
        self,
        grant: Grant,
        opened: Reader,
        samples: Samples | None,
        without: frozenset[str],
        relatives: Relatives,
    ) -> Selection:
        seen = opened.row_ids() if samples is None else _rows_in(opened.rows(), samples)
        rows = seen - self._rows_of(without)
        if samples is not None:
            return Selection(rows, WhoCounted(len(rows)))
        population = grant.genomes(COUNTS, self._store.clock())
        return self._counted.select(rows, population.epoch.rows, relatives)

    def _rows_of(self, persons: frozenset[str]) -> BitMap:
        rows = BitMap()
        for person in persons:
            rows |= self._people.rows_of(person)
        return rows


def _rows_in(seen: Mapping[str, int], samples: Samples | None) -> BitMap:
    if samples is None:
        return BitMap(seen.values())
    chosen = cohort_of(samples)
    return BitMap(row for sample, row in seen.items() if sample in chosen)


def _words(region: Interval | None, alleles: Sequence[Allele] | None) -> str:
    if alleles is not None:
        return f"{len(alleles)} allele{'' if len(alleles) == 1 else 's'}"
    return "the whole genome" if region is None else str(region)
