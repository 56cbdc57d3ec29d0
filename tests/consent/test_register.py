"""The opt-out register: what its file may hold, what it changes, and what it never says."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from kerne.consent.events import (
    Capacity,
    ConsentEvent,
    LimitedToOwnTreatment,
    LimitLifted,
    ResearchLevel,
    ResearchUseRefused,
)
from kerne.consent.register import REGISTER, Effect, read_register
from kerne.consent.taking_over import Differences, OptOutRegister
from kerne.errors import InputFileError, StaleVersionError
from kerne.people.asking import Action, Ask, Identity, Pass, Refusal, Role
from kerne.people.person import Person, RegisteredSex

from .conftest import AT, TODAY, ZONE, Nation, OpenDoor, T, open_nation

REGISTRAR = Identity("registrar-1", frozenset({Role.REGISTRAR}))
CPR = ("2509479989", "2512489996", "0201609995", "0505159995")
"""From MedCom's list of official test numbers, like every other here."""

BORN = (date(1947, 9, 25), date(1948, 12, 25), date(1960, 1, 2), date(2015, 5, 5))
P1, P2, P3, P4 = (f"P-00000{number}" for number in range(1, 5))
SUBJECT = ResearchLevel.SUBJECT_QUERY


@dataclass
class Desk:
    """A registrar with a file, in a nation of four whose fourth is a child."""

    nation: Nation
    path: Path
    door: OpenDoor = field(default_factory=OpenDoor)
    reacted: list[str] = field(default_factory=list)
    now: datetime = AT

    @property
    def register(self) -> OptOutRegister:
        return OptOutRegister(
            *(self.door, self.nation.consent, self.nation.people, lambda: self.now),
            age_of_consent_years=15,
            zone=ZONE,
            react=lambda: self.reacted.append("reacted"),
        )

    def write(self, *lines: str, header: str = "person,date,choice,level") -> None:
        self.path.write_text("\n".join([header, *lines]) + "\n")

    def preview(self) -> Differences:
        found = self.register.preview(REGISTRAR, "quality", self.path)
        assert isinstance(found, Differences)
        return found

    def apply(self) -> Differences:
        digest = self.preview().digest
        done = self.register.apply(REGISTRAR, "quality", self.path, digest)
        assert isinstance(done, Differences)
        return done

    def choose(self, event: ConsentEvent, at: datetime = AT) -> None:
        version = self.nation.consent.choices(event.person).version
        self.nation.consent.append(version, event, entry=1, at=at)

    def newest(self, person: str) -> ConsentEvent:
        return self.nation.consent.events_of(person)[-1].event

    def is_limited(self, person: str) -> bool:
        return self.nation.consent.choices(person).is_limited_to_own_treatment


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    nation = open_nation(tmp_path)
    nation.people.register_persons(
        [
            Person(number, f"citizen {cpr[:2]}", cpr, born, RegisteredSex.UNKNOWN, "East")
            for number, cpr, born in zip((P1, P2, P3, P4), CPR, BORN, strict=True)
        ],
        entry=1,
        at=AT,
    )
    return Desk(nation, tmp_path / "register.csv")


def counts(differences: Differences) -> dict[Effect, int]:
    return {effect: number for effect, number in differences.counts.items() if number}


def test_preview__tells_what_would_change_and_changes_nothing(desk: Desk) -> None:
    desk.choose(LimitedToOwnTreatment(P2, P2), at=AT - timedelta(days=400))
    desk.choose(LimitedToOwnTreatment(P3, P3))
    desk.write(
        f"{CPR[0]},2026-02-01,limited,",
        f"{P2},2026-02-01,lifted,",
        f"{CPR[2]},2026-02-01,limited,",
        "0201609996,2026-02-01,limited,",
        "P-999999,2026-02-01,lifted,",
    )
    before = desk.nation.consent.versions()
    found = desk.preview()
    assert counts(found) == {
        Effect.LIMITED: 1,
        Effect.LIFTED: 1,
        Effect.UNCHANGED: 1,
        Effect.UNKNOWN: 2,
    }
    assert (found.unknown, found.kept) == ((5, 6), ())
    assert desk.nation.consent.versions() == before
    assert desk.reacted == []


def test_preview__asks_to_read_the_choices_of_those_in_the_file(desk: Desk) -> None:
    desk.write(f"{CPR[0]},2026-02-01,limited,", f"{P2},2026-02-01,limited,")
    desk.preview()
    (ask,) = desk.door.asks
    assert (ask.action, ask.persons) == (Action.READ_CHOICES, (P1, P2))


def test_preview__of_strangers_only_is_asked_of_the_registrar_all_the_same(desk: Desk) -> None:
    desk.write("0201609996,2026-02-01,limited,")
    desk.preview()
    (ask,) = desk.door.asks
    assert (ask.action, ask.persons) == (Action.REGISTER_PERSON, ())


