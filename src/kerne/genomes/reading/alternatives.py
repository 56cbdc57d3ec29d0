"""The ALT alleles of one line: which can be stored, their normal form, and who carries them."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from kerne.alleles.change import LONG
from kerne.alleles.kernel import UPPER, base_at, kernel_part, marked, normalise, spelled
from kerne.alleles.vcf import BASES
from kerne.genomes.reading.bundles import (
    ALT_AT,
    ALT_DONE,
    ALT_END,
    ALTS,
    CALLS,
    END,
    FULL,
    HARD,
    LETTERS,
    LONGS,
    NUMBER,
    PIECE_AT,
    PIECE_END,
    POSITION,
    REFERENCE_AT,
    REFERENCE_SIZE,
    SITES,
    TAKEN,
    Found,
    Place,
    Rules,
    Scratch,
)
from kerne.genomes.reading.calling import take_calls
from kerne.genomes.reading.cells import COMMA

LETTERS_A_LINE_MOST: Final = 1 << 28
"""Alternatives times bases of REF: what one line may unfold to."""
_CASE_BIT: Final = 0x20
_OPENING: Final = ord("<")
_BEGINS_ANY: Final = marked(ord("*"), ord("N"))
"""After the opening mark of an allele that stands for any."""
_A: Final = ord("a")
_Z: Final = ord("z")
_LONG: Final = np.uint64(LONG)


_IS_BASE: Final = marked(*BASES.encode())


@kernel_part
def piece_end(raw: NDArray[np.uint8], at: int, end: int) -> int:
    """Return where the ALT allele that begins here ends."""
    while at < end and raw[at] != COMMA:
        at += 1
    return at


@kernel_part
def are_letters(raw: NDArray[np.uint8], at: int, end: int) -> bool:
    """Say whether there are letters, and nothing else."""
    for each in range(at, end):
        if not _A <= (raw[each] | _CASE_BIT) <= _Z:
            return False
    return at < end


@kernel_part
def are_bases(raw: NDArray[np.uint8], at: int, end: int) -> bool:
    """Say whether there are letters for nucleotides, and nothing else."""
    for each in range(at, end):
        if not _IS_BASE[raw[each]]:
            return False
    return at < end


@kernel_part
def is_structural(raw: NDArray[np.uint8], at: int, end: int) -> bool:
    """Say of an allele that is not letters whether it is symbolic or a join, and describes one.

    `*`, `<*>` and `<NON_REF>` stand for alleles of other records, or for any.
    """
    if raw[at] == _OPENING:
        return not _BEGINS_ANY[raw[at + 1]]
    return end - at > 1


@kernel_part
def take_alternatives(
    raw: NDArray[np.uint8], place: Place, rules: Rules, scratch: Scratch, found: Found
) -> int:
    """Take the ALT alleles that can be stored, from where an earlier chunk left off.

    Returns
    -------
    `TAKEN`; `FULL` with `ALT_DONE` where it stopped; `HARD` with nothing taken.
    """
    line, state = scratch.line, scratch.state
    before = (state[SITES], state[CALLS], state[LONGS], state[LETTERS])
    if line[ALTS] * line[REFERENCE_SIZE] > LETTERS_A_LINE_MOST:
        return HARD
    at = line[ALT_AT]
    for number in range(1, line[ALTS] + 1):
        end = piece_end(raw, at, line[ALT_END])
        line[NUMBER], line[PIECE_AT], line[PIECE_END] = number, at, end
        if number > state[ALT_DONE] and _is_stored(raw, line):
            if not _has_room(line, state, rules.samples, found):
                state[ALT_DONE] = number - 1
                return FULL
            if not _take_site(raw, place, rules, scratch, found):
                state[SITES], state[CALLS], state[LONGS], state[LETTERS] = before
                return HARD
        at = end + 1
    state[ALT_DONE] = 0
    return TAKEN


@kernel_part
def _is_stored(raw: NDArray[np.uint8], line: NDArray[np.int64]) -> bool:
    """Say whether the allele at hand is bases, and others than REF."""
    at, end = line[PIECE_AT], line[PIECE_END]
    if not are_letters(raw, at, end):
        return False
    if end - at != line[REFERENCE_SIZE]:
        return True
    for offset in range(end - at):
        if UPPER[raw[at + offset]] != UPPER[raw[line[REFERENCE_AT] + offset]]:
            return True
    return False


@kernel_part
def _has_room(
    line: NDArray[np.int64], state: NDArray[np.int64], samples: int, found: Found
) -> bool:
    letters = line[REFERENCE_SIZE] + line[PIECE_END] - line[PIECE_AT] + 2
    return bool(
        state[SITES] < len(found.position)
        and state[CALLS] + samples <= len(found.code)
        and state[LONGS] < len(found.long)
        and state[LETTERS] + letters <= len(found.letters)
    )


@kernel_part
def _take_site(
    raw: NDArray[np.uint8], place: Place, rules: Rules, scratch: Scratch, found: Found
) -> bool:
    """Take the allele at hand and its calls; false when one of them is not understood."""
    position, reference, alternative = _normal(raw, place, scratch)
    if position < 0:
        return False
    state = scratch.state
    site = state[SITES]
    found.position[site] = position
    found.change[site] = spelled(scratch.normal, (reference, alternative))
    if found.change[site] == _LONG:
        _keep_letters((reference, alternative), scratch, found)
    found.first[site] = state[CALLS]
    is_told = _is_told(position, place, rules, scratch)
    if not take_calls(raw, rules, scratch, found, is_told):
        return False
    state[SITES] = site + 1
    found.first[site + 1] = state[CALLS]
    return True


@kernel_part
def _normal(raw: NDArray[np.uint8], place: Place, scratch: Scratch) -> tuple[int, int, int]:
    """Put the normal form of the allele at hand into `Scratch.normal`; as `normalise`."""
    line, letters = scratch.line, scratch.letters
    reference, alternative = line[REFERENCE_SIZE], line[PIECE_END] - line[PIECE_AT]
    for at in range(reference):
        letters[at] = UPPER[raw[line[REFERENCE_AT] + at]]
    for at in range(alternative):
        letters[reference + at] = UPPER[raw[line[PIECE_AT] + at]]
    position, bases = line[POSITION], place.bases
    if reference == 1 and alternative == 1:
        is_checked = bases.length < 0 or (
            position < bases.length and base_at(bases, position) == letters[0]
        )
        if is_checked:
            scratch.normal[0], scratch.normal[1] = letters[0], letters[1]
            return position, 1, 1
    return normalise(letters, (reference, alternative), position, bases, scratch.normal)


@kernel_part
def _keep_letters(sizes: tuple[int, int], scratch: Scratch, found: Found) -> None:
    """Keep the letters of a change that its number does not spell out."""
    state = scratch.state
    size = sizes[0] + sizes[1]
    for at in range(size):
        found.letters[state[LETTERS] + at] = scratch.normal[at]
    long = found.long[state[LONGS]]
    long[0], long[1], long[2] = state[SITES], sizes[0], sizes[1]
    state[LETTERS] += size
    state[LONGS] += 1


@kernel_part
def _is_told(position: int, place: Place, rules: Rules, scratch: Scratch) -> bool:
    """Say whether silence at a site says reference of a sample that is plainly so.

    In a gVCF the record says so itself; only a site that was shifted out of it wants a call.
    """
    if rules.is_gvcf:
        return bool(scratch.line[POSITION] <= position < scratch.line[END])
    if not place.has_bed:
        return True
    low, high = 0, len(place.starts)
    while low < high:
        middle = (low + high) // 2
        if place.starts[middle] <= position:
            low = middle + 1
        else:
            high = middle
    return bool(low > 0 and position < place.ends[low - 1])
