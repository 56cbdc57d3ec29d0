"""Which machine code of kernels is still good: none that was made before any kernel changed.

A kernel's code holds that of the kernels it calls, and numba looks only at the file of the one.
So that an upgrade never runs a kernel of the last version, what is kept is stamped with the text
of every module that has kernels, and of those that say what numbers mean in them.

A kernel that is kept is also loaded without what only compiling needs: importing and registering
numba's knowledge of Python and numpy takes several times as long as the loading itself.
"""

from collections.abc import Callable, Iterator
from functools import cache
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import Any, Final

from numba.core.caching import (
    FunctionCache,
    InTreeCacheLocator,
    UserProvidedCacheLocator,
    UserWideCacheLocator,
)
from numba.core.runtime.nrt import rtsys

_PACKAGE: Final = Path(__file__).parent.parent
_PARTS: Final = ("alleles", "genomes", "phenotype")
"""Of the package, where kernels and what they mean are: reading all of it takes longer."""
_MARKS: Final = (b"kerne.alleles.kernel", b"Code(IntEnum)", b"LETTERS_MOST: Final")
"""In kernels; in what a call's code means; in how a change is spelled."""


@cache
def kernels_stamp() -> bytes:
    """Return a hash of every module that kernels are made of."""
    return sha256(b"".join(_texts())).digest()


def _texts() -> Iterator[bytes]:
    for path in chain.from_iterable(sorted((_PACKAGE / part).rglob("*.py")) for part in _PARTS):
        text = path.read_bytes()
        if path.stem == "kernel" or any(mark in text for mark in _MARKS):
            yield text


class _Stamped:
    """Stamps kept machine code with all kernels instead of one file."""

    def get_source_stamp(self) -> bytes:
        """Return the stamp; code with another one is made again."""
        return kernels_stamp()


class GivenFolder(_Stamped, UserProvidedCacheLocator):
    """Keeps machine code where `NUMBA_CACHE_DIR` says."""


class BesideSource(_Stamped, InTreeCacheLocator):
    """Keeps machine code beside the source, where that can be written to."""


class UsersFolder(_Stamped, UserWideCacheLocator):
    """Keeps machine code in the user's folder of caches."""


LOCATORS: Final = ",".join(
    f"{__name__}.{each.__name__}" for each in (GivenFolder, BesideSource, UsersFolder)
)
"""Where to keep it, in the form of numba's setting `CACHE_LOCATOR_CLASSES`; the first that can."""


class KernelCache(FunctionCache):
    """Keeps the machine code of one kernel, and loads it without a compiler.

    numba's own makes ready to compile before it looks whether it has to. The compiler does so too
    when it starts, for all that was registered until then; so whether and how a kernel is compiled
    is the same.

    Parameters
    ----------
    counts_references
        Whether it counts references to arrays: numba has to make ready for that, too.
    """

    def __init__(self, function: Callable[..., object], *, counts_references: bool) -> None:
        super().__init__(function)  # type: ignore[no-untyped-call]  # numba declares no types
        self._counts_references = counts_references

    # Any: as above
    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Return the kernel for arguments of these types, `None` when it is not kept."""
        if self._counts_references:
            rtsys.initialize(target_context)
        with self._guard_against_spurious_io_errors():
            return self._load_overload(sig, target_context)  # type: ignore[no-untyped-call]  # as above
