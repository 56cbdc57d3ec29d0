"""Open a genome file and read it as chunks: the one door of this package."""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from kerne.alleles.assembly import Assembly
from kerne.alleles.interval import read_bed
from kerne.errors import InputFileError
from kerne.genomes.reading.bundles import (
    ALT_DONE,
    AT,
    BEFORE,
    DONE,
    HARD,
    KNOWN_LINES,
    LINES,
    NEW_CONTIG,
    STRUCTURAL,
    Rules,
    Text,
)
from kerne.genomes.reading.chunk import Chunk
from kerne.genomes.reading.contigs import Contigs
from kerne.genomes.reading.hard import HardFile, HardLine, read_hard_record
from kerne.genomes.reading.heads import Head, read_head
from kerne.genomes.reading.inflating import DAMAGED
from kerne.genomes.reading.intake import GenomeFile, IntakeRules, check_header
from kerne.genomes.reading.lines import line_end, take_lines
from kerne.genomes.reading.room import Room
from kerne.genomes.reading.source import ConversionError, TextSource
from kerne.genomes.reading.structural import StructuralRecords, is_structural
from kerne.genomes.reading.text import Block, LineTooLongError, read_blocks
from kerne.genomes.watching import Watch, unwatched


def open_chunks(file: GenomeFile, rules: IntakeRules, watch: Watch = unwatched) -> "ChunkReading":
    """Open a VCF, gVCF, BCF or VCF Zarr; a context manager, which is iterated once.

    Parameters
    ----------
    watch
        Told now and then how many bytes of the file were read since it was last told.

    Raises
    ------
    InputFileError
        The file is missing, malformed, truncated, has no samples, or is of another assembly; so
        far as its beginning and end show. What is wrong with a record is raised where it is read.
    """
    return ChunkReading(file, rules, watch)


def samples_in(path: Path, assembly: Assembly) -> tuple[str, ...]:
    """Return the samples of a genome file of the assembly, by its beginning and end.

    Raises
    ------
    InputFileError
        As `open_chunks` does.
    """
    with open_chunks(GenomeFile(path), IntakeRules(assembly, None, 0, 0)) as reading:
        return reading.samples


class ChunkReading:
    """An open genome file: its samples, and by iteration its chunks, in the file's order."""

    def __init__(self, file: GenomeFile, rules: IntakeRules, watch: Watch) -> None:
        self._path = file.path
        self._watch = watch
        self._told_bytes = 0
        bed = None if file.callable_bed is None else read_bed(file.callable_bed, rules.assembly)
        self._rules = rules
        self._contigs = Contigs(rules.assembly, rules.sequence, bed)
        self._source = TextSource(file.path)
        self.structural = StructuralRecords(file.path)
        self._blocks = read_blocks(self._source)
        try:
            self._head = self._read_head()
            check_header(file.path, self._head.header, rules.assembly)
            _check_bed(file, self._head)
        except BaseException:
            self.__exit__(None, None, None)
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # In this order: what the reading thread may wait for is gone when it is waited for.
        self._source.stop()
        self._blocks.close()
        self._source.close()
        self.structural.close()

    @property
    def samples(self) -> tuple[str, ...]:
        """Sample names in the order of their columns."""
        return self._head.header.samples

    @property
    def is_gvcf(self) -> bool:
        """Whether it says itself where it is callable."""
        return self._head.is_gvcf

    def __iter__(self) -> Iterator[Chunk]:
        """Yield the chunks in order.

        Raises
        ------
        InputFileError
            A record is malformed or of another reference sequence, the data end or break in the
            middle, or no record lies on a contig of the assembly. It names the line; of BCF and
            VCF Zarr, the record.
        """
        lines = _Lines(self._path, self._rules, self._contigs, self._head, self.structural)
        try:
            yield from self._chunks(lines)
        except InputFileError as error:
            raise self._named(error) from error
        except (*DAMAGED, LineTooLongError, ConversionError) as error:
            raise self._source.told(error, lines.line, self._head.lines) from error
        self._tell()

    def _chunks(self, lines: "_Lines") -> Iterator[Chunk]:
        at = self._head.at
        for block in chain([self._head.block], self._blocks):
            yield from lines.take(block, at)
            at = 0
            self._tell()
        yield from lines.rest()
        lines.check_any()

    def _read_head(self) -> Head:
        try:
            return read_head(self._path, self._blocks)
        except (*DAMAGED, LineTooLongError, ConversionError) as error:
            raise self._source.told(error, 0, 0) from error

    def _named(self, error: InputFileError) -> InputFileError:
        """Return an error of converted text with its record: nobody sees its lines."""
        if not self._source.is_converted or error.line is None or error.line <= self._head.lines:
            return error
        record = error.line - self._head.lines
        return InputFileError(self._path, f"record `{record}`: {error.problem}")

    def _tell(self) -> None:
        bytes_read = self._source.bytes_read
        self._watch(bytes_read - self._told_bytes)
        self._told_bytes = bytes_read


