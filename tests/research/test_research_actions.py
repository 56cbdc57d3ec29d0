"""Research behind the real gate: permits, counts, outputs and what the public is told."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from kerne.alleles.allele import Allele
from kerne.consent.events import AnalysisConsentWithdrawn, ResearchLevel
from kerne.errors import KnowledgeError, ResearchError, StaleVersionError
from kerne.gate.grant import Grant
from kerne.genomes.keeping.store import GenomeStore
from kerne.genomes.reading.intake import GenomeFile
from kerne.people.asking import Action, Ask, Identity, Purpose, Refusal, Role
from kerne.people.sample import GenomeRow
from kerne.research.actions import PermitFile, _counted
from kerne.research.airlock import Check, Verdict
from kerne.research.events import OutputHeld, OutputReleased, QuestionAnswered
from kerne.research.public import BYTES_A_DRAW, PublicAnswer

from .conftest import (
    AT,
    COMMITTEE,
    DOCTOR,
    OUTSIDER,
    REGISTRAR,
    RESEARCHER,
    TERMS,
    TIER,
    Nation,
    genomes_text,
    person,
)

KNOWN = Allele("chr1", 9, "A", "C")
RARE = Allele("chr1", 19, "G", "T")
ELSEWHERE = Allele("chr1", 29, "C", "G")


def test_permit_file__knows_what_was_issued_and_not_what_was_revoked(nation: Nation) -> None:
    permits = PermitFile(nation.ledger)
    assert permits.facts("PRJ-0001") is None
    nation.permit()
    facts = permits.facts("PRJ-0001")
    assert facts is not None
    assert (facts.purpose, facts.users) == (Purpose.RESEARCH, frozenset({"researcher-1"}))
    assert (facts.active_from, facts.expires) == (date(2026, 1, 1), date(2027, 1, 1))
    assert nation.research.revoke_permit(COMMITTEE, "research", "PRJ-0001") == "PRJ-0001"
    assert permits.facts("PRJ-0001") is None


def test_permit__names_who_issued_it_whatever_its_terms_say(nation: Nation) -> None:
    nation.permit(replace(TERMS, issued_by="the minister"))
    issued = nation.ledger.permit("PRJ-0001").issued
    assert issued is not None
    assert issued.issued_by == "committee-1"


@pytest.mark.parametrize("who", [RESEARCHER, DOCTOR, REGISTRAR])
def test_permit__is_issued_and_ended_by_the_committee_only(nation: Nation, who: Identity) -> None:
    assert isinstance(nation.research.issue_permit(who, "research", TERMS), Refusal)
    nation.permit()
    assert isinstance(nation.research.revoke_permit(who, "research", "PRJ-0001"), Refusal)
    assert isinstance(nation.count(), QuestionAnswered)


@pytest.mark.parametrize("project", ["Jens Jensen", "250947-9989", "", "PRJ-0001 ", "prj-1"])
def test_project__has_a_number_and_no_name(nation: Nation, project: str) -> None:
    with pytest.raises(ResearchError, match="a number like `PRJ-0001`"):
        nation.research.issue_permit(COMMITTEE, "research", replace(TERMS, project=project))


def test_count__is_answered_under_the_permit_and_kept_in_the_workspace(nation: Nation) -> None:
    nation.permit()
    answered = nation.counted()
    assert (answered.project, answered.question) == ("PRJ-0001", "PRJ-0001/Q-1")
    assert (answered.asked_by, answered.gene) == ("researcher-1", "SHARED")
    assert (answered.genomes, answered.carriers, answered.alleles, answered.largest) == (
        14,
        8,
        8,
        1,
    )
    assert nation.counted("LEANING").largest == 6
    assert len(nation.ledger.population(answered.population)) == 14
    assert [q.question for q in nation.ledger.permit("PRJ-0001").questions] == [
        "PRJ-0001/Q-1",
        "PRJ-0001/Q-2",
    ]


def test_count__of_an_unknown_gene_asks_nobody(nation: Nation) -> None:
    with pytest.raises(KnowledgeError, match="`NOGENE`"):
        nation.count("NOGENE")
    assert nation.intents() == []


@pytest.mark.parametrize(
    ("who", "project"),
    [
        (OUTSIDER, "PRJ-0001"),
        (RESEARCHER, "PRJ-0002"),
        (RESEARCHER, "PRJ-0001 "),
        (RESEARCHER, "prj-0001"),
        (RESEARCHER, "PRJ-0001\0"),
        (replace(RESEARCHER, roles=frozenset({Role.CITIZEN}), person=person(1)), "PRJ-0001"),
        (replace(OUTSIDER, roles=frozenset({Role.RESEARCHER, Role.ACCESS_COMMITTEE})), "PRJ-0001"),
    ],
)
def test_count__is_refused_who_is_not_named_in_the_permit(
    nation: Nation, who: Identity, project: str
) -> None:
    nation.permit()
    nation.permit(replace(TERMS, project="PRJ-0002", users=(OUTSIDER.identifier,)))
    assert isinstance(nation.count(who=who, project=project), Refusal)
    assert nation.ledger.permit(project).questions == ()


def test_count__is_refused_before_after_and_without_the_permit(nation: Nation) -> None:
    assert isinstance(nation.count(), Refusal)
    nation.permit()
    for now in (AT.replace(year=2025), AT.replace(year=2027)):
        nation.now = now
        assert isinstance(nation.count(), Refusal)
    nation.now = AT
    nation.counted()
    nation.research.revoke_permit(COMMITTEE, "research", "PRJ-0001")
    assert isinstance(nation.count(), Refusal)


def test_count__after_a_withdrawal_is_one_genome_fewer(nation: Nation) -> None:
    nation.permit()
    before = nation.counted()
    nation.refuse(1)
    after = nation.counted()
    assert (before.genomes - after.genomes, before.carriers - after.carriers) == (1, 1)
    nation.choose(AnalysisConsentWithdrawn(person(2), person(2)))
    assert nation.counted().genomes == 12


def test_choice__that_changes_while_genomes_are_read_makes_the_count_repeat(
    nation: Nation,
) -> None:
    nation.permit()
    before = nation.counted()
    nation.meanwhile = [lambda: nation.refuse(1)]
    after = nation.counted()
    assert after.genomes == before.genomes - 1
    assert nation.outcomes()[-2:] == ["superseded", "done"]
    assert len(nation.ledger.permit("PRJ-0001").questions) == 2
    # The rows of the answer that was thrown away are kept nowhere in research.
    kept = {question.population for question in nation.ledger.permit("PRJ-0001").questions}
    assert kept == {before.population, after.population}


def test_citizen_who_changed_meanwhile__is_in_the_superseded_population_only(
    nation: Nation,
) -> None:
    nation.permit()
    nation.meanwhile = [lambda: nation.refuse(1)]
    nation.counted()
    counted = [entry.population for entry in nation.intents() if entry.population]
    row = nation.people.rows_of(person(1))
    seen = [bool(nation.audit.population(mark.digest) & row) for mark in counted]
    assert seen == [True, False]


def test_output__large_enough_is_released_and_a_second_that_differs_by_one_is_held(
    nation: Nation,
) -> None:
    nation.permit()
    first = nation.counted()
    ask = nation.research.request_output
    released = ask(RESEARCHER, "research", "PRJ-0001", first.question)
    assert isinstance(released, Verdict)
    assert released.passes
    nation.refuse(14)
    second = nation.counted()
    held = ask(RESEARCHER, "research", "PRJ-0001", second.question)
    assert isinstance(held, Verdict)
    assert held.failed == (Check.DIFFERENCING,)
    events = [recorded.event for recorded in nation.ledger.history.since(0)]
    assert OutputReleased("PRJ-0001", first.question) in events
    assert events[-1] == OutputHeld("PRJ-0001", second.question, ("differencing",))


@pytest.mark.parametrize(
    ("gene", "failed"),
    [("ALONE", (Check.SMALL_CELL, Check.DOMINANCE)), ("LEANING", (Check.DOMINANCE,))],
)
def test_output__that_tells_about_few_is_held(
    nation: Nation, gene: str, failed: tuple[Check, ...]
) -> None:
    nation.permit()
    question = nation.counted(gene).question
    held = nation.research.request_output(RESEARCHER, "research", "PRJ-0001", question)
    assert isinstance(held, Verdict)
    assert held.failed == failed


def test_output__of_another_project_or_by_another_is_refused(nation: Nation) -> None:
    nation.permit()
    nation.permit(replace(TERMS, project="PRJ-0002", users=(OUTSIDER.identifier,)))
    question = nation.counted().question
    ask = nation.research.request_output
    assert isinstance(ask(OUTSIDER, "research", "PRJ-0001", question), Refusal)
    with pytest.raises(ResearchError, match="number of its project"):
        ask(OUTSIDER, "research", "PRJ-0002", question)
    with pytest.raises(ResearchError, match="no answered question"):
        ask(OUTSIDER, "research", "PRJ-0002", "PRJ-0002/Q-1")


def test_outputs__of_two_projects_at_once_do_not_both_pass(nation: Nation) -> None:
    """Two users who share what they get ask for almost the same count at the same moment."""
    nation.permit()
    nation.permit(replace(TERMS, project="PRJ-0002"))
    first = nation.counted()
    nation.refuse(14)
    second = nation.counted(project="PRJ-0002")
    ask = nation.research.request_output
    review = nation.ledger.released

    def racing() -> list[object]:
        nation.ledger.__dict__.pop("released")
        seen = review()
        assert isinstance(ask(RESEARCHER, "research", "PRJ-0001", first.question), Verdict)
        return list(seen)

    nation.ledger.__dict__["released"] = racing
    with pytest.raises(StaleVersionError, match="came first"):
        ask(RESEARCHER, "research", "PRJ-0002", second.question)
    again = ask(RESEARCHER, "research", "PRJ-0002", second.question)
    assert isinstance(again, Verdict)
    assert again.failed == (Check.DIFFERENCING,)


def test_public__is_told_nothing_before_the_first_epoch(nation: Nation) -> None:
    reply = nation.research.ask_public("statistics", KNOWN)
    assert not isinstance(reply, Refusal)
    assert reply.answer is PublicAnswer.NOT_GIVEN
    assert "7 genomes" in reply.words


def test_public_epoch__does_not_move_when_people_withdraw(nation: Nation) -> None:
    opened = nation.research.open_public_epoch
    assert opened(REGISTRAR, "statistics") == 1
    for number in range(1, 15):
        nation.refuse(number)
        assert opened(REGISTRAR, "statistics") == 1
    assert answers(nation) == [PublicAnswer.YES, PublicAnswer.NO, PublicAnswer.NOT_GIVEN]


def test_public_epoch__counts_people_whom_no_earlier_one_counted(nation: Nation) -> None:
    """The first counts 8 to 14, of whom one carries `KNOWN`; the second 1 to 7, who all do."""
    opened = nation.research.open_public_epoch
    for number in range(1, 8):
        nation.refuse(number)
    assert opened(REGISTRAR, "statistics") == 1
    assert answers(nation)[0] is PublicAnswer.NO
    for number in range(1, 7):
        nation.allow(number)
    assert opened(REGISTRAR, "statistics") == 1
    nation.allow(7)
    assert opened(REGISTRAR, "statistics") == 2
    assert answers(nation)[0] is PublicAnswer.YES
    first, second = nation.rows(range(8, 15)), nation.rows(range(1, 8))
    assert nation.ledger.publicly_counted() == first | second
    assert opened(REGISTRAR, "statistics") == 2


def test_public_epoch__counts_nobody_again_who_was_sequenced_anew(
    nation: Nation, tmp_path: Path
) -> None:
    assert nation.research.open_public_epoch(REGISTRAR, "statistics") == 1
    again = tmp_path / "again.vcf"
    again.write_text(genomes_text().replace("S-", "S-9"))
    nation.people.assign_samples({f"S-9{n:06d}": person(n) for n in range(1, 15)})
    added = nation.store.add([GenomeFile(again)])
    nation.people.register_rows(
        GenomeRow(genome.row, genome.sample, person(int(genome.sample[3:]))) for genome in added
    )
    assert nation.research.open_public_epoch(REGISTRAR, "statistics") == 1


def test_public_epoch__with_nothing_to_tell_is_an_empty_list(nation: Nation) -> None:
    for number in range(1, 8):
        nation.refuse(number)
    assert nation.research.open_public_epoch(REGISTRAR, "statistics") == 1
    assert answers(nation) == [PublicAnswer.NO, PublicAnswer.NO, PublicAnswer.NOT_GIVEN]


def test_public_epoch__does_not_open_over_few_people(nation: Nation) -> None:
    for number in range(1, 9):
        nation.refuse(number)
    assert nation.research.open_public_epoch(REGISTRAR, "statistics") == 0


def test_public_epoch__that_would_tell_too_much_of_each_is_refused(nation: Nation) -> None:
    nation.research._tier = replace(TIER, largest_cost=0.01)
    refusal = nation.research.open_public_epoch(REGISTRAR, "statistics")
    assert isinstance(refusal, Refusal)
    assert "too much of each person" in refusal.reasons[0]
    assert nation.ledger.public_epoch() == 0


def test_public_list__is_drawn_with_randomness_of_its_own_in_the_band(nation: Nation) -> None:
    """Of the alleles in coding sequence two are carried; each has a draw, and no other has."""
    drawn: list[int] = []

    def highest(size: int) -> bytes:
        drawn.append(size)
        return b"\xff" * size

    nation.research._tier = replace(TIER, always_from=0.5)
    nation.research._randomness = highest
    assert nation.research.open_public_epoch(REGISTRAR, "statistics") == 1
    assert drawn == [2 * BYTES_A_DRAW]
    assert answers(nation)[0] is PublicAnswer.NO


def test_public_question__finds_an_allele_however_it_is_written(nation: Nation) -> None:
    nation.research.open_public_epoch(REGISTRAR, "statistics")
    padded = replace(KNOWN, reference="AT", alternative="CT")
    reply = nation.research.ask_public("statistics", padded)
    assert not isinstance(reply, Refusal)
    assert reply.answer is PublicAnswer.YES
    assert reply.words == (
        "public epoch 1; `yes` means at least 10% of the alleles counted, `no` means less than 25%"
    )


@pytest.mark.parametrize(
    "allele",
    [Allele("chr1", 40, "A", "C"), Allele("chr1", 9, "A", "AC"), Allele("chr2", 9, "A", "C")],
)
def test_public_question__about_another_place_or_kind_is_not_answered(
    nation: Nation, allele: Allele
) -> None:
    nation.research.open_public_epoch(REGISTRAR, "statistics")
    reply = nation.research.ask_public("statistics", allele)
    assert not isinstance(reply, Refusal)
    assert reply.answer is PublicAnswer.NOT_GIVEN
    assert "coding sequence" in reply.words


@pytest.mark.parametrize(
    ("who", "purpose"),
    [(DOCTOR, "treatment-of-another"), (REGISTRAR, "quality"), (RESEARCHER, "statistics")],
)
def test_public_epoch__is_made_of_those_who_allow_statistics_only(
    nation: Nation, who: Identity, purpose: str
) -> None:
    """A clinic counts people who refused research: what it sees must not become public."""
    assert isinstance(nation.research.open_public_epoch(who, purpose), Refusal)
    assert nation.ledger.public_epoch() == 0


def test_public_epoch__that_two_open_at_once_is_opened_by_one(nation: Nation) -> None:
    def other() -> None:
        assert nation.research.open_public_epoch(REGISTRAR, "statistics") == 1

    nation.meanwhile = [other]
    with pytest.raises(StaleVersionError, match="public epoch `1` was opened meanwhile"):
        nation.research.open_public_epoch(REGISTRAR, "statistics")
    assert nation.ledger.public_epoch() == 1


def test_public_question__reads_no_genome(nation: Nation, monkeypatch: pytest.MonkeyPatch) -> None:
    nation.research.open_public_epoch(REGISTRAR, "statistics")

    def touched(_store: GenomeStore) -> None:
        pytest.fail("a public question read the genomes")

    monkeypatch.setattr(GenomeStore, "snapshot", touched)
    monkeypatch.setattr(GenomeStore, "rows", touched)
    assert answers(nation) == [PublicAnswer.YES, PublicAnswer.NO, PublicAnswer.NOT_GIVEN]
    assert isinstance(nation.research.ask_public("insurance", KNOWN), Refusal)


def test_grant__that_opens_no_genome_is_not_counted_over(nation: Nation) -> None:
    ask = Ask(COMMITTEE, "research", Action.ISSUE_PERMIT)
    with pytest.raises(ResearchError, match="the grant names none"):
        _counted(Grant(ask, Purpose.RESEARCH, 1, (1,), None, AT + timedelta(minutes=1)))
    assert nation.entries() == []


def test_level__below_what_a_question_looks_at_does_not_exist(nation: Nation) -> None:
    nation.permit(replace(TERMS, level=ResearchLevel.SECONDARY_USE))
    assert isinstance(nation.count(), QuestionAnswered)


def answers(nation: Nation) -> list[PublicAnswer]:
    replies = [
        nation.research.ask_public("statistics", allele) for allele in (KNOWN, RARE, ELSEWHERE)
    ]
    return [reply.answer for reply in replies if not isinstance(reply, Refusal)]
