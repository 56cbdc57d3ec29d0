"""Convert small files to a table and open it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from kerne.alleles.assembly import GRCH38, Assembly
from kerne.alleles.sequence import SequenceSource
from kerne.errors import AssemblyError
from kerne.knowledge.loading.conversion import convert
from kerne.knowledge.release import TABLE, Kind
from kerne.knowledge.variant_table.table import VariantTable

Convert = Callable[..., VariantTable]


class Bases:
    """A reference sequence of one contig."""

    def __init__(self, contig: str, bases: str) -> None:
        self._contig = contig
        self._bases = bases

    def length(self, contig: str) -> int:
        if contig != self._contig:
            raise AssemblyError(contig)
        return len(self._bases)

    def fetch(self, contig: str, start: int, end: int) -> str:
        if end > self.length(contig):
            raise AssemblyError(contig)
        return self._bases[start:end]


@pytest.fixture
def to_table(tmp_path: Path) -> Convert:
    def convert_texts(
        kind: Kind,
        *texts: str,
        assembly: Assembly = GRCH38,
        sequence: SequenceSource | None = None,
    ) -> VariantTable:
        files = []
        for number, text in enumerate(texts):
            files.append(tmp_path / f"{number}.txt")
            files[-1].write_text(text)
        folder = tmp_path / "made"
        folder.mkdir()
        convert(kind, files, folder, assembly, sequence, lambda _: None)
        return VariantTable(folder / TABLE)

    return convert_texts
