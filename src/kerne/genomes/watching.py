"""Tell somebody how far the reading of a file has come."""

from collections.abc import Callable

Watch = Callable[[int], None]
"""Told now and then how many bytes of a file were read since it was last told."""


def unwatched(_bytes: int) -> None:
    """Tell nobody."""
