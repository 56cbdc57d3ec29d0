"""Options of commands that judge a variant: its class, single criteria, and why."""

import functools
from collections.abc import Callable
from typing import Any, Final

import click

from kerne.cases.verdict import Verdict
from kerne.errors import CaseError
from kerne.interpretation.candidate import Classification, Met, Strength
from kerne.interpretation.criteria.overrides import Override
from kerne.interpretation.structural.curating import CopyEntry

UNMET: Final = {"not-met": Met.NOT_MET, "not-judged": Met.NOT_JUDGED}
_STRENGTHS: Final = [each.replace(" ", "-") for each in Strength if each is not Strength.NONE]
_CRITERION: Final = (str, click.Choice([*UNMET, *_STRENGTHS]), str)


def verdict_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add `--class`, `--criterion`, `--section` and `--because`, as the argument `verdict`."""

    @click.option(
        "--class",
        "classification",
        type=click.Choice([each.value for each in Classification]),
        help="What the points say, if not given.",
    )
    @click.option(
        "--criterion",
        "criteria",
        type=_CRITERION,
        multiple=True,
        metavar="CODE STRENGTH REASON",
        help="Judge a criterion otherwise: its strength, `not-met` or `not-judged`, and why.",
    )
    @click.option(
        "--section",
        "sections",
        type=(str, str, str),
        multiple=True,
        metavar="SECTION POINTS REASON",
        help="Judge a section of a loss or gain: points, `not-met` or `not-judged`, and why.",
    )
    @click.option("--because", default="", help="Why, where it differs from what was said before.")
    @functools.wraps(command)
    def judging_command(
        *args: Any,  # Any: the command's own arguments
        classification: str | None,
        criteria: tuple[tuple[str, str, str], ...],
        sections: tuple[tuple[str, str, str], ...],
        because: str,
        **options: Any,  # Any: the command's own options
    ) -> None:
        verdict = Verdict(
            None if classification is None else Classification(classification),
            because,
            overrides=tuple(_override(*each) for each in criteria),
            copies=tuple(_copy_entry(*each) for each in sections),
        )
        command(*args, verdict=verdict, **options)

    return judging_command


def _override(criterion: str, strength: str, reason: str) -> Override:
    if strength in UNMET:
        return Override(criterion, UNMET[strength], Strength.NONE, reason)
    return Override(criterion, Met.MET, Strength(strength.replace("-", " ")), reason)


def _copy_entry(section: str, points: str, reason: str) -> CopyEntry:
    if points in UNMET:
        return CopyEntry(section, UNMET[points], 0.0, reason)
    try:
        return CopyEntry(section, Met.MET, float(points), reason)
    except ValueError:
        names = " or ".join(f"`{each}`" for each in UNMET)
        raise CaseError(f"`{points}` for section `{section}`: expected points, {names}") from None