def test_apply__records_each_choice_with_register_file_and_date_as_its_document(
    desk: Desk,
) -> None:
    desk.choose(LimitedToOwnTreatment(P2, P2), at=AT - timedelta(days=400))
    desk.write(
        f"{CPR[0][:6]}-{CPR[0][6:]};2026-02-01;limited;",
        f"{P2};2026-02-02;lifted;",
        f"{P3};2026-02-03;limited;subject-query",
        header="person;date;choice;level",
    )
    file = read_register(desk.path, TODAY)
    desk.apply()
    document = f"{REGISTER}, file {file.digest}"
    by = REGISTRAR.identifier
    assert desk.newest(P1) == LimitedToOwnTreatment(P1, by, document, "2026-02-01")
    assert desk.newest(P2) == LimitLifted(P2, by, document, "2026-02-02")
    assert desk.newest(P3) == ResearchUseRefused(P3, SUBJECT, by, document, "2026-02-03")
    assert desk.reacted == ["reacted"]


def test_apply__names_each_person_whom_it_changes_once_under_what_is_done_to_them(
    desk: Desk,
) -> None:
    desk.choose(LimitedToOwnTreatment(P2, P2), at=AT - timedelta(days=400))
    desk.write(f"{P1},2026-02-01,limited,", f"{P2},2026-02-02,lifted,", f"{P3},2026-02-02,lifted,")
    desk.apply()
    changing = [ask for ask in desk.door.asks if ask.action is not Action.READ_CHOICES]
    named = [person for ask in changing for person in ask.persons]
    assert sorted(named) == [P1, P2]
    entries = {desk.nation.consent.events_of(person)[-1].entry for person in (P1, P2)}
    assert len(entries) == len(changing)


def test_apply__twice_changes_nothing_the_second_time(desk: Desk) -> None:
    desk.write(f"{P1},2026-02-01,limited,", f"{P2},2026-02-01,limited,subject-query")
    assert counts(desk.apply()) == {Effect.LIMITED: 2}
    before = desk.nation.consent.versions()
    assert counts(desk.apply()) == {Effect.UNCHANGED: 2}
    assert desk.nation.consent.versions() == before


def test_apply__after_the_file_or_the_choices_changed_is_refused(desk: Desk) -> None:
    desk.write(f"{P1},2026-02-01,limited,")
    digest = desk.preview().digest
    desk.write(f"{P1},2026-02-02,limited,")
    with pytest.raises(StaleVersionError, match="changed since the preview"):
        desk.register.apply(REGISTRAR, "quality", desk.path, digest)
    digest = desk.preview().digest
    desk.choose(ResearchUseRefused(P1, SUBJECT, P1))
    with pytest.raises(StaleVersionError, match="changed since the preview"):
        desk.register.apply(REGISTRAR, "quality", desk.path, digest)
    assert not desk.is_limited(P1)


def test_apply__meeting_a_choice_made_meanwhile_changes_nothing(desk: Desk) -> None:
    desk.write(f"{P1},2026-02-01,limited,", f"{P2},2026-02-01,limited,")
    digest = desk.preview().digest

    class Interrupting(OpenDoor):
        """Lets somebody choose between the comparison and the change."""

        def answer(self, ask: Ask, work: Callable[[Pass], T]) -> T | Refusal:
            if ask.action is not Action.READ_CHOICES:
                desk.choose(ResearchUseRefused(P2, SUBJECT, P2))
            return super().answer(ask, work)

    desk.door = Interrupting()
    with pytest.raises(StaleVersionError):
        desk.register.apply(REGISTRAR, "quality", desk.path, digest)
    assert not desk.is_limited(P1)


@pytest.mark.parametrize(
    ("chosen", "level", "kept"),
    [
        (date(2026, 2, 2), "", True),
        (date(2026, 2, 1), "", True),  # the same day: the stricter holds
        (date(2026, 1, 31), "", False),
        (date(2026, 2, 2), "subject-query", True),
        (date(2026, 1, 31), "subject-query", False),
    ],
)
def test_stricter_choice__made_here_later_than_the_register_holds(
    desk: Desk, chosen: date, level: str, kept: bool
) -> None:
    event = ResearchUseRefused(P1, SUBJECT, P1) if level else LimitedToOwnTreatment(P1, P1)
    desk.choose(event, at=datetime(chosen.year, chosen.month, chosen.day, 12, tzinfo=UTC))
    desk.write(f"{P1},2026-02-01,lifted,{level}")
    done = desk.apply()
    assert counts(done) == {Effect.KEPT if kept else Effect.LIFTED: 1}
    assert done.kept == ((2,) if kept else ())
    assert (desk.newest(P1) == event) is kept


