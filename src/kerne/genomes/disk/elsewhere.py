"""Whether a store lies in a directory or at an address; knows nothing of how it is read."""

from typing import Final

_ELSEWHERE: Final = "://"


def is_elsewhere(place: str) -> bool:
    """Say whether it is an address of a file system elsewhere, and not a path of this machine."""
    return _ELSEWHERE in place
