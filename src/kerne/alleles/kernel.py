"""The one decorator of compiled kernels, and the kernels that read bases.

A kernel takes arrays, allocates at most once and raises nothing: a plain function beside it checks
the arguments and names the errors. It releases the interpreter's lock, so that threads run kernels
side by side, and its machine code is kept, so that only the first process compiles it. With
`NUMBA_DISABLE_JIT=1` it is the plain Python that it looks like.
"""

from collections.abc import Callable
from typing import TypeVar

import numba

F = TypeVar("F", bound=Callable[..., object])


def kernel(function: F) -> F:
    """Compile a function of arrays and numbers; it keeps its type."""
    compiled: F = numba.njit(function, cache=True, nogil=True)
    return compiled
