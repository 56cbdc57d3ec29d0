"""A centre is founded once, opens again after any death, and does nothing without its record."""

import json
import os
import random
import shutil
import signal
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from kerne import centre as house
from kerne.audit.entry import Outcome
from kerne.cases.actions import Answer
from kerne.cases.case import Case
from kerne.centre import Centre, found_centre, open_centre
from kerne.consent.events import SecondaryChoice
from kerne.consent.receipt import Receipt
from kerne.database import engine as database_engine
from kerne.errors import (
    AuditError,
    GenomeError,
    KnowledgeError,
    OrderError,
    PersonError,
    SettingsError,
)
from kerne.genomes.reading.intake import GenomeFile
from kerne.people.asking import Identity, Refusal, Role
from kerne.people.organisation import Organisation, OrganisationKind
from kerne.people.person import Person, RegisteredSex
from kerne.sequencing.order import Order, Stage, TubeQuality
from kerne.settings import Settings
from tests.conftest import Run, Walked

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
INSTANTS = 4
REGISTRAR = Identity("registrar-1", frozenset({Role.REGISTRAR}), "Authority")
DOCTOR = Identity("doctor-1", frozenset({Role.DOCTOR}), "Hospital")
LABORATORY = Identity("laboratory-1", frozenset({Role.LABORATORY}), "East")
GENETICIST = Identity("geneticist-1", frozenset({Role.GENETICIST}), "Hospital")
PERSONS = ("P-000001", "P-000002", "P-000003")
OWN = "own-treatment"
GOOD_TUBE = TubeQuality(80, 50, 1.8)


def citizen(person: str) -> Identity:
    return Identity(person, frozenset({Role.CITIZEN}), None, person)


def settle(home: Path) -> None:
    """Found a centre with three people who have consented, and a sample each."""
    authority = Organisation("Authority", "Authority", OrganisationKind.AUTHORITY, None)
    found_centre(Settings(home), REGISTRAR, (authority,))
    with open_centre(home, lambda: AT) as centre:
        persons = [
            Person(number, f"Name {number}", None, date(1980, 1, 1), RegisteredSex.FEMALE, "East")
            for number in PERSONS
        ]
        assert centre.people.register_persons(REGISTRAR, "quality", persons) == PERSONS
        centre.people.appoint(REGISTRAR, "quality", [DOCTOR, LABORATORY, GENETICIST])
        samples = {f"S{number[-1]}": number for number in PERSONS}
        centre.people.assign_samples(REGISTRAR, "quality", samples)
        for person in PERSONS:
            consent(centre, person)


def consent(centre: Centre, person: str, version: str = "1") -> None:
    given = centre.consent.consent_to_analysis(
        DOCTOR,
        OWN,
        person,
        document="form",
        document_version=version,
        secondary=SecondaryChoice.NONE,
        recontact=False,
    )
    assert isinstance(given, Receipt)


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("settled") / "home"
    settle(home)
    return home


@pytest.fixture
def home(settled: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(settled, tmp_path / "home"))


def place(centre: Centre, person: str = PERSONS[0]) -> Order:
    order = centre.orders.place(DOCTOR, OWN, person, patient_group="eye", question="Why?")
    assert isinstance(order, Order)
    return order


def write_genomes(path: Path) -> GenomeFile:
    samples = [f"S{number[-1]}" for number in PERSONS]
    fixed = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT"
    lines = ["##fileformat=VCFv4.2", "\t".join([fixed, *samples])]
    for position in range(100, 20_000, 10):
        calls = "0/1\t1/1\t0/0"
        lines.append(f"chr1\t{position}\t.\tA\tC\t.\t.\t.\tGT\t{calls}")
    path.write_text("\n".join(lines) + "\n")
    return GenomeFile(path)


# Founding and opening


def test_centre__is_founded_once(home: Path) -> None:
    with pytest.raises(SettingsError, match="already holds a centre"):
        found_centre(Settings(home), REGISTRAR)


def test_centre__that_was_not_founded_does_not_open(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="holds no centre"), open_centre(tmp_path):
        pytest.fail("opened")


def test_centre__keeps_its_rooms_from_other_users_of_the_machine(home: Path) -> None:
    rooms = {path.name: path.stat().st_mode & 0o777 for path in home.iterdir() if path.is_dir()}
    assert rooms == dict.fromkeys(("audit", "keys", "genomes", "knowledge", "answers"), 0o700)
    assert (home / "centre.sqlite").stat().st_mode & 0o077 == 0