def test_limit_taken_over__counts_from_the_registers_day(desk: Desk) -> None:
    desk.write(f"{P1},2026-01-01,limited,")
    desk.apply()  # on 1 March
    desk.write(f"{P1},2026-02-01,lifted,")
    assert counts(desk.apply()) == {Effect.LIFTED: 1}
    assert not desk.is_limited(P1)


def test_document__that_is_only_called_like_the_register_counts_from_its_own_day(
    desk: Desk,
) -> None:
    for version in ("first", None):
        desk.choose(LimitedToOwnTreatment(P1, P1, f"{REGISTER}, file 7", version))
        desk.write(f"{P1},2026-02-01,lifted,")
        assert counts(desk.preview()) == {Effect.KEPT: 1}


def test_guardian__signed_for_who_was_under_age_on_the_registers_day(desk: Desk) -> None:
    desk.write(f"{P4},2026-02-01,limited,subject-query")
    desk.apply()
    assert desk.newest(P4).capacity is Capacity.GUARDIAN


@pytest.mark.parametrize(
    ("lines", "line", "problem"),
    [
        (["2509479989,2026-02-30,limited,"], 2, "expected a date as in `2026-03-01`"),
        (["2509479989,2026-03-02,limited,"], 2, "the date `2026-03-02` is still to come"),
        (["2509479989,2026-02-01,maybe,"], 2, "expected the choice `limited` or `lifted`"),
        (["2509479989,2026-02-01,limited,all"], 2, "expected no level or one of"),
        (["2509479989,2026-02-01"], 2, "`2` columns, expected `4`"),
        (["3213479989,2026-02-01,limited,"], 2, "expected a CPR number or a person number"),
        (["250947998,2026-02-01,limited,"], 2, "expected a CPR number or a person number"),
        (["", "P-000001,2026-02-01,limited,", "P-000001,2026-02-02,lifted,"], 4, "of line `3`"),
        (["P-000001,2026-02-01,limited,", "2509479989,2026-02-01,limited,"], 3, "another number"),
        (["P-000004,2026-02-01,limited,"], 2, "nobody enters the register under `15` years"),
    ],
)
def test_bad_line__is_named_and_nothing_is_applied(
    desk: Desk, lines: list[str], line: int, problem: str
) -> None:
    desk.write(*lines, f"{P2},2026-02-01,limited,")
    with pytest.raises(InputFileError, match=problem) as raised:
        desk.preview()
    assert raised.value.line == line
    assert not any(cpr in str(raised.value) for cpr in (*CPR, "3213479989", "250947998"))
    assert desk.nation.consent.versions() == {}


def test_unusable_file__is_named(desk: Desk) -> None:
    desk.write(header="cpr,date,choice")
    with pytest.raises(InputFileError, match="line 1: expected the header"):
        desk.preview()
    desk.path.write_text("")
    with pytest.raises(InputFileError, match="expected the header"):
        desk.preview()
    desk.path.write_bytes(b"person,date,choice\n\xff\xfe")
    with pytest.raises(InputFileError, match="is not UTF-8"):
        desk.preview()
    desk.write(f"{'x' * 200_000},2026-02-01,limited,")
    with pytest.raises(InputFileError, match="short cells"):
        desk.preview()
    desk.path.unlink()
    with pytest.raises(InputFileError, match="no such file"):
        desk.preview()


def test_cpr_number__stands_in_nothing_that_comes_back_or_is_kept(desk: Desk) -> None:
    desk.write(*(f"{cpr},2026-02-01,limited," for cpr in CPR[:3]), "0201609996,2026-02-01,lifted,")
    shown = [repr(desk.apply()), repr(desk.door.asks), repr(read_register(desk.path, TODAY))]
    shown += [repr(desk.nation.consent.events_of(person)) for person in (P1, P2, P3)]
    assert not any(cpr in text for cpr in (*CPR, "0201609996") for text in shown)


def test_register__is_taken_over_for_quality_and_by_whom_the_gate_lets(desk: Desk) -> None:
    desk.write(f"{P1},2026-02-01,limited,")
    digest = desk.preview().digest
    for purpose in ("own-treatment", "insurance"):
        assert isinstance(desk.register.preview(REGISTRAR, purpose, desk.path), Refusal)
        refused = desk.register.apply(REGISTRAR, purpose, desk.path, digest)
        assert isinstance(refused, Refusal)

    class NoChange(OpenDoor):
        """Lets choices be read but not changed."""

        def answer(self, ask: Ask, work: Callable[[Pass], T]) -> T | Refusal:
            if ask.action is Action.READ_CHOICES:
                return super().answer(ask, work)
            return Refusal(("choices are not changed",))

    desk.door = NoChange()
    assert isinstance(desk.register.apply(REGISTRAR, "quality", desk.path, digest), Refusal)
    assert desk.nation.consent.versions() == {}
    assert desk.reacted == []
