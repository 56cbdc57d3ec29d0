"""Contigs as the compiled parser is told of them."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from kerne.alleles.assembly import KERNIA1
from kerne.alleles.kernel import base_at
from kerne.alleles.sequence import ReferenceSequence
from kerne.errors import AssemblyError
from kerne.genomes.reading.contigs import LOADS_MOST, Contigs


class Counted:
    """A sequence in memory that counts what is fetched; it lacks chrX."""

    def __init__(self) -> None:
        self.fetched: list[str] = []

    def fetch(self, contig: str, start: int, end: int) -> str:
        self.fetched.append(contig)
        return "ACGT"[start:end]

    def length(self, contig: str) -> int:
        if contig == "chrX":
            raise AssemblyError("contig `chrX` is not in the sequence")
        return 4


@pytest.fixture
def fasta(tmp_path: Path) -> Path:
    path = tmp_path / "r.fa"
    path.write_text(">1\nacg\ntnA\nC\n>chr2\nTT\n")
    return path


def test_plain_fasta__is_read_where_it_lies(fasta: Path) -> None:
    with ReferenceSequence(fasta) as sequence:
        contigs = Contigs(KERNIA1, sequence, None)
        bases = contigs.place("1").bases
        assert "".join(chr(base_at(bases, at)) for at in range(bases.length)) == "ACGTNAC"
        assert np.shares_memory(bases.raw, contigs.place("chr2").bases.raw)
        assert contigs.place("chr3").bases.length == 0


def test_index_that_lies__is_not_followed(fasta: Path) -> None:
    with ReferenceSequence(fasta):
        index = Path(f"{fasta}.fai")
        index.write_text(index.read_text().replace("1\t7\t", "1\t900\t"))
    with ReferenceSequence(fasta) as sequence:
        contigs = Contigs(KERNIA1, sequence, None)
        assert set(contigs._lines) == {"chr2"}


def test_other_sequence__is_fetched_whole_and_not_again_and_again() -> None:
    sequence = Counted()
    contigs = Contigs(KERNIA1, sequence, None)
    for _ in range(3):
        assert contigs.place("chr1").bases.length == 4
    assert sequence.fetched == ["chr1"]
    for _ in range(2 * LOADS_MOST):
        lengths = [contigs.place(name).bases.length for name in ("chr1", "chr2", "chr3")]
    assert 0 in lengths
    assert max(Counter(sequence.fetched).values()) == LOADS_MOST
    assert contigs.place("chrX").bases.length == 0


def test_unknown_contig__is_told_as_such() -> None:
    place = Contigs(KERNIA1, None, None).place("chrUn_1")
    assert not place.is_known
    assert place.name.tobytes() == b"chrUn_1"
