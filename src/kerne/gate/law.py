"""The country's law over choices: what consent and interpretation ask of the rule book.

INVARIANT: answers depend on nothing but their arguments and the rules, which do not change while a
centre is open; so they are kept, and need no epoch. There are some thousand at most: profiles are
few, and ages are those at which a rule changes its answer.
"""

from collections.abc import Sequence

from kerne.consent.choices import Choices
from kerne.consent.events import ResearchLevel
from kerne.consent.law import AgedProfile
from kerne.people.asking import Purpose
from kerne.policy.genomes import NOBODY, FindingFacts, GenomeFacts, may_draw_on, may_show
from kerne.policy.rulebook import RuleBook


class RuledGenomes:
    """Whose genomes a question may draw on, and which findings a person may be shown.

    Parameters
    ----------
    book
        The country's rules.
    """

    def __init__(self, book: RuleBook) -> None:
        self._book = book
        self._kept: dict[tuple[AgedProfile, Purpose, ResearchLevel], bool] = {}

    @property
    def ages(self) -> tuple[int, ...]:
        """The ages in years at which a rule changes its answer, ascending."""
        return self._book.ages

    def may_draw_on(
        self, profiles: Sequence[AgedProfile], purpose: Purpose, level: ResearchLevel
    ) -> list[bool]:
        """Say of each profile whether its owners' genomes may be drawn on for `purpose`.

        Raises
        ------
        PolicyError
            A rule could not be evaluated.
        """
        new = [each for each in profiles if (each, purpose, level) not in self._kept]
        if new:
            facts = [_genome(each) for each in new]
            answers = may_draw_on(self._book, facts, purpose, level.rank)
            self._kept |= {
                (each, purpose, level): answer for each, answer in zip(new, answers, strict=True)
            }
        return [self._kept[each, purpose, level] for each in profiles]

    def open_findings(
        self, choices: Choices, age_years: int, kinds: Sequence[tuple[bool, bool]]
    ) -> list[bool]:
        """Say of each kind of secondary finding whether the person is to be shown it now.

        Parameters
        ----------
        choices
            Of the person.
        kinds
            Of each kind whether something can be done about it, and whether it is a disease of
            adults about which nothing is done in childhood.

        Raises
        ------
        PolicyError
            A rule could not be evaluated.
        """
        chosen_by = choices.secondary_chosen_by
        facts = [
            FindingFacts(
                actionable=actionable,
                adult_onset=adult_onset,
                choice=choices.secondary.value,
                chosen_by=NOBODY if chosen_by is None else chosen_by.value,
                age_years=age_years,
            )
            for actionable, adult_onset in kinds
        ]
        return may_show(self._book, facts)


def _genome(aged: AgedProfile) -> GenomeFacts:
    profile = aged.profile
    return GenomeFacts(
        analysis_consent=profile.has_analysis_consent,
        limited=profile.is_limited,
        research_said=profile.research_floor,
        research_left=profile.research_ceiling,
        research_by=NOBODY if profile.research_by is None else profile.research_by.value,
        age_years=aged.age_years,
    )