def test_identities__are_staff_and_citizens_and_nobody_else(home: Path) -> None:
    with open_centre(home) as centre:
        assert centre.identify("doctor-1") == DOCTOR
        assert centre.identify("P-000001") == citizen("P-000001")
        with pytest.raises(PersonError, match="nobody is known here as `doctor-9`"):
            centre.identify("doctor-9")


def test_centre__without_gene_models_says_what_to_add(home: Path) -> None:
    with open_centre(home) as centre, pytest.raises(KnowledgeError, match="knowledge add genes"):
        centre.research.count_alleles(DOCTOR, "research", "PRJ-0001", "ABCA4")


@pytest.mark.xdist_group("demo")
def test_gene__unknown_or_known_in_a_walked_centre(walked: Walked) -> None:
    with open_centre(walked.home) as centre:
        researcher = centre.identify("researcher-1")
        with pytest.raises(KnowledgeError, match="`NOGENE` is unknown"):
            centre.research.count_alleles(researcher, "research", "PRJ-0001", "NOGENE")


# Withdrawing the consent to analysis


def stage_of(centre: Centre, order: Order) -> Stage:
    followed = centre.orders.ledger.order(order.number)
    return followed.stage


def sequence(centre: Centre, order: Order, sample: str) -> None:
    orders, number = centre.orders, order.number
    orders.accept_sample(LABORATORY, OWN, number, barcode=f"T{sample}", sample=sample)
    orders.record_quality(LABORATORY, OWN, number, GOOD_TUBE)
    orders.record_run(
        LABORATORY, OWN, number, run="R1", mean_depth_reads=35, callable_fraction=0.97
    )


def test_withdrawal__cancels_what_is_not_released_of_that_person_only(home: Path) -> None:
    with open_centre(home) as centre:
        placed, begun, released = place(centre), place(centre), place(centre)
        of_another = place(centre, PERSONS[1])
        sequence(centre, begun, "S1")
        centre.people.assign_samples(REGISTRAR, "quality", {"S1b": PERSONS[0]})
        sequence(centre, released, "S1b")
        assert isinstance(centre.orders.release_sample(LABORATORY, OWN, released.number), Order)
        me = citizen(PERSONS[0])
        receipt = centre.consent.withdraw_analysis(me, "own-access", PERSONS[0])
        assert isinstance(receipt, Receipt)
        assert "orders whose sample is not released yet are cancelled" in receipt.from_now_on
        cancelled = f"cancelled: orders `{placed.number}`, `{begun.number}`"
        assert cancelled in receipt.from_now_on
        again = centre.consent.receipts_of(me, "own-access", PERSONS[0])
        assert isinstance(again, tuple)
        assert again[-1] == receipt
        assert [stage_of(centre, each) for each in (placed, begun, released, of_another)] == [
            *[Stage.CANCELLED, Stage.CANCELLED],
            *[Stage.RELEASED, Stage.PLACED],
        ]
        last = centre.orders.ledger.history.read(placed.number)[-1]
        assert (last.version, last.entry) == (2, receipt.entry)
        refused = centre.orders.place(DOCTOR, OWN, PERSONS[0], patient_group="eye", question="?")
        assert isinstance(refused, Refusal)
    with open_centre(home) as centre:
        assert stage_of(centre, of_another) is Stage.PLACED
        assert centre.audit.verify().is_intact


