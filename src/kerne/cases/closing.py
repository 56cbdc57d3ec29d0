"""Which secondary findings are open to a person now, and where in the genome the closed ones lie.

The rule book decides, from the choice, whose it was, and the age. A closed variant is sealed and
not deleted, so that nothing here is for ever: another choice, or a birthday, opens or closes at the
next look.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from typing import Protocol

from kerne.alleles.interval import Interval, Intervals
from kerne.consent.choices import Choices
from kerne.interpretation.secondary import FINDING_CLASSES, FindingClass, secondary_list
from kerne.knowledge.genes import GeneModels
from kerne.people.person import age_years


class FindingRules(Protocol):
    """The country's rules about findings (`gate.law.RuledGenomes`)."""

    def open_findings(
        self, choices: Choices, age_years: int, kinds: Sequence[tuple[bool, bool]]
    ) -> list[bool]:
        """Say of each kind (actionable, adult onset) whether the person is to be shown it now."""
        ...


class ChoiceBook(Protocol):
    """Where choices are."""

    def choices(self, person: str) -> Choices:
        """Return the person's choices as they are now."""
        ...


class Births(Protocol):
    """Where dates of birth are."""

    def born(self, number: str) -> date:
        """Return when a registered person was born."""
        ...


@dataclass(frozen=True, slots=True)
class RuledFindings:
    """Secondary findings as the rule book opens them.

    Parameters
    ----------
    clock
        Returns the present moment, in UTC.
    zone
        Of the country: ages are counted in its days.
    """

    rules: FindingRules
    choices: ChoiceBook
    people: Births
    clock: Callable[[], datetime]
    zone: tzinfo

    def open_classes(self, person: str) -> frozenset[FindingClass]:
        """Return the classes of findings that are open to the person now."""
        today = self.clock().astimezone(self.zone).date()
        age = age_years(self.people.born(person), today)
        kinds = [(each.actionable, each.adult_onset) for each in FINDING_CLASSES]
        opened = self.rules.open_findings(self.choices.choices(person), age, kinds)
        pairs = zip(FINDING_CLASSES, opened, strict=True)
        return frozenset(each for each, is_open in pairs if is_open)


@dataclass(frozen=True, slots=True)
class ClosedGenes:
    """Where the genes of the list lie, as far as their findings are closed to somebody.

    Parameters
    ----------
    genes
        Gives the gene models, which stay the same while a centre is open.
    """

    findings: RuledFindings
    genes: Callable[[], GeneModels]
    _kept: dict[frozenset[FindingClass], Intervals] = field(default_factory=dict, repr=False)

    def listed(self) -> Intervals:
        """Return the places of all genes on the list."""
        return self._places(FINDING_CLASSES)

    def closed_to(self, persons: Collection[str]) -> Intervals:
        """Return the places of genes whose class is closed to any of the persons."""
        opened = [self.findings.open_classes(person) for person in persons]
        return self._places(FINDING_CLASSES - FINDING_CLASSES.intersection(*opened))

    def _places(self, classes: frozenset[FindingClass]) -> Intervals:
        if classes not in self._kept:
            self._kept[classes] = Intervals.build(
                Interval(transcript.contig, transcript.start, transcript.end)
                for symbol, each in secondary_list().classes.items()
                if each in classes
                for transcript in self.genes().of_gene(symbol)
            )
        return self._kept[classes]
