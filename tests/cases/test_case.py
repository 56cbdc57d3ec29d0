from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kerne.cases.case import (
    EXPLAINING,
    Case,
    Opening,
    Stage,
    classify_variant,
    declare_no_finding,
    evolve,
    fold_case,
    issue_answer,
    open_case,
    rank_candidates,
    relabel_finding,
    reported_judgements,
    sign_answer,
)
from kerne.cases.events import (
    AnswerIssued,
    AnswerSigned,
    Bearing,
    CandidatesRanked,
    CaseEvent,
    CaseOpened,
    FindingRelabelled,
    KeptFile,
    NoFindingDeclared,
    VariantClassified,
    usual_bearing,
)
from kerne.cases.inputs import KeptParts
from kerne.cases.verdict import Verdict, find_variant
from kerne.database.history import Recorded
from kerne.errors import CaseError, InterpretationError
from kerne.interpretation.candidate import Classification, Interpretation, Met, Strength
from kerne.interpretation.criteria.overrides import Override, reconsider

START = datetime(2026, 3, 9, 9, tzinfo=UTC)
NUMBER = "C-2026-000001"
OPENING = Opening("K-2026-000001", "P-000001", "S-2026-000001")

OPENED = CaseOpened(
    NUMBER, "P-000001", "K-2026-000001", "S-2026-000001", "gen-1", ("HP:0001250",), (), ()
)
RANKED = CandidatesRanked(NUMBER, "d" * 64, ("hpo 2025-01-16",), 3, 5)
RELABELLED = FindingRelabelled(NUMBER, "P-000001", "gen-1", "BRCA1", "breast cancer at 31")
PARTS = KeptParts("d" * 64, "a" * 64, "b" * 64, "c" * 64)
CAUSAL = VariantClassified(
    case=NUMBER,
    person="P-000001",
    by="gen-1",
    classification=Classification.LIKELY_PATHOGENIC,
    suggested=Classification.LIKELY_PATHOGENIC,
    bearing=Bearing.CAUSATIVE,
    allele="chr2-148206-C-T",
    gene="SCN1A",
    disease="OMIM:607208",
    reason="",
)
REJECTED = replace(
    CAUSAL,
    classification=Classification.BENIGN,
    bearing=Bearing.REJECTED,
    reason="in every healthy brother",
)
NOTHING = NoFindingDeclared(NUMBER, "P-000001", "gen-1", "nothing fits")
FILES = (KeptFile("report.json", "e" * 64),)
SIGNED = AnswerSigned(NUMBER, "gen-1", "e" * 64, FILES)
ISSUED = AnswerIssued(NUMBER, "e" * 64)


def told(events: Sequence[CaseEvent]) -> list[Recorded[CaseEvent]]:
    return [
        Recorded(step, NUMBER, step, START + timedelta(hours=step), step, event)
        for step, event in enumerate(events, start=1)
    ]


def state(*events: CaseEvent) -> Case:
    return fold_case(told(events))


@pytest.mark.parametrize(
    ("history", "stage"),
    [
        ([OPENED], Stage.OPENED),
        ([OPENED, RANKED], Stage.RANKED),
        ([OPENED, RANKED, RANKED], Stage.RANKED),
        ([OPENED, RANKED, CAUSAL], Stage.JUDGED),
        ([OPENED, RANKED, NOTHING], Stage.JUDGED),
        ([OPENED, RANKED, CAUSAL, RANKED], Stage.RANKED),
        ([OPENED, RELABELLED], Stage.OPENED),
        ([OPENED, RANKED, RELABELLED], Stage.RANKED),
        ([OPENED, RANKED, CAUSAL, RELABELLED], Stage.JUDGED),
        ([OPENED, RANKED, CAUSAL, SIGNED], Stage.SIGNED),
        ([OPENED, RANKED, CAUSAL, SIGNED, ISSUED], Stage.ISSUED),
    ],
)
def test_case__stands_where_its_history_left_it(history: list[CaseEvent], stage: Stage) -> None:
    case = state(*history)
    assert case.stage is stage
    assert case.version == len(history)