def _check_bed(file: GenomeFile, head: Head) -> None:
    if head.is_gvcf and file.callable_bed is not None:
        raise InputFileError(file.path, "is a gVCF and says itself where it is callable")


class _Lines:
    """Takes the lines of a file, block by block."""

    def __init__(
        self,
        path: Path,
        rules: IntakeRules,
        contigs: Contigs,
        head: Head,
        structural: StructuralRecords,
    ) -> None:
        samples = len(head.header.samples)
        self._file = HardFile(path, samples, rules, head.is_gvcf)
        self._rules = Rules(samples, head.is_gvcf, rules.min_gq, rules.min_dp)
        self._contigs = contigs
        self._structural = structural
        self._lines_before = head.lines
        self._room = Room(samples, len(head.block.raw))
        self._enter("")

    @property
    def line(self) -> int:
        """1-based line in the file of the last one taken; that of the header before any."""
        return self._lines_before + int(self._state[LINES])

    def check_any(self) -> None:
        """Check that, if there was a record, there was one of the assembly."""
        if self._state[LINES] and not self._state[KNOWN_LINES]:
            name = self._file.rules.assembly.name
            problem = f"no record lies on a contig of assembly `{name}`"
            raise InputFileError(self._file.path, problem)

    def take(self, block: Block, at: int) -> Iterator[Chunk]:
        """Take the lines of a block from `at` on; what has room waits for those of the next."""
        if not self._room.is_wide(len(block.raw)):
            yield from self.rest()
            self._room.widen(len(block.raw))
        state = self._state
        state[AT] = at
        text = Text(block.raw, block.end)
        while True:
            room = self._room  # what it has may be given away, and be other arrays then
            reason = take_lines(text, self._place, self._rules, room.scratch, room.found)
            if reason == HARD:
                yield from self._take_hard(block)
                continue
            if reason == STRUCTURAL:
                self._take_structural(block.raw[state[BEFORE] : state[AT]].tobytes())
                continue
            if reason == DONE:
                return
            yield from self.rest()
            if reason == NEW_CONTIG:
                end = int(room.scratch.tabs[0])
                self._enter(block.raw[state[AT] : end].tobytes().decode())

    def rest(self) -> Iterator[Chunk]:
        """Give what was taken and not yet given."""
        if not self._room.is_empty and self._contig is not None:
            yield self._room.take(self._contig[0])

    @property
    def _state(self) -> NDArray[np.int64]:
        return self._room.scratch.state

    def _enter(self, text: str) -> None:
        self._place = self._contigs.place(text)
        self._contig = self._contigs.find(text)

    def _take_hard(self, block: Block) -> Iterator[Chunk]:
        """Take the next line in plain Python."""
        state = self._state
        end = line_end(block.raw, state[AT]) + 1
        raw = block.raw[state[AT] : end].tobytes()
        record = read_hard_record(self._file, self.line + 1, raw)
        if self._place.name.tobytes() != record.contig_text.encode():
            yield from self.rest()
            self._enter(record.contig_text)
        if self._contig is not None:
            yield from self._take_known(HardLine(self._file, record, self._contig[1]))
            if any(map(is_structural, record.alternatives)):
                self._structural.take(self.line + 1, raw, self._contig[1].name)
            state[KNOWN_LINES] += 1
        state[AT], state[ALT_DONE] = end, 0
        state[LINES] += 1

    def _take_structural(self, raw: bytes) -> None:
        """Keep what the line that was just taken says of structural alleles."""
        if self._contig is not None:
            self._structural.take(self.line, raw, self._contig[1].name)

    def _take_known(self, line: HardLine) -> Iterator[Chunk]:
        for site in line.sites(self._covers, int(self._state[ALT_DONE])):
            if not self._room.fits(0):
                yield from self.rest()
            self._room.add_site(site)
        stretches = line.stretches()
        if not self._room.fits(len(stretches)):
            yield from self.rest()
        for stretch in stretches:
            self._room.add_stretch(*stretch)

    def _covers(self, position: int) -> bool:
        """Say whether silence at a position of the contig at hand says reference."""
        if not self._place.has_bed:
            return True
        at = int(np.searchsorted(self._place.starts, position, side="right")) - 1
        return at >= 0 and bool(position < self._place.ends[at])
