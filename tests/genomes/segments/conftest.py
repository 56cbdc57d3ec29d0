"""Random files as chunks, and what they must count, told one call at a time."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import numpy as np
import pytest

from kerne.alleles.assembly import GRCH38
from kerne.alleles.change import change_code
from kerne.genomes.calls import (
    CODE_MASK,
    FIRST,
    PRIORITY,
    RULE_OF,
    SECOND,
    SILENT_COPIES,
    WORTH,
    Code,
)
from kerne.genomes.disk.hot import Hot
from kerne.genomes.disk.segment_keys import FileSegmentKeys
from kerne.genomes.keeping.segment_folder import SegmentFolder
from kerne.genomes.reading.chunk import Chunk, Fields, Stretches
from kerne.genomes.segments.building import SegmentBuilder
from kerne.genomes.segments.of_file import FileRules, places_on
from kerne.genomes.segments.rows import RowTable
from kerne.genomes.segments.segment import Segment, arrays_of

CONTIGS = [GRCH38.rank(name) for name in ("chr1", "chr22", "chrX", "chrY", "chrM")]
SEX = frozenset({GRCH38.rank("chrX"), GRCH38.rank("chrY")})
BEYOND_PAR = 2_800_000
COMMON = (Code.HET, Code.HOM)
ANY = (*COMMON, Code.MISSING, Code.HALF, Code.REFERENCE_HALF, Code.HEMI, Code.REFERENCE_HEMI)

Site = tuple[int, int, int]
"""Contig, position and number of the change."""

Counts = tuple[int, int, int, int, int]
"""AC, AN, hom, het and hemi."""


@dataclass
class RandomFile:
    """A file as chunks, and as plain Python knows it."""

    samples: int
    is_whole: bool
    chunks: list[Chunk] = field(default_factory=list)
    sites: set[Site] = field(default_factory=set)
    calls: dict[tuple[Site, int], int] = field(default_factory=dict)
    stretches: dict[tuple[int, int], list[tuple[int, int]]] = field(default_factory=dict)

    def worth(self, rows: RowTable, site: Site, at: int) -> list[int]:
        """Return what a sample adds to AC, AN, hom, het and hemi of a site."""
        contig, position, _ = site
        place = int(places_on(GRCH38, contig, np.array([position], dtype=np.uint32))[0])
        copies = int(rows.classes[place][at])
        code = self.calls.get((site, at))
        if code is None:
            mine = self.stretches.get((contig, at), [])
            inside = self.is_whole or any(low <= position < high for low, high in mine)
            return [0, int(SILENT_COPIES[place, copies]) if inside else 0, 0, 0, 0]
        an, het, hom, hemi, half = WORTH[RULE_OF[place, copies], code & CODE_MASK].tolist()
        return [het + 2 * hom + hemi + half, an, hom, het, hemi]


def random_file(rng: random.Random) -> RandomFile:
    """Invent a file."""
    made = RandomFile(rng.choice([1, 1, 2, 2, 5, 5, 70, 70, 600]), is_whole=rng.random() < 0.5)
    for contig in sorted(rng.sample(CONTIGS, rng.randint(1, 4))):
        made.chunks.append(_chunk(made, contig, rng))
    return made


def _position(contig: int, rng: random.Random) -> int:
    is_far = contig in SEX and rng.random() < 0.7
    return rng.randint(0, 200) + (BEYOND_PAR if is_far else 0)


def _chunk(made: RandomFile, contig: int, rng: random.Random) -> Chunk:
    places = sorted(_position(contig, rng) for _ in range(rng.randint(0, 20)))
    sites = [(place, change_code("A", rng.choice("CGT"))) for place in places]
    if rng.random() < 0.3:
        rng.shuffle(sites)
    first, columns, codes = [0], [], []
    for place, change in sites:
        site = (contig, place, change)
        made.sites.add(site)
        for column, code in _calls(made.samples, rng):
            columns.append(column)
            codes.append(code)
            held = made.calls.get((site, column))
            if held is None or PRIORITY[code & CODE_MASK] < PRIORITY[held & CODE_MASK]:
                made.calls[site, column] = code
        first.append(len(columns))
    depth = np.arange(len(codes), dtype=np.int32)
    return Chunk(
        contig,
        np.array([place for place, _ in sites], dtype=np.uint32),
        np.array([change for _, change in sites], dtype=np.uint64),
        {},
        np.array(first, dtype=np.int64),
        np.array(columns, dtype=np.uint32),
        np.array(codes, dtype=np.uint8),
        Fields(depth, depth, depth, depth) if made.samples == 5 else None,
        _stretches(made, contig, rng),
    )


def _calls(samples: int, rng: random.Random) -> Iterator[tuple[int, int]]:
    density = rng.choice([0.05, 0.5, 0.95])
    for column in range(samples):
        if rng.random() < density:
            code = int(rng.choice(ANY if rng.random() < 0.4 else COMMON))
            yield column, code | (rng.choice([0, FIRST, SECOND]) if code in COMMON else 0)


def _stretches(made: RandomFile, contig: int, rng: random.Random) -> Stretches:
    told = []
    for sample in range(0 if made.is_whole else made.samples):
        for _ in range(rng.randint(0, 3)):
            low = _position(contig, rng)
            told.append((sample, low, low + rng.randint(1, 80)))
            made.stretches.setdefault((contig, sample), []).append(told[-1][1:])
    columns = np.array(told, dtype=np.uint32).reshape(-1, 3).T
    return Stretches(columns[0].copy(), columns[1].copy(), columns[2].copy())


@dataclass
class Workshop:
    """Builds segments of files in a folder."""

    place: Path
    folder: SegmentFolder
    row: int = 0

    def built(self, file: RandomFile, source: int) -> Segment:
        """Build the segment of a file; its rows follow those built before."""
        rules = FileRules(
            GRCH38, file.samples, source, file.samples == 1, not file.is_whole, bed=None
        )
        with self.folder.new() as new, SegmentBuilder(self.place, rules, new) as builder:
            for chunk in file.chunks:
                builder.take(chunk)
            built = builder.finish()
            copies = [(each.x_copies, each.y_copies) for each in built.complements]
            x, y = np.array(copies, dtype=np.int8).T
            rows = RowTable(
                np.arange(self.row, self.row + file.samples, dtype=np.uint32),
                tuple(f"s{self.row + at}" for at in range(file.samples)),
                np.full(file.samples, source, dtype=np.uint32),
                np.full(file.samples, file.is_whole),
                x,
                y,
                np.zeros(file.samples, dtype=np.int64),
                np.zeros(file.samples, dtype=np.int64),
            )
            self.row += file.samples
            return new.finish(rows, built.partitions)


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    return workshop_in(tmp_path)


def workshop_in(place: Path) -> Workshop:
    """Return a workshop in an empty folder."""
    (place / "segments").mkdir()
    folder = SegmentFolder(place, "store", FileSegmentKeys(place), Hot(1 << 28, arrays_of))
    numbers = count(1)
    folder.numbered_by(lambda: next(numbers))
    return Workshop(place, folder)
