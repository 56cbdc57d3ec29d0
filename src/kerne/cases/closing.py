"""Which secondary findings are open to a person now, by the choice, whose it was, and the age.

Pure: the choice and the age come in. A closed variant is sealed and not deleted, so that nothing
here is for ever: another choice, or a birthday, opens or closes at the next look.
"""

from collections.abc import Mapping
from typing import Final

from kerne.consent.choices import Choices
from kerne.consent.events import Capacity, SecondaryChoice
from kerne.interpretation.secondary import FINDING_CLASSES, FindingClass

OWN_CHOICE_AGE_YEARS: Final = 15
"""From this age a guardian's choice holds no longer, and the young person's own is waited for.

References
----------
Sundhedsloven (Danish Health Act) §17.
"""
ADULT_AGE_YEARS: Final = 18
"""Until this age findings without action in childhood stay closed, whatever was chosen."""

_WANTED: Final[Mapping[SecondaryChoice, frozenset[FindingClass]]] = {
    SecondaryChoice.ALL: FINDING_CLASSES,
    SecondaryChoice.ACTIONABLE: frozenset(each for each in FINDING_CLASSES if each.actionable),
    SecondaryChoice.NONE: frozenset(),
}


def open_classes(choices: Choices, age_years: int) -> frozenset[FindingClass]:
    """Return the classes of findings that are open to somebody of this age with these choices."""
    is_guardians = choices.secondary_chosen_by is Capacity.GUARDIAN
    if is_guardians and age_years >= OWN_CHOICE_AGE_YEARS:
        return frozenset()
    is_adult = age_years >= ADULT_AGE_YEARS
    return frozenset(
        each for each in _WANTED[choices.secondary] if is_adult or not each.adult_onset
    )
