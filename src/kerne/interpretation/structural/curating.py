"""A geneticist's own lines in the score of a loss or gain of copies, and the sum redone with them.

The lines that a geneticist enters stand in place of all that the program had in the same section
(1 to 5): whoever judges a section judges the whole of it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from kerne.errors import InterpretationError
from kerne.interpretation.candidate import CandidateVariant, Evidence, Met
from kerne.interpretation.criteria.copy_number import CopyEvidence, CopyScore, curate
from kerne.interpretation.criteria.copy_sections import check_points
from kerne.interpretation.criteria.overrides import GENETICIST
from kerne.interpretation.reading.structural import structural_of
from kerne.interpretation.structural.score import COPIES, SCORED, as_evidence


@dataclass(frozen=True, slots=True)
class CopyEntry:
    """What a geneticist says of one line of the score, and why.

    Parameters
    ----------
    section
        As the table letters it: `4C`.
    points
        All that the line counts; 0 unless it is met.
    """

    section: str
    met: Met
    points: float
    reason: str


def reconsider_copies(variant: CandidateVariant, entries: Sequence[CopyEntry]) -> CandidateVariant:
    """Give a loss or gain with a geneticist's lines, and its class anew.

    Raises
    ------
    InterpretationError
        A line is not in the table, counts more than the table allows or has no reason, stands there
        twice, or the variant is no loss or gain that the tables score.
    """
    if not entries:
        return variant
    if variant.copy_points is None:
        raise InterpretationError("the tables score losses and gains of copies, not this variant")
    copies = COPIES[structural_of(variant.allele).kind]
    for entry in entries:
        check_points(copies, entry.section, entry.met, entry.points)
    sections = [each.section for each in entries]
    twice = sorted({each for each in sections if sections.count(each) > 1})
    if twice:
        raise InterpretationError(f"section `{twice[0]}` is judged twice: give its sum once")
    score = curate(_score_of(variant), (_line(each, variant) for each in entries))
    judged = (_with_former(each, variant) for each in score.evidence)
    return replace(variant, evidence=tuple(judged), classification=score.classification)


def _score_of(variant: CandidateVariant) -> CopyScore:
    return CopyScore(
        tuple(
            CopyEvidence(_section(each), each.met, each.copy_points or 0.0, each.data, each.source)
            for each in variant.evidence
        )
    )


def _section(evidence: Evidence) -> str:
    return evidence.criterion.removeprefix(SCORED)


def _former(section: str, evidence: Iterable[Evidence]) -> Evidence | None:
    """Give the line that the program had in the same section, the one that counts most first."""
    alike = (each for each in evidence if _section(each)[:1] == section[:1])
    return max(alike, key=lambda each: abs(each.copy_points or 0.0), default=None)


def _line(entry: CopyEntry, variant: CandidateVariant) -> CopyEvidence:
    former = _former(entry.section, variant.evidence)
    said = "" if former is None or not entry.reason.strip() else f" (the program: {_said(former)})"
    return CopyEvidence(entry.section, entry.met, entry.points, entry.reason + said, GENETICIST)


def _said(evidence: Evidence) -> str:
    points = f" {evidence.copy_points:+.2f}" if evidence.met is Met.MET else ""
    return f"{_section(evidence)} {evidence.met}{points}, {evidence.data}"


def _with_former(line: CopyEvidence, variant: CandidateVariant) -> Evidence:
    evidence = as_evidence(line)
    if line.source != GENETICIST:
        return evidence
    return replace(evidence, overridden=_former(line.section, variant.evidence))
