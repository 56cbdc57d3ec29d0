"""What `benchmarks/genomes.py` makes of its figures: verdicts, sums on paper, timed runs."""

import math
import sys
from pathlib import Path

import pytest

from genome_peers.bars import Bar, Unit, shown, table
from genome_peers.bench import Cohort, size_bytes
from genome_peers.growth import Point, extrapolated, on_paper
from genome_peers.runs import Run, Runner, in_turns, median_seconds, median_told, peak_bytes

A_MEGABYTE = 1_000_000


@pytest.mark.parametrize(
    ("ours", "peer", "least", "most", "is_met"),
    [
        (1.0, 3.0, 3.0, None, True),
        (1.0, 2.9, 3.0, None, False),
        (1.0, 0.1, None, None, None),
        (1.0, None, None, 1.0, True),
        (1.1, None, None, 1.0, False),
        (1.1, 9.0, None, 1.0, False),
        (1.0, None, None, None, None),
    ],
)
def test_bar__is_met_by_ratio_or_by_limit(
    ours: float, peer: float | None, least: float | None, most: float | None, is_met: bool | None
) -> None:
    assert Bar("task", "data", ours, "peer", peer, least, most).is_met is is_met


def test_table__says_figures_ratio_promise_and_verdict() -> None:
    bars = [
        Bar("import", "few", 2.0, "plink2", 3.0, 3),
        Bar("peak", "few", 2e6, "plink2", 1e6, most=2.5e6, unit=Unit.BYTES),
        Bar("carriers", "few", 5e-6, "-"),
    ]
    lines = table(bars).splitlines()
    assert " ".join(lines[1].split()) == "import few 2 s plink2 3 s 1.50 x >= 3 x MISSED"
    assert "2 MB" in lines[2]
    assert "<= 2.5 MB" in lines[2]
    assert " ".join(lines[3].split()) == "carriers few 5 us - - - - -"


def test_figure__is_shown_in_the_unit_that_fits() -> None:
    assert shown(2.5, Unit.SECONDS) == "2.5 s"
    assert shown(0.0125, Unit.SECONDS) == "12.5 ms"
    assert shown(2e-9, Unit.SECONDS) == "0.002 us"
    assert shown(A_MEGABYTE, Unit.BYTES) == "1 MB"


def test_growth__runs_along_a_power_of_the_people() -> None:
    def sites(people: int) -> int:
        return math.isqrt(100 * people)

    points = [Point(n, 1_000, sites(n), sites(n) * 1e-9 * n**0.25) for n in (100, 10_000)]
    density, seconds = extrapolated(points)
    assert math.isclose(density, math.sqrt(100 * 60_000) / 1_000)
    assert math.isclose(seconds, 1e-9 * 60_000**0.25)
    bar, told = on_paper(points)
    assert math.isclose(bar.ours, density * 2_875_001_522 * seconds * 2 / 16)
    assert "100 people" in told
    assert "60,000" in told


def test_run__tells_time_memory_and_what_was_printed() -> None:
    runner = Runner({"PATH": ""})
    program = "held = bytearray(64 << 20); print('x'); print('{\"figure\": 2.5}')"
    runs = in_turns({"it": lambda: runner.run(sys.executable, "-c", program)}, rounds=2)["it"]
    assert len(runs) == 2
    assert peak_bytes(runs) > 64 << 20
    assert median_told(runs, "figure") == 2.5
    assert median_seconds([Run(1, 0, 0, ""), Run(5, 0, 0, ""), Run(2, 0, 0, "")]) == 2


def test_run_that_fails__ends_with_what_it_said() -> None:
    with pytest.raises(SystemExit, match="no such luck"):
        Runner({}).run(sys.executable, "-c", "raise SystemExit('no such luck')")


def test_cohort__has_a_name_for_its_files() -> None:
    assert Cohort(10_000, 5_000_000).name == "c10k"
    assert str(Cohort(2_000, 500_000, has_fields=True)) == "2,000 x 0.5 Mb, GT:AD:DP:GQ:PL"


def test_size__is_that_of_all_files_below(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "one").write_bytes(b"123")
    (tmp_path / "two").write_bytes(b"12")
    assert size_bytes(tmp_path) == 5
    assert size_bytes(tmp_path / "two", tmp_path / "deep") == 5
