"""A class that a hospital revises: what others see, what becomes a task, and what is refused."""

from dataclasses import replace

import pytest

from kerne.cases.events import Bearing
from kerne.cases.reanalysis_events import ClassificationRevised
from kerne.cases.revising import Revisions
from kerne.cases.statement import WITHHELD, SharedClassification
from kerne.cases.verdict import Verdict
from kerne.errors import CaseError
from kerne.interpretation.candidate import Classification, Met, Strength
from kerne.interpretation.classification import not_met, pathogenic
from kerne.interpretation.criteria.overrides import Override
from kerne.people.asking import Action, Refusal

from .conftest import STOP, Room
from .test_cases_actions import OWN, ranked, signed
from .test_sharing import ANOTHER, SOUTH, sign_in_the_south
from .test_statement import SAID

DOUBT = Verdict(Classification.UNCERTAIN, "seen in two healthy adults, PMID:1")
ASSAY = Override("BS3", Met.MET, Strength.STRONG, "full activity in fibroblasts, PMID:2")


def revise(room: Room, case: str, verdict: Verdict) -> ClassificationRevised:
    done = Revisions(room.cases).revise(room.geneticist, OWN, case, str(STOP), verdict)
    assert isinstance(done, ClassificationRevised)
    return done


def shared(room: Room) -> list[SharedClassification]:
    seen = room.cases.shared.classifications(SOUTH, ANOTHER, allele=str(STOP))
    assert not isinstance(seen, Refusal)
    return list(seen)


def test_revised_class__is_a_newer_word_beside_the_answer_that_stays(room: Room) -> None:
    case, answer = signed(room)
    done = revise(room, case, DOUBT)
    assert (done.was, done.classification) == (Classification.PATHOGENIC, Classification.UNCERTAIN)
    assert [each.classification for each in shared(room)] == [
        "pathogenic",
        "uncertain significance",
    ]
    assert {each.reason for each in shared(room)} == {""}
    own = room.cases.shared.classifications(room.geneticist, ANOTHER)
    assert not isinstance(own, Refusal)
    assert own[-1].reason == DOUBT.reason
    again = room.cases.read_answer(room.geneticist, OWN, case)
    assert not isinstance(again, Refusal)
    assert again.record == answer.record
    ask = next(each for each in reversed(room.door.asks) if each.action is Action.CLASSIFY)
    assert ask.about == f"case {case}"


def test_revised_class__opens_a_task_and_revised_grounds_alone_open_none(room: Room) -> None:
    case, _ = signed(room)
    revise(room, case, DOUBT)
    back = replace(DOUBT, classification=Classification.PATHOGENIC, reason="the two fell ill")
    assert revise(room, case, back).was is Classification.UNCERTAIN
    past = room.cases.ledger.reanalyses.read(case)
    told = [(each.opened.was, each.opened.now) for each in past.open_tasks]
    assert told == [
        ("pathogenic", "uncertain significance"),
        ("uncertain significance", "pathogenic"),
    ]
    assert room.cases.ledger.reanalyses.with_open_tasks() == (case,)
    revise(room, case, replace(back, overrides=(ASSAY,), reason="an assay was published"))
    assert len(room.cases.ledger.reanalyses.read(case).open_tasks) == 2
    assert "BS3 strong" in shared(room)[-1].criteria


def test_class__follows_the_points_where_none_is_named(room: Room) -> None:
    case, _ = signed(room)
    gone = Override("PVS1", Met.NOT_MET, Strength.NONE, "the exon is skipped in every tissue")
    done = revise(room, case, Verdict(None, "RNA was read", overrides=(gone, ASSAY)))
    newest = shared(room)[-1]
    assert done.classification is newest.suggested is newest.classification
    assert newest.points < 0


@pytest.mark.parametrize(
    ("verdict", "problem"),
    [
        (replace(DOUBT, reason=" "), "revised with a reason"),
        (Verdict(Classification.PATHOGENIC, "as before"), "nothing is revised"),
    ],
)
def test_revision_that_says_nothing__is_refused(room: Room, verdict: Verdict, problem: str) -> None:
    case, _ = signed(room)
    with pytest.raises(CaseError, match=problem):
        revise(room, case, verdict)
    assert len(shared(room)) == 1


def test_revision__is_of_a_signed_answer_of_the_own_hospital(room: Room) -> None:
    case, _ = ranked(room)
    with pytest.raises(CaseError, match="no signed answer"):
        revise(room, case, DOUBT)
    room.cases.classify(room.geneticist, OWN, case, str(STOP), Verdict(None))
    room.cases.sign(room.geneticist, OWN, case)
    with pytest.raises(CaseError, match="another hospital's"):
        Revisions(room.cases).revise(SOUTH, OWN, case, str(STOP), DOUBT)
    with pytest.raises(CaseError, match="classifies no such variant"):
        Revisions(room.cases).revise(room.geneticist, OWN, case, "chr1-1-A-C", DOUBT)


def test_revision_whose_sharing_was_cut_off__is_shared_at_the_next_start(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, _ = signed(room)
    with monkeypatch.context() as patched:
        patched.setattr("kerne.cases.sharing.SharedKnowledge.react", lambda _self: None)
        revise(room, case, DOUBT)
        assert len(shared(room)) == 1
    room.cases.react()
    room.cases.react()
    assert len(shared(room)) == 2


def test_other_class_of_another_hospital__is_said_before_the_signature(room: Room) -> None:
    signed(room)
    case = room.cases.open_case(SOUTH, OWN, "K-2026-000002", observed=["HP:0000010"])
    assert not isinstance(case, Refusal)
    room.cases.interpret(SOUTH, OWN, case.number)
    verdict = Verdict(Classification.UNCERTAIN, "seen in healthy people", Bearing.CANDIDATE)
    room.cases.classify(SOUTH, OWN, case.number, str(STOP), verdict)
    with pytest.raises(
        CaseError, match=r"Hospital North classified a variant .*`pathogenic`"
    ) as no:
        room.cases.sign(SOUTH, OWN, case.number)
    assert str(STOP) not in str(no.value)
    assert room.cases.ledger.case(case.number).signed is None
    answer = room.cases.sign(SOUTH, OWN, case.number, despite_others=True)
    assert not isinstance(answer, Refusal)
    (other,) = answer.others
    assert (other.organisation, other.case, other.reason) == ("Hospital North", "", "")


def test_matter_of_degree__is_told_and_stops_nothing(room: Room) -> None:
    sign_in_the_south(room, Classification.LIKELY_PATHOGENIC)
    _, answer = signed(room)
    assert [each.classification for each in answer.others] == ["likely pathogenic"]


def test_words_about_a_family__stay_with_the_hospital_also_where_they_were_overridden() -> None:
    former = not_met("PS2", "the mother has it", "pedigree")
    own = replace(pathogenic("PS2", Strength.STRONG, "a second sample", "g"), overridden=former)
    said = replace(SAID, evidence=(own,))
    (seen,) = said.seen_by("Hospital South").evidence
    assert (seen.data, seen.overridden) == (WITHHELD, None)
    assert "mother" not in repr(said.seen_by("Hospital South"))
    assert said.seen_by(said.organisation) == said
