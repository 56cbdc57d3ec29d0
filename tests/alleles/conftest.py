"""The beta-globin gene on chromosome 11, and a sequence made of a text, for every test of names."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from kerne.alleles.sequence import reverse_complement
from kerne.alleles.transcript import Transcript

GOLDEN = Path(__file__).parent.parent / "golden"
SHARED = Path(__file__).parents[3] / "shared" / "data"


@dataclass(frozen=True, slots=True)
class TextSequence:
    """One contig of which `bases` stand at `start`; around them are unknown bases."""

    bases: str
    start: int = 0
    padding: int = 0

    def fetch(self, contig: str, start: int, end: int) -> str:
        del contig
        known = self.bases[max(0, start - self.start) : max(0, end - self.start)]
        before = max(0, min(end, self.start) - start)
        return "N" * before + known + "N" * (end - start - before - len(known))

    def length(self, contig: str) -> int:
        del contig
        return self.start + len(self.bases) + self.padding


def read_golden(name: str) -> list[dict[str, str]]:
    """Read a golden table; every row must name its source."""
    header, *lines = (GOLDEN / name).read_text().splitlines()
    columns = header.split("\t")
    rows = [dict(zip(columns, line.split("\t"), strict=True)) for line in lines]
    assert all(row["source"] for row in rows)
    return rows


@pytest.fixture
def golden() -> Callable[[str], list[dict[str, str]]]:
    return read_golden


@pytest.fixture
def text_sequence() -> type[TextSequence]:
    return TextSequence


@pytest.fixture
def shared_data() -> Path:
    if not SHARED.is_dir():
        pytest.skip("../shared/data is absent: real data are not checked")
    return SHARED


@pytest.fixture
def beta_globin() -> Transcript:
    return Transcript(
        "NM_000518.5",
        "HGNC:4827",
        "HBB",
        "chr11",
        -1,
        ((5225463, 5225726), (5226576, 5226799), (5226929, 5227071)),
        (5225597, 5227021),
        "NP_000509.1",
        frozenset({"MANE_Select"}),
    )


@pytest.fixture
def beta_globin_sequence(beta_globin: Transcript) -> TextSequence:
    gene = "".join(row["bases"] for row in read_golden("beta_globin.tsv"))
    return TextSequence(reverse_complement(gene), beta_globin.start, 1_000)
