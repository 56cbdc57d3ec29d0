import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from time import process_time

import pytest
from pyroaring import BitMap
from sqlalchemy import update
from sqlalchemy.event import listen

from kerne.consent import ledger as ledger_module
from kerne.consent.events import (
    AnalysisConsented,
    AnalysisConsentWithdrawn,
    ConsentEvent,
    LimitedToOwnTreatment,
    ReaderBlocked,
    ResearchLevel,
    ResearchUseRefused,
    SecondaryChoice,
)
from kerne.consent.ledger import ConsentLedger, Withdrawal
from kerne.errors import ConsentError, StaleVersionError
from kerne.people.asking import Epoch, Purpose
from kerne.people.kinship import Custody, ParentOf
from kerne.people.person import Person, RegisteredSex
from kerne.people.sample import RowSnapshot

from .conftest import AT, LAWS, TODAY, Nation, number_of, open_nation, sequence


def consented(person: int) -> AnalysisConsented:
    return AnalysisConsented(number_of(person), "D-1", "1", "d", SecondaryChoice.ALL, True)


def everyone_consents(nation: Nation) -> None:
    nation.consent.append_all([consented(person) for person in range(1, 5)], entry=1, at=AT)


def counted(nation: Nation, purpose: Purpose = Purpose.STATISTICS, today: date = TODAY) -> set[int]:
    return set(nation.consent.population(purpose, None, today).rows)


def refusal(person: int, level: ResearchLevel) -> ResearchUseRefused:
    return ResearchUseRefused(number_of(person), level, "c")


def test_withdrawal__is_the_newest_unless_a_consent_follows_it(nation: Nation) -> None:
    person = number_of(1)
    withdrawn = AnalysisConsentWithdrawn(person, "citizen-1")
    assert nation.consent.withdrawal_of(person) is None
    nation.consent.append_all(
        [consented(1), refusal(1, ResearchLevel.SECONDARY_USE)], entry=1, at=AT
    )
    assert nation.consent.withdrawal_of(person) is None
    nation.consent.append(2, withdrawn, entry=7, at=AT)
    assert nation.consent.withdrawal_of(person) == Withdrawal("citizen-1", 7)
    assert list(nation.consent.withdrawals("orders")) == [person]
    assert list(nation.consent.withdrawals("orders")) == []
    nation.consent.append(3, consented(1), entry=8, at=AT)
    assert nation.consent.withdrawal_of(person) is None


@pytest.mark.parametrize("purpose", [each for each in Purpose if each is not Purpose.RESEARCH])
def test_population__without_consent_holds_nobody(nation: Nation, purpose: Purpose) -> None:
    assert counted(nation, purpose) == set()


def test_population__holds_those_whose_choices_allow_the_level(nation: Nation) -> None:
    everyone_consents(nation)
    for person, level in enumerate(ResearchLevel, start=2):
        nation.consent.append(1, refusal(person, level), entry=2, at=AT)
    populations = [
        set(nation.consent.population(Purpose.RESEARCH, level, TODAY).rows)
        for level in ResearchLevel
    ]
    assert populations == [{10, 30, 40}, {10, 40}, {10}]
    assert counted(nation, Purpose.TREATMENT_OF_ANOTHER) == {10, 20, 30, 40}


def test_population__someone_who_only_blocked_a_reader_is_counted_with_the_silent(
    nation: Nation,
) -> None:
    blocked = ReaderBlocked(number_of(1), "doctor-9", "c")
    nation.consent.append(0, blocked, entry=1, at=AT)
    assert counted(nation) == set()
    nation.consent.append(1, consented(1), entry=2, at=AT)
    assert counted(nation) == {10}


def test_population__counts_one_current_row_a_person(nation: Nation) -> None:
    everyone_consents(nation)
    sequence(nation, 50, 1)
    assert counted(nation) == {20, 30, 40, 50}
    nation.people.retire_row(50)
    assert counted(nation) == {10, 20, 30, 40}
    nation.people.retire_row(10)
    assert counted(nation) == {20, 30, 40}


def test_population__research_without_a_level_is_an_error(nation: Nation) -> None:
    with pytest.raises(ConsentError, match="research names its level"):
        nation.consent.population(Purpose.RESEARCH, None, TODAY)