def test_withdrawal__taken_back_before_the_reaction_cancels_nothing(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process ends after the withdrawal; consent is given again before the reaction."""
    with monkeypatch.context() as patch:
        patch.setattr(house._Parts, "_react", lambda _parts: None)
        with open_centre(home) as centre:
            order, other = place(centre), place(centre, PERSONS[1])
            for person in PERSONS[:2]:
                centre.consent.withdraw_analysis(citizen(person), "own-access", person)
            consent(centre, PERSONS[0], "2")
    with open_centre(home) as centre:
        assert stage_of(centre, order) is Stage.PLACED
        assert stage_of(centre, other) is Stage.CANCELLED


def test_order__placed_while_its_patient_withdrew_is_cancelled_at_the_next_start(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_centre(home) as centre, open_centre(home) as other:
        append = centre.orders.ledger.append

        def withdrawn_first(*words: object, **more: object) -> None:
            other.consent.withdraw_analysis(citizen(PERSONS[0]), "own-access", PERSONS[0])
            append(*words, **more)  # type: ignore[arg-type]  # passed on as they came

        monkeypatch.setattr(centre.orders.ledger, "append", withdrawn_first)
        order = place(centre)
        assert stage_of(centre, order) is Stage.PLACED
        late = centre.orders.accept_sample(LABORATORY, OWN, order.number, barcode="T1", sample="S1")
        assert isinstance(late, Refusal)  # whatever the reaction does, the gate asks again
    with open_centre(home) as centre:
        assert stage_of(centre, order) is Stage.CANCELLED


# Death in the middle


def seconds_of(work: Callable[[], None]) -> float:
    """Return how long the work takes in a fork of this warm process."""
    began = time.monotonic()
    killed_after(None, work)
    return time.monotonic() - began


def killed_after(seconds: float | None, work: Callable[[], None]) -> None:
    child = os.fork()
    if child == 0:  # pragma: no cover  the child is killed
        try:
            work()
        finally:
            os._exit(0)
    if seconds is not None:
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def each_death(
    template: Path, directory: Path, seed: int, work: Callable[[Path], None]
) -> list[Path]:
    """Do the work in copies of a home, each killed at a random instant."""
    whole = Path(shutil.copytree(template, directory / "whole"))
    lasts = seconds_of(lambda: work(whole))
    rng = random.Random(seed)
    homes = []
    for number in range(INSTANTS):
        home = Path(shutil.copytree(template, directory / f"home-{number}"))
        killed_after(rng.uniform(0.05, 1.05) * lasts, lambda home=home: work(home))  # type: ignore[misc]  # bound now
        homes.append(home)
    return [*homes, whole]


def check_record(centre: Centre) -> None:
    """Nothing is left open, and the audit is whole."""
    found = centre.audit.verify()
    assert found.problems == ()
    assert found.open_asks == 0


def test_death_while_adding_genomes__leaves_all_or_none(settled: Path, tmp_path: Path) -> None:
    file = write_genomes(tmp_path / "three.vcf")

    def add(home: Path) -> None:
        with open_centre(home) as centre:
            centre.genomes.add(LABORATORY, OWN, [file])

    for home in each_death(settled, tmp_path, 1, add):
        with open_centre(home) as centre:
            check_record(centre)
            stats = centre.genomes.stats(REGISTRAR, "quality")
            assert not isinstance(stats, Refusal)
            assert stats.genomes in {0, 3}
            if stats.genomes:
                with pytest.raises(GenomeError, match="already"):
                    centre.genomes.add(LABORATORY, OWN, [file])
            else:
                added = centre.genomes.add(LABORATORY, OWN, [file])
                assert not isinstance(added, Refusal)
                assert len(added) == 3


def test_death_while_placing_an_order__leaves_an_order_or_none(
    settled: Path, tmp_path: Path
) -> None:
    def order(home: Path) -> None:
        with open_centre(home) as centre:
            place(centre)

    for home in each_death(settled, tmp_path, 2, order):
        with open_centre(home) as centre:
            check_record(centre)
            # Whoever placed it follows it: the relation is there if the order is.
            placed = centre.orders.ledger.lines()
            followed = centre.orders.follow_all(DOCTOR, OWN)
            assert [line.number for line in followed] == [line.number for line in placed]
            assert int(place(centre).number[-6:]) == len(placed) + 1


@pytest.mark.xdist_group("demo")
def test_death_while_signing__leaves_an_answer_handed_over_or_an_unsigned_case(
    walked: Walked, tmp_path: Path
) -> None:
    template = Path(shutil.copytree(walked.home, tmp_path / "template"))
    people = json.loads((walked.home.with_name("home-country") / "people.json").read_text())
    samples = {one["number"]: one["sample"] for one in people["citizens"]}
    with open_centre(template) as centre:
        geneticist, case = ready_to_sign(centre, "P-000016", samples["P-000016"])

    def sign(home: Path) -> None:
        with open_centre(home) as centre:
            centre.cases.sign(geneticist, OWN, case)

    homes = each_death(template, tmp_path, 3, sign)
    for home in homes:
        with open_centre(home) as centre:
            check_record(centre)
            handed_over = home / "answers" / case
            if not handed_over.exists():
                assert isinstance(centre.cases.sign(geneticist, OWN, case), Answer)
            answer = centre.cases.read_answer(geneticist, OWN, case)
            assert isinstance(answer, Answer)
            assert answer.verified
            assert (handed_over / "report.html").read_bytes() == answer.page
            assert (handed_over / "report.json").read_bytes() == answer.record
    withdraw_and_try_again(homes[-1], geneticist, case)


def withdraw_and_try_again(home: Path, geneticist: Identity, case: str) -> None:
    person = "P-000016"
    with open_centre(home) as centre:
        withdrawn = centre.consent.withdraw_analysis(citizen(person), "own-access", person)
        assert isinstance(withdrawn, Receipt)
        kept = f"signed before and kept in the medical record: case `{case}`"
        assert kept in withdrawn.cannot_be_recalled
        left = [words for words in withdrawn.from_now_on if words.startswith("left out of every")]
        assert len(left) == 1
        assert "`PRJ-0001`" in left[0]
        cases = centre.cases
        assert isinstance(cases.interpret(geneticist, OWN, case), Refusal)
        assert isinstance(cases.candidates(geneticist, OWN, case), Refusal)
        assert isinstance(cases.read_answer(geneticist, OWN, case), Refusal)
        assert isinstance(centre.genomes.variants_of(geneticist, OWN, person), Refusal)
        own = cases.read_answer(citizen(person), "own-access", case)
        assert isinstance(own, Answer)  # a signed answer stays the person's own


def ready_to_sign(centre: Centre, person: str, sample: str) -> tuple[Identity, str]:
    """Bring a new order to where its answer can be signed; before its release no case opens."""
    geneticist = centre.identify("geneticist-1")
    consent(centre, person)
    order = place(centre, person)
    sequence(centre, order, sample)
    terms = ["HP:0000510"]
    with pytest.raises(OrderError, match="not released yet: `sequenced`"):
        centre.cases.open_case(geneticist, OWN, order.number, observed=terms)
    assert isinstance(centre.orders.release_sample(LABORATORY, OWN, order.number), Order)
    case = centre.cases.open_case(geneticist, OWN, order.number, observed=terms)
    assert isinstance(case, Case)
    assert not isinstance(centre.cases.interpret(geneticist, OWN, case.number), Refusal)
    concluded = centre.cases.declare_no_finding(geneticist, OWN, case.number, "nothing fits")
    assert isinstance(concluded, Case)
    return geneticist, case.number


# What stands in clear


@pytest.mark.xdist_group("demo")
def test_home__holds_no_name_and_no_phenotype_in_clear(walked: Walked) -> None:
    """What the vault does not seal is opaque; the answer that was handed over names nobody."""
    people = json.loads((walked.home.with_name("home-country") / "people.json").read_text())
    names = [citizen["name"].encode() for citizen in people["citizens"]]
    questions = [one["clinical_question"].encode() for one in people["patients"]]
    answers = walked.home / "answers"
    files = [path for path in walked.home.rglob("*") if path.is_file()]
    assert len(names) == 20
    for path in files:
        content = path.read_bytes()
        assert not [name for name in names if name in content], path
        if answers not in path.parents:
            assert not [each for each in questions if each in content], path
        if path.suffix == ".sqlite":
            assert b"HP:0" not in content, path


# Without its record a centre does nothing


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database_engine, "BUSY_TIMEOUT_MS", 50)


def answers_nothing_but_care(centre: Centre, problem: str) -> None:
    """Neither one's own access, nor a count, nor a change: the second log takes looks alone."""
    with pytest.raises(AuditError, match=problem):
        centre.consent.choices_of(citizen(PERSONS[0]), "own-access", PERSONS[0])
    with pytest.raises(AuditError, match=problem):
        centre.genomes.stats(REGISTRAR, "quality")
    with pytest.raises(AuditError, match=problem):
        centre.consent.limit_to_own_treatment(citizen(PERSONS[0]), "own-access", PERSONS[0])


@pytest.mark.usefixtures("impatient")
def test_audit__that_another_process_holds_means_no_answer(home: Path, run: Run) -> None:
    with closing(sqlite3.connect(home / "audit" / "audit.sqlite")) as other:
        other.execute("BEGIN IMMEDIATE")
        with open_centre(home) as centre:
            answers_nothing_but_care(centre, "locked")
        settings = home / "kerne.toml"
        settings.write_text(settings.read_text().replace("demo = false", "demo = true"))
        asked = ("--as", "P-000001", "--purpose", "own-access")
        outcome = run("citizen", "--home", home, "choices", "P-000001", *asked)
        assert (outcome.code, outcome.out) == (5, "")
        assert "audit" in outcome.err


@pytest.mark.usefixtures("impatient")
def test_audit__that_is_locked_while_somebody_asks_means_no_answer(home: Path) -> None:
    with open_centre(home) as centre:
        with closing(sqlite3.connect(home / "audit" / "audit.sqlite")) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(AuditError, match="locked"):
                centre.consent.choices_of(citizen(PERSONS[0]), "own-access", PERSONS[0])
        assert not isinstance(
            centre.consent.choices_of(citizen(PERSONS[0]), "own-access", PERSONS[0]), Refusal
        )


def test_audit__that_cannot_be_written_means_no_answer(home: Path) -> None:
    with closing(sqlite3.connect(home / "audit" / "audit.sqlite")) as spoiler:
        spoiler.execute(
            "CREATE TRIGGER spoilt BEFORE INSERT ON entry "
            "BEGIN SELECT RAISE(ABORT, 'attempt to write a readonly database'); END"
        )
    with open_centre(home) as centre, pytest.raises(AuditError, match="readonly"):
        centre.consent.choices_of(citizen(PERSONS[0]), "own-access", PERSONS[0])


@pytest.mark.parametrize("kind", ["directory", "text"])
def test_audit__that_is_no_database_means_no_answer(home: Path, kind: str) -> None:
    file = home / "audit" / "audit.sqlite"
    for path in file.parent.glob("audit.sqlite*"):
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    if kind == "directory":
        file.mkdir()
    else:
        file.write_text("not a database, and longer than a header of one would be" * 40)
    with open_centre(home) as centre:
        answers_nothing_but_care(centre, "audit cannot be")
    assert AuditError.exit_code == 5


def test_entries_cut_off_the_end__are_missed_by_the_newest_checkpoint(home: Path) -> None:
    cut_last_ask(home)
    with open_centre(home) as centre:
        assert "not those of the checkpoint" in " ".join(centre.audit.verify().problems)
        centre.genomes.stats(REGISTRAR, "quality")
        centre.genomes.stats(REGISTRAR, "quality")
    with open_centre(home) as centre:  # later entries do not cover it up
        assert not centre.audit.verify().is_intact


def test_newest_checkpoint__that_was_removed_is_missed(home: Path) -> None:
    (home / "audit" / "newest.checkpoint").unlink()
    with open_centre(home) as centre, pytest.raises(AuditError, match="is missing"):
        centre.audit.verify()
    assert not (home / "audit" / "newest.checkpoint").exists()


def cut_last_ask(home: Path) -> None:
    """Remove the newest ask and every trace of it, as one who can write the file would."""
    with closing(sqlite3.connect(home / "audit" / "audit.sqlite")) as file:
        (last,) = file.execute("SELECT ask FROM entry ORDER BY number DESC LIMIT 1").fetchone()
        for table in ("personal", "entry"):
            file.execute(f"DELETE FROM {table} WHERE number >= {last}")
        file.execute(f'DELETE FROM node WHERE (("index" + 1) << level) > {last - 1}')
        file.commit()


def test_open_intents__are_closed_by_what_was_committed(home: Path) -> None:
    """A process ends between the change and its outcome."""

    def die(home: Path) -> None:
        with open_centre(home) as centre:
            gate = centre.orders.gate
            gate._close = lambda *_words: os.kill(os.getpid(), signal.SIGKILL)  # type: ignore[attr-defined]  # the end
            place(centre)

    killed_after(None, lambda: die(home))
    with open_centre(home) as centre:
        check_record(centre)
        log = centre.audit.log_of(citizen(PERSONS[0]), "own-access", PERSONS[0])
        assert not isinstance(log, Refusal)
        (placed,) = [access for access in log.accesses if access.action == "place-order"]
        assert placed.outcome is Outcome.DONE


def test_settings__are_read_as_they_were_written(home: Path) -> None:
    with open_centre(home) as centre:
        assert centre.settings == replace(Settings(home))
