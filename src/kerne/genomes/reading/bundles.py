"""What the compiled parser is given and writes into: arrays bundled by what they are for.

They are made once for a file and used again for every block of it.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kerne.alleles.kernel import Bases
from kerne.genomes.reading.cells import Events, room_for_events

CALLS_MOST: Final = 1 << 21
"""Of a chunk, or one for each sample where they are more."""
SITES_MOST: Final = 1 << 18
STRETCHES_MOST: Final = 1 << 18
LONG_MOST: Final = 1 << 16
FORMAT_BYTES_MOST: Final = 256
ALTS_MOST: Final = 1_000_000
"""Of a line."""
HEAD_COLUMNS: Final = 9
"""Columns before the first sample, FORMAT included."""

# Why the parser stops: the text is read; a contig begins; the room is full; a hard line; a line
# was taken that has a structural ALT allele.
DONE, NEW_CONTIG, FULL, HARD, TAKEN, STRUCTURAL = range(6)

# Counters, in `Room.state`: the offset of the next line, of the one after, and of the one before;
# lines seen;
# lines of known contigs; ALT alleles of the next line that are already out; what the room holds.
(
    AT,
    NEXT,
    BEFORE,
    LINES,
    KNOWN_LINES,
    ALT_DONE,
    SITES,
    CALLS,
    LONGS,
    LETTERS,
    STRETCHES,
    FIELDS,
    EVENTS,
    FORMAT_BYTES,
    COUNTERS,
) = range(15)

# Of one line, in `Room.line`: 0-based position and end; offsets of REF and ALT; number of ALT
# alleles; whether it speaks of all bases between position and end; whether one of ALT is
# structural; the allele at hand.
(
    POSITION,
    END,
    REFERENCE_AT,
    REFERENCE_SIZE,
    ALT_AT,
    ALT_END,
    ALTS,
    SPEAKS,
    IS_STRUCTURAL,
    NUMBER,
    PIECE_AT,
    PIECE_END,
    LINE_NUMBERS,
) = range(13)

# Columns of what is read, in `Room.form`: -1 for what FORMAT does not have.
HAS_GENOTYPE, DEPTH, QUALITY, SMALLEST_DEPTH, DEPTHS, FORM_NUMBERS = range(6)


# Rows of `Found.fields`, in the order of `chunk.Fields`.
DEPTH_READS, REFERENCE_READS, ALTERNATIVE_READS, READ_QUALITY, FIELD_KINDS = range(5)


class Text(NamedTuple):
    """A block of whole lines: `raw` up to `end`, where the last newline stands before."""

    raw: NDArray[np.uint8]
    end: int


class Place(NamedTuple):
    """The contig at hand.

    Parameters
    ----------
    name
        As the file writes it.
    is_known
        Whether the assembly has it; lines of others are only checked.
    length
        In the assembly, the largest number where it fixes none.
    starts, ends
        Where silence says reference: sorted, 0-based, half-open. Not looked at without a BED.
    has_bed
        Whether there is one.
    """

    name: NDArray[np.uint8]
    is_known: bool
    length: int
    bases: Bases
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    has_bed: bool


class Rules(NamedTuple):
    """What holds for every line of a file."""

    samples: int
    is_gvcf: bool
    min_gq: int
    min_dp: int


class Found(NamedTuple):
    """Room for a chunk (`chunk.Chunk`); `long` holds the site, and the two sizes of its letters."""

    position: NDArray[np.uint32]
    change: NDArray[np.uint64]
    first: NDArray[np.int64]
    column: NDArray[np.uint32]
    code: NDArray[np.uint8]
    fields: NDArray[np.int32]
    long: NDArray[np.int64]
    letters: NDArray[np.uint8]
    stretch: NDArray[np.int64]


class Scratch(NamedTuple):
    """Room for what is known of the line at hand."""

    tabs: NDArray[np.int64]
    line: NDArray[np.int64]
    form: NDArray[np.int64]
    format_text: NDArray[np.uint8]
    events: Events
    letters: NDArray[np.uint8]
    normal: NDArray[np.uint8]
    state: NDArray[np.int64]


def room_for_chunk(samples: int, line_bytes: int) -> Found:
    """Return room for a chunk; a line is at most so long."""
    calls = max(CALLS_MOST, samples)
    return Found(
        np.empty(SITES_MOST, dtype=np.uint32),
        np.empty(SITES_MOST, dtype=np.uint64),
        np.zeros(SITES_MOST + 1, dtype=np.int64),
        np.empty(calls, dtype=np.uint32),
        np.empty(calls, dtype=np.uint8),
        np.empty((FIELD_KINDS, calls), dtype=np.int32),
        np.empty((LONG_MOST, 3), dtype=np.int64),
        np.empty(2 * line_bytes, dtype=np.uint8),
        np.empty((max(STRETCHES_MOST, samples), 3), dtype=np.int64),
    )


def room_for_line(samples: int, line_bytes: int) -> Scratch:
    """Return room for a line of at most so many bytes."""
    return Scratch(
        np.zeros(HEAD_COLUMNS, dtype=np.int64),
        np.zeros(LINE_NUMBERS, dtype=np.int64),
        np.zeros(FORM_NUMBERS, dtype=np.int64),
        np.zeros(FORMAT_BYTES_MOST, dtype=np.uint8),
        room_for_events(samples),
        np.empty(line_bytes + 2, dtype=np.uint8),
        np.empty(line_bytes + 2, dtype=np.uint8),
        np.zeros(COUNTERS, dtype=np.int64),
    )
