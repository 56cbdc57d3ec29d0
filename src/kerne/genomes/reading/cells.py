"""What one sample column says: its genotype and its numbers, read from the bytes of a line.

Every block of lines ends with a newline, so a reader that stops at one never leaves the block.
What is not understood here is no error yet: plain Python reads that line again and says.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kerne.alleles.kernel import kernel_part, lowest_bit, marked, word_at

TAB: Final = ord("\t")
NEWLINE: Final = ord("\n")
RETURN: Final = ord("\r")
COLON: Final = ord(":")
COMMA: Final = ord(",")
SLASH: Final = ord("/")
BAR: Final = ord("|")
DOT: Final = ord(".")
ZERO: Final = ord("0")
NINE: Final = ord("9")

MISSING_ALLELE: Final = -1
NO_ALLELE: Final = -2
"""The second allele of a haploid genotype."""
NOT_UNDERSTOOD: Final = -3
"""Less than every allele and number."""

MISSING_NUMBER: Final = -1
DIGITS_MOST: Final = 8
"""Of a number that is read here; then it has no way to overflow."""


def _digits() -> NDArray[np.int64]:
    table = np.full(256, -1, dtype=np.int64)
    table[ZERO : NINE + 1] = np.arange(10)
    return table


DIGIT_OF: Final = _digits()
"""(bytes,): the number that a digit stands for, -1 for what is none."""


_ENDS_VALUE: Final = marked(COLON, TAB, NEWLINE)
_IS_BETWEEN_ALLELES: Final = marked(SLASH, BAR)

_WIDTH: Final = 4
_SAMPLES_AT_ONCE: Final = 64
"""Compared together: whole lines of reference genotypes go by as fast as memory is read."""
_ONE: Final = np.uint64(1)
_UNPHASED: Final = np.uint32(int.from_bytes(b"0/0\t", "little"))
_PHASED: Final = np.uint32(int.from_bytes(b"0|0\t", "little"))


class Events(NamedTuple):
    """Genotypes of one line that are not plain diploid reference, (samples,) each.

    Parameters
    ----------
    column
        Ascending.
    first, second
        The alleles, `MISSING_ALLELE` or `NO_ALLELE`.
    phased
        0 or 1.
    cell
        Where the sample's text begins in the block.
    passes
        Whether it reaches the thresholds of a gVCF.
    """

    column: NDArray[np.uint32]
    first: NDArray[np.int32]
    second: NDArray[np.int32]
    phased: NDArray[np.uint8]
    cell: NDArray[np.int64]
    passes: NDArray[np.bool_]


def room_for_events(samples: int) -> Events:
    """Return room for the genotypes of one line."""
    return Events(
        np.empty(samples, dtype=np.uint32),
        np.empty(samples, dtype=np.int32),
        np.empty(samples, dtype=np.int32),
        np.empty(samples, dtype=np.uint8),
        np.empty(samples, dtype=np.int64),
        np.empty(samples, dtype=np.bool_),
    )


@kernel_part
def stands_at(raw: NDArray[np.uint8], at: int, end: int, text: NDArray[np.uint8]) -> bool:
    """Say whether a text begins at `at` and ends before `end`."""
    size = len(text)
    if at + size > end:
        return False
    shared = 0
    while shared < size and raw[at + shared] == text[shared]:
        shared += 1
    return shared == size


def letters(text: str) -> NDArray[np.uint8]:
    """Return a text as an array that kernels read."""
    return np.frombuffer(bytearray(text.encode()), dtype=np.uint8)


@kernel_part
def ends_value(raw: NDArray[np.uint8], at: int) -> bool:
    """Say whether a value ends here: at a colon, a tab or the line's end."""
    mark = raw[at]
    if mark == RETURN:
        return bool(raw[at + 1] == NEWLINE)
    return bool(_ENDS_VALUE[mark])


@kernel_part
def read_allele(raw: NDArray[np.uint8], at: int) -> tuple[int, int]:
    """Read one allele of a genotype; return it and where it ends."""
    if raw[at] == DOT:
        return MISSING_ALLELE, at + 1
    start = at
    number = 0
    while DIGIT_OF[raw[at]] >= 0 and at - start < DIGITS_MOST:
        number = number * 10 + DIGIT_OF[raw[at]]
        at += 1
    return (number if at > start else NOT_UNDERSTOOD), at


@kernel_part
def read_genotype(raw: NDArray[np.uint8], at: int, events: Events, number: int) -> int:
    """Read a genotype of at most two alleles into an event; return its end, -1 if it is none."""
    first, at = read_allele(raw, at)
    second = NO_ALLELE
    phased = False
    if raw[at] == SLASH or raw[at] == BAR:
        phased = raw[at] == BAR
        second, at = read_allele(raw, at + 1)
    if min(first, second) <= NOT_UNDERSTOOD or not ends_value(raw, at):
        return -1
    events.first[number] = first
    events.second[number] = second
    events.phased[number] = phased
    return at


@kernel_part
def is_plain_reference(raw: NDArray[np.uint8], at: int) -> bool:
    """Say whether a cell begins with the genotype `0/0` or `0|0`."""
    if raw[at] != ZERO or not (raw[at + 1] == SLASH or raw[at + 1] == BAR):
        return False
    return raw[at + 2] == ZERO and ends_value(raw, at + 3)


