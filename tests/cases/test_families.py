"""A family in a real centre: what each of them may learn, and what leaves by no door."""

import re
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kerne.audit.access import Access, CitizenLog
from kerne.cases.actions import Answer
from kerne.cases.case import Case
from kerne.centre import Centre, open_centre
from kerne.consent.events import SecondaryChoice
from kerne.consent.receipt import Receipt
from kerne.interpretation.family.parentage import RelationshipCheck, Support, left_out_in_words
from kerne.interpretation.family.pedigree import Kin
from kerne.people.asking import Refusal
from tests.conftest import Run

from .family import (
    AT,
    CHILD,
    DOCTOR,
    FATHER,
    GENETICIST,
    LABORATORY,
    MOTHER,
    OWN,
    PATIENT,
    RSID,
    STOPS,
    Opened,
    citizen,
    consent,
    genes,
    open_case,
    settle,
    texts,
)

PARENTS = (MOTHER, FATHER)
TRACES = ("LDLR", "BRCA1", RSID, r"chr[13][-:\t]18", r"TX-LDLR", r"c\.31C>T", "Gln11", "Gln13")
BETRAYAL = ("not supported", "supported", "parentage", "paternity", "contradict", "swap", "kinship")


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> dict[bool, Path]:
    """Two centres that differ in one thing: whether the registered father is the father."""
    folder = tmp_path_factory.mktemp("families")
    for is_father in (True, False):
        settle(folder / str(is_father), is_father=is_father)
    return {is_father: folder / str(is_father) for is_father in (True, False)}


@pytest.fixture
def copied(homes: dict[bool, Path], tmp_path: Path) -> Callable[[bool], Path]:
    return lambda is_father: Path(shutil.copytree(homes[is_father], tmp_path / str(is_father)))


@pytest.fixture
def home(copied: Callable[[bool], Path]) -> Path:
    return copied(True)


def signed(opened: Opened) -> Answer:
    opened.judge()
    answer = opened.centre.cases.sign(GENETICIST, OWN, opened.case)
    assert isinstance(answer, Answer), answer
    return answer


def found_in(text: str, traces: tuple[str, ...]) -> list[str]:
    return [trace for trace in traces if re.search(trace, text)]


# A closed variant at every command


COMMANDS = {
    "interpret": ("cases", "interpret", "{case}", *("--as", "geneticist-1", "--purpose", OWN)),
    "list": ("cases", "list", *("--as", "geneticist-1", "--purpose", OWN)),
    "read": ("cases", "read", "{case}", *("--as", "geneticist-1", "--purpose", OWN)),
    "read by the doctor": ("cases", "read", "{case}", *("--as", "doctor-1", "--purpose", OWN)),
    "classify": (
        *("cases", "classify", "{case}", "chr2-5-T-C", "--class", "pathogenic"),
        *("--as", "geneticist-1", "--purpose", OWN),
    ),
    "evidence": (
        *("cases", "evidence", "{case}", "chr2-5-T-C"),
        *("--as", "geneticist-1", "--purpose", OWN),
    ),
    "orders": ("orders", "list", *("--as", "doctor-1", "--purpose", OWN)),
    "follow": ("orders", "follow", "K-2026-000001", *("--as", "doctor-1", "--purpose", OWN)),
    "revise": (
        *("classifications", "revise", "{case}", "chr2-5-T-C", "--class", "benign"),
        *("--because", "x", "--as", "geneticist-1", "--purpose", OWN),
    ),
    "log": ("citizen", "log", PATIENT, *("--as", PATIENT, "--purpose", "own-access")),
    "choices": ("citizen", "choices", PATIENT, *("--as", PATIENT, "--purpose", "own-access")),
    "answer of one's own": ("cases", "read", "{case}", "--as", PATIENT, "--purpose", "own-access"),
    "frequencies of the patient": (
        *("genomes", "frequencies", "-S", "{samples}"),
        *("--as", "geneticist-1", "--purpose", "treatment-of-another"),
    ),
    "audit": ("audit", "verify"),
}


