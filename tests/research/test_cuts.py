"""Cuts: a frozen set of rows that a withdrawal reaches in the next answer all the same."""

import json
from dataclasses import replace

import pytest
from pyroaring import BitMap
from sqlalchemy import text

from kerne.consent.events import (
    AnalysisConsentWithdrawn,
    LimitedToOwnTreatment,
    ResearchLevel,
    ResearchUseAllowed,
    ResearchUseRefused,
)
from kerne.errors import ResearchError
from kerne.people.asking import Action, Refusal
from kerne.research.actions import CutNow
from kerne.research.events import CutIssued, QuestionAnswered
from kerne.research.ledger import Holdings

from .conftest import AT, COMMITTEE, OUTSIDER, PEOPLE, RESEARCHER, TERMS, Nation, person

PROJECT = TERMS.project
CLOSE = replace(TERMS, level=ResearchLevel.SUBJECT_QUERY)
SUBJECT = ResearchLevel.SUBJECT_QUERY


def cut(nation: Nation, project: str = PROJECT) -> CutIssued:
    issued = nation.research.issue_cut(RESEARCHER, "research", project)
    assert isinstance(issued, CutIssued)
    return issued


def counted(nation: Nation, over: str | None, gene: str = "SHARED") -> QuestionAnswered:
    answered = nation.research.count_alleles(RESEARCHER, "research", PROJECT, gene, cut=over)
    assert isinstance(answered, QuestionAnswered)
    return answered


def listed(nation: Nation) -> list[tuple[str, int, int]]:
    cuts = nation.research.cuts(RESEARCHER, "research", PROJECT)
    assert not isinstance(cuts, Refusal)
    assert all(isinstance(each, CutNow) for each in cuts)
    return [(each.cut.cut, each.cut.genomes, each.genomes) for each in cuts]


def test_cut__holds_those_who_allow_questions_about_single_subjects(nation: Nation) -> None:
    nation.permit(CLOSE)
    nation.choose(ResearchUseRefused(person(1), SUBJECT, person(1)))
    nation.choose(LimitedToOwnTreatment(person(2), person(2)))
    first, second = cut(nation), cut(nation)
    assert (first.cut, second.cut) == ("PRJ-0001/C-1", "PRJ-0001/C-2")
    assert first.issued_by == RESEARCHER.identifier
    assert first.genomes == len(nation.ledger.population(first.population)) == PEOPLE - 2


def test_cut__needs_a_permit_for_single_subjects_and_a_user_named_in_it(nation: Nation) -> None:
    nation.permit()
    nation.permit(replace(CLOSE, project="PRJ-0002"))
    for who, project in ((RESEARCHER, PROJECT), (OUTSIDER, "PRJ-0002"), (COMMITTEE, "PRJ-0002")):
        assert isinstance(nation.research.issue_cut(who, "research", project), Refusal)
        assert isinstance(nation.research.cuts(who, "research", project), Refusal)
    assert nation.ledger.permit(PROJECT).cuts == ()


@pytest.mark.parametrize(
    "withdrawal",
    [
        AnalysisConsentWithdrawn(person(3), person(3)),
        ResearchUseRefused(person(3), SUBJECT, person(3)),
        ResearchUseRefused(person(3), ResearchLevel.ALLELE_FREQUENCY, person(3)),
        LimitedToOwnTreatment(person(3), person(3)),
    ],
)
def test_withdrawal__reaches_a_cut_already_issued_in_its_next_answer(
    nation: Nation,
    withdrawal: AnalysisConsentWithdrawn | ResearchUseRefused | LimitedToOwnTreatment,
) -> None:
    nation.permit(CLOSE)
    number = cut(nation).cut
    before = counted(nation, number)
    assert (before.genomes, before.carriers, before.cut) == (14, 8, number)
    nation.choose(withdrawal)
    after = counted(nation, number)
    assert (after.genomes, after.carriers) == (13, 7)
    assert listed(nation) == [(number, 14, 13)]


