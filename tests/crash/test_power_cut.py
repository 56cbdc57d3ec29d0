"""A power cut at any moment of mixed work; the full size is `validation/power_cut.py`."""

from pathlib import Path

import pytest

from .conftest import Settled
from .cutting import Working

CUTS = 8
MOST_CUTS = 80

pytestmark = pytest.mark.xdist_group("demo")


def test_power_cut_at_work__leaves_all_that_was_acknowledged(
    settled: Settled, recorder: Path, tmp_path: Path
) -> None:
    working = Working(settled.directory, settled.incoming, recorder, sessions=1)
    verdicts = list(working.record(tmp_path / "work").verdicts(CUTS))
    assert [problems for _, problems in verdicts] == [[]] * CUTS


def test_power_cut_while_founding__leaves_a_centre_or_none(
    settled: Settled, recorder: Path, tmp_path: Path
) -> None:
    working = Working(settled.directory, settled.incoming, recorder, sessions=0)
    verdicts = list(working.record(tmp_path / "work").verdicts(CUTS))
    assert [problems for _, problems in verdicts] == [[]] * CUTS


def test_power_cut__finds_a_sync_that_is_missing(
    settled: Settled, recorder: Path, tmp_path: Path
) -> None:
    log = "*.sqlite-wal"
    working = Working(settled.directory, settled.incoming, recorder, sessions=1, swallow=log)
    recording = working.record(tmp_path / "work")
    assert any(problems for _, problems in recording.verdicts(MOST_CUTS))