@pytest.fixture(scope="module")
def closed(homes: dict[bool, Path], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A centre in which the patient, who wants to hear of nothing beside, has a signed answer."""
    home = Path(shutil.copytree(homes[True], tmp_path_factory.mktemp("closed") / "home"))
    with open_centre(home, lambda: AT) as centre:
        opened = open_case(centre, PATIENT, PARENTS)
        assert genes(opened.interpret()) == {"ASKED"}
    shutil.copytree(home, home.with_name("unsigned"))
    with open_centre(home, lambda: AT) as centre:
        signed(Opened(centre, opened.case))
    (home.parent / "samples.txt").write_text("S1\n")
    return home, opened.case


@pytest.mark.parametrize("words", COMMANDS.values(), ids=COMMANDS)
def test_command__shows_nothing_of_a_closed_variant(
    run: Run, closed: tuple[Path, str], words: tuple[str, ...]
) -> None:
    home, case = closed
    if words[1] in {"interpret", "classify", "evidence"}:
        home = home.with_name("unsigned")
    group, *rest = (word.format(case=case, samples=home.parent / "samples.txt") for word in words)
    outcome = run(group, "--home", home, *rest)
    assert outcome.code == (4 if words[1] in {"classify", "evidence", "revise"} else 0), outcome.err
    assert found_in(outcome.out + outcome.err, TRACES) == []


def test_search_for_carriers__does_not_find_who_has_it_closed(
    run: Run, closed: tuple[Path, str]
) -> None:
    home, _ = closed
    asking = ("--as", "geneticist-1", "--purpose", "treatment-of-another")
    found = {
        symbol: [
            row["sample"]
            for row in run("genomes", "--home", home, "carriers", stop, *asking).rows()
        ]
        for symbol, stop in STOPS.items()
    }
    # The child's guardian wants to hear of what can be acted on in childhood.
    assert found == {"ASKED": ["S1", "S4"], "LDLR": ["S4"], "BRCA1": []}


def test_file_of_a_centre__holds_no_closed_variant_in_clear(closed: tuple[Path, str]) -> None:
    home, _ = closed
    files = dict(texts(home))
    assert len([name for name in files if name.startswith("answers/")]) == 11
    assert {name: found for name, text in files.items() if (found := found_in(text, TRACES))} == {}


# The choice of now


def test_new_choice__opens_and_closes_at_the_next_look(home: Path) -> None:
    with open_centre(home, lambda: AT) as centre:
        opened = open_case(centre, PATIENT)
        opened.interpret()
        seen = []
        for version, secondary in enumerate(
            (*SecondaryChoice, SecondaryChoice.ACTIONABLE), start=2
        ):
            consent(centre, PATIENT, secondary, version=str(version))
            seen.append((secondary.value, genes(opened.look()) - {"ASKED"}))
    everything = {"LDLR", "BRCA1"}
    assert seen == [
        ("all", everything),
        ("actionable", everything),
        ("none", set()),
        ("actionable", everything),
    ]


def test_relabelling__needs_a_geneticist_who_treats_and_a_reason(home: Path) -> None:
    with open_centre(home, lambda: AT) as centre:
        opened = open_case(centre, PATIENT)
        opened.interpret()
        relabel = centre.cases.relabel
        assert isinstance(relabel(DOCTOR, OWN, opened.case, "LDLR", "cholesterol"), Refusal)
        done = relabel(GENETICIST, OWN, opened.case, "LDLR", "cholesterol of 11")
        assert isinstance(done, Case)
        assert genes(opened.look()) == {"ASKED", "LDLR"}
        *_, told = (e for e in accesses(centre, PATIENT) if e.action == "relabel-finding")
        assert told.reason == "cholesterol of 11"
        assert "LDLR" not in told.about


# Minors


def on(year: int, month: int, day: int) -> Callable[[], datetime]:
    return lambda: datetime(year, month, day, 12, tzinfo=UTC)


def test_child__hears_of_nothing_of_adult_life_and_at_15_of_nothing_until_the_own_choice(
    home: Path,
) -> None:
    with open_centre(home, lambda: AT) as centre:
        opened = open_case(centre, CHILD)
        assert genes(opened.interpret()) == {"ASKED", "LDLR"}
    for clock, shown in (
        (on(2027, 5, 31), {"ASKED", "LDLR"}),
        (on(2027, 6, 1), {"ASKED"}),
    ):
        with open_centre(home, clock) as centre:
            assert genes(Opened(centre, opened.case).look()) == shown
    with open_centre(home, on(2027, 7, 1)) as centre:
        own = centre.consent.consent_to_analysis(
            citizen(CHILD),
            "own-access",
            CHILD,
            document="form",
            document_version="2",
            secondary=SecondaryChoice.ALL,
            recontact=False,
        )
        assert isinstance(own, Receipt)
        assert genes(Opened(centre, opened.case).look()) == {"ASKED", "LDLR"}
    for clock, shown in (
        (on(2030, 5, 31), {"ASKED", "LDLR"}),
        (on(2030, 6, 1), {"ASKED", "LDLR", "BRCA1"}),
    ):
        with open_centre(home, clock) as centre:
            assert genes(Opened(centre, opened.case).look()) == shown


# What each of a family sees


def accesses(centre: Centre, person: str) -> tuple[Access, ...]:
    return log_of(centre, person).accesses


def log_of(centre: Centre, person: str) -> CitizenLog:
    log = centre.audit.log_of(citizen(person), "own-access", person)
    assert isinstance(log, CitizenLog)
    return log


def test_trio__writes_one_entry_a_person_and_each_sees_only_their_own(home: Path) -> None:
    with open_centre(home, lambda: AT) as centre:
        opened = open_case(centre, PATIENT, PARENTS)
        before = {person: accesses(centre, person) for person in (PATIENT, *PARENTS)}
        opened.interpret()
        for person, known in before.items():
            new = [
                each for each in accesses(centre, person)[len(known) :] if not each.is_collective
            ]
            read = [each for each in new if each.action == "read-genome"]
            assert len(read) == 1
            assert read[0].about == "the whole genome"
            others = {PATIENT, *PARENTS} - {person}
            assert not [other for other in others if other in repr(new)]
        for person, other in ((MOTHER, FATHER), (FATHER, MOTHER), (MOTHER, PATIENT)):
            asked = centre.audit.log_of(citizen(person), "own-access", other)
            assert isinstance(asked, Refusal)


def test_withdrawal_of_a_parent__ends_the_use_and_leaves_the_signed_answer_as_it_is(
    home: Path,
) -> None:
    with open_centre(home, lambda: AT) as centre:
        opened = open_case(centre, PATIENT, PARENTS)
        opened.interpret()
        answer = signed(opened)
        withdrawn = centre.consent.withdraw_analysis(citizen(FATHER), "own-access", FATHER)
        assert isinstance(withdrawn, Receipt)
        again = centre.cases.read_answer(GENETICIST, OWN, opened.case)
        assert again == answer
        assert isinstance(again, Answer)
        assert again.verified


@pytest.mark.parametrize("choice", ["withdraw_analysis", "limit_to_own_treatment"])
def test_next_interpretation__leaves_out_who_no_longer_helps_and_does_not_say_why(
    home: Path, choice: str
) -> None:
    with open_centre(home, lambda: AT) as centre:
        opened = open_case(centre, PATIENT, PARENTS)
        assert left_out_in_words(Kin.FATHER) not in opened.interpret().notes
        change = getattr(centre.consent, choice)
        assert isinstance(change(citizen(FATHER), "own-access", FATHER), Receipt)
        found = opened.interpret()
        assert left_out_in_words(Kin.FATHER) in found.notes
        assert found_in(repr(found), ("withdr", "consent", "limit", "register")) == []


# A man who is not the father


def record_of(home: Path, *, withdraws: bool = False) -> str:
    """Return the record of the patient's answer, with both parents in the case."""
    with open_centre(home, lambda: AT) as centre:
        opened = open_case(centre, PATIENT, PARENTS)
        if withdraws:
            left = centre.consent.withdraw_analysis(citizen(FATHER), "own-access", FATHER)
            assert isinstance(left, Receipt)
        opened.interpret()
        return signed(opened).record.decode()


def test_answer__is_the_same_whether_he_is_not_the_father_or_withdrew(
    copied: Callable[[bool], Path],
) -> None:
    assert record_of(copied(False)) == record_of(copied(True), withdraws=True)


@pytest.fixture(scope="module")
def checked(
    homes: dict[bool, Path], tmp_path_factory: pytest.TempPathFactory
) -> dict[bool, tuple[Path, str]]:
    """Both families with an answer, and the relationship check read by the laboratory."""
    made = {}
    folder = tmp_path_factory.mktemp("checked")
    for is_father in (True, False):
        home = Path(shutil.copytree(homes[is_father], folder / str(is_father)))
        with open_centre(home, lambda: AT) as centre:
            opened = open_case(centre, PATIENT, PARENTS)
            opened.interpret()
            signed(opened)
            for reader in (GENETICIST, LABORATORY):
                check = centre.cases.relationship_check(reader, OWN, opened.case)
                assert isinstance(check, RelationshipCheck), check
                support = {each.kin: each.support for each in check.kin}
                assert support[Kin.MOTHER] is Support.SUPPORTED
                assert (support[Kin.FATHER] is Support.SUPPORTED) is is_father
            made[is_father] = (home, opened.case)
    return made


def test_relationship_check__is_for_laboratory_and_geneticist_alone(
    checked: dict[bool, tuple[Path, str]],
) -> None:
    for home, case in checked.values():
        with open_centre(home, lambda: AT) as centre:
            check = centre.cases.relationship_check
            assert isinstance(check(DOCTOR, OWN, case), Refusal)
            for person in (PATIENT, MOTHER, FATHER):
                assert isinstance(check(citizen(person), "own-access", case), Refusal)
                assert isinstance(check(citizen(person), "guardian-access", case), Refusal)


@pytest.mark.parametrize("person", [PATIENT, MOTHER, FATHER])
def test_page_of_accesses__is_the_same_whatever_the_check_says(
    checked: dict[bool, tuple[Path, str]], person: str
) -> None:
    told = []
    for home, _ in checked.values():
        with open_centre(home, lambda: AT + timedelta(days=1)) as centre:
            told.append(
                [
                    (e.who, e.purpose, e.action, e.about, e.verdict, e.reason, e.is_collective)
                    for e in accesses(centre, person)
                ]
            )
            told_of = log_of(centre, person).document
            assert found_in(told_of, ("relationship", *BETRAYAL)) == []
    assert told[0] == told[1]
    assert found_in(repr(told), ("relationship", *BETRAYAL)) == []


def test_orderer__follows_the_order_and_sees_the_same(
    run: Run, checked: dict[bool, tuple[Path, str]]
) -> None:
    said = []
    for home, _ in checked.values():
        asking = ("--as", "doctor-1", "--purpose", OWN)
        follow = run("orders", "--home", home, "follow", "K-2026-000001", *asking)
        listed = run("orders", "--home", home, "list", *asking)
        said.append((follow.code, listed.code, follow.out, listed.out))
    assert said[0] == said[1]


def test_file_of_a_centre__tells_of_no_kinship_in_clear(
    checked: dict[bool, tuple[Path, str]],
) -> None:
    home, _ = checked[False]
    told = {name: found_in(text, BETRAYAL) for name, text in texts(home)}
    # The book of parents is registered kinship, which is nobody's secret here.
    told = {name: found for name, found in told.items() if found and "sqlite" not in name}
    assert told == {}
    assert "not supported" not in (home / "centre.sqlite").read_bytes().decode("latin-1")


def test_relationship_check__says_it_in_the_same_words_on_a_terminal(
    run: Run, checked: dict[bool, tuple[Path, str]]
) -> None:
    shapes = []
    for home, case in checked.values():
        asking = ("--as", "laboratory-1", "--purpose", OWN)
        outcome = run("cases", "--home", home, "relationship-check", case, *asking)
        assert outcome.code == 0, outcome.err
        shapes.append([line.split("\t")[0] for line in outcome.out.splitlines()])
        assert "parents by the pedigree\t\tkinship coefficient 0: " in outcome.out
    told = ["relative", "mother", "father", "in neither parent"]
    told += ["homozygous stretches", "parents by the pedigree"]
    assert shapes[0] == shapes[1] == told


def test_revision__is_shared_beside_what_was_signed_on_a_terminal(
    run: Run, closed: tuple[Path, str], tmp_path: Path
) -> None:
    home, case = Path(shutil.copytree(closed[0], tmp_path / "home")), closed[1]
    mine = ("--as", "geneticist-1", "--purpose")
    verdict = ("--class", "uncertain significance", "--because", "seen in a healthy adult")
    done = run(
        *("classifications", "--home", home, "revise", case, STOPS["ASKED"], *verdict, *mine, OWN)
    )
    assert done.code == 0, done.err
    assert done.out.split("\t")[2:] == ["pathogenic", "uncertain significance\n"]
    listed = run("classifications", "--home", home, "list", *mine, "treatment-of-another").rows()
    assert [each["class"] for each in listed] == ["pathogenic", "uncertain significance"]
    assert listed[-1]["reason"] == "seen in a healthy adult"
