from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from kerne.alleles.interval import Interval
from kerne.cases.closing import ClosedGenes, RuledFindings
from kerne.consent.choices import Choices
from kerne.consent.events import AnalysisConsented, Capacity, SecondaryChoice
from kerne.gate.law import RuledGenomes
from kerne.interpretation.secondary import FINDING_CLASSES, FindingClass
from kerne.knowledge.genes import GeneModels
from kerne.policy.rulebook import RuleBook

from .conftest import PLUS

ALL, ACTIONABLE, NONE = SecondaryChoice
EARLY = FindingClass(actionable=True, adult_onset=False)
LATE = FindingClass(actionable=True, adult_onset=True)
HOPELESS_EARLY = FindingClass(actionable=False, adult_onset=False)


TODAY = date(2026, 3, 9)


@dataclass
class Someone:
    """One person's choices and birth, as the ledgers would give them."""

    chosen: Choices
    age_years: int

    def choices(self, person: str) -> Choices:
        assert person == "P-000001"
        return self.chosen

    def born(self, number: str) -> date:
        assert number == "P-000001"
        return TODAY.replace(year=TODAY.year - self.age_years)


def findings(choices: Choices, age_years: int, country: str = "denmark") -> RuledFindings:
    someone = Someone(choices, age_years)
    law = RuledGenomes(RuleBook.load(country))
    # An hour before midnight in Denmark it is still yesterday in UTC.
    at = datetime(TODAY.year, TODAY.month, TODAY.day, tzinfo=ZoneInfo("Europe/Copenhagen"))
    return RuledFindings(law, someone, someone, lambda: at.astimezone(UTC), at.tzinfo or UTC)


def chosen(secondary: SecondaryChoice, capacity: Capacity) -> Choices:
    said = AnalysisConsented(
        "P-000001", "form", "1", "doctor-1", secondary, recontact=True, capacity=capacity
    )
    return Choices().after(said)


@pytest.mark.parametrize(
    ("secondary", "capacity", "age_years", "opened"),
    [
        (ALL, Capacity.SELF, 40, FINDING_CLASSES),
        (ACTIONABLE, Capacity.SELF, 40, {EARLY, LATE}),
        (NONE, Capacity.SELF, 40, set()),
        (ALL, Capacity.REPRESENTATIVE, 40, FINDING_CLASSES),
        (ALL, Capacity.SELF, 17, {EARLY, HOPELESS_EARLY}),
        (ACTIONABLE, Capacity.SELF, 15, {EARLY}),
        (ALL, Capacity.GUARDIAN, 14, {EARLY, HOPELESS_EARLY}),
        (ACTIONABLE, Capacity.GUARDIAN, 0, {EARLY}),
        (ALL, Capacity.GUARDIAN, 15, set()),
        (ALL, Capacity.GUARDIAN, 40, set()),
    ],
)
def test_classes__are_open_by_choice_and_by_whose_it_was_and_by_age(
    secondary: SecondaryChoice,
    capacity: Capacity,
    age_years: int,
    opened: set[FindingClass],
) -> None:
    found = findings(chosen(secondary, capacity), age_years)
    assert found.open_classes("P-000001") == opened


def test_nothing__is_open_without_a_consent() -> None:
    assert findings(Choices(), 40).open_classes("P-000001") == frozenset()


def test_places__are_those_of_the_genes_whose_class_is_closed() -> None:
    genes = [
        replace(PLUS, symbol="LDLR"),
        replace(PLUS, identifier="TX2.1", symbol="BRCA1", contig="chr2"),
        replace(PLUS, identifier="TX3.1", symbol="ELSEWHERE", contig="chr3"),
    ]
    closed = ClosedGenes(findings(chosen(ALL, Capacity.SELF), 16), lambda: GeneModels(genes))
    assert set(closed.listed().contigs) == {"chr1", "chr2"}
    places = closed.closed_to({"P-000001"})
    assert places.contigs == ("chr2",)
    assert places.covers(Interval("chr2", 0, 1_000)) == PLUS.end - PLUS.start
    assert closed.closed_to(set()).contigs == ()
