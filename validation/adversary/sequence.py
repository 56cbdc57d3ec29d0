"""A reference sequence made for invented files: short stretches with much in them to shift.

The contigs are those of GRCh38 as far as their lengths matter, and N outside the stretches. The
stretches lie where something happens: at the first base of a contig, across the end of the
pseudo-autosomal region of X and Y, on the mitochondrion.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

PAR_END: Final = 2_781_479
"""End of the first pseudo-autosomal region of X and Y in GRCh38, 0-based, exclusive."""

PAR_START: Final = 10_000


@dataclass(frozen=True, slots=True)
class Stretch:
    """Bases `[start, end)` of a contig, 0-based, that are spelled out."""

    contig: str
    start: int
    end: int


SURE_X: Final = Stretch("chrX", 2_790_000, 2_790_200)
"""Where calls show how many copies of X there are; nothing else is invented there."""

SURE_Y: Final = Stretch("chrY", 2_790_000, 2_790_040)

STRETCHES: Final = (
    Stretch("chr1", 0, 260),
    Stretch("chr2", 1_000, 1_260),
    Stretch("chrX", PAR_START - 60, PAR_START + 60),
    Stretch("chrX", PAR_END - 120, PAR_END + 120),
    Stretch("chrY", PAR_END - 120, PAR_END + 120),
    Stretch("chrM", 0, 160),
)
"""Where invented records lie."""

_UNITS: Final = ("A", "C", "CA", "T", "GG", "TTG")
_UNIT_TIMES: Final = 6


@dataclass(frozen=True, slots=True)
class InventedSequence:
    """Bases of each contig from its first on, upper case."""

    bases: Mapping[str, str]

    def fetch(self, contig: str, start: int, end: int) -> str:
        """Return bases `[start, end)`, 0-based; none where nothing was invented."""
        return self.bases.get(contig, "")[start:end]

    def write(self, path: Path, rng: random.Random) -> Path:
        """Write it as FASTA, repeats in lower case here and there as they are in real ones."""
        with path.open("w") as stream:
            for contig, bases in self.bases.items():
                cut = rng.randrange(len(bases))
                soft = bases[cut : cut + 50].lower()
                stream.write(f">{contig}\n{bases[:cut]}{soft}{bases[cut + 50 :]}\n")
        return path


def happens(rng: random.Random, chance: float) -> bool:
    """Say whether something happens this time that happens with a chance."""
    return rng.random() < chance


def invent_sequence(rng: random.Random) -> InventedSequence:
    """Invent the bases of all stretches."""
    bases: dict[str, str] = {}
    for stretch in sorted((*STRETCHES, SURE_X, SURE_Y), key=lambda each: (each.contig, each.start)):
        before = bases.get(stretch.contig, "")
        gap = "N" * (stretch.start - len(before))
        bases[stretch.contig] = before + gap + _invented(rng, stretch.end - stretch.start)
    return InventedSequence(bases)


def _invented(rng: random.Random, length: int) -> str:
    text = ""
    while len(text) < length:
        unit = rng.choice(_UNITS) if happens(rng, 0.98) else "N"
        text += unit * rng.randint(1, _UNIT_TIMES)
    return text[:length]
