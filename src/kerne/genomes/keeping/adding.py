"""From genome files to new segments of a store: read, build, seal; nothing is named yet.

Each file becomes a segment, or several where its rows reach into another shard. Several files
that are added together are merged into one, so that a batch costs one live segment.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace

import numpy as np

from kerne.alleles.interval import read_bed
from kerne.errors import GenomeError
from kerne.genomes.genotypes import AddedGenome
from kerne.genomes.keeping.segment_folder import NewSegment, SegmentFolder
from kerne.genomes.reading.chunks import ChunkReading, open_chunks
from kerne.genomes.reading.intake import GenomeFile, IntakeRules
from kerne.genomes.reading.structural import StructuralRecords
from kerne.genomes.segments.building import Built, SegmentBuilder
from kerne.genomes.segments.cutting import columns_between
from kerne.genomes.segments.merging import merge, rows_that_stay, sources_of
from kerne.genomes.segments.of_file import FileRules
from kerne.genomes.segments.rows import SHARD_BITS, SHARD_ROWS, RowTable
from kerne.genomes.segments.segment import Segment
from kerne.genomes.segments.structural import merge_structural, pack_lines, write_structural
from kerne.genomes.watching import Watch


@dataclass(frozen=True, slots=True)
class Numbers:
    """Numbers that the new rows and files get."""

    row: int
    source: int
    added: int


@dataclass(frozen=True, slots=True)
class _Part:
    """Columns `[low, high)` of a file, whose rows are of one shard."""

    low: int
    high: int
    row: int

    @property
    def rows(self) -> int:
        """How many there are."""
        return self.high - self.low


@dataclass(frozen=True, slots=True)
class Staging:
    """Reads files into new segments.

    Parameters
    ----------
    held
        Samples that the store has already.
    watch
        Told now and then how many bytes of the files were read since it was last told.
    """

    rules: IntakeRules
    folder: SegmentFolder
    held: frozenset[str]
    watch: Watch

    def stage(
        self, files: Sequence[GenomeFile], numbers: Numbers
    ) -> tuple[list[Segment], list[AddedGenome]]:
        """Read every file into new segments of the store, one for each shard that they touch.

        Raises
        ------
        InputFileError
            A file is malformed, truncated, has no samples, or is of another assembly.
        GenomeError
            A sample is in the store already, or in two of the files.
        """
        segments: list[Segment] = []
        added: list[AddedGenome] = []
        for source, file in enumerate(files, start=numbers.source):
            with open_chunks(file, self.rules, self.watch) as reading:
                _check_samples(self.held, added, reading.samples)
                here = Numbers(numbers.row + len(added), source, numbers.added)
                for segment, genomes in self._built(file, reading, here):
                    segments.append(segment)
                    added += genomes
        return self._one_a_shard(segments), added

    def _built(
        self, file: GenomeFile, reading: ChunkReading, numbers: Numbers
    ) -> list[tuple[Segment, list[AddedGenome]]]:
        parts = list(_parts(len(reading.samples), numbers.row))
        rules = self._file_rules(file, reading, numbers.source)
        with ExitStack() as stack:
            new = [stack.enter_context(self.folder.new()) for _ in parts]
            builders = [
                stack.enter_context(
                    SegmentBuilder(file.path, replace(rules, rows=part.rows), each.writer)
                )
                for part, each in zip(parts, new, strict=True)
            ]
            for chunk in reading:
                for part, builder in zip(parts, builders, strict=True):
                    is_all = len(parts) == 1
                    builder.take(chunk if is_all else columns_between(chunk, part.low, part.high))
            found = []
            for part, builder, each in zip(parts, builders, new, strict=True):
                built = builder.finish()
                samples = reading.samples[part.low : part.high]
                structural = _write_structural(reading.structural, part, each)
                rows = _rows(part, samples, numbers, built, structural, is_whole=rules.is_whole)
                found.append((each.finish(rows, built.partitions), _added(rows, built)))
            return found

    def _file_rules(self, file: GenomeFile, reading: ChunkReading, source: int) -> FileRules:
        bed = file.callable_bed
        return FileRules(
            self.rules.assembly,
            len(reading.samples),
            source,
            is_single=len(reading.samples) == 1,
            is_gvcf=reading.is_gvcf,
            bed=None if bed is None else read_bed(bed, self.rules.assembly),
        )

    def _one_a_shard(self, segments: Sequence[Segment]) -> list[Segment]:
        """Merge the segments of each shard; nothing is merged where there is one already."""
        shards: dict[int, list[Segment]] = {}
        for segment in segments:
            shards.setdefault(int(segment.rows.ids[0]) >> SHARD_BITS, []).append(segment)
        return [each[0] if len(each) == 1 else self._merged(each) for each in shards.values()]

    def _merged(self, segments: Sequence[Segment]) -> Segment:
        rows = rows_that_stay(segments, ())
        with self.folder.new() as new:
            entries = list(merge(sources_of(segments, rows), rows, self.rules.assembly, new))
            merge_structural(segments, rows, new)
            merged = new.finish(rows, entries)
        for segment in segments:
            self.folder.drop(segment.name)
        return merged


def _parts(samples: int, row: int) -> Iterator[_Part]:
    low = 0
    while low < samples:
        room = SHARD_ROWS - ((row + low) & (SHARD_ROWS - 1))
        high = min(samples, low + room)
        yield _Part(low, high, row + low)
        low = high


def _write_structural(records: StructuralRecords, part: _Part, new: NewSegment) -> list[int]:
    """Write the structural records of the rows of a part; return how many each has."""
    if records.is_empty:
        return [0] * part.rows
    counts: list[int] = []

    def blobs() -> Iterator[bytes]:
        for count, text in records.by_column(part.low, part.high):
            counts.append(count)
            yield pack_lines(text)

    write_structural(blobs(), new)
    return counts


def _rows(
    part: _Part,
    samples: tuple[str, ...],
    numbers: Numbers,
    built: Built,
    structural: Sequence[int],
    *,
    is_whole: bool,
) -> RowTable:
    count = len(samples)
    return RowTable(
        np.arange(part.row, part.row + count, dtype=np.uint32),
        samples,
        np.full(count, numbers.source, dtype=np.uint32),
        np.full(count, is_whole),
        np.array([each.x_copies for each in built.complements], dtype=np.int8),
        np.array([each.y_copies for each in built.complements], dtype=np.int8),
        np.full(count, numbers.added, dtype=np.int64),
        np.array(structural, dtype=np.int64),
    )


def _added(rows: RowTable, built: Built) -> list[AddedGenome]:
    return [
        AddedGenome(*told)
        for told in zip(
            rows.samples,
            rows.ids.tolist(),
            built.variants.tolist(),
            rows.whole.tolist(),
            rows.structural.tolist(),
            strict=True,
        )
    ]


def _check_samples(
    held: frozenset[str], added: Sequence[AddedGenome], samples: Sequence[str]
) -> None:
    """Check that no sample of a file is in the store, or in a file before it."""
    before = {genome.sample for genome in added}
    for sample in samples:
        if sample in held:
            raise GenomeError(f"sample `{sample}` is in the store already; nothing was added")
        if sample in before:
            raise GenomeError(f"sample `{sample}` is in two of the files; nothing was added")
