"""Whose genome may be read beside a patient's: who lets the treatment of another draw on it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Protocol

from pyroaring import BitMap

from kerne.consent.events import ResearchLevel
from kerne.people.asking import Population, Purpose


class Populations(Protocol):
    """Where choices add up to populations."""

    def population(self, purpose: Purpose, level: ResearchLevel | None, today: date) -> Population:
        """Return the rows that may be counted for `purpose` now."""
        ...


class GenomeRows(Protocol):
    """Where the rows of persons are."""

    def rows_of(self, person: str) -> BitMap:
        """Return the rows of the person's genomes."""
        ...


@dataclass(frozen=True, slots=True)
class KinByChoice:
    """Kin as their own choices let a relative's treatment draw on their genomes.

    To read a parent's genome for a child is the treatment of another: whoever is in the tissue-use
    register, or has withdrawn, is not read.

    Parameters
    ----------
    clock
        Returns the present moment, in UTC.
    zone
        Of the country, in whose days choices hold.
    """

    choices: Populations
    people: GenomeRows
    clock: Callable[[], datetime]
    zone: tzinfo

    def may_help(self, person: str) -> bool:
        """Say whether the treatment of another may draw on the person's genome now."""
        today = self.clock().astimezone(self.zone).date()
        allowed = self.choices.population(Purpose.TREATMENT_OF_ANOTHER, None, today).rows
        return bool(allowed & self.people.rows_of(person))
