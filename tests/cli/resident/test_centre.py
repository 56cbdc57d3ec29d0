"""The resident process of a centre: every question is asked by somebody, decided and recorded."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from shutil import copytree
from threading import Event

import pytest

from kerne.cli.options import Asking
from kerne.cli.resident.wire import Kind, Message
from kerne.cli.serve import serving_centre
from kerne.genomes.actions import Genomes
from kerne.genomes.genotypes import AddedGenome
from kerne.genomes.keeping.upkeep import UNTENDED, Upkeep
from kerne.genomes.reading.intake import StoreRules
from kerne.genomes.watching import Watch, unwatched
from kerne.settings import read_settings
from tests.cli.resident.conftest import resident
from tests.conftest import Run, Walked

pytestmark = pytest.mark.xdist_group("demo")

DOCTOR = ("--as", "doctor-1", "--purpose", "treatment-of-another")


@pytest.fixture
def home(walked: Walked, tmp_path: Path) -> Path:
    return Path(copytree(walked.home, tmp_path / "home"))


@pytest.fixture
def questions(home: Path) -> Iterator[list[object]]:
    """What the resident process of the centre was asked."""
    asked: list[object] = []
    with serving_centre(home, Upkeep(1 << 20, is_tended=True)) as (answering, _):

        def answer(message: Message, watch: Watch) -> Message:
            asked.append(message.said["question"])
            return answering.answer(message, watch)

        with resident(home, answer):
            yield asked


def entries(run: Run, home: Path) -> int:
    """How many entries the audit has."""
    told = run("audit", "--home", home, "verify").out
    return int(dict(line.split("\t") for line in told.splitlines())["entries"])


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("stats", *DOCTOR), 0),
        (("frequencies", "-r", "chr1:1-2000000", *DOCTOR), 0),
        (("carriers", "chr1-1000-A-C", "--as", "doctor-1", "--purpose", "insurance"), 3),
        (("stats", "--as", "nobody-9", "--purpose", "own-treatment"), 4),
        (("carriers", "rs1", *DOCTOR), 4),
    ],
)
def test_question__is_decided_and_recorded_as_ever(
    run: Run, home: Path, questions: list[object], words: tuple[str, ...], code: int
) -> None:
    before = entries(run, home)
    here = run("genomes", "--home", home, "--no-resident", *words)
    between = entries(run, home)
    assert questions == []
    through = run("genomes", "--home", home, *words)
    after = entries(run, home)
    assert (through.code, through.err) == (here.code, here.err) == (code, here.err)
    assert through.out.startswith(here.out)
    assert after - between == between - before
    assert [each for each in questions if each != "assembly"][:1] == [words[0]]


def test_limit_set_by_another_process__holds_for_the_next_question(
    run: Run, home: Path, questions: list[object]
) -> None:
    def genomes() -> int:
        told = run("genomes", "--home", home, "stats", *DOCTOR).out
        return int(dict(line.split("	") for line in told.splitlines())["genomes"])

    citizen, before = ("citizen", "--home", home), genomes()
    limited = 0
    for number in range(1, 21):
        person = f"P-{number:06}"
        limited += not run(*citizen, "limit", person, *own(person)).code
    assert limited > 1
    assert genomes() < before
    assert questions == ["stats", "memory"] * 2


def test_question__waits_for_no_genomes_that_are_being_added(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    began, may_end = Event(), Event()

    def slowly(*_: object, **__: object) -> list[AddedGenome]:
        began.set()
        assert may_end.wait(timeout=60)
        return []

    monkeypatch.setattr(Genomes, "add", slowly)
    asking = asdict(Asking("doctor-1", "treatment-of-another", None, None))
    given = {"files": [], "rules": asdict(StoreRules(read_settings(home).assembly))}
    with serving_centre(home, UNTENDED) as (answering, _), ThreadPoolExecutor(1) as pool:

        def ask(question: str, **given: object) -> Message:
            said = {"question": question, "asking": asking, "given": given}
            return answering.answer(Message(Kind.ASK, said), unwatched)

        adding = pool.submit(ask, "add", **given)
        assert began.wait(timeout=60), adding.result()
        assert ask("stats").said["genomes"] > 0
        assert not adding.done()
        may_end.set()
        assert adding.result().said == {"added": []}


def own(person: str) -> tuple[str, ...]:
    return ("--as", person, "--purpose", "own-access")
