"""What consent must know of the country's law, which it never reads itself: see `gate.law`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from kerne.consent.choices import Choices, Profile
from kerne.consent.events import ResearchLevel
from kerne.people.asking import Purpose


@dataclass(frozen=True, slots=True)
class AgedProfile:
    """A profile of choices at an age.

    `age_years` is the highest of the law's ages that its owner has reached, 0 below all of them:
    so there are few distinct ones, however many people there are.
    """

    profile: Profile
    age_years: int


class GenomeLaw(Protocol):
    """Whose genomes a question may draw on; implemented by `gate.law.RuledGenomes`."""

    @property
    def ages(self) -> tuple[int, ...]:
        """The ages in years at which the law changes its answer, ascending."""
        ...

    def may_draw_on(
        self, profiles: Sequence[AgedProfile], purpose: Purpose, level: ResearchLevel
    ) -> list[bool]:
        """Say of each profile whether its owners' genomes may be drawn on for `purpose`."""
        ...


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a person has chosen, and the closest research that the law makes of it now, if any."""

    choices: Choices
    research: ResearchLevel | None