def test_withdrawal__while_a_cut_is_counted_makes_the_count_repeat(nation: Nation) -> None:
    nation.permit(CLOSE)
    number = cut(nation).cut
    nation.meanwhile.append(lambda: nation.refuse(3))
    assert counted(nation, number).genomes == 13
    assert "superseded" in nation.outcomes()


def test_cut__does_not_grow_by_who_allows_it_later(nation: Nation) -> None:
    nation.permit(CLOSE)
    nation.choose(ResearchUseRefused(person(3), SUBJECT, person(3)))
    number = cut(nation).cut
    nation.choose(ResearchUseAllowed(person(3), SUBJECT, person(3)))
    assert counted(nation, number).genomes == 13
    assert counted(nation, None).genomes == 14


def test_end_of_the_permit__reaches_its_cuts(nation: Nation) -> None:
    nation.permit(CLOSE)
    number = cut(nation).cut
    nation.research.revoke_permit(COMMITTEE, "research", PROJECT)
    for answer in (
        nation.research.count_alleles(RESEARCHER, "research", PROJECT, "SHARED", cut=number),
        nation.research.cuts(RESEARCHER, "research", PROJECT),
        nation.research.issue_cut(RESEARCHER, "research", PROJECT),
    ):
        assert isinstance(answer, Refusal)


def test_cut__of_another_project_is_no_cut(nation: Nation) -> None:
    nation.permit(CLOSE)
    nation.permit(replace(CLOSE, project="PRJ-0002"))
    other = cut(nation, "PRJ-0002").cut
    with pytest.raises(ResearchError, match="the number of its project and its own"):
        counted(nation, other)
    with pytest.raises(ResearchError, match="has no such cut"):
        counted(nation, f"{PROJECT}/C-1")


def test_question_over_a_cut__says_so_to_the_citizen(nation: Nation) -> None:
    nation.permit(CLOSE)
    number = cut(nation).cut
    counted(nation, number)
    abouts = [(each.intent.action, each.intent.about) for each in nation.intents()][-2:]
    assert abouts == [
        (Action.FIND_CARRIERS, f"cut {number}"),
        (Action.FIND_CARRIERS, f"allele count of gene SHARED over cut {number}"),
    ]


def test_holdings__name_where_a_row_has_been_and_no_more(nation: Nation) -> None:
    nation.permit(CLOSE)
    nation.permit(replace(CLOSE, project="PRJ-0002"))
    everyone = counted(nation, None)
    verdict = nation.research.request_output(RESEARCHER, "research", PROJECT, everyone.question)
    assert not isinstance(verdict, Refusal)
    assert verdict.passes
    row = nation.people.rows_of(person(3))
    assert nation.ledger.holdings(row) == Holdings((PROJECT,), (), (everyone.question,))
    nation.refuse(3)
    later = cut(nation, "PRJ-0002")
    assert nation.ledger.holdings(row) == Holdings((PROJECT,), (), (everyone.question,))
    other = nation.people.rows_of(person(4))
    assert nation.ledger.holdings(other).cuts == (later.cut,)
    assert nation.ledger.holdings(other).projects == (PROJECT, "PRJ-0002")
    assert nation.ledger.holdings(BitMap()) == Holdings((), (), ())


def test_stored_question__from_before_there_were_cuts_is_brought_up(nation: Nation) -> None:
    nation.permit()
    answered = counted(nation, None)
    with nation.consent.engine.begin() as connection:
        body = connection.execute(
            text("SELECT body FROM research_event WHERE type = 'QuestionAnswered'")
        ).scalar_one()
        old = {name: value for name, value in json.loads(body).items() if name != "cut"}
        connection.execute(
            text(
                "UPDATE research_event SET body = :body, type_version = 1"
                " WHERE type = 'QuestionAnswered'"
            ),
            {"body": json.dumps(old)},
        )
    assert nation.ledger.permit(PROJECT).question(answered.question) == answered
    assert nation.now == AT