def test_population__is_the_askers_own_copy(nation: Nation) -> None:
    everyone_consents(nation)
    nation.consent.population(Purpose.STATISTICS, None, TODAY).rows.clear()
    assert counted(nation) == {10, 20, 30, 40}


def test_population__in_an_opt_in_country_needs_a_permission(
    nation: Nation, tmp_path: Path
) -> None:
    everyone_consents(nation)
    opt_in = open_nation(tmp_path, research_by_default=False)
    assert counted(opt_in) == set()
    assert counted(opt_in, Purpose.TREATMENT_OF_ANOTHER) == {10, 20, 30, 40}
    assert opt_in.consent.chosen(number_of(1), 40).research is None


def test_epoch__moves_with_choices_rows_and_days(nation: Nation) -> None:
    seen = [nation.consent.epoch(TODAY)]
    nation.consent.append(0, consented(1), entry=1, at=AT)
    seen.append(nation.consent.epoch(TODAY))
    sequence(nation, 50, 1)
    seen.append(nation.consent.epoch(TODAY))
    nation.people.retire_row(50)
    seen.append(nation.consent.epoch(TODAY))
    seen.append(nation.consent.epoch(TODAY + timedelta(days=1)))
    assert len(set(seen)) == len(seen)
    assert [epoch.choices for epoch in seen] == [0, 1, 1, 1, 1]
    assert seen[3:] == [Epoch(1, 6, "2026-03-01"), Epoch(1, 6, "2026-03-02")]


def test_epoch__stands_still_when_nothing_happens(nation: Nation, tmp_path: Path) -> None:
    everyone_consents(nation)
    epoch = nation.consent.epoch(TODAY)
    nation.people.assign_sample("S99", number_of(1))
    sequence(nation, 10, 1)
    assert nation.consent.epoch(TODAY) == epoch == open_nation(tmp_path).consent.epoch(TODAY)
    assert nation.consent.population(Purpose.STATISTICS, None, TODAY).epoch == epoch


def test_fifteenth_birthday__is_a_new_epoch_and_keeps_the_choices_made_for_the_child(
    nation: Nation,
) -> None:
    fifteen = date(2026, 5, 17)
    child = Person("P-000009", "c", None, date(2011, 5, 17), RegisteredSex.UNKNOWN, "East")
    nation.people.register_persons(
        [child],
        [ParentOf(number_of(1), "P-000009")],
        [Custody(number_of(1), "P-000009", child.born)],
        entry=5,
        at=AT,
    )
    nation.people.assign_sample("S9", "P-000009")
    sequence(nation, 90, 9)
    nation.consent.append(0, consented(9), entry=6, at=AT)
    eve = nation.consent.population(Purpose.STATISTICS, None, fifteen - timedelta(days=1))
    day = nation.consent.population(Purpose.STATISTICS, None, fifteen)
    assert eve.epoch != day.epoch
    assert eve.rows == day.rows == BitMap([90])


def test_other_process__moves_the_epoch_and_the_population_here(
    nation: Nation, tmp_path: Path
) -> None:
    everyone_consents(nation)
    before = nation.consent.population(Purpose.STATISTICS, None, TODAY)
    script = f"""
from datetime import UTC, datetime
from pathlib import Path
from kerne.consent import ledger as consent
from kerne.consent.events import AnalysisConsentWithdrawn
from kerne.database.engine import open_database
from kerne.people import ledger as people
from kerne.people.vault import open_vault
from kerne.gate.law import RuledGenomes
from kerne.policy.rulebook import RuleBook

home = Path({str(tmp_path)!r})
vault = open_vault(home)
register = people.PeopleLedger(open_database(home / "people.sqlite", people.metadata), vault)
engine = open_database(home / "consent.sqlite", consent.metadata)
law = RuledGenomes(RuleBook.load("denmark"))
choices = consent.ConsentLedger(engine, vault, register, law)
at = datetime(2026, 3, 1, tzinfo=UTC)
choices.append(1, AnalysisConsentWithdrawn("P-000002", "c"), entry=9, at=at)
register.retire_row(30)
"""
    subprocess.run([sys.executable, "-c", script], check=True)
    after = nation.consent.population(Purpose.STATISTICS, None, TODAY)
    assert set(before.rows) == {10, 20, 30, 40}
    assert set(after.rows) == {10, 40}
    assert after.epoch == nation.consent.epoch(TODAY)
    assert (after.epoch.choices, after.epoch.rows) == (
        before.epoch.choices + 1,
        before.epoch.rows + 1,
    )


