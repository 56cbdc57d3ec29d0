"""What the records of a gVCF say of whole stretches: where they end, and who reaches thresholds."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from kerne.alleles.kernel import kernel_part
from kerne.alleles.vcf import LAST_POSITION
from kerne.genomes.reading.alternatives import are_letters, piece_end
from kerne.genomes.reading.bundles import (
    ALT_AT,
    ALT_END,
    ALTS,
    END,
    EVENTS,
    HAS_GENOTYPE,
    POSITION,
    QUALITY,
    REFERENCE_SIZE,
    SMALLEST_DEPTH,
    SPEAKS,
    STRETCHES,
    Found,
    Rules,
    Scratch,
)
from kerne.genomes.reading.cells import (
    DIGIT_OF,
    MISSING_ALLELE,
    MISSING_NUMBER,
    NOT_UNDERSTOOD,
    letters,
    read_number,
    stands_at,
    value_at,
)

INFO_COLUMN: Final = 7
_SEMICOLON: Final = ord(";")
_END_KEY: Final = letters("END=")
_NON_REF: Final = letters("<NON_REF>")
_ANY: Final = letters("<*>")
_DIGITS_MOST: Final = 10


@kernel_part
def weigh(raw: NDArray[np.uint8], length: int, rules: Rules, scratch: Scratch) -> bool:
    """Find a record's end, whether it speaks, and which samples reach the thresholds.

    False when a number is not understood, or the end lies before POS or past the contig's `length`.
    """
    line = scratch.line
    start, stop = scratch.tabs[INFO_COLUMN - 1] + 1, scratch.tabs[INFO_COLUMN]
    end = read_end(raw, start, stop, line[POSITION] + line[REFERENCE_SIZE])
    line[END] = end
    if not line[POSITION] < end <= min(length, LAST_POSITION):
        return False
    line[SPEAKS] = _speaks(raw, start, stop, line)
    for number in range(scratch.state[EVENTS]):
        passing = _passing(raw, number, rules, scratch)
        if passing == NOT_UNDERSTOOD:
            return False
        scratch.events.passes[number] = passing == 1
    return True


@kernel_part
def note_stretches(scratch: Scratch, found: Found) -> None:
    """Note where the samples that reach the thresholds are callable; a neighbour is joined."""
    line, events, stretch = scratch.line, scratch.events, found.stretch
    if not line[SPEAKS]:
        return
    for number in range(scratch.state[EVENTS]):
        if not events.passes[number]:
            continue
        count = scratch.state[STRETCHES]
        column = np.int64(events.column[number])
        last = count - 1
        if (
            count > 0
            and stretch[last, 0] == column
            and stretch[last, 1] <= line[POSITION] <= stretch[last, 2]
        ):
            stretch[last, 2] = max(stretch[last, 2], line[END])
            continue
        stretch[count, 0] = column
        stretch[count, 1] = line[POSITION]
        stretch[count, 2] = line[END]
        scratch.state[STRETCHES] += 1


@kernel_part
def read_end(raw: NDArray[np.uint8], start: int, stop: int, default: int) -> int:
    """Return the END of an INFO column, `default` when it has none, -1 when it is too long."""
    at = start
    while at < stop:
        if stands_at(raw, at, stop, _END_KEY):
            end = _end_number(raw, at + len(_END_KEY), stop)
            if end != NOT_UNDERSTOOD:
                return end
        while at < stop and raw[at] != _SEMICOLON:
            at += 1
        at += 1
    return default


@kernel_part
def _end_number(raw: NDArray[np.uint8], at: int, stop: int) -> int:
    start = at
    number = 0
    while at < stop and DIGIT_OF[raw[at]] >= 0 and at - start <= _DIGITS_MOST:
        number = number * 10 + DIGIT_OF[raw[at]]
        at += 1
    if at - start > _DIGITS_MOST:
        return -1
    if at > start and (at == stop or raw[at] == _SEMICOLON):
        return number
    return NOT_UNDERSTOOD


@kernel_part
def _speaks(raw: NDArray[np.uint8], start: int, stop: int, line: NDArray[np.int64]) -> bool:
    """Say whether a record is a reference block, or has an alternative of bases."""
    if line[ALTS] == 0:
        at = start
        while at < stop and not stands_at(raw, at, stop, _END_KEY):
            at += 1
        return at < stop
    at = line[ALT_AT]
    while at < line[ALT_END]:
        end = piece_end(raw, at, line[ALT_END])
        if are_letters(raw, at, end) or _is_any(raw, at, end):
            return True
        at = end + 1
    return False


@kernel_part
def _is_any(raw: NDArray[np.uint8], at: int, end: int) -> bool:
    """Say whether an ALT allele stands for any that is not the reference."""
    size = end - at
    return (size == len(_NON_REF) and stands_at(raw, at, end, _NON_REF)) or (
        size == len(_ANY) and stands_at(raw, at, end, _ANY)
    )


@kernel_part
def _passing(raw: NDArray[np.uint8], number: int, rules: Rules, scratch: Scratch) -> int:
    """Say whether an event reaches the thresholds: 1 or 0, or `NOT_UNDERSTOOD`."""
    events, form = scratch.events, scratch.form
    is_missing = events.first[number] == MISSING_ALLELE or events.second[number] == MISSING_ALLELE
    if is_missing or not form[HAS_GENOTYPE]:
        return 0
    passes = 1
    for which in range(2):
        column = form[QUALITY] if which == 0 else form[SMALLEST_DEPTH]
        told = number_of(raw, events.cell[number], column)
        if told == NOT_UNDERSTOOD:
            return NOT_UNDERSTOOD
        if told < (rules.min_gq if which == 0 else rules.min_dp):
            passes = 0
    return passes


@kernel_part
def number_of(raw: NDArray[np.uint8], cell: int, column: int) -> int:
    """Read a number of a cell; `MISSING_NUMBER` when it has none there, or `NOT_UNDERSTOOD`."""
    if column < 0:
        return MISSING_NUMBER
    at = value_at(raw, cell, column)
    return MISSING_NUMBER if at < 0 else read_number(raw, at)
