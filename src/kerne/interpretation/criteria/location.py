"""Where in the protein a variant lies, and what that place bears."""

from kerne.interpretation.candidate import Evidence, Strength
from kerne.interpretation.classification import not_judged, not_met, pathogenic
from kerne.interpretation.criteria.subject import Sources, Subject

LENGTH_CHANGING = frozenset(
    {"inframe_insertion", "inframe_deletion", "inframe_altering", "stop_lost"}
)


def judge_pm4(subject: Subject, sources: Sources) -> Evidence:
    """Judge a changed length of the protein outside repeats."""
    terms = frozenset(subject.consequence.terms) & LENGTH_CHANGING
    if not terms:
        return not_met("PM4", "the length of the protein does not change in frame", sources.genes)
    named = " & ".join(sorted(terms))
    if "stop_lost" in terms:
        return pathogenic("PM4", Strength.MODERATE, f"{named}: protein extended", sources.genes)
    if subject.in_repeat is None:
        return not_judged("PM4", f"{named}; whether it lies in a repeat was not looked at")
    if subject.in_repeat:
        return not_met("PM4", f"{named} in a tandem repeat", sources.genes)
    return pathogenic("PM4", Strength.MODERATE, f"{named} outside tandem repeats", sources.genes)
