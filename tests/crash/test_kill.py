"""`kill -9` at any instant of mixed work; the full size is `validation/kill.py`."""

from pathlib import Path

import pytest

from .conftest import Settled
from .killing import Killer, Mutant

KILLS = 6
MOST_KILLS = 60

pytestmark = pytest.mark.xdist_group("demo")


def test_killed_process__leaves_all_that_was_acknowledged_and_nothing_by_half(
    settled: Settled, tmp_path: Path
) -> None:
    killer = Killer(settled.directory / "home", settled.incoming, timed=False)
    for problems in killer.life(tmp_path / "home", KILLS):
        assert problems == []
    assert killer.kills == KILLS
    assert sum(killer.acts.values()) > KILLS
    assert len(killer.phases) > 2


@pytest.mark.parametrize("mutant", [Mutant.OUTCOME_FIRST, Mutant.NO_RECOVERY])
def test_fault_that_is_put_in__is_found(settled: Settled, tmp_path: Path, mutant: Mutant) -> None:
    killer = Killer(settled.directory / "home", settled.incoming, mutant, timed=False)
    assert any(killer.life(tmp_path / "home", MOST_KILLS))
