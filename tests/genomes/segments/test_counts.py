"""Segments count what plain Python counts, however they are built, cut, forgotten or merged."""

import random
import tempfile
from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyroaring import BitMap

from kerne.alleles.allele import Allele
from kerne.alleles.assembly import GRCH38
from kerne.alleles.change import change_of
from kerne.genomes.asking import personal, questions
from kerne.genomes.asking.engine import ThreadEngine
from kerne.genomes.asking.snapshot import Snapshot
from kerne.genomes.calls import SILENT, is_carried
from kerne.genomes.disk.manifest import Keeper, Manifest, NormalForm
from kerne.genomes.keeping.verifying import verify
from kerne.genomes.segments import building, kernels, merging
from kerne.genomes.segments.merging import merge, rows_that_stay, sources_of
from kerne.genomes.segments.segment import Segment
from tests.genomes.segments.conftest import (
    Counts,
    RandomFile,
    Site,
    Workshop,
    random_file,
    workshop_in,
)

WORDS = ("GRCh38", Keeper.NOBODY, NormalForm.TRIMMED_NOT_SHIFTED, None, 20, 8, "store")


def snapshot_of(segments: Sequence[Segment], forgotten: Collection[int] = ()) -> Snapshot:
    manifest = Manifest(*WORDS, forgotten=tuple(forgotten))
    return Snapshot(manifest, GRCH38, tuple(segments))


def counted(snapshot: Snapshot, rows: Collection[int], workers: int) -> dict[Site, Counts]:
    chosen = snapshot.chosen(BitMap(rows))
    choice = questions.Choice(chosen, None)
    found: dict[Site, Counts] = {}
    for part in questions.count_listed(snapshot, choice, None, ThreadEngine(workers)):
        columns = (part.ac, part.an, part.hom, part.het, part.hemi)
        for at in range(len(part)):
            alleles = part.alleles
            site = (int(alleles.rank[at]), int(alleles.position[at]), int(alleles.change[at]))
            assert site not in found
            ac, an, hom, het, hemi = (int(column[at]) for column in columns)
            found[site] = (ac, an, hom, het, hemi)
    return found


def expected(
    files: Sequence[tuple[RandomFile, Segment]], rows: Collection[int], gone: Collection[int]
) -> dict[Site, Counts]:
    live = [pair for pair in files if not set(pair[1].rows.ids.tolist()) <= set(gone)]
    totals = {}
    for site in {site for file, _ in live for site in file.sites}:
        total = [0] * 5
        for file, segment in files:
            for at, row in enumerate(segment.rows.ids.tolist()):
                if row in rows and row not in gone:
                    worth = file.worth(segment.rows, site, at)
                    total = [one + more for one, more in zip(total, worth, strict=True)]
        ac, an, hom, het, hemi = total
        totals[site] = (ac, an, hom, het, hemi)
    return totals


def merged(workshop: Workshop, segments: Sequence[Segment], gone: Collection[int]) -> Segment:
    rows = rows_that_stay(segments, gone)
    with workshop.folder.new() as new:
        return new.finish(rows, list(merge(sources_of(segments, rows), rows, GRCH38, new)))


def check_persons(
    snapshot: Snapshot,
    files: Sequence[tuple[RandomFile, Segment]],
    rows: Collection[int],
    rng: random.Random,
) -> None:
    """Compare the carriers of some alleles, and the calls of some genomes, with plain Python."""
    chosen = snapshot.chosen(BitMap(rows))
    sites = sorted({site for file, _ in files for site in file.sites})
    for contig, position, change in rng.sample(sites, min(len(sites), 12)):
        allele = Allele(snapshot.names[contig], position, *change_of(change))
        found = personal.carrying(snapshot, chosen, allele).row.tolist()
        assert found == [
            row
            for file, segment in files
            for at, row in enumerate(segment.rows.ids.tolist())
            if row in rows and file.worth(segment.rows, (contig, position, change), at)[0]
        ]
    for file, segment in files:
        at = rng.randrange(file.samples)
        calls = personal.calls_of(snapshot, int(segment.rows.ids[at]))
        alleles = calls.alleles
        places = zip(
            alleles.rank.tolist(), alleles.position.tolist(), alleles.change.tolist(), strict=True
        )
        codes = (calls.code & ~np.uint8(SILENT)).tolist()
        assert dict(zip(places, codes, strict=True)) == {
            site: code
            for (site, sample), code in file.calls.items()
            if sample == at and is_carried(np.array([code], dtype=np.uint8))[0]
        }


def check_comings_and_goings(
    snapshot: Snapshot,
    files: Sequence[tuple[RandomFile, Segment]],
    rows: Collection[int],
    rng: random.Random,
) -> None:
    """Count again and again on one snapshot while a few or many come and go."""
    everyone = [row for _, segment in files for row in segment.rows.ids.tolist()]
    now = set(rows)
    for many in (0, 1, 3, len(everyone)):
        now ^= set(rng.sample(everyone, min(many, len(everyone))))
        assert counted(snapshot, now, 2) == expected(files, now, ())


@settings(max_examples=15, deadline=None, derandomize=True)
@given(
    st.integers(0, 1 << 32),
    st.sampled_from([20, 200, building.CALLS_MOST]),
    st.sampled_from([2, kernels.DENSE_ROWS]),
    st.integers(1, 4),
)
def test_counts__are_those_of_plain_python(
    seed: int, calls_most: int, dense_rows: int, workers: int
) -> None:
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory() as place, pytest.MonkeyPatch.context() as patch:
        patch.setattr(building, "CALLS_MOST", calls_most)
        patch.setattr(merging, "CALLS_MOST", calls_most)
        patch.setattr(building, "SHIFT_MOST_BP", 0)
        patch.setattr(kernels, "DENSE_ROWS", dense_rows)
        workshop = workshop_in(Path(place))
        files = []
        for source in range(rng.randint(1, 3)):
            file = random_file(rng)
            files.append((file, workshop.built(file, source)))
        segments = [segment for _, segment in files]
        rows = [row for row in range(workshop.row) if rng.random() < 0.7]
        gone = [row for row in range(workshop.row) if rng.random() < 0.2]
        assert counted(snapshot_of(segments), rows, workers) == expected(files, rows, ())
        assert list(verify(snapshot_of(segments))) == []
        check_comings_and_goings(snapshot_of(segments), files, rows, rng)
        check_persons(snapshot_of(segments), files, rows, rng)
        after = expected(files, rows, gone)
        assert counted(snapshot_of(segments, gone), rows, workers) == after
        if len(gone) < workshop.row:
            one = merged(workshop, segments, gone)
            assert counted(snapshot_of([one]), rows, workers) == after
            assert list(verify(snapshot_of([one]))) == []
