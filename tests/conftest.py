"""A centre in which the demo has been walked once, and a way to run commands in it.

Tests that use `walked` carry `pytest.mark.xdist_group("demo")`.
"""

import functools
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from _pytest.capture import CaptureFixture

from kerne.cli import main
from kerne.interpretation.phenotypes import model as phenotype_model

CITIZENS = "20"

READ_ONCE = {
    name: functools.cache(getattr(phenotype_model, name))
    for name in ("read_ontology", "read_annotations", "read_gene_links")
}
"""The packaged HPO takes seconds to read; commands in one process read each of its files once."""

# What is worked out of the packaged HPO is worked out once for all tests of a checkout.
os.environ["XDG_CACHE_HOME"] = str(Path(__file__).parent.parent / ".pytest_cache" / "built")


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a command ended."""

    code: int
    out: str
    err: str

    def rows(self) -> list[dict[str, str]]:
        """Return a printed table as one dictionary a line."""
        head, *lines = (line.split("\t") for line in self.out.splitlines())
        return [dict(zip(head, line, strict=True)) for line in lines]


Run = Callable[..., Outcome]


@pytest.fixture
def run(capsys: CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run `kerne` with the given words in this process."""

    for name, read in READ_ONCE.items():
        monkeypatch.setattr(phenotype_model, name, read)

    def command(*words: object) -> Outcome:
        monkeypatch.setattr("sys.argv", ["kerne", *map(str, words)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return Outcome(ended.value.code, said.out, said.err)

    return command


@dataclass(frozen=True, slots=True)
class Walked:
    """A walked demo: its home and what it told."""

    home: Path
    told: str


Walk = Callable[[Path], Walked]


@pytest.fixture(scope="session")
def walk() -> Walk:
    """Return how to walk the demo of a small country into a home."""
    return walk_demo


@pytest.fixture(scope="session")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Walked:
    """Walk the demo once; tests that use it share one process."""
    return walk_demo(tmp_path_factory.mktemp("walked") / "home")


def walk_demo(home: Path) -> Walked:
    """Walk the demo of a small country into `home`."""
    from click.testing import CliRunner  # noqa: PLC0415  only this fixture needs it

    from kerne.cli.demo import demo  # noqa: PLC0415  imports the whole house

    result = CliRunner(env={"COLUMNS": "200"}).invoke(
        demo, ["--citizens", CITIZENS, "--home", str(home), "--no-serve"], catch_exceptions=False
    )
    assert result.exit_code == 0, result.output
    return Walked(home, result.output)