class InterruptedRows:
    """The rows of a register in which something happens between two questions."""

    def __init__(self, nation: Nation, event: ConsentEvent, version: int) -> None:
        self.nation = nation
        self.event: ConsentEvent | None = event
        self.version = version

    def rows_epoch(self) -> int:
        return self.nation.people.rows_epoch()

    def row_snapshot(self, since: int = 0) -> RowSnapshot:
        event, self.event = self.event, None
        snapshot = self.nation.people.row_snapshot(since)
        if event is not None:
            self.nation.consent.append(self.version, event, entry=7, at=AT)
            self.nation.people.retire_row(40)
        return snapshot


def test_population__taken_while_things_change_carries_the_epoch_it_was_computed_from(
    nation: Nation,
) -> None:
    everyone_consents(nation)
    withdrawn = AnalysisConsentWithdrawn(number_of(1), "c")
    rows = InterruptedRows(nation, withdrawn, 1)
    consent = ConsentLedger(nation.consent.engine, open_sealer(), rows, LAWS[True])
    before = consent.epoch(TODAY)
    population = consent.population(Purpose.STATISTICS, None, TODAY)
    assert set(population.rows) == {20, 30, 40}
    assert population.epoch == Epoch(before.choices + 1, before.rows, before.day)
    assert population.epoch != consent.epoch(TODAY)
    assert set(consent.population(Purpose.STATISTICS, None, TODAY).rows) == {20, 30}


class Nothing:
    """A sealer for histories that seal nothing."""

    def seal(self, person: str, plain: bytes, place: str) -> bytes:
        raise AssertionError(person, plain, place)

    def unseal(self, person: str, sealed: bytes, place: str) -> bytes:
        raise AssertionError(person, sealed, place)


def open_sealer() -> Nothing:
    return Nothing()


def test_rebuild__makes_the_same_profiles_from_the_events(nation: Nation) -> None:
    everyone_consents(nation)
    nation.consent.append(1, refusal(2, ResearchLevel.ALLELE_FREQUENCY), entry=2, at=AT)
    nation.consent.append(1, LimitedToOwnTreatment(number_of(3), "c"), entry=3, at=AT)
    before = counted(nation)
    with nation.consent.engine.begin() as connection:
        connection.execute(
            update(ledger_module._PROFILE).values(profile="[false, true, 0, 0, null]")
        )
    nation.consent.rebuild()
    assert counted(nation) == before == {10, 40}


def test_append__on_a_version_that_is_past_fails(nation: Nation) -> None:
    nation.consent.append(0, consented(1), entry=1, at=AT)
    with pytest.raises(StaleVersionError):
        nation.consent.append(0, LimitedToOwnTreatment(number_of(1), "c"), entry=2, at=AT)
    assert not nation.consent.has_entry(2)


def test_registration__of_500_persons_and_their_choices_is_one_transaction_each(
    tmp_path: Path,
) -> None:
    nation = open_nation(tmp_path)
    persons = [
        Person(number_of(i), f"citizen {i}", None, date(1980, 1, 1), RegisteredSex.MALE, "West")
        for i in range(1, 501)
    ]
    commits: list[str] = []
    for name, engine in (
        ("people", nation.people.engine),
        ("keys", nation.people._vault._engine),
        ("consent", nation.consent.engine),
    ):
        listen(engine, "commit", lambda _connection, name=name: commits.append(name))
    started = process_time()
    nation.people.register_persons(persons, entry=1, at=AT)
    nation.consent.append_all([consented(i) for i in range(1, 501)], entry=2, at=AT)
    # About 0.4 s; the bound leaves room for a machine that others use, and for coverage.
    assert process_time() - started < 5.0
    assert commits == ["keys", "keys", "people", "consent"]  # the keys, and one for the hashes
    assert len(nation.people.persons()) == 500
    assert nation.consent.epoch(TODAY).choices == 500
