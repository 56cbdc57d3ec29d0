"""Cohorts of samples and expressions over them: `cases & ~(women | relatives)`.

A cohort is a list of names, or everyone but such a list: with that, `&`, `|` and `~` of cohorts are
cohorts again, and nobody needs to know who else is in a store.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from kerne.errors import GenomeError

_TOKEN: Final = re.compile(r"\s*([&|~()]|[^\s&|~()]+)")


@dataclass(frozen=True, slots=True)
class Cohort:
    """The samples in `names`, or, `inverted`, all the others."""

    names: frozenset[str]
    inverted: bool = False

    def __contains__(self, sample: str) -> bool:
        return (sample in self.names) is not self.inverted

    def __invert__(self) -> "Cohort":
        """Return everyone who is not in it."""
        return Cohort(self.names, not self.inverted)

    def __and__(self, other: "Cohort") -> "Cohort":
        """Return who is in both."""
        match self.inverted, other.inverted:
            case False, False:
                return Cohort(self.names & other.names)
            case False, True:
                return Cohort(self.names - other.names)
            case True, False:
                return Cohort(other.names - self.names)
            case _:
                return Cohort(self.names | other.names, inverted=True)

    def __or__(self, other: "Cohort") -> "Cohort":
        """Return who is in one of them."""
        return ~(~self & ~other)


Samples = Collection[str] | Cohort
"""Some samples, by name."""


def cohort_of(samples: Samples) -> Cohort:
    """Return the cohort of some samples, in which a name is found at once."""
    return samples if isinstance(samples, Cohort) else Cohort(frozenset(samples))


def parse_cohort(expression: str, cohorts: Mapping[str, Collection[str]]) -> Cohort:
    """Read an expression: names of cohorts, `&` (and), `|` (or), `~` (not), parentheses.

    `~` binds before `&`, and `&` before `|`.

    Raises
    ------
    GenomeError
        It is malformed, or names a cohort that is not there.

    Examples
    --------
    >>> parse_cohort("cases & ~women", {"cases": ["S1", "S2"], "women": ["S2"]}).names
    frozenset({'S1'})
    """
    reading = _Reading(expression, cohorts)
    found = reading.either()
    if reading.token is not None:
        raise reading.error("expected `&`, `|` or the end")
    return found


class _Reading:
    """One pass over the words of an expression; each method reads what its name says."""

    def __init__(self, expression: str, cohorts: Mapping[str, Collection[str]]) -> None:
        self._expression = expression
        self._cohorts = cohorts
        self._tokens: Iterator[str] = iter(_TOKEN.findall(expression))
        self.token = next(self._tokens, None)

    def either(self) -> Cohort:
        found = self._both()
        while self._takes("|"):
            found |= self._both()
        return found

    def error(self, expected: str) -> GenomeError:
        where = "its end" if self.token is None else f"`{self.token}`"
        return GenomeError(f"cohort expression `{self._expression}`: {expected} at {where}")

    def _both(self) -> Cohort:
        found = self._one()
        while self._takes("&"):
            found &= self._one()
        return found

    def _one(self) -> Cohort:
        if self._takes("~"):
            return ~self._one()
        if self._takes("("):
            found = self.either()
            if not self._takes(")"):
                raise self.error("expected `)`")
            return found
        name = self.token
        if name is None or name not in self._cohorts:
            known = ", ".join(f"`{each}`" for each in sorted(self._cohorts))
            raise self.error(f"expected the name of a cohort ({known})")
        self._takes(name)
        return Cohort(frozenset(self._cohorts[name]))

    def _takes(self, token: str) -> bool:
        if self.token != token:
            return False
        self.token = next(self._tokens, None)
        return True
