"""Which machine code of kernels is still good: none that was made before any kernel changed.

A kernel's code holds that of the kernels it calls, and numba looks only at the file of the one.
So that an upgrade never runs a kernel of the last version, what is kept is stamped with the text
of every module that has kernels, and of those that say what numbers mean in them.
"""

from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final

from numba.core.caching import (
    InTreeCacheLocator,
    UserProvidedCacheLocator,
    UserWideCacheLocator,
)

_PACKAGE: Final = Path(__file__).parent.parent
_MARKS: Final = (b"kerne.alleles.kernel", b"Code(IntEnum)", b"LETTERS_MOST: Final")
"""In kernels; in what a call's code means; in how a change is spelled."""


@cache
def kernels_stamp() -> bytes:
    """Return a hash of every module that kernels are made of."""
    return sha256(b"".join(_texts())).digest()


def _texts() -> Iterator[bytes]:
    for path in sorted(_PACKAGE.rglob("*.py")):
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
