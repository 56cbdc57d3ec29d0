"""What the tests of crashes share: a settled centre, and the recorder of writes."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from kerne.interpretation.phenotypes import model as phenotype_model
from tests.conftest import READ_ONCE, Walked

from .recording import compile_recorder
from .settling import settle
from .workload import Incoming


@dataclass(frozen=True, slots=True)
class Settled:
    """A centre with work to do: `directory / "home"` is copied, and stays as it is."""

    directory: Path
    incoming: Incoming


@pytest.fixture(scope="session")
def settled(walked: Walked, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settled]:
    """Settle a centre once; tests that use it carry the group `demo`, as those of `walked` do."""
    directory = tmp_path_factory.mktemp("settled")
    with pytest.MonkeyPatch.context() as patch:
        for name, read in READ_ONCE.items():
            patch.setattr(phenotype_model, name, read)
        yield Settled(directory, settle(directory, cases=1, walked=walked.home))


@pytest.fixture(scope="session")
def recorder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Compile the recorder of writes."""
    if shutil.which("cc") is None:
        pytest.skip("no C compiler: the recorder of writes cannot be built")
    return compile_recorder(tmp_path_factory.mktemp("recorder"))
