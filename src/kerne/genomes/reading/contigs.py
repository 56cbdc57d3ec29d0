"""The contigs of a file, as the compiled parser is told of them."""

import mmap
from collections import Counter, OrderedDict
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kerne.alleles.assembly import Assembly, Contig
from kerne.alleles.interval import Intervals
from kerne.alleles.kernel import NO_BASES, Bases, whole
from kerne.alleles.sequence import ReferenceSequence, SequenceSource
from kerne.errors import AssemblyError
from kerne.genomes.reading.bundles import Place
from kerne.genomes.reading.cells import letters

CONTIGS_KEPT: Final = 2
"""Whose bases are in memory at a time, where they do not lie in a file as they are."""
LOADS_MOST: Final = 4
"""Of one contig; in a file that comes back to it more often each allele is looked up by itself."""
_NO_LENGTH: Final = 1 << 40
_INDEX_COLUMNS: Final = 5
_NOTHING: Final = np.empty(0, dtype=np.int64)
_NO_BASES_HERE: Final = whole(b"")
"""So that plain Python takes every allele, which asks the sequence itself."""


class Contigs:
    """Finds contigs by the spelling of a file."""

    def __init__(
        self, assembly: Assembly, sequence: SequenceSource | None, bed: Intervals | None
    ) -> None:
        self._assembly = assembly
        self._sequence = sequence
        self._bed = bed
        self._lines = _lines_of(sequence) if isinstance(sequence, ReferenceSequence) else {}
        self._kept: OrderedDict[str, Bases] = OrderedDict()
        self._loads: Counter[str] = Counter()

    def find(self, text: str) -> tuple[int, Contig] | None:
        """Return rank and contig of a spelling, nothing when the assembly has it not."""
        if not self._assembly.has_contig(text):
            return None
        return self._assembly.rank(text), self._assembly.contig(text)

    def place(self, text: str) -> Place:
        """Return what the compiled parser is told of a contig."""
        name = letters(text)
        found = self.find(text)
        if found is None:
            return Place(name, False, _NO_LENGTH, NO_BASES, _NOTHING, _NOTHING, False)  # noqa: FBT003 (fields by place, as kernels want)
        contig = found[1]
        length = _NO_LENGTH if contig.length_bp is None else contig.length_bp
        has_bed = self._bed is not None
        starts, ends = (_NOTHING, _NOTHING) if self._bed is None else self._bed.ranges(contig.name)
        return Place(name, True, length, self._bases(contig.name), starts, ends, has_bed)  # noqa: FBT003

    def _bases(self, contig: str) -> Bases:
        if self._sequence is None:
            return NO_BASES
        if contig in self._lines:
            return self._lines[contig]
        if contig not in self._kept:
            self._loads[contig] += 1
            if self._loads[contig] > LOADS_MOST:
                return _NO_BASES_HERE
            self._kept[contig] = _whole(self._sequence, contig)
            while len(self._kept) > CONTIGS_KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(contig)
        return self._kept[contig]


def _whole(sequence: SequenceSource, contig: str) -> Bases:
    """Return the bases of a contig; none of them when the sequence lacks it."""
    try:
        return whole(sequence.fetch(contig, 0, sequence.length(contig)).encode())
    except AssemblyError:
        return _NO_BASES_HERE


def _lines_of(sequence: ReferenceSequence) -> dict[str, Bases]:
    """Return the contigs of a FASTA as they lie in its file; none of a compressed one."""
    index = Path(f"{sequence.path}.fai")
    is_compressed = sequence.path.suffix in {".gz", ".bgz"}
    if is_compressed or not index.exists():
        return {}
    if index.stat().st_mtime < sequence.path.stat().st_mtime:
        return {}
    raw = _mapped(sequence.path)
    of_name = {}
    for line in index.read_text(encoding="utf-8").splitlines():
        name, *numbers = line.split("\t")
        if len(numbers) == _INDEX_COLUMNS - 1:
            length, start, line_bases, line_bytes = map(int, numbers)
            bases = Bases(raw, start, max(1, line_bases), line_bytes, length)
            if _lies_in(bases):
                of_name[name] = bases
    names = ((contig, sequence.name_in_file(contig)) for contig in sequence.contigs)
    return {contig: of_name[name] for contig, name in names if name in of_name}


def _lies_in(bases: Bases) -> bool:
    """Say whether the index is true of the file: kernels look where it says."""
    line, column = divmod(max(0, bases.length - 1), bases.line_bases)
    last = bases.start + line * bases.line_bytes + column
    return min(bases.start, bases.length, bases.line_bytes) >= 0 and last < len(bases.raw)


def _mapped(path: Path) -> NDArray[np.uint8]:
    """Return the bytes of a file that nobody has to read before they are looked at."""
    with path.open("rb") as file:
        # Copied on writing, and so an array like any other; nobody writes to it.
        return np.frombuffer(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY), dtype=np.uint8)
