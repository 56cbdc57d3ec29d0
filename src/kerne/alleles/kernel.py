"""The one decorator of compiled kernels, and the kernels that read bases.

A kernel takes arrays, allocates at most once and raises nothing: a plain function beside it checks
the arguments and names the errors. It releases the interpreter's lock, so that threads run kernels
side by side, and its machine code is kept, so that only the first process compiles it. With
`NUMBA_DISABLE_JIT=1` it is the plain Python that it looks like.

What reads files uses nothing that numba writes in Python itself, such as `searchsorted`, a view of
another type, or `in`: with the machine code numba's module is loaded, which takes longer.
"""

from collections.abc import Callable
from typing import Any, Final, NamedTuple, TypeVar, cast

import numba
import numpy as np
from numba.core.dispatcher import Dispatcher
from numba.extending import intrinsic, overload
from numpy.typing import NDArray

from kerne.alleles import kernel_cache
from kerne.alleles.change import LETTER_BITS, LETTERS, LETTERS_MOST, LONG

F = TypeVar("F", bound=Callable[..., object])

# INVARIANT: no kernel runs that was compiled together with an older version of another.
vars(numba.config)["CACHE_LOCATOR_CLASSES"] = kernel_cache.LOCATORS


def kernel(function: F) -> F:
    """Compile a function of arrays and numbers; it keeps its type."""
    return _compiled(function)


# Any: options of numba that its signature does not list.
_UNCOUNTED: Final[dict[str, Any]] = {"_nrt": False, "no_cfunc_wrapper": True}


def bare_kernel(function: F) -> F:
    """Compile a function that allocates nothing and only reads and writes what it is given.

    References to arrays are not counted in it. Where small functions hand bundles of arrays to
    each other, counting costs several times the work.
    """
    return _compiled(function, **_UNCOUNTED)


def kernel_part(function: F) -> F:
    """Compile a bare kernel into whatever calls it: for what is done many times a line."""
    return _compiled(function, forceinline=True, **_UNCOUNTED)


# Any: options of numba that its signature does not list.
def _compiled(function: F, **options: Any) -> F:
    compiled = numba.njit(function, nogil=True, **options)
    if isinstance(compiled, Dispatcher):  # not with NUMBA_DISABLE_JIT
        # As `cache=True` does.
        is_counted = options.get("_nrt", True)
        cache = kernel_cache.KernelCache(function, counts_references=is_counted)
        vars(compiled)["_cache"] = cache
    return cast("F", compiled)


def bit_count(word: Any) -> int:  # Any: a machine word, or numpy's
    """Count the bits set in a word of 64 bits: one instruction in a kernel."""
    return int(word).bit_count()


# Any: numba's own types, which it does not declare
@intrinsic
def _population_count(_context: Any, _word: Any) -> Any:
    signature = numba.types.int64(numba.types.uint64)
    return signature, lambda _context, builder, _signature, given: builder.ctpop(given[0])


@overload(bit_count, inline="always", strict=False)
def _bit_count_compiled(word: Any) -> Any:  # noqa: ARG001  the type of the word
    # numba compiles the inner function, and gives the intrinsic its first argument
    return lambda word: _population_count(word)  # type: ignore[call-arg]  # noqa: PLW0108


@kernel_part
def lowest_bit(word: np.uint64) -> int:
    """Return the number of the lowest bit that is set in a word that has one."""
    return bit_count((word & (~word + np.uint64(1))) - np.uint64(1))


def word_at(raw: NDArray[np.uint8], at: Any) -> np.uint32:  # Any: an unsigned number, or numpy's
    """Read four bytes as one number, the first of them lowest, wherever they begin."""
    return np.uint32(int.from_bytes(raw[int(at) : int(at) + 4].tobytes(), "little"))


