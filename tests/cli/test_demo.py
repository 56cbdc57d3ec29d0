"""The demo walks both roads, says what is synthetic, and tells the same story each time."""

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from kerne.cli.demo import MARK
from tests.conftest import Run, Walk, Walked

pytestmark = pytest.mark.xdist_group("demo")

OF_THE_KEY = re.compile(
    r'{"digest": "[0-9a-f]+", "name": "(public_key.pem|report.json.sig|SHA256SUMS(.sig)?)"}'
    r'|"inputs": "[0-9a-f]+"'  # they name the family by a mark that the centre's key makes
)

STEPS = (
    "A country is made",
    "It moves into its genome centre",
    "A doctor orders whole genome sequencing, with the patient's consent",
    "The tube reaches",
    "The family's genomes enter the National Genome Database",
    "The case opens with the patient's HPO terms",
    "Candidates are ranked, with reasons",
    "A geneticist classifies by ACMG/AMP",
    "The answer is signed and handed over",
    "The access committee issues a permit",
    "A researcher asks, inside the workspace",
    "A citizen in that count withdraws from research",
    "The same question again, inside the workspace",
    "Both numbers ask to leave through the airlock",
    "The public asks about the causal variant",
    "Somebody asks for the purpose “insurance”",
    "sees who asked, why, and what they were answered",
    "The audit proves itself",
)


def test_demo__tells_every_step_in_order(walked: Walked) -> None:
    places = [walked.told.find(step) for step in STEPS]
    assert -1 not in places
    assert places == sorted(places)


def test_demo__counts_one_genome_fewer_after_the_withdrawal(walked: Walked) -> None:
    counted = re.findall(r"PRJ-0001/Q-\d\s+\w+\s+(\d+)", walked.told)
    assert int(counted[0]) - int(counted[1]) == 1
    assert "1 genome fewer" in walked.told


def test_demo__refuses_to_take_both_numbers_out(walked: Walked) -> None:
    assert re.search(r"PRJ-0001/Q-1\s+released", walked.told)
    assert re.search(r"refused\s+PRJ-0001/Q-2: .*\s+.*fewer than 5 genomes", walked.told)


def test_demo__does_not_move_the_public_answer(walked: Walked) -> None:
    before = re.search(r"before: (.*)", walked.told)
    after = re.search(r"after: +(.*)", walked.told)
    assert before is not None
    assert after is not None
    assert before.group(1) == after.group(1)


def test_demo__says_that_it_is_synthetic(walked: Walked) -> None:
    assert "Synthetic: generated from a seed" in walked.told
    page = next((walked.home / "answers").rglob("report.html")).read_text()
    assert "synthetic" in page.lower()
    assert "not for diagnosis" in page.lower()


def test_demo__ranks_the_planted_gene_first_and_keeps_the_key_outside_the_home(
    walked: Walked,
) -> None:
    key = walked.home.with_name("home-answers") / "answer_key.tsv"
    rows = [line.split("\t") for line in key.read_text().splitlines() if line[0] != "#"]
    planted = dict(zip(rows[0], rows[1], strict=True))
    record = json.loads(next((walked.home / "answers").rglob("report.json")).read_text())
    assert record["interpretation"]["candidates"][0]["gene"] == planted["gene"]
    assert not list(walked.home.rglob("answer_key*"))


def test_demo__is_the_same_story_for_the_same_seed(
    walked: Walked, walk: Walk, tmp_path: Path
) -> None:
    again = walk(tmp_path / "home")
    assert _without_wall_clock(again) == _without_wall_clock(walked)
    for name in ("report.json", "phenopacket.json", "report.html"):
        first, second = (
            next((each.home / "answers").rglob(name)).read_bytes() for each in (walked, again)
        )
        assert first == second
    assert _events(again.home) == _events(walked.home)
    assert _genomes(again.home) == _genomes(walked.home)


def _events(home: Path) -> list[tuple[object, ...]]:
    """Return every event as it stands in clear, but for digests of what the key made."""
    database = sqlite3.connect(f"file:{home / 'centre.sqlite'}?mode=ro", uri=True)
    with closing(database):
        tables = database.execute("SELECT name FROM sqlite_master WHERE name LIKE '%_event'")
        found = [
            event
            for (table,) in sorted(tables)
            for event in database.execute(
                f"SELECT '{table}', number, stream, version, type, at, entry, body FROM {table}"
            )
        ]
    assert len(found) > 40
    return [(*event[:-1], OF_THE_KEY.sub("", str(event[-1]))) for event in found]


def _genomes(home: Path) -> dict[str, bytes]:
    """Return the files of the genome database's segments."""
    segments = home / "genomes" / "segments"
    return {str(path.relative_to(segments)): path.read_bytes() for path in segments.rglob("*.*")}


def _without_wall_clock(walked: Walked) -> str:
    told = walked.told.replace(str(walked.home), "HOME")
    told = re.sub(r"\d+\.\d s|\(\d+ s\)", "", told)
    told = re.sub(r"root [0-9a-f]+", "", told)
    return re.sub(r"\s+", " ", told)


def test_demo__does_not_touch_what_it_did_not_make(run: Run, tmp_path: Path) -> None:
    (tmp_path / "letters.txt").write_text("dear")
    outcome = run("demo", "--citizens", 12, "--home", tmp_path)
    assert outcome.code == 2
    assert "did not make" in outcome.err
    assert (tmp_path / "letters.txt").read_text() == "dear"
    assert not (tmp_path / MARK).exists()


def test_demo__of_too_few_citizens_says_how_many_are_needed(run: Run, tmp_path: Path) -> None:
    outcome = run("demo", "--citizens", 3, "--home", tmp_path / "home")
    assert outcome.code == 4
    assert "expected 12" in outcome.err
