"""A case: fold its events to a state, and decide the next event.

Pure: numbers, identities and times come in as arguments. A new ranking asks for a new judgement,
and nothing changes once the answer is signed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from kerne.cases.events import (
    AnswerIssued,
    AnswerSigned,
    Bearing,
    CandidatesRanked,
    CaseEvent,
    CaseOpened,
    FindingRelabelled,
    KeptFile,
    KinInCase,
    NoFindingDeclared,
    VariantClassified,
    usual_bearing,
)
from kerne.cases.inputs import KeptParts
from kerne.cases.verdict import Verdict, judged_anew
from kerne.database.history import Recorded
from kerne.errors import CaseError
from kerne.interpretation.candidate import Candidate, CandidateVariant, Interpretation


class Stage(StrEnum):
    """Where a case stands."""

    OPENED = "opened"
    RANKED = "ranked"
    JUDGED = "judged"
    SIGNED = "signed"
    ISSUED = "issued"


_BEFORE_SIGNATURE: Final = frozenset({Stage.RANKED, Stage.JUDGED})

MAY_FOLLOW: Final[Mapping[type[CaseEvent], frozenset[Stage]]] = {
    CaseOpened: frozenset(),
    CandidatesRanked: _BEFORE_SIGNATURE | {Stage.OPENED},
    FindingRelabelled: _BEFORE_SIGNATURE | {Stage.OPENED},
    VariantClassified: _BEFORE_SIGNATURE,
    NoFindingDeclared: _BEFORE_SIGNATURE,
    AnswerSigned: frozenset({Stage.JUDGED}),
    AnswerIssued: frozenset({Stage.SIGNED}),
}
"""The stages in which each event may happen; a case is opened in none."""

STAGE_AFTER: Final[Mapping[type[CaseEvent], Stage]] = {
    CaseOpened: Stage.OPENED,
    CandidatesRanked: Stage.RANKED,
    VariantClassified: Stage.JUDGED,
    NoFindingDeclared: Stage.JUDGED,
    AnswerSigned: Stage.SIGNED,
    AnswerIssued: Stage.ISSUED,
}
"""The stage that each event leads to; one that is not here leaves the stage as it is."""

EXPLAINING: Final = frozenset({Bearing.CAUSATIVE, Bearing.CONTRIBUTORY, Bearing.CANDIDATE})
"""Bearings of a variant that the answer reports as having to do with the disease."""

_IN_WORDS: Final[Mapping[type[CaseEvent], str]] = {
    CaseOpened: "it cannot be opened again",
    CandidatesRanked: "its candidates cannot be ranked again",
    FindingRelabelled: "a gene is re-labelled before the signature",
    VariantClassified: "variants are classified between ranking and signature",
    NoFindingDeclared: "a case without finding is declared between ranking and signature",
    AnswerSigned: "an answer is signed when its candidates have been judged",
    AnswerIssued: "only a signed answer is handed over, once",
}


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a geneticist said of one variant, and when; the newest word on it counts."""

    said: VariantClassified
    at: datetime


@dataclass(frozen=True, slots=True)
class Case:
    """A case as its events left it; `version` is the number of its events.

    Parameters
    ----------
    relabelled
        Symbols of the genes that a geneticist re-labelled as primary.
    """

    number: str
    person: str
    order: str
    sample: str
    opened_by: str
    opened_at: datetime
    observed: tuple[str, ...]
    excluded: tuple[str, ...]
    relatives: tuple[KinInCase, ...]
    stage: Stage
    version: int
    ranking: CandidatesRanked | None = None
    judgements: tuple[Judgement, ...] = ()
    no_finding: NoFindingDeclared | None = None
    signed: AnswerSigned | None = None
    signed_at: datetime | None = None
    relabelled: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Opening:
    """What a case is opened on: a released sample, and the kin whose genomes help to read it."""

    order: str
    person: str
    sample: str
    relatives: tuple[KinInCase, ...] = ()


