"""How a process keeps a store that it opens."""

from dataclasses import dataclass
from typing import Final

HOT_BYTES: Final = 4 << 30
"""What is decoded is kept in memory up to this."""


@dataclass(frozen=True, slots=True)
class Upkeep:
    """How a store is kept by the process that opens it.

    Parameters
    ----------
    hot_bytes
        What is decoded is kept in memory up to this.
    is_tended
        Somebody else compacts it (`genomes.keeping.tending`): who adds need not.
    """

    hot_bytes: int = HOT_BYTES
    is_tended: bool = False


UNTENDED: Final = Upkeep()