@kernel_part
def read_fixed(raw: NDArray[np.uint8], at: int, samples: int, most: int, events: Events) -> int:
    """Read samples of four bytes each, the last one's end of line included.

    Returns
    -------
    How many events there are; -1 when a sample is not three bytes of genotype, or has an allele
    above `most`.
    """
    # The last word ends the line and not a cell: it is always one that differs.
    usual = _PHASED if raw[at + 1] == BAR else _UNPHASED
    count = 0
    for low in range(0, samples, _SAMPLES_AT_ONCE):
        odd = _odd_ones(raw, at + _WIDTH * low, min(_SAMPLES_AT_ONCE, samples - low), usual)
        while odd:
            column = low + lowest_bit(odd)
            odd &= odd - _ONE
            word = word_at(raw, np.uint64(at + _WIDTH * column))
            count = _take_word(word, column, samples, most, count, events)
            if count < 0:
                return -1
    return count


@kernel_part
def _odd_ones(raw: NDArray[np.uint8], at: int, size: int, usual: np.uint32) -> np.uint64:
    """Return a bit for each of at most 64 words from `at` on, set where it is not the usual one."""
    if not _differ(raw, at, size, usual):
        return np.uint64(0)
    if size == _SAMPLES_AT_ONCE:  # a number that is known makes for faster code
        return _odd_bits(raw, at, _SAMPLES_AT_ONCE, usual)
    return _odd_bits(raw, at, size, usual)


@kernel_part
def _odd_bits(raw: NDArray[np.uint8], at: int, size: int, usual: np.uint32) -> np.uint64:
    odd = np.uint64(0)
    for each in range(np.uint64(size)):
        word = word_at(raw, np.uint64(at) + np.uint64(_WIDTH) * each)
        odd |= np.uint64(word != usual) << each
    return odd


@kernel_part
def _differ(raw: NDArray[np.uint8], at: int, size: int, usual: np.uint32) -> bool:
    """Say whether any of some words from `at` on is not the usual one."""
    odd = np.uint32(0)
    for each in range(np.uint64(size)):
        odd |= word_at(raw, np.uint64(at) + np.uint64(_WIDTH) * each) ^ usual
    return bool(odd)


@kernel_part
def _take_word(
    word: np.uint32, column: int, samples: int, most: int, count: int, events: Events
) -> int:
    """Make an event of a word, unless it is plain reference; return how many there are, or -1."""
    middle, end = _byte(word, 1), _byte(word, 3)
    if end != TAB and column != samples - 1:
        return -1
    if not _IS_BETWEEN_ALLELES[middle]:
        return -1
    first, second = _digit(_byte(word, 0)), _digit(_byte(word, 2))
    if min(first, second) < MISSING_ALLELE or max(first, second) > most:
        return -1
    events.column[count] = column
    events.first[count] = first
    events.second[count] = second
    events.phased[count] = middle == BAR
    return count + (first != 0 or second != 0)


@kernel_part
def _byte(word: np.uint32, number: int) -> np.uint8:
    """Return a byte of a word, as they follow one another in memory."""
    return np.uint8((word >> np.uint32(8 * number)) & np.uint32(0xFF))


@kernel_part
def _digit(mark: np.uint8) -> int:
    if mark == DOT:
        return MISSING_ALLELE
    digit: int = DIGIT_OF[mark]
    return digit if digit >= 0 else NOT_UNDERSTOOD


@kernel_part
def value_at(raw: NDArray[np.uint8], cell: int, column: int) -> int:
    """Return where a cell's value begins, counted from 0; -1 when it has fewer."""
    at = cell
    while column > 0:
        while raw[at] > NEWLINE and raw[at] != COLON:
            at += 1
        if raw[at] != COLON:
            return -1
        at += 1
        column -= 1
    return at


@kernel_part
def read_number(raw: NDArray[np.uint8], at: int) -> int:
    """Read a number, its fraction cut off; `MISSING_NUMBER` or `NOT_UNDERSTOOD`."""
    return _number_up_to(raw, at, COLON)


@kernel_part
def read_listed(raw: NDArray[np.uint8], at: int, number: int) -> int:
    """Read the number at a place of a list; `MISSING_NUMBER` when the list is shorter."""
    while number > 0:
        while raw[at] != COMMA and not ends_value(raw, at):
            if raw[at] <= NEWLINE:
                return NOT_UNDERSTOOD
            at += 1
        if raw[at] != COMMA:
            return MISSING_NUMBER
        at += 1
        number -= 1
    return _number_up_to(raw, at, COMMA)


@kernel_part
def _number_up_to(raw: NDArray[np.uint8], at: int, stop: int) -> int:
    start = at
    number = 0
    while DIGIT_OF[raw[at]] >= 0 and at - start < DIGITS_MOST:
        number = number * 10 + DIGIT_OF[raw[at]]
        at += 1
    if at == start:
        number = MISSING_NUMBER
        if raw[at] != DOT:
            return NOT_UNDERSTOOD
    if raw[at] == DOT:
        at += 1
        while number >= 0 and DIGIT_OF[raw[at]] >= 0:
            at += 1
    if raw[at] == stop or ends_value(raw, at):
        return number
    return NOT_UNDERSTOOD
