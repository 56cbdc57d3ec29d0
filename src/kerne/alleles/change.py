"""A change (reference and alternative bases) as one number, so that sites are sorted as arrays.

A short change is spelled out: three bits a letter, the reference bases, an empty letter, then the
alternative bases, from the highest bit down. Numbers are then in the order of the bases, and
different changes have different numbers. A change that does not fit (more than twenty bases
together, or another letter than A, C, G, N and T) has the highest bit set and a hash of its text;
whoever keeps such a number keeps the text beside it, and `join_long` finds two texts under one.
"""

from collections.abc import Iterable, Mapping
from hashlib import blake2b
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kerne.errors import AlleleError

Change = tuple[str, str]
"""Reference and alternative bases."""

LETTER_BITS: Final = 3
LETTERS_MOST: Final = 21
"""The empty letter between the two included."""

LONG: Final = 1 << 63
"""Set in the number of a change that is not spelled out."""

LETTERS: Final = "ACGNT"
_NUMBER_OF: Final = {letter: number for number, letter in enumerate(LETTERS, start=1)}
_FIRST_SHIFT: Final = LETTER_BITS * (LETTERS_MOST - 1)


def change_code(reference: str, alternative: str) -> int:
    """Return the number of a change; its bases are in upper case.

    Examples
    --------
    >>> change_code("A", "C") < change_code("A", "CC") < change_code("AA", "C")
    True
    >>> change_of(change_code("GTT", "G"))
    ('GTT', 'G')
    >>> change_code("A" * 30, "C") >= LONG
    True
    """
    fits = len(reference) + 1 + len(alternative) <= LETTERS_MOST
    numbers = [_NUMBER_OF.get(letter, 0) for letter in reference + alternative] if fits else [0]
    if not all(numbers):
        digest = blake2b(f"{reference}>{alternative}".encode(), digest_size=8).digest()
        return LONG | int.from_bytes(digest, "big")
    numbers.insert(len(reference), 0)
    return sum(number << (_FIRST_SHIFT - LETTER_BITS * at) for at, number in enumerate(numbers))


def change_of(code: int, long: Mapping[int, Change] | None = None) -> Change:
    """Return the bases of a change.

    Parameters
    ----------
    long
        The changes that their numbers do not spell out.

    Raises
    ------
    AlleleError
        It is one of those and is not in `long`.
    """
    if code & LONG:
        if long is None or code not in long:
            raise AlleleError(f"no bases are kept for the long change `{code}`")
        return long[code]
    numbers = [(code >> shift) & 7 for shift in range(_FIRST_SHIFT, -1, -LETTER_BITS)]
    bases = "".join(LETTERS[number - 1] if number else " " for number in numbers)
    reference, _, alternative = bases.rstrip().partition(" ")
    return reference, alternative


def changes_of(
    codes: NDArray[np.uint64], long: Mapping[int, Change]
) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
    """Return reference and alternative bases of many changes, (changes,) each.

    Raises
    ------
    AlleleError
        A long one is not in `long`.
    """
    distinct, inverse = np.unique(codes, return_inverse=True)
    pairs = [change_of(code, long) for code in distinct.tolist()]
    texts = np.array(pairs, dtype=np.object_).reshape(-1, 2)
    return texts[inverse, 0], texts[inverse, 1]


def join_long(tables: Iterable[Mapping[int, Change]]) -> dict[int, Change]:
    """Return all long changes of several tables.

    Raises
    ------
    AlleleError
        Two different changes have one number: 63 bits of hash have met, and nothing is mixed up.
    """
    joined: dict[int, Change] = {}
    for table in tables:
        for code, change in table.items():
            if joined.setdefault(code, change) != change:
                raise AlleleError(f"two long changes have the number `{code}`")
    return joined


def reference_spans(codes: NDArray[np.uint64], long: Mapping[int, Change]) -> NDArray[np.int64]:
    """Return how many reference bases each change replaces, (changes,).

    Raises
    ------
    AlleleError
        A long one is not in `long`.
    """
    spans = np.zeros(len(codes), dtype=np.int64)
    open_ = np.ones(len(codes), dtype=np.bool_)
    for at in range(LETTERS_MOST):
        letter = (codes >> np.uint64(_FIRST_SHIFT - LETTER_BITS * at)) & np.uint64(7)
        open_ &= letter != 0
        if not open_.any():
            break
        spans += open_
    for at in np.flatnonzero(codes & np.uint64(LONG)).tolist():
        spans[at] = len(change_of(int(codes[at]), long)[0])
    return spans
