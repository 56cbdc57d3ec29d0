"""The compiled parser: from a block of lines to sites, calls and callable stretches.

A line is read in steps: its nine first columns, what its FORMAT holds, the genotypes that are not
plain reference (`Events`), and then each ALT allele with its calls. A step that meets something
it does not understand gives the line up, and nothing of it stays in the room.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from kerne.alleles.kernel import bare_kernel, kernel_part
from kerne.genomes.reading.alternatives import (
    are_bases,
    are_letters,
    is_structural,
    piece_end,
    take_alternatives,
)
from kerne.genomes.reading.blocks import note_stretches, weigh
from kerne.genomes.reading.bundles import (
    ALT_AT,
    ALT_END,
    ALTS,
    ALTS_MOST,
    AT,
    BEFORE,
    DONE,
    EVENTS,
    FORMAT_BYTES,
    FULL,
    HARD,
    HAS_GENOTYPE,
    HEAD_COLUMNS,
    IS_STRUCTURAL,
    KNOWN_LINES,
    LINES,
    NEW_CONTIG,
    NEXT,
    POSITION,
    REFERENCE_AT,
    REFERENCE_SIZE,
    STRETCHES,
    STRUCTURAL,
    TAKEN,
    Found,
    Place,
    Rules,
    Scratch,
    Text,
)
from kerne.genomes.reading.cells import (
    DIGIT_OF,
    DOT,
    MISSING_ALLELE,
    NEWLINE,
    NO_ALLELE,
    RETURN,
    TAB,
    is_plain_reference,
    read_fixed,
    read_genotype,
    stands_at,
)
from kerne.genomes.reading.forms import read_form

_POSITION_COLUMN: Final = 1
_REFERENCE_COLUMN: Final = 3
_ALT_COLUMN: Final = 4
_LAST_HEAD_COLUMN: Final = HEAD_COLUMNS - 1
_LAST_POSITION: Final = (1 << 31) - 1
_POSITION_DIGITS_MOST: Final = 10
_FIXED_WIDTH: Final = 4
_GENOTYPE_ONLY: Final = len("GT")
_ASCII_MOST: Final = 0x7F


@bare_kernel
def take_lines(text: Text, place: Place, rules: Rules, scratch: Scratch, found: Found) -> int:
    """Take lines until there is a reason to stop, which is not `TAKEN`.

    `Scratch.state` says where to go on; a hard line is the one at `AT`, a structural one, which was
    taken, the one at `BEFORE`.
    """
    state = scratch.state
    while state[AT] < text.end:
        reason = _take_line(text, place, rules, scratch, found)
        if reason != TAKEN:
            return reason
        state[BEFORE], state[AT] = state[AT], state[NEXT]
        state[LINES] += 1
        state[KNOWN_LINES] += place.is_known
        if place.is_known and scratch.line[IS_STRUCTURAL]:
            return STRUCTURAL
    return DONE


@bare_kernel
def line_end(raw: NDArray[np.uint8], at: int) -> int:
    """Return where the newline of a line stands."""
    while raw[at] != NEWLINE:
        at += 1
    return at


@kernel_part
def _take_line(text: Text, place: Place, rules: Rules, scratch: Scratch, found: Found) -> int:
    raw, at = text.raw, scratch.state[AT]
    if not _read_tabs(raw, at, scratch.tabs):
        return HARD
    end = scratch.tabs[0]
    if end - at != len(place.name) or not stands_at(raw, at, end, place.name):
        return NEW_CONTIG
    if not (
        _read_position(raw, scratch, place.length)
        and _read_alleles(raw, scratch)
        and read_form(raw, scratch)
        and _read_samples(text, rules, scratch)
    ):
        return HARD
    if not place.is_known:
        return TAKEN
    if rules.is_gvcf:
        return _take_gvcf_line(raw, place, rules, scratch, found)
    return take_alternatives(raw, place, rules, scratch, found)


@kernel_part
def _take_gvcf_line(
    raw: NDArray[np.uint8], place: Place, rules: Rules, scratch: Scratch, found: Found
) -> int:
    if scratch.state[STRETCHES] + rules.samples > len(found.stretch):
        return FULL
    if not weigh(raw, place.length, rules, scratch):
        return HARD
    reason = take_alternatives(raw, place, rules, scratch, found)
    if reason == TAKEN:
        note_stretches(scratch, found)
    return reason


@kernel_part
def _read_tabs(raw: NDArray[np.uint8], at: int, tabs: NDArray[np.int64]) -> bool:
    """Find the tabs after the columns before the first sample, which are of ASCII."""
    marks = np.uint8(0)
    for column in range(HEAD_COLUMNS):
        while raw[at] > NEWLINE:
            marks |= raw[at]
            at += 1
        if raw[at] != TAB:
            return False
        tabs[column] = at
        at += 1
    return bool(marks <= _ASCII_MOST)


@kernel_part
def _read_position(raw: NDArray[np.uint8], scratch: Scratch, length: int) -> bool:
    """Read POS; false unless it is a number within the contig."""
    at, end = scratch.tabs[_POSITION_COLUMN - 1] + 1, scratch.tabs[_POSITION_COLUMN]
    if not 0 < end - at <= _POSITION_DIGITS_MOST:
        return False
    position_1based = 0
    for each in range(at, end):
        if DIGIT_OF[raw[each]] < 0:
            return False
        position_1based = position_1based * 10 + DIGIT_OF[raw[each]]
    scratch.line[POSITION] = position_1based - 1
    return 0 < position_1based <= min(length, _LAST_POSITION)


@kernel_part
def _read_alleles(raw: NDArray[np.uint8], scratch: Scratch) -> bool:
    """Find REF, which is letters, and count the ALT alleles, none of which is empty."""
    line, tabs = scratch.line, scratch.tabs
    at, end = tabs[_REFERENCE_COLUMN - 1] + 1, tabs[_REFERENCE_COLUMN]
    line[REFERENCE_AT], line[REFERENCE_SIZE] = at, end - at
    if not are_bases(raw, at, end):
        return False
    at, end = tabs[_ALT_COLUMN - 1] + 1, tabs[_ALT_COLUMN]
    line[ALT_AT], line[ALT_END], line[ALTS], line[IS_STRUCTURAL] = at, end, 0, 0
    if end - at == 1 and raw[at] == DOT:
        return True
    while at <= end:
        stop = piece_end(raw, at, end)
        if stop == at:
            return False
        if not are_bases(raw, at, stop):
            if are_letters(raw, at, stop):
                return False
            line[IS_STRUCTURAL] |= is_structural(raw, at, stop)
        line[ALTS] += 1
        at = stop + 1
    return bool(line[ALTS] <= ALTS_MOST)


@kernel_part
def _read_samples(text: Text, rules: Rules, scratch: Scratch) -> bool:
    """Read the genotypes that say something, and find the next line."""
    raw, state = text.raw, scratch.state
    at = scratch.tabs[_LAST_HEAD_COLUMN] + 1
    is_alone = scratch.form[HAS_GENOTYPE] == 1 and state[FORMAT_BYTES] == _GENOTYPE_ONLY
    last = at + _FIXED_WIDTH * rules.samples - 1
    if is_alone and not rules.is_gvcf and last < text.end and _ends_line(raw, last):
        count = read_fixed(raw, at, rules.samples, scratch.line[ALTS], scratch.events)
        if count >= 0:
            state[EVENTS] = count
            state[NEXT] = last + 1 + (raw[last] == RETURN)
            return True
    return _read_cells(raw, at, rules, scratch)


@kernel_part
def _ends_line(raw: NDArray[np.uint8], at: int) -> bool:
    return bool(raw[at] == NEWLINE or (raw[at] == RETURN and raw[at + 1] == NEWLINE))


@kernel_part
def _read_cells(raw: NDArray[np.uint8], at: int, rules: Rules, scratch: Scratch) -> bool:
    """Read samples of any width, which are of ASCII."""
    state, last = scratch.state, rules.samples - 1
    marks = np.uint8(0)
    state[EVENTS] = 0
    for column in range(rules.samples):
        at = _read_cell(raw, at, column, rules, scratch)
        if at < 0:
            return False
        while raw[at] > NEWLINE:
            marks |= raw[at]
            at += 1
        if raw[at] != (TAB if column < last else NEWLINE):
            return False
        at += 1
    state[NEXT] = at
    return bool(marks <= _ASCII_MOST)


@kernel_part
def _read_cell(raw: NDArray[np.uint8], at: int, column: int, rules: Rules, scratch: Scratch) -> int:
    """Read a genotype, where there is one; return its end, -1 when it is not understood."""
    events, number = scratch.events, scratch.state[EVENTS]
    if not scratch.form[HAS_GENOTYPE]:
        events.first[number], events.second[number] = MISSING_ALLELE, NO_ALLELE
        events.phased[number] = 0
        end = at
    elif not rules.is_gvcf and is_plain_reference(raw, at):
        return at + 3
    else:
        end = read_genotype(raw, at, events, number)
        if end < 0 or max(events.first[number], events.second[number]) > scratch.line[ALTS]:
            return -1
    events.column[number] = column
    events.cell[number] = at
    scratch.state[EVENTS] = number + 1
    return end
