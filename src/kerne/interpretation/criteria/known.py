"""What is known of other variants that change the same residue: PS1 and PM5.

A classified variant counts from one review star on. A likely pathogenic one counts a step less.

References
----------
Richards et al. 2015 (doi:10.1038/gim.2015.30): PS1, PM5; Walker et al. 2023
(doi:10.1016/j.ajhg.2023.06.002): no PS1 where the change may act by splicing.
"""

from collections.abc import Iterable

from kerne.interpretation.candidate import Evidence, Strength
from kerne.interpretation.classification import not_judged, not_met, pathogenic
from kerne.interpretation.criteria.prediction import SPLICING_CHANGED
from kerne.interpretation.criteria.residues import Substitution, substitution_of
from kerne.interpretation.criteria.subject import Neighbour, Sources, Subject

LEAST_STARS = 1
NO_RELEASE = "no release of classified variants is at hand"


def judge_ps1(subject: Subject, sources: Sources) -> Evidence:
    """Judge whether another change of bases, known to be pathogenic, changes the residue alike."""
    found = _not_a_case("PS1", subject, sources)
    if found is not None:
        return found
    changed = substitution_of(subject.protein_name)
    splice = subject.facts.splice
    if splice is not None and splice >= SPLICING_CHANGED:
        return not_judged("PS1", f"SpliceAI {splice:g}: it may act by splicing, not by the residue")
    alike = [each for each in at_residue(subject) if substitution_of(each.protein_name) == changed]
    if not alike:
        return not_met("PS1", "no other change to the same residue is classified", sources.clinvar)
    strength = Strength.STRONG if _has_pathogenic(alike) else Strength.MODERATE
    return pathogenic("PS1", strength, f"the same residue by {_named(alike)}", sources.clinvar)


def judge_pm5(subject: Subject, sources: Sources) -> Evidence:
    """Judge whether another residue in the same place is known to be pathogenic."""
    found = _not_a_case("PM5", subject, sources)
    if found is not None:
        return found
    changed = substitution_of(subject.protein_name)
    others = [each for each in at_residue(subject) if substitution_of(each.protein_name) != changed]
    if not others:
        words = "no other residue is classified as pathogenic in its place"
        return not_met("PM5", words, sources.clinvar)
    strength = Strength.MODERATE if _has_pathogenic(others) else Strength.SUPPORTING
    return pathogenic("PM5", strength, f"in its place {_named(others)}", sources.clinvar)


def at_residue(subject: Subject) -> list[Neighbour]:
    """Give the pathogenic neighbours that put another residue where the subject does."""
    changed = substitution_of(subject.protein_name)
    if changed is None or subject.known is None:
        return []
    return [
        each
        for each in subject.known.near
        if counts_as_pathogenic(each) and _shares_residue(each, changed)
    ]


def counts_as_pathogenic(neighbour: Neighbour) -> bool:
    """Say whether a neighbour is pathogenic or likely pathogenic with enough review."""
    return neighbour.record.is_pathogenic and neighbour.record.stars >= LEAST_STARS


def _shares_residue(neighbour: Neighbour, changed: Substitution) -> bool:
    other = substitution_of(neighbour.protein_name)
    return other is not None and (other.codon, other.before) == (changed.codon, changed.before)


def _not_a_case(criterion: str, subject: Subject, sources: Sources) -> Evidence | None:
    if "missense" not in subject.terms:
        return not_met(criterion, "no residue gives way to another", sources.genes)
    if subject.known is None:
        return not_judged(criterion, NO_RELEASE)
    if substitution_of(subject.protein_name) is None:
        return not_judged(criterion, f"the residues are not known: {subject.protein_name}")
    return None


def _has_pathogenic(neighbours: Iterable[Neighbour]) -> bool:
    return any(each.record.significance.startswith("Pathogenic") for each in neighbours)


def _named(neighbours: Iterable[Neighbour]) -> str:
    return ", ".join(
        f"{each.protein_name} ({each.record.accession}, {each.record.significance.lower()})"
        for each in neighbours
    )
