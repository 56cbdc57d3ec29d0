"""The state of looks again: what is told, what becomes a task, and how tasks are closed."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from kerne.alleles.allele import Allele
from kerne.cases.case import Case, Judgement, Stage
from kerne.cases.events import Bearing, CandidatesRanked, VariantClassified
from kerne.cases.reanalysis import (
    ClassNow,
    Found,
    KeptNews,
    Reanalysis,
    close_recontact,
    fold_reanalysis,
    is_unsolved,
    last_word,
    reanalyse_case,
)
from kerne.cases.reanalysis_events import (
    CaseReanalysed,
    Done,
    ReanalysisEvent,
    RecontactOpened,
)
from kerne.database.history import Recorded
from kerne.errors import CaseError
from kerne.interpretation.candidate import Classification, Mode
from kerne.interpretation.reanalysis.differences import Reason, Why
from kerne.interpretation.reanalysis.news import News

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
RELEASES = ("hpo 2026-01-01",)
RANKED = CandidatesRanked("C-1", "d1", ("hpo 2025-01-01",), 2, 3, basis="b1")
SAID = VariantClassified(
    case="C-1",
    person="P-1",
    by="g",
    classification=Classification.PATHOGENIC,
    suggested=Classification.LIKELY_PATHOGENIC,
    bearing=Bearing.CAUSATIVE,
    allele="chr1-10-A-T",
    gene="GENE",
    disease="OMIM:1",
    reason="",
)
NEWS = News(
    gene="OTHER",
    disease="OMIM:2",
    disease_name="Green nail disease",
    mode=Mode.DOMINANT,
    alleles=(Allele("chr2", 9, "C", "G"),),
    log10_odds=3.0,
    log10_odds_before=None,
    reasons=(Reason(Why.LINK, "OTHER was not linked to Green nail disease (OMIM:2)"),),
)


def _case(stage: Stage, *judged: VariantClassified) -> Case:
    return Case(
        number="C-1",
        person="P-1",
        order="K-1",
        sample="S1",
        opened_by="g",
        opened_at=AT,
        observed=("HP:0000020",),
        excluded=(),
        relatives=(),
        stage=stage,
        version=4,
        ranking=RANKED,
        judgements=tuple(Judgement(each, AT) for each in judged),
    )


def _folded(*events: ReanalysisEvent) -> Reanalysis:
    return fold_reanalysis(
        Recorded(number, "C-1", number, AT, 7, event) for number, event in enumerate(events, 1)
    )


def _class_now(now: Classification | None, clinvar: str = "") -> ClassNow:
    return ClassNow(SAID, now, clinvar, ("new frequency: ...",), {})


def _tasks(events: Sequence[ReanalysisEvent]) -> list[RecontactOpened]:
    return [each for each in events if isinstance(each, RecontactOpened)]


FOUND = Found(news=(KeptNews(NEWS, {}),))


@pytest.mark.parametrize(
    ("bearing", "unsolved"),
    [(Bearing.CAUSATIVE, False), (Bearing.CANDIDATE, True), (Bearing.REJECTED, True)],
)
def test_case__is_unsolved_until_a_variant_is_judged_the_cause(
    bearing: Bearing, *, unsolved: bool
) -> None:
    said = replace(SAID, bearing=bearing)
    assert is_unsolved(_case(Stage.JUDGED, said)) is unsolved
    assert is_unsolved(_case(Stage.RANKED))


def test_look_that_finds_nothing__is_noted_with_its_releases() -> None:
    events = reanalyse_case(_case(Stage.ISSUED), Reanalysis(), RELEASES, Found(), None)
    assert events == (CaseReanalysed("C-1", "P-1", "d1", RELEASES, 0, None),)


def test_news_of_an_open_case__is_told_and_is_no_task() -> None:
    events = reanalyse_case(_case(Stage.JUDGED), Reanalysis(), RELEASES, FOUND, "n1")
    assert events == (CaseReanalysed("C-1", "P-1", "d1", RELEASES, 1, "n1"),)
    assert _folded(*events).told("d1") == ("n1",)
    assert _folded(*events).told("another ranking") == ()


@pytest.mark.parametrize("stage", [Stage.SIGNED, Stage.ISSUED])
def test_news_after_the_answer__opens_a_task_in_the_same_step(stage: Stage) -> None:
    _, task = reanalyse_case(_case(stage), Reanalysis(), RELEASES, FOUND, "n1")
    assert isinstance(task, RecontactOpened)
    assert (task.task, task.gene, task.alleles) == (1, "OTHER", ("chr2-10-C-G",))
    assert (task.was, task.now) == (
        "no cause found",
        "candidate: Green nail disease, dominant",
    )
    assert task.reasons == (
        "new gene-disease link: OTHER was not linked to Green nail disease (OMIM:2)",
    )


@pytest.mark.parametrize(
    ("now", "clinvar", "words"),
    [
        (Classification.LIKELY_PATHOGENIC, "", None),
        (Classification.UNCERTAIN, "", "uncertain significance"),
        (None, "", "no candidate any more"),
        (
            Classification.LIKELY_PATHOGENIC,
            "Benign (2 stars)",
            "likely pathogenic; ClinVar: Benign (2 stars)",
        ),
    ],
)
def test_other_class_of_what_an_answer_says__opens_a_task(
    now: Classification | None, clinvar: str, words: str | None
) -> None:
    found = Found(classes=(_class_now(now, clinvar),))
    events = reanalyse_case(_case(Stage.ISSUED, SAID), Reanalysis(), RELEASES, found, None)
    assert [each.now for each in _tasks(events)] == ([] if words is None else [words])
    if words is not None:
        assert _tasks(events)[0].was == "likely pathogenic"
    unsigned = reanalyse_case(_case(Stage.JUDGED, SAID), Reanalysis(), RELEASES, found, None)
    assert _tasks(unsigned) == []


def test_class_that_stays_changed__opens_one_task_and_its_way_back_another() -> None:
    case = _case(Stage.ISSUED, SAID)
    lower = Found(classes=(_class_now(Classification.UNCERTAIN),))
    state = _folded(*reanalyse_case(case, Reanalysis(), RELEASES, lower, None))
    assert last_word(state, SAID) == "uncertain significance"
    assert _tasks(reanalyse_case(case, state, RELEASES, lower, None)) == []
    back = Found(classes=(_class_now(Classification.LIKELY_PATHOGENIC),))
    (task,) = _tasks(reanalyse_case(case, state, RELEASES, back, None))
    assert (task.task, task.was, task.now) == (2, "uncertain significance", "likely pathogenic")


def test_unranked_case__cannot_be_reanalysed() -> None:
    unranked = replace(_case(Stage.OPENED), ranking=None)
    with pytest.raises(CaseError, match="have not been ranked yet"):
        reanalyse_case(unranked, Reanalysis(), RELEASES, Found(), None)


def test_task__is_closed_once_with_what_was_done() -> None:
    case = _case(Stage.ISSUED)
    opened = reanalyse_case(case, Reanalysis(), RELEASES, FOUND, "n1")
    state = _folded(*opened)
    assert [each.opened.task for each in state.open_tasks] == [1]
    closed = close_recontact(case, state, 1, "g", Done.TOLD, " told by telephone ")
    after = _folded(*opened, closed)
    assert after.open_tasks == ()
    (task,) = after.tasks
    assert task.closed is not None
    assert (task.closed.by, task.closed.done, task.closed.note) == (
        *("g", Done.TOLD),
        "told by telephone",
    )
    with pytest.raises(CaseError, match="task `1` of case `C-1` is closed already"):
        close_recontact(case, after, 1, "g", Done.TOLD, "again")


@pytest.mark.parametrize(
    ("task", "note", "why"), [(2, "told", "has no task `2`"), (1, "  ", "closed with a note")]
)
def test_task__is_closed_by_its_number_and_with_a_note(task: int, note: str, why: str) -> None:
    case = _case(Stage.ISSUED)
    state = _folded(*reanalyse_case(case, Reanalysis(), RELEASES, FOUND, "n1"))
    with pytest.raises(CaseError, match=why):
        close_recontact(case, state, task, "g", Done.NOT_REACHED, note)
