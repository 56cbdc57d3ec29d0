"""What can be done with a signed answer of a walked centre, from the command line."""

import json
import re
import shutil
from pathlib import Path

import pytest

from kerne import __version__
from tests.conftest import Run, Walked

pytestmark = pytest.mark.xdist_group("demo")

ANOTHER = ("--purpose", "treatment-of-another")


def told(walked: Walked, pattern: str) -> str:
    found = re.search(pattern, walked.told)
    assert found is not None
    return found.group(0)


@pytest.fixture
def home(walked: Walked, tmp_path: Path) -> Path:
    return shutil.copytree(walked.home, tmp_path / "home")


@pytest.fixture
def case(walked: Walked) -> str:
    return told(walked, r"C-\d{4}-\d{6}")


@pytest.fixture
def geneticist(walked: Walked) -> tuple[str, str]:
    return ("--as", told(walked, r"geneticist-\d+"))


def test_answer__is_made_again_in_another_process_and_is_the_same(
    run: Run, home: Path, case: str, geneticist: tuple[str, str]
) -> None:
    asked = (*geneticist, "--purpose", "own-treatment")
    again = run("cases", "--home", home, "reproduce", case, *asked)
    assert again.code == 0, again.err
    assert "report.da.pdf\tmade again" in again.out


def test_answer__that_lacks_its_knowledge_says_so(
    run: Run, home: Path, case: str, geneticist: tuple[str, str]
) -> None:
    shutil.rmtree(home / "knowledge" / "genes")
    asked = (*geneticist, "--purpose", "own-treatment")
    again = run("cases", "--home", home, "reproduce", case, *asked)
    assert again.code == 4
    assert "no release `genes` of kind `genes`" in again.out


def test_answer__is_verified_with_the_key_that_the_centre_gives(
    run: Run, home: Path, case: str, tmp_path: Path
) -> None:
    key = tmp_path / "centre.pem"
    assert run("cases", "--home", home, "public-key", "-o", key).code == 0
    assert run("cases", "verify", home / "answers" / case, "--key", key).code == 0


def test_classifications__are_listed_compared_and_exported(
    run: Run, home: Path, geneticist: tuple[str, str], tmp_path: Path
) -> None:
    group = ("classifications", "--home", home)
    listed = run(*group, "list", *geneticist, *ANOTHER)
    assert listed.code == 0
    classes = {row["class"] for row in listed.rows()}
    assert classes
    assert run(*group, "disagreements", *geneticist, *ANOTHER).rows() == []
    path = tmp_path / "statements.jsonl"
    assert run(*group, "statements", "-o", path, *geneticist, *ANOTHER).code == 0
    stated = [json.loads(line) for line in path.read_text().splitlines()]
    assert {each["classification"]["primaryCoding"]["code"] for each in stated} == classes
    submitted = run(*group, "clinvar", "--title", "Kerne", *geneticist, *ANOTHER)
    assert json.loads(submitted.out)["germlineSubmission"] == []
    assert f"{len(stated)} that ClinVar cannot take" in submitted.err
    refused = run(*group, "list", "--as", "doctor-1", *ANOTHER)
    assert refused.code == 3


def test_validation__is_recorded_listed_and_withdrawn(
    run: Run, home: Path, geneticist: tuple[str, str]
) -> None:
    group, quality = ("validation", "--home", home), (*geneticist, "--purpose", "quality")
    words = ("--day", "2026-03-01", "--document", "V-12")
    recorded = run(*group, "record", __version__, *words, *quality)
    assert recorded.code == 0, recorded.err
    institution = recorded.out.split("\t")[0]
    assert run(*group, "withdraw", __version__, "--because", "a fault", *quality).code == 0
    history = run(*group, "list", institution).rows()
    assert [row["what"] for row in history] == ["recorded", "withdrawn"]
    assert run(*group, "record", "9.9", *words, *quality).code == 4


def test_profiles__are_written_only_when_somebody_may_be_learnt_from(
    run: Run, home: Path, geneticist: tuple[str, str], tmp_path: Path
) -> None:
    path = tmp_path / "profiles.jsonl"
    made = run("cases", "--home", home, "release-profiles", "-o", path, *geneticist, *ANOTHER)
    if made.code == 0:
        assert run("knowledge", "--knowledge", tmp_path / "k", "add", "cases", path).code == 0
    else:
        assert "there is no solved case whose patient lets others learn from it" in made.err
        assert not path.exists()
