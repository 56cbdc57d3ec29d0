import pytest

from kerne.cases.closing import open_classes
from kerne.consent.choices import Choices
from kerne.consent.events import AnalysisConsented, Capacity, SecondaryChoice
from kerne.interpretation.secondary import FINDING_CLASSES, FindingClass

ALL, ACTIONABLE, NONE = SecondaryChoice
EARLY = FindingClass(actionable=True, adult_onset=False)
LATE = FindingClass(actionable=True, adult_onset=True)
HOPELESS_EARLY = FindingClass(actionable=False, adult_onset=False)


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
    assert open_classes(chosen(secondary, capacity), age_years) == opened


def test_nothing__is_open_without_a_consent() -> None:
    assert open_classes(Choices(), 40) == frozenset()