# Any: as above
@intrinsic
def _word(_context: Any, raw: Any, _at: Any) -> Any:
    def load(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        array = context.make_array(signature.args[0])(context, builder, given[0])
        kind = context.get_value_type(signature.return_type).as_pointer()
        start = builder.bitcast(builder.gep(array.data, [given[1]]), kind)
        return builder.load(start, align=1)

    return numba.types.uint32(raw, numba.types.uint64), load


@overload(word_at, inline="always", strict=False)
def _word_at_compiled(raw: Any, at: Any) -> Any:  # noqa: ARG001  their types
    return lambda raw, at: _word(raw, at)  # type: ignore[call-arg]  # noqa: PLW0108  as above


class Bases(NamedTuple):
    """The bases of one contig as they lie in memory: letter by letter, or in the lines of a FASTA.

    Parameters
    ----------
    raw
        (bytes,): letters of either case.
    start
        Where the contig begins in `raw`.
    line_bases, line_bytes
        Letters in a line, and bytes from one line to the next.
    length
        Letters of the contig; negative where there is no sequence at all.
    """

    raw: NDArray[np.uint8]
    start: int
    line_bases: int
    line_bytes: int
    length: int


def whole(letters: bytes) -> Bases:
    """Return the bases of a contig that is given whole."""
    size = max(1, len(letters))
    return Bases(np.frombuffer(bytearray(letters), dtype=np.uint8), 0, size, size, len(letters))


NO_BASES: Final = Bases(np.zeros(1, dtype=np.uint8), 0, 1, 1, -1)
"""Where there is no sequence."""


def _upper() -> NDArray[np.uint8]:
    table = np.arange(256, dtype=np.uint8)
    table[ord("a") : ord("z") + 1] -= ord("a") - ord("A")
    return table


def marked(*marks: int) -> NDArray[np.bool_]:
    """Return a table that is true of some bytes."""
    table = np.zeros(256, dtype=np.bool_)
    table[list(marks)] = True
    return table


def _letter_number() -> NDArray[np.uint64]:
    table = np.zeros(256, dtype=np.uint64)
    table[list(LETTERS.encode())] = np.arange(1, len(LETTERS) + 1)
    return table


UPPER: Final = _upper()
_IS_BASE: Final = marked(*b"ACGT")
_LETTER_NUMBER: Final = _letter_number()
_LONG: Final = np.uint64(LONG)


@kernel_part
def base_at(bases: Bases, position: int) -> np.uint8:
    """Return the upper-case letter at a 0-based position, which lies in the contig."""
    if position < bases.line_bases:
        return np.uint8(UPPER[bases.raw[bases.start + position]])
    line, column = divmod(position, bases.line_bases)
    return np.uint8(UPPER[bases.raw[bases.start + line * bases.line_bytes + column]])


@bare_kernel
def is_reference(letters: NDArray[np.uint8], size: int, position: int, bases: Bases) -> bool:
    """Say whether the first letters are those of the sequence; letters other than ACGT fit any.

    False also when the sequence ends before they do.
    """
    if position + size > bases.length:
        return False
    for at in range(size):
        ours, theirs = base_at(bases, position + at), letters[at]
        if ours != theirs and _IS_BASE[ours] and _IS_BASE[theirs]:
            return False
    return True


@bare_kernel
def normalise(
    letters: NDArray[np.uint8],
    sizes: tuple[int, int],
    position: int,
    bases: Bases,
    out: NDArray[np.uint8],
) -> tuple[int, int, int]:
    """Trim an allele and, where there is a sequence, shift it as far left as that allows.

    Parameters
    ----------
    letters
        Reference, then alternative bases, upper case; they differ.
    sizes
        How many letters each has.
    out
        Gets both in normal form, one after the other; as long as `letters`, and two more.

    Returns
    -------
    Position and sizes; a negative position when the reference bases are not the sequence's, or the
    contig ends where an anchor is wanted.

    References
    ----------
    Tan et al. 2015, doi:10.1093/bioinformatics/btv112.
    """
    has_sequence = bases.length >= 0
    if has_sequence and not is_reference(letters, sizes[0], position, bases):
        return -1, 0, 0
    tail, head = _shared_ends(letters, sizes, 0)
    deleted, inserted = sizes[0] - tail - head, sizes[1] - tail - head
    if has_sequence and (deleted == 0 or inserted == 0):
        at = head if deleted else sizes[0] + head
        unit = letters[at : at + deleted + inserted]
        return _shifted(unit, deleted, position + head, bases, out)
    tail, head = _shared_ends(letters, sizes, 1)
    deleted, inserted = sizes[0] - tail - head, sizes[1] - tail - head
    for at in range(deleted):
        out[at] = letters[head + at]
    for at in range(inserted):
        out[deleted + at] = letters[sizes[0] + head + at]
    return position + head, deleted, inserted


@bare_kernel
def _shared_ends(letters: NDArray[np.uint8], sizes: tuple[int, int], kept: int) -> tuple[int, int]:
    """Count the last and then the first letters that both share, but for `kept` of each."""
    reference, alternative = sizes
    room = min(reference, alternative) - kept
    tail = 0
    while (
        tail < room and letters[reference - 1 - tail] == letters[reference + alternative - 1 - tail]
    ):
        tail += 1
    head = 0
    while head < room - tail and letters[head] == letters[reference + head]:
        head += 1
    return tail, head


@bare_kernel
def _shifted(
    unit: NDArray[np.uint8], deleted: int, start: int, bases: Bases, out: NDArray[np.uint8]
) -> tuple[int, int, int]:
    """Shift a pure deletion (`deleted` letters) or insertion, and give it an anchor.

    The anchor is the base before, or at the contig's start the one after.
    """
    size = len(unit)
    steps = 0
    while steps < start:
        ahead = base_at(bases, start - 1 - steps)
        if ahead != _rolled(unit, steps, start, bases):
            break
        steps += 1
    left = start - steps
    if left == 0 and deleted >= bases.length:
        return -1, 0, 0
    anchored = min(left, 1)
    for back in range(size):
        letter = _rolled(unit, steps + back, start, bases)
        out[size - 1 - back + anchored + (0 if deleted else 1)] = letter
    inserted = size - deleted
    anchor = base_at(bases, left - 1 if anchored else deleted)
    out[0 if anchored else deleted] = anchor
    out[deleted + 1 + (0 if anchored else inserted)] = anchor
    return left - anchored, deleted + 1, inserted + 1


@kernel_part
def _rolled(unit: NDArray[np.uint8], step: int, start: int, bases: Bases) -> np.uint8:
    """Return a letter of the unit and what lies before it, read backwards from the unit's end."""
    if step < len(unit):
        return np.uint8(unit[len(unit) - 1 - step])
    return base_at(bases, start - 1 - (step - len(unit)))


@bare_kernel
def spelled(letters: NDArray[np.uint8], sizes: tuple[int, int]) -> np.uint64:
    """Return the number of a change (`change.change_code`), `LONG` where it is not spelled out."""
    reference, alternative = sizes
    if reference + alternative + 1 > LETTERS_MOST:
        return _LONG
    code = np.uint64(0)
    for at in range(reference + alternative):
        number = _LETTER_NUMBER[letters[at]]
        if number == 0:
            return _LONG
        place = at if at < reference else at + 1
        code |= number << np.uint64(LETTER_BITS * (LETTERS_MOST - 1 - place))
    return code
