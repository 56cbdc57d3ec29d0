"""Bad files, some of those of `validation/hostile.py`: refused in one sentence or read rightly.

Whatever comes of them, the store is afterwards what it was before.
"""

from pathlib import Path

import pytest

import hostile
from adversary.giants import GIANTS, MEBI
from adversary.trial import Trial
from fuzz import one_input
from fuzz.genome_file import SEEDS
from kerne.errors import InputFileError

CASES = range(10_000_000, 10_000_040)


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Trial:
    return Trial(tmp_path_factory.mktemp("trial"))


def test_bad_files__are_refused_where_they_are_bad_or_read_rightly(
    trial: Trial, tmp_path: Path
) -> None:
    verdicts = [hostile.try_case(trial, tmp_path, [], case) for case in CASES]
    assert not [verdict for verdict in verdicts if verdict.fault]
    outcomes = [verdict.outcome == "accepted" for verdict in verdicts]
    assert any(outcomes)
    assert not all(outcomes)


@pytest.mark.parametrize("case", range(len(GIANTS)))
def test_giant__is_refused_or_read_as_what_it_is(trial: Trial, tmp_path: Path, case: int) -> None:
    assert not hostile.try_giant(trial, tmp_path, MEBI // 2, case).fault


@pytest.mark.parametrize("seed", sorted(SEEDS.iterdir()), ids=lambda path: path.name)
def test_seed_of_the_fuzzer__is_no_finding(trial: Trial, tmp_path: Path, seed: Path) -> None:
    one_input.check(trial, tmp_path, seed.read_bytes())


def test_trial__finds_a_file_that_is_read_wrongly(
    trial: Trial, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adversary.trial.differences", lambda *_: ["one count"])
    with pytest.raises(one_input.Finding, match="read wrongly: one count"):
        one_input.check(trial, tmp_path, (SEEDS / "single.vcf").read_bytes())


@pytest.mark.parametrize("fault", ["partial", "crash", "nameless"])
def test_trial__finds_a_store_that_does_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    trial = Trial(tmp_path)
    monkeypatch.setattr(
        "kerne.genomes.freestanding.FreestandingGenomes.add",
        lambda genomes, *_: _fail(genomes.path, fault),
    )
    path = tmp_path / "a.vcf"
    path.write_bytes(b"x")
    verdict = trial.judge(1, "x", path)
    assert verdict.fault
    assert (verdict.outcome == "crashed") == (fault == "crash")


def _fail(store: Path, fault: str) -> None:

    if fault == "partial":
        (store / "segments" / "000099").mkdir()
        (store / "segments" / "000099" / "half").write_bytes(b"half")
        raise InputFileError(store.parent.parent / "a.vcf", "is bad", 1)
    if fault == "crash":
        raise IndexError("list index out of range")
    raise InputFileError(Path("another.vcf"), "is bad", 1)
