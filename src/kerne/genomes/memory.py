"""What a process holds decoded in its memory, in numbers; whoever reads them needs no array."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HotStatistics:
    """What a cache holds and how it did.

    Parameters
    ----------
    held_bytes, locked_bytes
        How much is held, and of it in memory that the system never writes to the disk.
    hits, loads, dropped
        How often something was there, was loaded, and went because there was no more room.
    """

    blobs: int
    held_bytes: int
    locked_bytes: int
    most_bytes: int
    hits: int
    loads: int
    dropped: int