def fold_case(history: Iterable[Recorded[CaseEvent]]) -> Case:
    """Fold the events of one case to its state.

    Raises
    ------
    CaseError
        There are no events, or one of them cannot follow the others.
    """
    case: Case | None = None
    for recorded in history:
        case = evolve(case, recorded.event, recorded.at)
    if case is None:
        raise CaseError("no such case")
    return case


def evolve(case: Case | None, event: CaseEvent, at: datetime) -> Case:
    """Return the state after `event`, which happened `at`."""
    if case is None:
        if not isinstance(event, CaseOpened):
            raise CaseError(f"case `{event.case}` begins with `{type(event).__name__}`")
        return _opened(event, at)
    _require(case, type(event))
    stage = STAGE_AFTER.get(type(event), case.stage)
    moved = replace(case, stage=stage, version=case.version + 1)
    match event:
        case CandidatesRanked():
            moved = replace(moved, ranking=event, judgements=(), no_finding=None)
        case FindingRelabelled(gene=gene):
            moved = replace(moved, relabelled=case.relabelled | {gene})
        case VariantClassified():
            moved = _judged(moved, event, at)
        case NoFindingDeclared():
            moved = replace(moved, no_finding=event)
        case AnswerSigned():
            moved = replace(moved, signed=event, signed_at=at)
    return moved


def open_case(
    number: str, opening: Opening, by: str, observed: Sequence[str], excluded: Sequence[str]
) -> CaseOpened:
    """Open a case with the HPO terms that the patient shows, and those looked for in vain.

    Raises
    ------
    CaseError
        There is no observed term, or a term is both observed and excluded.
    """
    if not observed:
        raise CaseError("a case needs at least one observed HPO term")
    both = sorted(set(observed) & set(excluded))
    if both:
        raise CaseError(f"term `{both[0]}` is given as observed and as excluded")
    return CaseOpened(
        case=number,
        person=opening.person,
        order=opening.order,
        sample=opening.sample,
        opened_by=by,
        observed=tuple(dict.fromkeys(observed)),
        excluded=tuple(dict.fromkeys(excluded)),
        relatives=opening.relatives,
    )


def rank_candidates(case: Case, found: Interpretation, parts: KeptParts) -> CandidatesRanked:
    """Note that the genome was interpreted; `found` is the primary part of what was found.

    The number of candidates that the event tells is that of the primary ones.
    """
    _require(case, CandidatesRanked)
    if found.sample != case.sample:
        raise CaseError(f"case `{case.number}` is about another sample than the interpretation")
    return CandidatesRanked(
        case=case.number,
        document=parts.primary,
        releases=found.releases,
        candidates=len(found.candidates),
        not_examined=len(found.not_examined),
        secondary=parts.secondary,
        relationships=parts.relationships,
        panel=parts.panel,
        inputs=parts.inputs,
        basis=parts.basis,
    )


def relabel_finding(case: Case, gene: str, reason: str, by: str) -> FindingRelabelled:
    """Re-label whatever is found in `gene` as primary, whether anything is or not.

    Raises
    ------
    CaseError
        There is no reason, or the gene is re-labelled already.
    """
    _require(case, FindingRelabelled)
    if not reason.strip():
        raise CaseError("to re-label a gene as primary needs a reason: what is newly known")
    if gene in case.relabelled:
        raise CaseError(f"this gene is re-labelled already in case `{case.number}`")
    return FindingRelabelled(case.number, case.person, by, gene, reason.strip())


