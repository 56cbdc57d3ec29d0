"""The calls of one allele in one line: code, phase, and the FORMAT values of who carries it."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from kerne.alleles.kernel import kernel_part
from kerne.genomes.calls import (
    FIRST,
    FIRST_CARRIED,
    LAST_CARRIED,
    SECOND,
    WEAK_OFFSET,
    Code,
    code_of,
)
from kerne.genomes.reading.bundles import (
    CALLS,
    DEPTH,
    DEPTH_READS,
    DEPTHS,
    EVENTS,
    FIELDS,
    NUMBER,
    QUALITY,
    READ_QUALITY,
    REFERENCE_READS,
    Found,
    Rules,
    Scratch,
)
from kerne.genomes.reading.cells import (
    MISSING_ALLELE,
    MISSING_NUMBER,
    NO_ALLELE,
    NOT_UNDERSTOOD,
    Events,
    read_listed,
    read_number,
    value_at,
)

CODE_BITS: Final = 0x0F
_REFERENCE: Final = np.uint8(Code.REFERENCE)
_MISSING_CODE: Final = np.uint8(Code.MISSING)
_WEAK_OFFSET: Final = np.uint8(WEAK_OFFSET)
_FIRST_CARRIED: Final = int(FIRST_CARRIED)
_LAST_CARRIED: Final = int(LAST_CARRIED)
_FIRST_WEAK: Final = int(Code.WEAK_HET)

# States of one allele against the wanted one.
_MISSING, _OTHER, _WANTED, _NONE = range(4)
_TEXT_OF: Final = {_MISSING: ".", _OTHER: "0", _WANTED: "1"}


def _codes() -> NDArray[np.uint8]:
    """Return the code of each genotype: (phased, first state, second state)."""
    table = np.zeros((2, 4, 4), dtype=np.uint8)
    for first, text in _TEXT_OF.items():
        table[:, first, _NONE] = code_of(text, 1)
        for second, other in _TEXT_OF.items():
            code = code_of(f"{text}/{other}", 1)
            phase = FIRST * (first == _WANTED) | SECOND * (second == _WANTED)
            table[0, first, second], table[1, first, second] = code, code | phase
    return table


_CODES: Final = _codes()


@kernel_part
def take_calls(
    raw: NDArray[np.uint8],
    rules: Rules,
    scratch: Scratch,
    found: Found,
    is_told: bool,  # noqa: FBT001 (kernels take what they need by position)
) -> bool:
    """Take the calls of the allele at hand; there is room for one a sample.

    Parameters
    ----------
    is_told
        Whether silence says of a sample that it is plain reference.

    Returns
    -------
    False when a FORMAT value is not understood.
    """
    state, events = scratch.state, scratch.events
    _begin_fields(scratch, found)
    if is_told and not rules.is_gvcf and not state[FIELDS]:
        _put_plain(events, state, scratch.line[NUMBER], found)
        return True
    is_everyone = not (is_told or rules.is_gvcf)
    column = 0
    for number in range(state[EVENTS]):
        code = _code_at(events, number, scratch.line[NUMBER])
        if rules.is_gvcf and not events.passes[number]:
            code = _weakened(code)
        if is_told and code == _REFERENCE:
            continue
        while is_everyone and column < events.column[number]:
            _put(column, _REFERENCE, state, found)
            column += 1
        if not _put_event(raw, number, code, scratch, found):
            return False
        column += 1
    while is_everyone and column < rules.samples:
        _put(column, _REFERENCE, state, found)
        column += 1
    return True


@kernel_part
def _put_plain(events: Events, state: NDArray[np.int64], wanted: int, found: Found) -> None:
    """Add the calls of all events that are not plain reference, without FORMAT values."""
    call = np.uint64(state[CALLS])
    for number in range(np.uint64(state[EVENTS])):
        # Written before it is known whether it stays: a branch that nobody can guess costs more.
        code = _code_at(events, number, wanted)
        found.column[call] = events.column[number]
        found.code[call] = code
        call += np.uint64(code != _REFERENCE)
    state[CALLS] = call


@kernel_part
def _code_at(events: Events, number: int, wanted: int) -> np.uint8:
    first = _state(events.first[number], wanted)
    second = _state(events.second[number], wanted)
    code: np.uint8 = _CODES[events.phased[number], first, second]
    return code


@kernel_part
def _state(allele: int, wanted: int) -> int:
    if allele == wanted:
        return _WANTED
    if allele == MISSING_ALLELE:
        return _MISSING
    return _NONE if allele == NO_ALLELE else _OTHER


@kernel_part
def _weakened(code: np.uint8) -> np.uint8:
    if _FIRST_CARRIED <= (code & CODE_BITS) <= _LAST_CARRIED:
        return np.uint8(code + _WEAK_OFFSET)
    return _MISSING_CODE


@kernel_part
def _begin_fields(scratch: Scratch, found: Found) -> None:
    """Fill the fields of the calls before, where this is the chunk's first line that has any."""
    form, state = scratch.form, scratch.state
    if state[FIELDS] or max(form[DEPTH], form[QUALITY], form[DEPTHS]) < 0:
        return
    state[FIELDS] = 1
    for call in range(state[CALLS]):
        _clear(call, found)


@kernel_part
def _clear(call: int, found: Found) -> None:
    for field in range(len(found.fields)):
        found.fields[field, call] = MISSING_NUMBER


@kernel_part
def _put(column: int, code: np.uint8, state: NDArray[np.int64], found: Found) -> None:
    """Add a call without FORMAT values."""
    call = state[CALLS]
    found.column[call] = column
    found.code[call] = code
    if state[FIELDS]:
        _clear(call, found)
    state[CALLS] = call + 1


@kernel_part
def _put_event(
    raw: NDArray[np.uint8], number: int, code: np.uint8, scratch: Scratch, found: Found
) -> bool:
    """Add the call of an event, with its FORMAT values where it carries the allele."""
    state = scratch.state
    call = state[CALLS]
    _put(scratch.events.column[number], code, state, found)
    bare = code & CODE_BITS
    is_carried = _FIRST_CARRIED <= bare <= _LAST_CARRIED or bare >= _FIRST_WEAK
    if not state[FIELDS] or not is_carried:
        return True
    return _read_fields(raw, scratch.events.cell[number], call, scratch, found)


@kernel_part
def _read_fields(
    raw: NDArray[np.uint8], cell: int, call: int, scratch: Scratch, found: Found
) -> bool:
    for field in range(len(found.fields)):
        column = scratch.form[DEPTHS]
        place = 0 if field == REFERENCE_READS else scratch.line[NUMBER]
        if field == DEPTH_READS:
            column, place = scratch.form[DEPTH], -1
        elif field == READ_QUALITY:
            column, place = scratch.form[QUALITY], -1
        value = _value(raw, cell, column, place)
        if value == NOT_UNDERSTOOD:
            return False
        found.fields[field, call] = value
    return True


@kernel_part
def _value(raw: NDArray[np.uint8], cell: int, column: int, place: int) -> int:
    """Read a value of a cell; at a place of a list, unless that is negative."""
    if column < 0:
        return MISSING_NUMBER
    at = value_at(raw, cell, column)
    if at < 0:
        return MISSING_NUMBER
    return read_number(raw, at) if place < 0 else read_listed(raw, at, place)