@pytest.mark.parametrize(
    "history",
    [
        [],
        [RANKED],
        [OPENED, OPENED],
        [OPENED, CAUSAL],
        [OPENED, RANKED, SIGNED],
        [OPENED, RANKED, CAUSAL, ISSUED],
        [OPENED, RANKED, CAUSAL, SIGNED, CAUSAL],
        [OPENED, RANKED, CAUSAL, SIGNED, RANKED],
        [OPENED, RANKED, CAUSAL, SIGNED, RELABELLED],
        [OPENED, RANKED, CAUSAL, SIGNED, ISSUED, ISSUED],
    ],
)
def test_case__with_an_impossible_history_is_not_believed(history: list[CaseEvent]) -> None:
    with pytest.raises(CaseError):
        state(*history)


def test_case__counts_the_newest_word_on_a_variant() -> None:
    case = state(OPENED, RANKED, CAUSAL, REJECTED)
    assert [one.said for one in case.judgements] == [REJECTED]
    assert reported_judgements(case) == ()


def test_case__asks_for_a_new_judgement_after_a_new_ranking() -> None:
    assert state(OPENED, RANKED, CAUSAL, RANKED).judgements == ()
    assert state(OPENED, RANKED, NOTHING, RANKED).no_finding is None


def test_case__drops_the_declaration_when_a_variant_explains_after_all() -> None:
    assert state(OPENED, RANKED, NOTHING, CAUSAL).no_finding is None
    assert state(OPENED, RANKED, NOTHING, REJECTED).no_finding == NOTHING


def test_open_case__wants_terms_that_do_not_contradict_each_other() -> None:
    with pytest.raises(CaseError, match="at least one observed"):
        open_case(NUMBER, OPENING, "gen-1", [], [])
    with pytest.raises(CaseError, match="`HP:0001250` is given as observed and as excluded"):
        open_case(NUMBER, OPENING, "gen-1", ["HP:0001250"], ["HP:0001250"])
    twice = open_case(NUMBER, OPENING, "gen-1", ["HP:0001250", "HP:0001250"], [])
    assert twice == OPENED


def test_rank_candidates__names_what_the_interpretation_rests_on(found: Interpretation) -> None:
    event = rank_candidates(state(OPENED), found, PARTS)
    assert (event.candidates, event.not_examined) == (2, 3)
    assert (event.document, event.secondary) == (PARTS.primary, PARTS.secondary)
    assert (event.relationships, event.panel) == (PARTS.relationships, PARTS.panel)
    assert event.releases == found.releases
    with pytest.raises(CaseError, match="about another sample"):
        rank_candidates(state(OPENED), replace(found, sample="S-2"), PARTS)


def test_relabel_finding__needs_a_reason_and_happens_once_before_the_signature() -> None:
    said = "breast cancer at 31"
    assert relabel_finding(state(OPENED), "BRCA1", f" {said} ", "gen-1") == RELABELLED
    with pytest.raises(CaseError, match="needs a reason"):
        relabel_finding(state(OPENED), "BRCA1", " ", "gen-1")
    with pytest.raises(CaseError, match="re-labelled already"):
        relabel_finding(state(OPENED, RELABELLED), "BRCA1", said, "gen-1")
    with pytest.raises(CaseError, match="re-labelled before the signature"):
        relabel_finding(state(OPENED, RANKED, CAUSAL, SIGNED), "BRCA1", said, "gen-1")


def test_relabelled_gene__stays_so_when_the_candidates_are_ranked_again() -> None:
    other = replace(RELABELLED, gene="RB1")
    case = state(OPENED, RELABELLED, RANKED, CAUSAL, other)
    assert case.relabelled == {"BRCA1", "RB1"}
    assert case.judgements[0].said == CAUSAL


