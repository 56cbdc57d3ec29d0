"""A signed answer stays in the record; the commands of two custodians, in a walked centre."""

import shutil
from pathlib import Path

import pytest
from pyroaring import BitMap

from kerne.centre import open_centre
from tests.conftest import Run, Walked

pytestmark = pytest.mark.xdist_group("demo")

CUSTODY = ("--purpose", "custody")


@pytest.fixture
def home(walked: Walked, tmp_path: Path) -> Path:
    return Path(shutil.copytree(walked.home, tmp_path / "home"))


def contents(directory: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in directory.iterdir()}


def test_signed_answer__stays_when_its_person_is_erased(run: Run, home: Path) -> None:
    with open_centre(home) as centre:
        (line,) = [each for each in centre.cases.ledger.lines() if each.signed_at is not None][:1]
    answer = home / "answers" / line.number
    before = contents(answer)
    (
        answer / "report.html"
    ).unlink()  # lost; the ledger still has it, sealed under the person's key
    words = ("citizen", "--home", home, "erase", line.person)
    proposed = run(
        *words,
        "--ground",
        "wrong-registration",
        "--document",
        "DEC-1",
        "--as",
        "custodian-1",
        *CUSTODY,
    )
    assert proposed.code == 0, proposed.err
    number = proposed.out.split()[1]
    assert run(*words, "--proposal", number, "--as", "custodian-1", *CUSTODY).code == 3
    erased = run(*words, "--proposal", number, "--as", "custodian-2", *CUSTODY)
    assert erased.code == 0, erased.err
    assert f"stays\tthe signed answer of case `{line.number}`" in erased.out
    assert contents(answer) == before
    assert run("cases", "--home", home, "read", line.number, "--as", "custodian-1", *CUSTODY).code
    assert run("audit", "--home", home, "verify").code == 0
    listed = run("custody", "--home", home, "proposals", "--as", "custodian-1", *CUSTODY)
    assert f"{number}\tdone\terase {line.person}" in listed.out
    assert "destroyed\t" in listed.out


def test_erase__wants_a_ground_and_a_document_or_a_proposal(run: Run, home: Path) -> None:
    words = ("citizen", "--home", home, "erase", "P-000001", "--as", "custodian-1", *CUSTODY)
    assert run(*words, "--ground", "wrong-registration").code == 2


def test_removal_from_research__names_the_projects_that_it_reaches(run: Run, home: Path) -> None:
    with open_centre(home) as centre:
        rows = centre.people._ledger.current_rows()
        (counting, *_) = centre.custody.projects.that_counted(BitMap([row for row, _ in rows]))
    outcomes = [
        run(
            *("citizen", "--home", home, "remove-from-research", person),
            *("--as", person, "--purpose", "own-access"),
        )
        for _, person in rows[:6]
    ]
    removed = [outcome.out for outcome in outcomes if outcome.code == 0]
    assert removed
    assert all("use in research was refused" in out for out in removed)
    assert any(f"has counted the genome before\t{counting}" in out for out in removed)


def test_pseudonym__is_turned_back_by_two_commands(run: Run, home: Path) -> None:
    with open_centre(home) as centre:
        person = min(centre.people._ledger.person_numbers())
        pseudonym = centre.custody.pseudonyms().pseudonym("PRJ-0001", person)  # type: ignore[attr-defined]  # the cipher itself
    proposed = run(
        *("custody", "--home", home, "propose-turn-back", "PRJ-0001", pseudonym),
        *("--ground", "data-error", "--document", "DEC-2", "--as", "custodian-1", *CUSTODY),
    )
    assert proposed.code == 0, proposed.err
    told = run(
        *("custody", "--home", home, "turn-back", proposed.out.split()[1]),
        *("--as", "custodian-2", *CUSTODY),
    )
    assert told.out.startswith(f"person\t{person}\n")