def classify_variant(
    case: Case, candidate: tuple[Candidate, CandidateVariant], verdict: Verdict, by: str
) -> VariantClassified:
    """Judge one variant of a candidate.

    Raises
    ------
    CaseError, InterpretationError
        It departs from what the points suggest, without reason; what was judged otherwise cannot
        be combined.
    """
    _require(case, VariantClassified)
    reported, found = candidate
    variant = judged_anew(found, verdict)
    classification = verdict.classification or variant.classification
    usual = usual_bearing(classification)
    bearing = verdict.bearing or usual
    departs = classification is not variant.classification or bearing is not usual
    if departs and not verdict.reason.strip():
        raise CaseError(
            f"the points suggest `{variant.classification}`, and a variant that is "
            f"`{classification}` is usually `{usual}`: another judgement needs a reason"
        )
    return VariantClassified(
        case=case.number,
        person=case.person,
        by=by,
        classification=classification,
        suggested=variant.classification,
        bearing=bearing,
        allele=str(variant.allele),
        gene=reported.gene,
        disease=reported.disease,
        reason=verdict.reason.strip(),
        overrides=verdict.overrides,
        copies=verdict.copies,
    )


def declare_no_finding(case: Case, by: str, reason: str) -> NoFindingDeclared:
    """State that no candidate explains the patient.

    Raises
    ------
    CaseError
        There is no reason, or a variant stands classified as explaining the patient.
    """
    _require(case, NoFindingDeclared)
    if not reason.strip():
        raise CaseError("a case without finding needs a reason: what was considered")
    if reported_judgements(case):
        raise CaseError("a variant is classified as explaining the patient: classify it again")
    return NoFindingDeclared(case.number, case.person, by, reason.strip())


def sign_answer(
    case: Case, by: str, report: str, files: Sequence[KeptFile], *, around: str | None = None
) -> AnswerSigned:
    """Sign the answer whose canonical JSON has the digest `report`, as it stands in `files`.

    Raises
    ------
    CaseError
        Nothing was judged, no conclusion was drawn, or the page of what was not examined is empty.
    """
    _require(case, AnswerSigned)
    # INVARIANT: no signature without a conclusion and without the page of what was not examined.
    if not reported_judgements(case) and case.no_finding is None:
        raise CaseError(
            f"case `{case.number}` has no conclusion: classify a variant as explaining the "
            "patient, or declare that there is no finding"
        )
    if case.ranking is None or case.ranking.not_examined == 0:
        raise CaseError(f"the answer of case `{case.number}` does not say what was not examined")
    return AnswerSigned(case.number, by, report, tuple(files), around)


def issue_answer(case: Case) -> AnswerIssued:
    """Note that the signed answer was handed over."""
    _require(case, AnswerIssued)
    if case.signed is None:
        raise CaseError(f"case `{case.number}` has no signed answer")
    return AnswerIssued(case.number, case.signed.report)


def reported_judgements(case: Case) -> tuple[Judgement, ...]:
    """Return the judgements that the answer reports as having to do with the disease."""
    return tuple(one for one in case.judgements if one.said.bearing in EXPLAINING)


def _require(case: Case, event: type[CaseEvent]) -> None:
    if case.stage not in MAY_FOLLOW[event]:
        raise CaseError(f"case `{case.number}` is {case.stage}: {_IN_WORDS[event]}")


def _opened(event: CaseOpened, at: datetime) -> Case:
    return Case(
        number=event.case,
        person=event.person,
        order=event.order,
        sample=event.sample,
        opened_by=event.opened_by,
        opened_at=at,
        observed=event.observed,
        excluded=event.excluded,
        relatives=event.relatives,
        stage=Stage.OPENED,
        version=1,
    )


def _judged(case: Case, event: VariantClassified, at: datetime) -> Case:
    about = (event.allele, event.gene, event.disease)
    others = tuple(
        one
        for one in case.judgements
        if (one.said.allele, one.said.gene, one.said.disease) != about
    )
    return replace(
        case,
        judgements=(*others, Judgement(event, at)),
        no_finding=None if event.bearing in EXPLAINING else case.no_finding,
    )


def ranking_of(case: Case) -> CandidatesRanked:
    """Return the newest ranking.

    Raises
    ------
    CaseError
        The candidates were not ranked yet.
    """
    if case.ranking is None:
        raise CaseError(f"the candidates of case `{case.number}` have not been ranked yet")
    return case.ranking