def test_classify_variant__follows_the_points_without_a_reason(found: Interpretation) -> None:
    candidate = find_variant(found, "chr2-148206-C-T")
    verdict = Verdict(Classification.LIKELY_PATHOGENIC)
    assert classify_variant(state(OPENED, RANKED), candidate, verdict, "gen-1") == CAUSAL


@pytest.mark.parametrize(
    "verdict",
    [
        Verdict(Classification.BENIGN, "  "),
        Verdict(Classification.LIKELY_PATHOGENIC, "", Bearing.REJECTED),
    ],
)
def test_classify_variant__wants_a_reason_to_depart_from_the_points(
    found: Interpretation, verdict: Verdict
) -> None:
    candidate = find_variant(found, "chr2-148206-C-T")
    case = state(OPENED, RANKED)
    with pytest.raises(CaseError, match="another judgement needs a reason"):
        classify_variant(case, candidate, verdict, "gen-1")
    explained = replace(verdict, reason="seen in a healthy father")
    said = classify_variant(case, candidate, explained, "gen-1")
    assert (said.suggested, said.bearing, said.reason) == (
        Classification.LIKELY_PATHOGENIC,
        Bearing.REJECTED,
        "seen in a healthy father",
    )


def test_overridden_criterion__moves_the_class_that_the_points_suggest(
    found: Interpretation,
) -> None:
    candidate = find_variant(found, "chr2-148206-C-T")
    case = state(OPENED, RANKED)
    assay = Override("PS3", Met.MET, Strength.STRONG, "no current in oocytes, PMID:1")
    judged = classify_variant(case, candidate, Verdict(None, overrides=(assay,)), "gen-1")
    before = candidate[1]
    assert judged.overrides == (assay,)
    assert judged.suggested is judged.classification is Classification.PATHOGENIC
    assert reconsider(before, (assay,)).points == before.points + 4
    stale = Verdict(Classification.LIKELY_PATHOGENIC, overrides=(assay,))
    with pytest.raises(CaseError, match="the points suggest `pathogenic`"):
        classify_variant(case, candidate, stale, "gen-1")


def test_override_without_a_reason__classifies_nothing(found: Interpretation) -> None:
    candidate = find_variant(found, "chr2-148206-C-T")
    verdict = Verdict(None, overrides=(Override("PS3", Met.MET, Strength.STRONG, " "),))
    with pytest.raises(InterpretationError, match="`PS3` needs a reason"):
        classify_variant(state(OPENED, RANKED), candidate, verdict, "gen-1")


def test_find_variant__finds_only_what_the_candidates_rest_on(found: Interpretation) -> None:
    assert find_variant(found, "chr1-90134-GAAG-G")[0].gene == "PCDH19"
    for allele, rank in (("chr2-148206-C-G", None), ("chr2-148206-C-T", 2)):
        with pytest.raises(CaseError, match="no candidate of this case"):
            find_variant(found, allele, rank)


def test_declare_no_finding__needs_a_reason_and_no_explaining_variant() -> None:
    with pytest.raises(CaseError, match="what was considered"):
        declare_no_finding(state(OPENED, RANKED), "gen-1", " ")
    with pytest.raises(CaseError, match="classify it again"):
        declare_no_finding(state(OPENED, RANKED, CAUSAL), "gen-1", "nothing fits")
    assert declare_no_finding(state(OPENED, RANKED, REJECTED), "gen-1", "nothing fits") == NOTHING


def test_sign_answer__needs_a_conclusion() -> None:
    with pytest.raises(CaseError, match="has no conclusion"):
        sign_answer(state(OPENED, RANKED, REJECTED), "gen-1", "e" * 64, FILES)
    with pytest.raises(CaseError, match="signed when its candidates have been judged"):
        sign_answer(state(OPENED, RANKED), "gen-1", "e" * 64, FILES)
    for judged in (CAUSAL, NOTHING):
        assert sign_answer(state(OPENED, RANKED, judged), "gen-1", "e" * 64, FILES) == SIGNED


