"""A genome store that is killed, fails, is full or loses its power; full sizes in `validation/`."""

import random
import shutil
from pathlib import Path

import pytest

from .store_cutting import record_store
from .storing import Cohort, invent
from .striking import GENOMES, compile_striker, run

KILLS = 8
MOST_KILLS = 120
CUTS = 16
MOST_CUTS = 200
ACTS = 6
ROOM_BYTES = 256 * 1024


@pytest.fixture(scope="session")
def striker(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Compile the library that strikes."""
    if shutil.which("cc") is None:
        pytest.skip("no C compiler: the library that strikes cannot be built")
    return compile_striker(tmp_path_factory.mktemp("striker"))


@pytest.fixture(scope="session")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Cohort:
    return invent(tmp_path_factory.mktemp("incoming"), 12, 20, random.Random(1))


def test_killed_writers__leave_whole_genomes_and_a_reader_never_sees_less(
    striker: Path, tmp_path: Path
) -> None:
    found = run(striker, "kill", tmp_path / "work", size=KILLS)
    assert found.amiss == []
    assert found.strikes == KILLS
    assert found.looks
    assert sum(found.acts.values()) > KILLS / 2


def test_manifest_that_is_overwritten_in_place__is_found_by_kills(
    striker: Path, tmp_path: Path
) -> None:
    assert run(striker, "kill-in-place", tmp_path / "work", size=MOST_KILLS).amiss


def test_change_that_fails__leaves_the_store_as_it_was_or_done(
    striker: Path, tmp_path: Path
) -> None:
    found = run(striker, "fail", tmp_path / "work", size=1)
    assert found.amiss == []
    assert found.strikes > 20


def test_full_disk__refuses_and_leaves_the_store_as_it_was(striker: Path, tmp_path: Path) -> None:
    found = run(striker, "fill", tmp_path / "work", size=ROOM_BYTES)
    assert found.amiss == []
    assert found.acts["failed"] >= GENOMES
    assert found.acts["add"]


def test_power_cut__leaves_all_that_was_acknowledged_of_a_store(
    recorder: Path, cohort: Cohort, tmp_path: Path
) -> None:
    recording = record_store(recorder, tmp_path / "work", cohort, ACTS)
    assert [problems for _, problems in recording.verdicts(CUTS, 1)] == [[]] * CUTS


@pytest.mark.parametrize("swallow", ["store/segments", "store/segments/??????/*"])
def test_power_cut__finds_a_sync_of_a_store_that_is_missing(
    recorder: Path, cohort: Cohort, tmp_path: Path, swallow: str
) -> None:
    recording = record_store(recorder, tmp_path / "work", cohort, ACTS, swallow=swallow)
    assert any(problems for _, problems in recording.verdicts(MOST_CUTS, 1))
