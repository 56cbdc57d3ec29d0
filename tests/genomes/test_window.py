"""A window over a reference gives what the reference gives."""

import random

import pytest

from kerne.errors import AssemblyError
from kerne.genomes import window as module
from kerne.genomes.window import Window

BASES = {"chr1": "ACGTTGCAAC" * 7, "chr2": "GG"}


class Text:
    """A reference that is kept as text."""

    def fetch(self, contig: str, start: int, end: int) -> str:
        if not 0 <= start <= end <= self.length(contig):
            raise AssemblyError(contig)
        return BASES[contig][start:end]

    def length(self, contig: str) -> int:
        return len(BASES[contig])


@pytest.fixture
def window(monkeypatch: pytest.MonkeyPatch) -> Window:
    monkeypatch.setattr(module, "BLOCK_BP", 16)
    monkeypatch.setattr(module, "BLOCKS_KEPT", 2)
    return Window(Text())


def test_window__gives_the_bases_of_its_source(window: Window) -> None:
    rng = random.Random(1)
    for _ in range(300):
        contig = rng.choice(list(BASES))
        end = rng.randint(0, len(BASES[contig]))
        start = rng.randint(0, end)
        assert window.fetch(contig, start, end) == BASES[contig][start:end]
    assert window.length("chr2") == 2


@pytest.mark.parametrize(("start", "end"), [(-1, 2), (2, 1), (0, 3), (2, 3), (40, 41)])
def test_window__refuses_what_its_source_refuses(window: Window, start: int, end: int) -> None:
    with pytest.raises(AssemblyError):
        window.fetch("chr2", start, end)