def test_sign_answer__refuses_without_the_page_of_what_was_not_examined() -> None:
    silent = replace(RANKED, not_examined=0)
    with pytest.raises(CaseError, match="does not say what was not examined"):
        sign_answer(state(OPENED, silent, CAUSAL), "gen-1", "e" * 64, FILES)


def test_issue_answer__hands_a_signed_answer_over_once() -> None:
    assert issue_answer(state(OPENED, RANKED, CAUSAL, SIGNED)) == ISSUED
    with pytest.raises(CaseError, match="only a signed answer"):
        issue_answer(state(OPENED, RANKED, CAUSAL, SIGNED, ISSUED))


@pytest.mark.parametrize("classification", list(Classification))
def test_usual_bearing__reports_every_class_that_is_not_benign(
    classification: Classification,
) -> None:
    benign = classification in {Classification.BENIGN, Classification.LIKELY_BENIGN}
    assert (usual_bearing(classification) not in EXPLAINING) is benign


ANY_EVENT = st.sampled_from([OPENED, RANKED, RELABELLED, CAUSAL, REJECTED, NOTHING, SIGNED, ISSUED])


def naive_is_possible(events: Sequence[CaseEvent]) -> bool:
    """Say which histories of a case can be, as a word over letters."""
    letters = "".join(
        {
            CaseOpened: "o",
            CandidatesRanked: "r",
            FindingRelabelled: "p",
            VariantClassified: "j",
            NoFindingDeclared: "j",
            AnswerSigned: "s",
            AnswerIssued: "i",
        }[type(event)]
        for event in events
    )
    before, _, after = letters.partition("s")
    if letters.startswith("p"):
        return False
    before = before.replace("p", "")
    if "s" in letters and (not before.endswith("j") or after not in {"", "i"}):
        return False
    if "i" in before or not before.startswith("o") or "o" in before[1:]:
        return False
    return len(before) == 1 or before[1] == "r"


@settings(deadline=None, max_examples=400, derandomize=True)
@given(st.lists(ANY_EVENT, min_size=1, max_size=7).map(lambda tail: [OPENED, *tail][:7]))
def test_fold_case__believes_exactly_the_possible_histories(events: list[CaseEvent]) -> None:
    if naive_is_possible(events):
        assert state(*events).version == len(events)
    else:
        with pytest.raises(CaseError):
            state(*events)


@settings(deadline=None, max_examples=150, derandomize=True)
@given(steps=st.lists(st.integers(0, 6), max_size=14))
def test_case__is_never_signed_without_a_conclusion_by_any_steps(steps: list[int]) -> None:
    case = evolve(None, OPENED, START)
    for step in steps:
        decisions = (
            lambda case: rank_again(case, not_examined=5),
            lambda case: rank_again(case, not_examined=0),
            lambda case: judge(case, Classification.LIKELY_PATHOGENIC),
            lambda case: judge(case, Classification.BENIGN),
            lambda case: declare_no_finding(case, "gen-1", "nothing fits"),
            lambda case: sign_answer(case, "gen-1", "e" * 64, FILES),
            issue_answer,
        )
        try:
            event = decisions[step](case)
        except CaseError:
            continue
        case = evolve(case, event, START)
        check_case(case)


def rank_again(case: Case, *, not_examined: int) -> CandidatesRanked:
    evolve(case, RANKED, START)
    return replace(RANKED, not_examined=not_examined)


def judge(case: Case, classification: Classification) -> VariantClassified:
    said = replace(CAUSAL, classification=classification, bearing=usual_bearing(classification))
    evolve(case, said, START)
    return said


def check_case(case: Case) -> None:
    """Hold against a state what must be true of every state."""
    if case.stage in {Stage.SIGNED, Stage.ISSUED}:
        assert case.signed is not None
        assert case.ranking is not None
        assert case.ranking.not_examined > 0
        assert reported_judgements(case) or case.no_finding is not None
    else:
        assert case.signed is None
    assert not (reported_judgements(case) and case.no_finding is not None)
    if case.stage in {Stage.OPENED, Stage.RANKED}:
        assert case.judgements == ()
        assert case.no_finding is None
